/**
 * Texts of a YAML file, as they stand there and as errors repeat them.
 *
 * @module
 */

import { isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import { quoted } from "../../kernel/given.ts";

/** The text of a scalar as it stands in the file: `0x10` is not turned into 16. */
export function textOf({ value, source }: { readonly value: unknown; readonly source?: string }): string {
  if (typeof value === "string") return value;
  // What no file can hold has no text, and may have a `toString` of its own.
  return source ?? (Object(value) === value ? "" : String(value));
}

/** The longest text that an error repeats. */
export const MOST_SHOWN = 64;

/** What was given. Where it may be a secret, and of long texts, only how long it is. */
export function describe(node: Node | null, isSecret: boolean): string {
  if (node === null) return "nothing";
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  if (!isScalar(node)) return "an alias";
  if (node.value === null) return "nothing";
  if (typeof node.value === "function") return "a function";
  if (typeof node.value === "object") return node.value instanceof Uint8Array ? "bytes" : "an object of a class";
  const text = textOf(node);
  return isSecret || text.length > MOST_SHOWN ? `a text of ${characters(text)}` : shown(node);
}

/** A scalar as it stands in the file, in quotes. */
export function shown(node: Node): string {
  return isScalar(node) ? quoted((node as Scalar).source ?? textOf(node as Scalar)) : "something";
}

/** How long a text is. */
export function characters({ length }: string): string {
  return length === 1 ? "1 character" : `${length} characters`;
}
