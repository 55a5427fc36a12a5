/**
 * How a world refuses its options.
 *
 * @module
 */

import { InputError } from "../../kernel/input_error.ts";

/**
 * A world's options are not accepted: nothing was built. Thrown later only of what functions and objects among the
 * options return: a store or sessions at a boot, answers of a key store.
 */
export class WorldOptionsError extends InputError {
  /** Which option, as it would be written in TypeScript: `adapters[1].name`, `host.timeouts.bootCycles`. */
  readonly path: string;
  /** What was given. Of bytes only their number: they may be a key. */
  readonly given: string;
  /** What is accepted. */
  readonly accepted: string;

  /**
   * Says which option, what was given and what is accepted.
   *
   * @param path Which option.
   * @param given What was given; never the content of a key.
   * @param accepted What is accepted.
   */
  constructor(path: string, given: string, accepted: string) {
    super(`${path}: ${given}, expected ${accepted}`);
    this.name = "WorldOptionsError";
    this.path = path;
    this.given = given;
    this.accepted = accepted;
  }
}
