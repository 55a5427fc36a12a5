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
  /** Names of what was left out whole. */
  readonly gone: Set<string> = new Set();
  readonly #unsure: { readonly name: string; readonly mayBeWrong: (field: string) => boolean }[] = [];
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

  /** The ordinals of a list or mapping that were left out. */
  leftOf(node: Node): ReadonlySet<number> {
    return this.#left.get(node) ?? new Set();
  }

  /** Where in the file an item stands, of which later stages know the ordinal among those that were kept. */
  ordinalOf(node: Node, kept: number): number {
    const left = this.leftOf(node);
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

  /** Notes that of what has a name some fields could not be read, or have other values. */
  doubt(name: string, mayBeWrong: (field: string) => boolean): void {
    this.#unsure.push({ name, mayBeWrong });
  }

  /** Whether what has a name was left out, or one of these fields of it could not be read. */
  isUnsure(name: string, fields: readonly string[]): boolean {
    return this.gone.has(name) || this.#unsure.some((each) => each.name === name && fields.some(each.mayBeWrong));
  }
}
