/**
 * The name of a trial, `seed:operation:cut:variant[:cut:variant...]`, from
 * which it can be run again: the seed gives geometry and history, the
 * operation is the one in flight, each further pair is a cut in the mount that
 * follows the one before.
 *
 * @module
 */

import { VARIANT_LETTERS } from "./cut_points.ts";

/** One loss of power. */
export interface Cut {
  /** Where, as a cut point. */
  readonly point: number;
  /** In which way, as an index into `PROGRAM_CUTS`. */
  readonly variant: number;
}

/** A trial. */
export interface Trial {
  /** Gives geometry and history. */
  readonly seed: number;
  /** Index of the operation in flight. */
  readonly operation: number;
  /** The first in the operation, each further in the mount that follows. */
  readonly cuts: readonly Cut[];
}

/** A text that names no trial. */
export class TrialNameError extends Error {
  /** What was given. */
  readonly given: string;
  /** What is accepted. */
  readonly accepted: string;

  /**
   * Says what was given.
   *
   * @param given The text.
   */
  constructor(given: string) {
    const accepted = `seed:operation:cut:variant[:cut:variant...] with a variant of ${[...VARIANT_LETTERS].join(", ")}`;
    super(`"${given}" is not the name of a trial, expected ${accepted}`);
    this.name = "TrialNameError";
    this.given = given;
    this.accepted = accepted;
  }
}

/** The name of a trial. */
export function formatTrial({ seed, operation, cuts }: Trial): string {
  return [seed, operation, ...cuts.flatMap(({ point, variant }) => [point, VARIANT_LETTERS[variant]])].join(":");
}

/**
 * The trial of a name.
 *
 * @throws {TrialNameError} It is not the name of a trial.
 */
export function parseTrial(name: string): Trial {
  const [seed, operation, ...rest] = name.split(":");
  const cuts: Cut[] = [];
  for (let index = 0; index < rest.length; index += 2) {
    const variant = VARIANT_LETTERS.indexOf(rest[index + 1] ?? " ");
    if (variant < 0 || rest[index + 1]?.length !== 1) throw new TrialNameError(name);
    cuts.push({ point: wholeNumber(rest[index], name), variant });
  }
  if (cuts.length === 0) throw new TrialNameError(name);
  return { seed: wholeNumber(seed, name), operation: wholeNumber(operation, name), cuts };
}

function wholeNumber(text: string | undefined, name: string): number {
  if (text === undefined || !/^\d{1,9}$/.test(text)) throw new TrialNameError(name);
  return Number(text);
}
