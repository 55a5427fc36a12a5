/**
 * What the command says: results on standard output, all else on standard
 * error. Both take whole lines at once, so that a closed pipe or a full disk
 * is noticed where it happens.
 *
 * @module
 */

import { writeSync } from "node:fs";
import { withoutControls } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { codeOf, systemError } from "./system_error.ts";

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

/** Nobody reads standard output any more: a mistake of nobody, but there is no use in going on. */
export class ClosedPipeError extends InputError {}

/**
 * Prints a line of the result.
 *
 * @throws {ClosedPipeError} Nobody reads it.
 * @throws {InputError} It cannot be written: the disk is full.
 */
export function print(line: string): void {
  try {
    writeLine(STANDARD_OUTPUT, line);
  } catch (error) {
    if (codeOf(error) === "EPIPE") throw new ClosedPipeError("nobody reads standard output any more");
    throw new InputError(`cannot write standard output: ${systemError(error)}`);
  }
}

/** Prints a line beside the result: progress, a warning, what is wrong. */
export function tell(line: string): void {
  try {
    writeLine(STANDARD_ERROR, line);
  } catch (error) {
    // Where nobody listens, nothing can be said.
    if (codeOf(error) === undefined) throw error;
  }
}

/** A text may hold more than one line; other control characters would move the cursor or change colours. */
function writeLine(handle: number, line: string): void {
  const text = line.split("\n").map(withoutControls).join("\n");
  const bytes = new TextEncoder().encode(`${text}\n`);
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(handle, bytes, written);
    } catch (error) {
      // Whoever shares the pipe has made it one that does not wait.
      if (codeOf(error) !== "EAGAIN") throw error;
    }
  }
}
