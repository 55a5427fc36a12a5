/**
 * Values of a program as the nodes that a file with the same words has, so that
 * both are read by the same code.
 *
 * @module
 */

import { type Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";

/** How deeply values may be nested: what holds itself has no end. */
const MOST_LEVELS = 100;

/**
 * The node of a value: fields that are `undefined` count as left out, and what no file can hold (bytes, functions) is
 * a scalar that only some shapes take.
 */
export function nodeOf(value: unknown, level = 0): Node {
  if (value === undefined || value === null) return new Scalar(null);
  if (level > MOST_LEVELS) return new Scalar(new TooDeep());
  if (Array.isArray(value)) {
    const list = new YAMLSeq<Node>();
    list.items = Array.from(value, (each: unknown) => nodeOf(each, level + 1));
    return list;
  }
  if (typeof value === "object" && isPlain(value)) {
    const mapping = new YAMLMap<Node, Node>();
    mapping.items = Object.entries(value).filter(([, each]) => each !== undefined).map(([name, each]) =>
      new Pair<Node, Node>(new Scalar(name), nodeOf(each, level + 1))
    );
    return mapping;
  }
  return new Scalar(typeof value === "symbol" ? Object(value) : value);
}

/** Stands where values are nested too deeply: nothing takes it. */
class TooDeep {}

/** An object of no class, of whatever realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
