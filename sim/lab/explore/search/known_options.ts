/**
 * Options of a campaign that there are not: one that is misspelt would be ignored,
 * and the campaign would find nothing for want of it.
 *
 * @module
 */

import { given, quoted } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { nearestWord } from "../../../shape/nearest_word.ts";

/**
 * Refuses what is no options, and options that there are not, all of them at once.
 *
 * @param names Those that there are.
 * @throws {InputError} There is one, with what was probably meant.
 */
export function refuseUnknownOptions(options: unknown, names: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new InputError(`options: ${given(options)}, expected an object with ${names.join(", ")}`);
  }
  const unknown = Object.keys(options).filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  const told = unknown.map((name) => {
    const nearest = nearestWord(name, names);
    return `${quoted(name)}${nearest === undefined ? "" : ` (did you mean ${nearest}?)`}`;
  });
  throw new InputError(`options: ${told.join(", ")}, expected only ${names.join(", ")}`);
}

/**
 * Refuses seeds that are no object.
 *
 * @throws {InputError} They are none.
 */
export function refuseOtherSeeds(seeds: unknown): void {
  if (typeof seeds === "object" && seeds !== null) return;
  throw new InputError(`seeds: ${given(seeds)}, expected an object with first and last`);
}
