/**
 * What there is to know of a word of a scenario: what `hbasim help` says of it.
 *
 * @module
 */

import type { Scalar } from "yaml";
import { rowsOf } from "../../../scenario/field_rows.ts";
import { helpTopic } from "../../../scenario/help_topics.ts";
import { SCENARIO } from "../../../scenario/scenario.ts";
import { liesAt } from "./offers.ts";
import type { Known } from "./requests.ts";
import { documentOf, fieldIn, placeOf } from "./written_place.ts";

/** What there is to know of the word at an offset; `undefined` if that is nothing. */
export function knownAt(source: string, offset: number): Known | undefined {
  let found: Scalar | undefined;
  const lies = liesAt(offset);
  const place = placeOf(documentOf(source), SCENARIO, (node) => {
    if (!lies(node)) return false;
    found = node;
    return true;
  });
  const [from, to] = found?.range ?? [];
  if (place === undefined || from === undefined || to === undefined) return undefined;
  const word = source.slice(from, to);
  if (place.role === "value") {
    const { doc = "", accepts } = place.shape;
    return { from, to, word, about: doc, accepts, example: "" };
  }
  const { shape, map, name } = place;
  const field = fieldIn(shape, map, name);
  if (field === undefined) {
    if (shape.kind !== "entries") return undefined;
    return { from, to, word, about: `A name of the file's own.`, accepts: shape.name.accepts, example: "" };
  }
  const isKind = shape.kind === "variant" && Object.hasOwn(shape.variants, name);
  const topic = isKind ? helpTopic(name) : undefined;
  const [row] = rowsOf({ [name]: field }, () => false);
  return {
    from,
    to,
    word,
    about: topic?.about ?? row?.about ?? "",
    accepts: row?.accepts ?? "",
    example: topic?.example ?? "",
  };
}
