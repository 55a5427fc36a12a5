/**
 * Sixty bugs that were written against this product by two people, without knowledge of one another or of the explorer,
 * to measure how well it finds such. The list was frozen before the explorer was run on any of them; of each set every
 * third stays unrun until all tuning is over. A third person wrote twenty more in the same way, after that tuning, and a
 * fourth twenty after what was learnt from these: they stand for themselves, as {@linkcode LATER_SETS}.
 *
 * @module
 */

import type { PlantedBug } from "./planted_bug.ts";
import { CACHE_A } from "./set_a/cache.ts";
import { CALLS_A } from "./set_a/calls.ts";
import { LIFE_A } from "./set_a/life.ts";
import { CACHE_B } from "./set_b/cache.ts";
import { CALLS_B } from "./set_b/calls.ts";
import { LIFE_B } from "./set_b/life.ts";
import { CACHE_C } from "./set_c/cache.ts";
import { CALLS_C } from "./set_c/calls.ts";
import { LIFE_C } from "./set_c/life.ts";
import { CACHE_D } from "./set_d/cache.ts";
import { CALLS_D } from "./set_d/calls.ts";
import { LIFE_D } from "./set_d/life.ts";

/** A bug of a set. */
export interface SetBug extends PlantedBug {
  /** The set it is of. */
  readonly set: "A" | "B" | "C" | "D";
  /** Whether it stays unrun until the end. */
  readonly isHeldOut: boolean;
}

const ofSet = (set: SetBug["set"], bugs: readonly PlantedBug[]): SetBug[] =>
  bugs.map((bug, index) => ({ ...bug, set, isHeldOut: index % 3 === 2 }));

/** All of sets A and B. */
export const PLANTED_BUGS: readonly SetBug[] = [
  ...ofSet("A", [...CACHE_A, ...CALLS_A, ...LIFE_A]),
  ...ofSet("B", [...CACHE_B, ...CALLS_B, ...LIFE_B]),
];

/** The third set and the fourth, which are not among {@linkcode PLANTED_BUGS}. */
export const LATER_SETS: readonly SetBug[] = [
  ...ofSet("C", [...CACHE_C, ...CALLS_C, ...LIFE_C]),
  ...ofSet("D", [...CACHE_D, ...CALLS_D, ...LIFE_D]),
];
