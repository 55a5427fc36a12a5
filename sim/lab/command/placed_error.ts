/**
 * A mistake in a text that is read, with its place.
 *
 * @module
 */

import { InputError } from "../../kernel/input_error.ts";

/** A mistake whose message begins with `FILE:LINE:COLUMN:`, so that editors jump there. */
export class PlacedError extends InputError {
  /** The name of its kind, as stack traces show it. */
  override name: string = "PlacedError";
}
