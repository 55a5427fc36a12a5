/**
 * What a row of the benchmark is: a figure of ours, often one beside it, and a bound of their ratio.
 *
 * Only ratios of samples taken in turns mean anything: a busy machine slows both. What a row measures it prepares from
 * the root of a checkout, so that two revisions can be compared within one process, each with modules of its own.
 *
 * @module
 */

import type { Checkout } from "./checkout.ts";

/** Takes one sample, in the unit of the row. */
export type Sample = () => number | Promise<number>;

/** Why there is no figure: a peer is missing, the machine is too busy, git does not know a revision. */
export interface NotMeasured {
  /** The reason, as the table prints it. */
  readonly notMeasured: string;
}

/** What a row may compare itself with. */
export interface Surroundings {
  /** What is measured. */
  readonly ours: Checkout;
  /** The revision before, or why there is none. */
  readonly base: () => Promise<Checkout | NotMeasured>;
}

/** The bound of a ratio. */
export type Target = { readonly most: number } | { readonly least: number };

/** One row. */
export interface Row {
  /** Its name on the command line and in the history. */
  readonly name: string;
  /** What it measures. */
  readonly about: string;
  /** The unit of its figures. */
  readonly unit: "ms" | "us" | "KiB" | "a second" | "erases";
  /** The figure of a checkout. */
  readonly ours: (checkout: Checkout) => Promise<Sample | NotMeasured>;
  /** What it is compared with; nothing for a figure that stands alone. */
  readonly peer?: {
    readonly name: string;
    readonly sample: (surroundings: Surroundings) => Promise<Sample | NotMeasured>;
  };
  /** `ours / peer` by default; `peer / ours` where more is better. */
  readonly ratio?: "peer / ours";
  /** What the ratio should be. */
  readonly target?: Target;
  /** How many pairs of samples are taken; 11 by default. */
  readonly pairs?: number;
  /** How many samples of each side do not count, because code is still being compiled; by the number of pairs if not given. */
  readonly warmUps?: number;
  /** It takes minutes, and is measured only if it is named. */
  readonly takesMinutes?: true;
}

/** True when there is a reason in place of a figure. */
export function isMissing<T extends object>(value: T | NotMeasured): value is NotMeasured {
  return "notMeasured" in value;
}
