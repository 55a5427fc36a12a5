/**
 * What a campaign has not seen: cells, and bugs that are too rare for it.
 *
 * Seeds of a block hang together, for some change stories of others; blocks do
 * not. So a block is what is counted: a cell that k of n blocks have seen would
 * have been new in one half of them, and not in the other, in one of 2^k of all
 * ways to halve them. The sum of that over all cells is how many the last
 * doubling has brought, whatever the order of blocks; and as many are expected
 * from the next (the curve of new cells over the logarithm of seeds is a line,
 * as far as campaigns were run). It is the Good-Toulmin estimator with Efron
 * and Thisted's binomial weights (Biometrika 63, 1976), cut off at a half.
 *
 * Cells come in clumps: a block that gets somewhere rare sees several. The
 * interval is that of a Poisson number, as much wider as blocks differ more.
 *
 * @module
 */

import { grouped } from "../../../kernel/grouped.ts";
import { blockOf, type RunResult } from "../search/block.ts";
import { CELL_DIMENSIONS, CELLS, cellValues } from "../search/cells.ts";

/** A forecast. */
export interface NewCells {
  /** Of so many further seeds. */
  readonly seeds: number;
  /** How many cells they will show that none has seen. */
  readonly expected: number;
  /** The bounds between which the number will be, in nine of ten campaigns. */
  readonly least: number;
  /** The upper one. */
  readonly most: number;
}

/** What was not seen. */
export interface NotSeen {
  /** How many cells were not. */
  readonly unseenCells: number;
  /** What no seed was in: a value of one dimension, or two of two that were each seen alone. */
  readonly neverSeen: readonly string[];
  /** A bug that shows in one of so many seeds would have been seen in 95 of 100 campaigns of this size, but for those that were found. */
  readonly excludedOneIn: number;
  /** What further seeds will show; `undefined` of less than four blocks of seeds, which tell nothing of it. */
  readonly next?: NewCells;
}

/** The quantile of a normal distribution between whose negative and itself are 90 %. */
const QUANTILE = 1.645;
const LEAST_BLOCKS = 4;
/** That of the number that will be found, and that of the forecast: weights of a half leave half of it. */
const VARIANCES = 1.5;

/**
 * Tells what a campaign has not seen.
 *
 * @param runs Its runs.
 * @param seeds How many further seeds the forecast is for; as many again by default.
 */
export function notSeen(runs: readonly Pick<RunResult, "seed" | "cells">[], seeds: number = runs.length): NotSeen {
  const seen = new Set(runs.flatMap(({ cells }) => cells));
  const next = forecast(runs, seeds);
  return {
    unseenCells: CELLS - seen.size,
    neverSeen: neverSeen(seen),
    excludedOneIn: excludedOneIn(runs.length),
    ...(next === undefined ? {} : { next }),
  };
}

function forecast(runs: readonly Pick<RunResult, "seed" | "cells">[], seeds: number): NewCells | undefined {
  const blocks = [...grouped(runs, ({ seed }) => blockOf(seed)).values()].map((block) => {
    return new Set(block.flatMap(({ cells }) => cells));
  });
  if (blocks.length < LEAST_BLOCKS) return undefined;
  const counts = new Map<number, number>();
  for (const block of blocks) for (const cell of block) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  const doubling = sum([...counts.values()].map((count) => 2 ** -count));
  const expected = doubling * doublings(1 + seeds / runs.length);
  const margin = QUANTILE * Math.sqrt(VARIANCES * Math.max(1, expected) * dispersion(blocks, counts));
  return {
    seeds,
    expected: Math.round(expected * 10) / 10,
    least: Math.max(0, Math.floor(expected - margin)),
    most: Math.ceil(expected + margin),
  };
}

/** The rarest bug that so many seeds would have missed in one of twenty campaigns at the most: for many the rule of three. */
function excludedOneIn(seeds: number): number {
  let [found, missed] = [1, seeds + 2];
  while (missed - found > 1) {
    const oneIn = (found + missed) >> 1;
    if (power(1 - 1 / oneIn, seeds) <= 0.05) found = oneIn;
    else missed = oneIn;
  }
  return found;
}

/** A whole power, by multiplications alone: other functions of figures differ from engine to engine. */
function power(base: number, exponent: number): number {
  if (exponent === 0) return 1;
  const half = power(base * base, Math.floor(exponent / 2));
  return exponent % 2 === 0 ? half : half * base;
}

/** The binary logarithm of a number from 1 on, to 20 bits, by multiplications alone. */
function doublings(number: number): number {
  let [rest, result] = [number, 0];
  for (; rest >= 2; rest /= 2) result++;
  for (let bit = 0.5; bit > 2 ** -20; bit /= 2) {
    rest *= rest;
    if (rest < 2) continue;
    rest /= 2;
    result += bit;
  }
  return result;
}

/** The index of dispersion of what only one block has seen, from block to block: 1 where cells come one by one. */
function dispersion(blocks: readonly ReadonlySet<number>[], counts: ReadonlyMap<number, number>): number {
  const alone = blocks.map((block) => [...block].filter((cell) => counts.get(cell) === 1).length);
  const mean = sum(alone) / blocks.length;
  if (mean === 0) return 1;
  const variance = sum(alone.map((count) => (count - mean) * (count - mean))) / (blocks.length - 1);
  return Math.max(1, variance / mean);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Values that no cell has, and pairs of values that no cell has together. */
function neverSeen(seen: ReadonlySet<number>): readonly string[] {
  const names = Object.keys(CELL_DIMENSIONS);
  const values = Object.values<readonly string[]>(CELL_DIMENSIONS);
  const cells = [...seen].map(cellValues);
  const isSeen = (...wanted: readonly (readonly [dimension: number, value: string])[]) =>
    cells.some((cell) => wanted.every(([dimension, value]) => cell[dimension] === value));
  const tell = (dimension: number, value: string) => `${names[dimension]} ${value}`;
  const known = values.map((each, dimension) => each.filter((value) => isSeen([dimension, value])));
  const alone = values.flatMap((each, dimension) =>
    each.filter((value) => known[dimension]?.includes(value) !== true).map((value) => tell(dimension, value))
  );
  const together = known.flatMap((each, one) =>
    known.slice(one + 1).flatMap((others, index) => {
      const other = one + 1 + index;
      return each.flatMap((a) =>
        others.filter((b) => !isSeen([one, a], [other, b])).map((b) => `${tell(one, a)} with ${tell(other, b)}`)
      );
    })
  );
  return [...alone, ...together];
}
