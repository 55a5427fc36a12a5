/**
 * The name of a trial, from which it can be run again.
 *
 * `seed:operation:cut:variant[:cut:variant...]`: the seed gives geometry and
 * history, the operation is the one in flight, each further pair is a cut in
 * the mount that follows the one before. `operation-index-index` leaves operations before it out of the history.
 * `seed:flip:bit`: the seed gives the
 * image, in which one bit is turned over; `seed:clear:bit`: then the secrets
 * are cleared. `seed:fault:number` and
 * `seed:faults:number`: the trial of that number with one fault, or two;
 * `seed:pass:number`: with one that passes.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { VARIANT_LETTERS } from "./cut_points.ts";

/** One loss of power. */
export interface Cut {
  /** Where, as a cut point. */
  readonly point: number;
  /** In which way, as an index into `PROGRAM_CUTS`. */
  readonly variant: number;
}

/** A trial. */
export type Trial = CutTrial | FlipTrial | FaultTrial | PassingTrial;

/** A store lives on a part with faults. */
export interface FaultTrial {
  /** Gives geometry and history. */
  readonly seed: number;
  /** Which trial. */
  readonly faultTrial: number;
  /** How many faults: 1 or 2. */
  readonly faults: number;
}

/** A store lives on a part with a fault that passes. */
export interface PassingTrial {
  /** Gives geometry and history. */
  readonly seed: number;
  /** Which trial. */
  readonly passingTrial: number;
}

/** One bit of an image is turned over. */
export interface FlipTrial {
  /** Gives the image. */
  readonly seed: number;
  /** Which bit, counted from the beginning of the image. */
  readonly flippedBit: number;
  /** Whether the secrets are cleared then. */
  readonly thenClears: boolean;
}

/** An operation, and perhaps mounts after it, are cut off. */
export interface CutTrial {
  /** Gives geometry and history. */
  readonly seed: number;
  /** Index of the operation in flight. */
  readonly operation: number;
  /** Indices of operations before it that are left out of the history, in order; none by default. */
  readonly leftOut?: readonly number[];
  /** The first in the operation, each further in the mount that follows. */
  readonly cuts: readonly Cut[];
}

/** A text that names no trial. */
export class TrialNameError extends InputError {
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
    const variants = [...VARIANT_LETTERS].join(", ");
    const accepted = `seed:operation:cut:variant[:cut:variant...] with a variant of ${variants}, ` +
      "seed:flip:bit, seed:clear:bit, seed:fault:number, seed:faults:number or seed:pass:number";
    super(`"${given}" is not the name of a trial, expected ${accepted}`);
    this.name = "TrialNameError";
    this.given = given;
    this.accepted = accepted;
  }
}

/** The name of a trial. */
export function formatTrial(trial: Trial): string {
  if ("flippedBit" in trial) return `${trial.seed}:${trial.thenClears ? "clear" : "flip"}:${trial.flippedBit}`;
  if ("faultTrial" in trial) return `${trial.seed}:${trial.faults === 1 ? "fault" : "faults"}:${trial.faultTrial}`;
  if ("passingTrial" in trial) return `${trial.seed}:pass:${trial.passingTrial}`;
  const { seed, operation, leftOut = [], cuts } = trial;
  return [
    seed,
    [operation, ...leftOut].join("-"),
    ...cuts.flatMap(({ point, variant }) => [point, VARIANT_LETTERS[variant]]),
  ].join(":");
}

/**
 * The trial of a name.
 *
 * @throws {TrialNameError} It is not the name of a trial.
 */
export function parseTrial(name: string): Trial {
  const [seed, operation, ...rest] = name.split(":");
  if ((operation === "flip" || operation === "clear") && rest.length === 1) {
    const flippedBit = wholeNumber(rest[0], name);
    return { seed: wholeNumber(seed, name), flippedBit, thenClears: operation === "clear" };
  }
  if ((operation === "fault" || operation === "faults") && rest.length === 1) {
    const faultTrial = wholeNumber(rest[0], name);
    return { seed: wholeNumber(seed, name), faultTrial, faults: operation === "fault" ? 1 : 2 };
  }
  if (operation === "pass" && rest.length === 1) {
    return { seed: wholeNumber(seed, name), passingTrial: wholeNumber(rest[0], name) };
  }
  const cuts: Cut[] = [];
  for (let index = 0; index < rest.length; index += 2) {
    const variant = VARIANT_LETTERS.indexOf(rest[index + 1] ?? " ");
    if (variant < 0 || rest[index + 1]?.length !== 1) throw new TrialNameError(name);
    cuts.push({ point: wholeNumber(rest[index], name), variant });
  }
  if (cuts.length === 0) throw new TrialNameError(name);
  const [flight = 0, ...leftOut] = (operation ?? "").split("-").map((index) => wholeNumber(index, name));
  if (leftOut.some((index, at) => index >= flight || index <= (leftOut[at - 1] ?? -1))) throw new TrialNameError(name);
  return { seed: wholeNumber(seed, name), operation: flight, ...(leftOut.length === 0 ? {} : { leftOut }), cuts };
}

function wholeNumber(text: string | undefined, name: string): number {
  if (text === undefined || !/^\d{1,9}$/.test(text)) throw new TrialNameError(name);
  return Number(text);
}
