/**
 * Misuse of the network.
 *
 * @module
 */

import { InputError } from "../kernel/input_error.ts";

/** A value that the network does not accept. */
export class NetworkError extends InputError {
  /** Which value. */
  readonly field: string;
  /** What was given. */
  readonly given: string;
  /** What is accepted. */
  readonly accepted: string;

  /** Says what was given and what is accepted. */
  constructor(field: string, given: string, accepted: string) {
    super(`Cannot use ${given} as ${field} of the network: expected ${accepted}`);
    this.name = "NetworkError";
    this.field = field;
    this.given = given;
    this.accepted = accepted;
  }
}
