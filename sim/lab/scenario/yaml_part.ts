/**
 * Parts of a YAML file: where they are, and how errors speak of them.
 *
 * @module
 */

import { isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import { quoted } from "../../kernel/given.ts";
import type { Place } from "./reading.ts";
import { textOf } from "./yaml_text.ts";

/** A node and where it stands. */
export interface Part {
  readonly node: Node | null;
  readonly place: Place;
}

/** One step of a path: a field, or the ordinal of an item or entry, of which `!` asks for the name. */
const STEP = /\[(\d+)(!?)\]|([^.[\]]+)/g;

/** A part of a part, by its path; of one that is not there, that in which it would be. */
export function find(whole: Part, path: string): Part {
  let found = whole;
  for (const [, ordinal, wantsName, field] of path.matchAll(STEP)) {
    const { node, place } = found;
    // Those who ask know nothing of what was left out.
    const { salvage } = place.reading;
    const index = node === null || salvage === undefined ? Number(ordinal) : salvage.ordinalOf(node, Number(ordinal));
    if (isSeq<Node | null>(node)) {
      const item = node.items[index];
      if (item === undefined) break;
      found = { node: item, place: place.part(`[${index}]`, item) };
      continue;
    }
    const pairs = isMap<Node, Node | null>(node) ? node.items : [];
    const pair = ordinal === undefined ? pairs.find(({ key }) => isScalar(key) && key.value === field) : pairs[index];
    if (pair === undefined) break;
    // A field of a path is a word of the language.
    if (ordinal === undefined) place.reading.text.show(pair.key);
    found = {
      node: wantsName === "!" ? pair.key : pair.value,
      // What stands beside a plain value may be a key that was written in the wrong place.
      place: ordinal === undefined
        ? place.part(field ?? "", pair.value ?? pair.key)
        : entryPlace(place, pair, isBlock(pair.value) ? undefined : index),
    };
  }
  return found;
}

/** Whether a node has fields, or is a list of what has: what a key in the wrong place never is. */
function isBlock(node: Node | null): boolean {
  return isMap(node) || (isSeq<Node>(node) && node.items.some(isMap));
}

/**
 * The place of something that the file has given a name.
 *
 * @param ordinal By which it is told; by its name if `undefined`.
 */
export function entryPlace(place: Place, { key, value }: Pair<Node, Node | null>, ordinal: number | undefined): Place {
  const name = isScalar(key) ? textOf(key) : "";
  const plain = /^[\w-]+$/.test(name) ? name : quoted(name);
  return place.part(ordinal === undefined ? plain : `[${ordinal}]`, value ?? key);
}
