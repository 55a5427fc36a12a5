/**
 * On how many threads a command works.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";

const DEFAULT_WORKERS = 2;
const MOST_WORKERS = 64;

/** The option `--workers`. */
export const WORKERS_OPTION = {
  value: `1..${MOST_WORKERS}`,
  about: `on how many threads; ${DEFAULT_WORKERS} by default`,
} as const;

/**
 * What was given for it as a number.
 *
 * @throws {InputError} It is none, or too many.
 */
export function workersOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_WORKERS;
  const workers = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (workers >= 1 && workers <= MOST_WORKERS) return workers;
  throw new InputError(`--workers ${quoted(text)}: expected a number from 1 to ${MOST_WORKERS}`);
}
