/**
 * Built-ins that came after Node.js 20, on which the package runs: the compiler knows each by the library that declares
 * it, so that none need be listed here.
 */

import ts from "typescript";
import { nodesOf, placeOf, projectSources } from "./program.ts";

/** The compiler's libraries of what came after ES2023. */
const NEWER_LIBRARY = /\/lib\.(es2024|es2025|es2026|esnext)\.\w+\.d\.ts$/;

/** Of these libraries, what Node.js 20 has. */
const HAD_BEFORE: ReadonlySet<string> = new Set([
  ...["resizable", "resize", "maxByteLength", "growable", "grow"],
  ...["isWellFormed", "toWellFormed", "waitAsync", "unicodeSets"],
]);

/** Says of each use of a newer built-in where it stands: `path:line: name: Node.js 20 has none`. */
export function newBuiltins(program: ts.Program, isOfConcern: (path: string) => boolean): string[] {
  const checker = program.getTypeChecker();
  return projectSources(program).filter(({ path }) => isOfConcern(path)).flatMap(({ path, source }) => {
    return [...nodesOf(source)].flatMap((node) => {
      const name = newerIn(node, checker);
      return name === undefined ? [] : [`${placeOf(path, source, node)}: ${name}: Node.js 20 has none`];
    });
  });
}

function newerIn(node: ts.Node, checker: ts.TypeChecker): string | undefined {
  // `await using` has the bit of `using`.
  if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) >= ts.NodeFlags.Using) {
    return "using";
  }
  if (!ts.isIdentifier(node) || HAD_BEFORE.has(node.text)) return undefined;
  // Types alone are gone before anything runs.
  const place = symbolOf(node, checker)?.valueDeclaration?.getSourceFile().fileName;
  return place !== undefined && NEWER_LIBRARY.test(place) ? node.text : undefined;
}

/** What a name stands for; in `const { groupBy } = Map` that is the property, not the variable. */
function symbolOf(node: ts.Identifier, checker: ts.TypeChecker): ts.Symbol | undefined {
  const { parent } = node;
  if (!ts.isBindingElement(parent) || parent.initializer === node) return checker.getSymbolAtLocation(node);
  if (parent.propertyName !== undefined && parent.propertyName !== node) return undefined;
  return checker.getTypeAtLocation(parent.parent).getProperty(node.text);
}
