/**
 * Which part of a campaign is meant: one of several that engines run beside
 * one another, by its number, or by what Slurm says to a task of a job array.
 *
 * @module
 */

import process from "node:process";
import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";

/** One of several parts of a campaign: each n-th block. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  /** How many parts there are. */
  readonly count: number;
}

/** What stands for the part that Slurm's variables tell. */
const BY_SLURM = "slurm";

/** What Slurm tells a task of a job array (sbatch(1), "Output environment variables"). */
const VARIABLES = {
  id: "SLURM_ARRAY_TASK_ID",
  count: "SLURM_ARRAY_TASK_COUNT",
  first: "SLURM_ARRAY_TASK_MIN",
  step: "SLURM_ARRAY_TASK_STEP",
} as const;

/**
 * Reads what `--shard` says.
 *
 * @param text `I/N`, or `slurm`.
 * @throws {InputError} It is neither, or Slurm has not started this process as one of an array without gaps.
 */
export function shardOf(text: string): Shard {
  if (text === BY_SLURM) return shardOfTask((name) => process.env[name]);
  const [, index = 0, count = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= count) return { index, count };
  throw new InputError(`--shard ${quoted(text)}: expected I/N, with I from 1 to N, or ${BY_SLURM}`);
}

/**
 * The part of a task of a job array. Arrays may begin anywhere and have steps; one that is a list with gaps has none,
 * so that its tasks do not know their places.
 *
 * @param variable Reads a variable of the environment.
 */
export function shardOfTask(variable: (name: string) => string | undefined): Shard {
  const number = (name: string) => {
    const text = variable(name) ?? "";
    if (/^\d{1,9}$/.test(text)) return Number(text);
    const given = text === "" ? "is not set" : `is ${quoted(text)}`;
    throw new InputError(
      `--shard ${BY_SLURM}: ${name} ${given}; expected a task of an array, as of sbatch --array=1-4`,
    );
  };
  const { id, count, first, step } = VARIABLES;
  const place = (number(id) - number(first)) / number(step);
  if (Number.isInteger(place) && place >= 0 && place < number(count)) return { index: place + 1, count: number(count) };
  throw new InputError(
    `--shard ${BY_SLURM}: task ${number(id)} is none of ${number(count)} from ${number(first)} by steps of ` +
      `${number(step)}; expected an array without gaps, as of sbatch --array=1-4`,
  );
}
