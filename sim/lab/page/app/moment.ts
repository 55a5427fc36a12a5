/**
 * The moment that is selected: everywhere the same, and in the address.
 *
 * @module
 */

import { parseCoordinate } from "../../../trace/coordinate.ts";
import type { Run } from "./run.ts";

/** A moment, and how the ladder comes to it: into the middle, or only as far as it must. */
export interface Moment {
  readonly event: number;
  readonly how: "center" | "nearest";
}

/** What an address says. */
export type AddressMoment =
  | { readonly type: "event"; readonly event: number }
  | { readonly type: "none" }
  | { readonly type: "problem"; readonly problem: string };

/** The event that the hash of an address names. */
export function momentOfAddress(hash: string, run: Run): AddressMoment {
  const text = hash.replace(/^#/, "");
  if (text === "") return { type: "none" };
  const coordinate = parseCoordinate(text);
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  if (coordinate === undefined) {
    return {
      type: "problem",
      problem: `The address does not decode: "${shown}" is no event; expected one such as ${run.coordinate(0)}.`,
    };
  }
  const { sequence, cycle } = coordinate;
  if (sequence >= run.length) {
    return { type: "problem", problem: `The address names event ${sequence}; this run has ${run.length}, from 0 on.` };
  }
  if (run.columns.cycle(sequence) !== cycle) {
    return {
      type: "problem",
      problem: `The address ${shown} is of another run: here event ${sequence} is ${run.coordinate(sequence)}.`,
    };
  }
  return { type: "event", event: sequence };
}
