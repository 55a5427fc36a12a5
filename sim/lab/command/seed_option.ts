/**
 * What `--seed` may be.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";

/**
 * Refuses what would be no other seed for a case, or another case.
 *
 * @param seed As it was given, if it was.
 * @param name The case's.
 * @throws {InputError} It is a range: one world with an odd name, where many were meant; or the case brings its own.
 */
export function refuseSeed(seed: string | undefined, name: string): void {
  if (seed === undefined) return;
  if (/^\d+\.\.\d+$/.test(seed)) throw new InputError(`--seed ${quoted(seed)} is a range; expected one seed`);
  if (!/(^|,)seed=/.test(name)) return;
  throw new InputError(
    `--seed ${quoted(seed)} with the case ${quoted(name)}: expected no --seed, the matrix brings it`,
  );
}
