/** Circles among modules: files that cannot be read, tested or moved one without the other. */

import type { Import } from "./architecture.ts";

/**
 * The strongly connected components of more than one file, and files that import themselves (Tarjan, "Depth-first
 * search and linear graph algorithms", 1972). Imports of types count: a reader follows them too.
 *
 * @returns Each circle's files in order of name, circles in order of their first file.
 */
export function circles(imports: readonly Import[]): string[][] {
  const graph = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    if (to !== undefined) graph.set(from, (graph.get(from) ?? new Set()).add(to));
  }
  const indices = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  /** The lowest index that is reachable from a file and still on the stack. */
  const visit = (file: string): number => {
    const index = indices.size;
    indices.set(file, index);
    stack.push(file);
    let low = index;
    for (const next of graph.get(file) ?? []) {
      const seen = indices.get(next);
      if (seen === undefined) low = Math.min(low, visit(next));
      else if (stack.includes(next)) low = Math.min(low, seen);
    }
    if (low === index) {
      const component = stack.splice(stack.indexOf(file));
      if (component.length > 1 || graph.get(file)?.has(file)) found.push(component.toSorted());
    }
    return low;
  };
  for (const file of graph.keys()) if (!indices.has(file)) visit(file);
  return found.toSorted(([a = ""], [b = ""]) => a < b ? -1 : 1);
}
