/**
 * Changes by hand, as the least change of the text: comments and the way in
 * which it is written stay.
 *
 * @module
 */

import { isMap, isPair, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import { InputError } from "../../../../kernel/input_error.ts";
import type { HandEdit, Replacement } from "./requests.ts";
import { documentOf } from "./written_place.ts";

/**
 * How a text is changed.
 *
 * @throws {InputError} It is written so that the place cannot be found.
 */
export function handEdit(source: string, edit: HandEdit): Replacement {
  const { contents } = documentOf(source);
  if (!isMap(contents)) throw new InputError("the scenario is no mapping: expected fields such as adapters and steps");
  return edit.kind === "fault" ? withFault(source, contents, edit.fault) : withStore(source, contents, edit);
}

/** For the whole file. */
function withFault(source: string, file: YAMLMap, fault: string): Replacement {
  const steps = pairOf(file, "steps");
  if (steps === undefined) throw new InputError("the scenario has no steps: expected a list of them");
  const faults = pairOf(file, "faults");
  if (faults !== undefined) return oneMore(source, faults, fault);
  const at = rangeOf(steps.key)[0];
  return insertion(at, file.flow === true ? `faults: [{ ${fault} }], ` : `faults:\n  - ${fault}\n`);
}

/** One fault more in a list. */
function oneMore(source: string, { value }: Pair, fault: string): Replacement {
  if (!isSeq(value)) throw new InputError("faults is no list: expected one");
  const last = value.items.at(-1);
  if (value.flow === true) {
    const end = last === undefined ? rangeOf(value)[0] + 1 : rangeOf(last)[1];
    return insertion(end, last === undefined ? `{ ${fault} }` : `, { ${fault} }`);
  }
  const [begin] = rangeOf(value);
  return insertion(endOfLine(source, rangeOf(last)[1]), `\n${indentAt(source, begin)}- ${fault}`);
}

/** A field more behind the others. */
function besideLast(source: string, map: YAMLMap, field: string): Replacement {
  const last = map.items.at(-1);
  const end = rangeOf(last?.value ?? last?.key)[1];
  if (map.flow === true) return insertion(end, `, ${field}`);
  return insertion(endOfLine(source, end), `\n${indentAt(source, rangeOf(map.items[0]?.key)[0])}${field}`);
}

function indentAt(source: string, at: number): string {
  return " ".repeat(at - (source.lastIndexOf("\n", at - 1) + 1));
}

function withStore(
  source: string,
  file: YAMLMap,
  { adapter, module }: Extract<HandEdit, { readonly kind: "store" }>,
): Replacement {
  const adapters = pairOf(file, "adapters")?.value;
  const map = isMap(adapters) ? pairOf(adapters, adapter)?.value : undefined;
  if (!isMap(map)) throw new InputError(`the fields of ${adapter} cannot be found: expected them under adapters`);
  const store = pairOf(map, "store");
  if (store !== undefined) {
    if (module === undefined) return without(source, map, store);
    const [from, to] = rangeOf(store.value);
    return { from, to, insert: `{ module: ${module} }` };
  }
  if (module === undefined) return insertion(0, "");
  return besideLast(source, map, `store: { module: ${module} }`);
}

/** A field less. */
function without(source: string, map: YAMLMap, pair: Pair): Replacement {
  const index = map.items.indexOf(pair);
  const [from, to] = [rangeOf(pair.key)[0], rangeOf(pair.value)[1]];
  if (map.flow === true) {
    const [before, behind] = [map.items[index - 1], map.items[index + 1]];
    if (before !== undefined) return { from: rangeOf(before.value ?? before.key)[1], to, insert: "" };
    return { from, to: behind === undefined ? to : rangeOf(behind.key)[0], insert: "" };
  }
  const begin = source.lastIndexOf("\n", from - 1) + 1;
  return { from: begin, to: Math.min(source.length, endOfLine(source, to) + 1), insert: "" };
}

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && String(key.value) === name);
}

/** Where a node begins, and where its value ends. */
function rangeOf(node: unknown): readonly [number, number] {
  const range = isPair(node) ? undefined : (node as Node | undefined | null)?.range;
  if (range === undefined || range === null) throw new InputError("this part of the scenario has no place in its text");
  return [range[0], range[1]];
}

/** Values of lines end behind their line break. */
function endOfLine(source: string, at: number): number {
  const before = /\s*$/.exec(source.slice(0, at))?.index ?? at;
  const end = source.indexOf("\n", before);
  return end < 0 ? source.length : end;
}

function insertion(at: number, insert: string): Replacement {
  return { from: at, to: at, insert };
}
