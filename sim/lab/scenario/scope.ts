/**
 * What `$name` stands for while a case of a file is read.
 *
 * @module
 */

import { isScalar, type Node } from "yaml";
import { textOf } from "./yaml_text.ts";

/** A value that has a name. */
export interface NamedValue {
  readonly text: string;
  /** Where the file says it. */
  readonly declared: Node | null;
}

/** A scalar as it counts: `$$x` is the text `$x`, and `$x` what it stands for. */
export type Resolved =
  | { readonly type: "text"; readonly text: string; readonly variable?: string }
  | { readonly type: "unknown"; readonly variable: string };

/** The values of a case by their names. */
export class Scope {
  readonly #values: ReadonlyMap<string, NamedValue>;
  /** Values that stood where a secret does: errors show none of them. */
  readonly secrets: Set<string> = new Set();
  /** Those among them that were read as a secret. */
  readonly keys: Set<string> = new Set();
  readonly #used = new Set<string>();

  /** Whether names that are not known are passed over, because what would declare them could not be read. */
  readonly isLenient: boolean;

  /**
   * The values of a case.
   *
   * @param values By their names; none by default.
   * @param isLenient Whether names that are not known are passed over.
   */
  constructor(values: ReadonlyMap<string, NamedValue> = new Map(), isLenient: boolean = false) {
    this.#values = values;
    this.isLenient = isLenient;
  }

  /** The same values, of which none was used yet. */
  anew(): Scope {
    return new Scope(this.#values, this.isLenient);
  }

  get names(): readonly string[] {
    return [...this.#values.keys()];
  }

  get(name: string): NamedValue | undefined {
    return this.#values.get(name);
  }

  /** What a scalar means. */
  resolve(node: Node): Resolved {
    const text = isScalar(node) ? textOf(node) : "";
    if (text.startsWith("$$")) return { type: "text", text: text.slice(1) };
    if (!text.startsWith("$")) return { type: "text", text };
    const variable = text.slice(1);
    const value = this.#values.get(variable);
    this.#used.add(variable);
    return value === undefined ? { type: "unknown", variable } : { type: "text", text: value.text, variable };
  }

  /** Where the value is declared that a scalar names; `undefined` if it names none. */
  declarationOf(node: Node | null): Node | undefined {
    if (!isScalar(node)) return undefined;
    const resolved = this.resolve(node);
    if (resolved.type === "unknown" || resolved.variable === undefined) return undefined;
    return this.#values.get(resolved.variable)?.declared ?? undefined;
  }

  /** Values that errors may show, where they are declared: those that were used, and never as a secret. */
  *harmless(): Generator<Node> {
    for (const [name, { declared }] of this.#values) {
      if (declared !== null && this.#used.has(name) && !this.secrets.has(name)) yield declared;
    }
  }
}

/** A scope in which texts stand for themselves: a program has names of its own for values. */
export class LiteralScope extends Scope {
  override anew(): Scope {
    return new LiteralScope();
  }

  override resolve(node: Node): Resolved {
    return { type: "text", text: isScalar(node) ? textOf(node) : "" };
  }
}
