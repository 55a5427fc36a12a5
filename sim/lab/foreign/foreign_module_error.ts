/**
 * What is wrong with firmware that was compiled elsewhere.
 *
 * @module
 */

import { InputError } from "../../kernel/input_error.ts";

/** A module that cannot be used, or that has done what no firmware may: where, what was given, what is accepted. */
export class ForeignModuleError extends InputError {
  /** The module's file, or how else whoever gave it calls it. */
  readonly file: string;
  /** Which part of it: a function of its source, an import, a section. */
  readonly place: string;
  /** What was found there. */
  readonly given: string;
  /** What is accepted. */
  readonly accepted: string;

  /**
   * Says all four in one line.
   *
   * @param file The module's file, or how else whoever gave it calls it.
   * @param place Which part of it.
   * @param given What was found there.
   * @param accepted What is accepted.
   */
  constructor(file: string, place: string, given: string, accepted: string) {
    super(`${file}: ${place}: ${given}; expected ${accepted}`);
    this.name = "ForeignModuleError";
    this.file = file;
    this.place = place;
    this.given = given;
    this.accepted = accepted;
  }
}
