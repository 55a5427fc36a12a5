/**
 * Mistakes of several scenario files.
 *
 * @module
 */

import { InputError } from "../../kernel/input_error.ts";

/** Mistakes of several files, each with its place first. */
export class MistakesError extends InputError {
  /** The name of its kind, as stack traces show it. */
  override name: string = "MistakesError";
}
