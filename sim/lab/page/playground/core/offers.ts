/**
 * What may stand at the cursor: fields, words and names, by the definition of
 * scenarios.
 *
 * @module
 */

import { isScalar } from "yaml";
import type { Shape } from "../../../../shape/shape.ts";
import { rowsOf } from "../../../scenario/field_rows.ts";
import { SCENARIO } from "../../../scenario/scenario.ts";
import type { Offer, Offers } from "./requests.ts";
import {
  documentOf,
  type Field,
  keysOf,
  kindIn,
  meantBy,
  namesIn,
  placeOf,
  type WrittenPlace,
} from "./written_place.ts";

/** Stands for the word that is being written; no file has it. */
const HERE = "\u{f0000}";

/** What may stand at an offset; `undefined` if nothing is known of the place. */
export function offersAt(source: string, offset: number): Offers | undefined {
  const from = offset - (/[^\s{}[\],:#"'|>&*!]*$/.exec(source.slice(0, offset))?.[0].length ?? 0);
  const to = offset + (/^[^\s{}[\],:#"'|>&*!]*/.exec(source.slice(offset))?.[0].length ?? 0);
  const line = source.slice(source.lastIndexOf("\n", from - 1) + 1, from);
  // On a line of its own it begins a field, if one may stand there; else it is a value.
  const isBegun = /^\s*(- +)*$/.test(line) && !/^\s*:/.test(source.slice(to));
  for (const written of isBegun ? [`${HERE}: `, HERE] : [HERE]) {
    const document = documentOf(`${source.slice(0, from)}${written}${source.slice(to)}`);
    const place = placeOf(document, SCENARIO, (node) => node.value === HERE);
    if (place === undefined) continue;
    const names = namesIn(document, SCENARIO);
    const offers = place.role === "key"
      ? [...keysAt(place), ...wordsInPlace(place, isBegun, names)]
      : wordsOf(place.shape, names);
    return { from, to, offers };
  }
  return undefined;
}

/** Where a list of words is written line by line, a word is taken for a field at first. */
function wordsInPlace(
  { map, shape }: Extract<WrittenPlace, { readonly role: "key" }>,
  isBegun: boolean,
  names: ReturnType<typeof namesIn>,
): readonly Offer[] {
  return isBegun && map.items.length === 1 ? wordsOf(shape, names) : [];
}

function keysAt({ map, shape }: Extract<WrittenPlace, { readonly role: "key" }>): readonly Offer[] {
  const written = new Set(keysOf(map));
  const offered = (fields: { readonly [name: string]: Field }) =>
    Object.entries(fields).filter(([name]) => !written.has(name)).map(([name, field]) => offerOf(name, field));
  const meant = meantBy(shape, map);
  if (meant.kind === "mapping") return offered(meant.fields);
  if (meant.kind !== "variant") return [];
  const kind = kindIn(meant, map);
  return offered(kind === undefined ? meant.variants : meant.beside[kind] ?? {}).map((offer) => ({
    ...offer,
    isRequired: false,
  }));
}

function offerOf(name: string, field: Field): Offer {
  const [row] = rowsOf({ [name]: field }, () => false);
  return {
    label: name,
    kind: "field",
    accepts: row?.accepts ?? "",
    about: row?.about ?? "",
    isRequired: row?.isRequired ?? false,
  };
}

/** Words that are accepted, and names of what the file has. */
function wordsOf(shape: Shape, names: ReturnType<typeof namesIn>): readonly Offer[] {
  const meant = meantBy(shape, undefined);
  const scalar = meant.kind === "either" ? meant.scalar : meant;
  if (scalar.kind !== "scalar") return [];
  const offer = (label: string, kind: Offer["kind"]): Offer => ({
    label,
    kind,
    accepts: "",
    about: "",
    isRequired: false,
  });
  const kinds = scalar.refersTo?.split(" or ") ?? [];
  return [
    ...kinds.flatMap((kind) =>
      [...names.get(kind) ?? []].filter((name) => name !== HERE).map((name) => offer(name, "name"))
    ),
    ...(scalar.words ?? []).map((word) => offer(word, "word")),
  ];
}

/** Whether a scalar lies around an offset. */
export function liesAt(offset: number): (node: unknown) => boolean {
  return (node) => {
    if (!isScalar(node) || node.range === undefined || node.range === null) return false;
    const [from, to] = node.range;
    return from <= offset && offset <= to && to > from;
  };
}
