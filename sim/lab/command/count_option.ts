/**
 * Options whose value is a number of things.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";

const MOST = 100_000_000;

/**
 * What was given for an option as a number.
 *
 * @param least The least that makes sense.
 * @throws {InputError} It is no whole number, less, or more than 100 million.
 */
export function countOf(option: string, text: string, least: number): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (count >= least && count <= MOST) return count;
  throw new InputError(`${option} ${quoted(text)}: expected a whole number from ${least} to ${MOST}`);
}
