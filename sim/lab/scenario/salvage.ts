/**
 * What a reading goes on with past mistakes: the parts of a file that read
 * well, so that later stages can look at them, too.
 *
 * @module
 */

import type { Node } from "yaml";
import type { MappingShape } from "../../shape/shape.ts";

/** What was read is not accepted, and the mistake is noted. */
export const WRONG: unique symbol = Symbol("wrong");

/** Reads on past mistakes. What is wrong is left out, or another value stands for it where there must be one. */
export class Salvage {
  /** What a later stage has refused: it counts as wrong, and is told there. */
  readonly #refused: ReadonlySet<Node>;
  /** Of lists and mappings the ordinals that were left out. */
  readonly #left = new Map<Node, Set<number>>();
  readonly #unsure = new Map<string, Set<string>>();
  #standIns = 0;

  constructor(refused: ReadonlySet<Node>) {
    this.#refused = refused;
  }

  /** Whether a later stage has refused a node. */
  refuses(node: Node | null): boolean {
    return node !== null && this.#refused.has(node);
  }

  /** The values of a list or mapping without those that are wrong, which is noted. */
  keep(node: Node, values: readonly unknown[]): readonly unknown[] {
    this.#left.set(node, new Set(values.flatMap((value, index) => value === WRONG ? [index] : [])));
    return values.filter((value) => value !== WRONG);
  }

  /** Whether anything of a list or mapping was left out. */
  lacks(node: Node | null): boolean {
    return node !== null && (this.#left.get(node)?.size ?? 0) > 0;
  }

  /** Where in the file an item stands, of which later stages know the ordinal among those that were kept. */
  ordinalOf(node: Node, kept: number): number {
    const left = this.#left.get(node) ?? new Set();
    let index = 0;
    for (let count = kept; left.has(index) || count > 0; index++) if (!left.has(index)) count--;
    return index;
  }

  /** A value in the place of one that is wrong; `WRONG` where nothing can stand for it. */
  standIn({ standIn }: { standIn?(ordinal: number): unknown }): unknown {
    return standIn === undefined ? WRONG : standIn(this.#standIns++);
  }

  /** The values of a mapping without those that are wrong; `WRONG` if it makes no sense without one of them. */
  mapping({ fields, isIndivisible }: MappingShape, values: Readonly<Record<string, unknown>>): unknown {
    if (isIndivisible === true) return WRONG;
    const kept: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(values)) {
      const field = fields[name];
      if (value !== WRONG || field === undefined) kept[name] = value;
      else if ("optional" in field) {
        const other = this.standIn(field.optional);
        if (other !== WRONG) kept[name] = other;
        else if (field.fallback !== undefined) kept[name] = field.fallback;
      } else kept[name] = this.standIn(field);
    }
    return Object.values(kept).includes(WRONG) ? WRONG : kept;
  }

  /** Notes that of what has a name not all could be read, or that another value stands for it. */
  doubt(name: string, fields: Iterable<string>): void {
    this.#unsure.set(name, new Set([...this.#unsure.get(name) ?? [], ...fields]));
  }

  /**
   * Whether a text names something of which not all could be read, or a part of it.
   *
   * @param field Of what this field is about; of anything by default.
   */
  isUnsure(text: string, field?: string): boolean {
    return [...this.#unsure].some(([name, fields]) =>
      (field === undefined || fields.has(field) || fields.has("")) &&
      (text === name || text.startsWith(`${name} `) || text.endsWith(` ${name}`))
    );
  }
}
