/**
 * What the command says: results on standard output, all else on standard
 * error. Both take whole lines at once, so that a closed pipe or a full disk
 * is noticed where it happens.
 *
 * @module
 */

import process from "node:process";
import { withoutControls } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { codeOf, systemError } from "./system_error.ts";
import { writeWhole } from "./write_whole.ts";

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

/** Nobody reads standard output any more: a mistake of nobody, but there is no use in going on. */
export class ClosedPipeError extends InputError {}

/**
 * Prints a line of the result; on a terminal in a colour, if one is given.
 *
 * @throws {ClosedPipeError} Nobody reads it.
 * @throws {InputError} It cannot be written: the disk is full.
 */
export function print(line: string, colour?: Colour): void {
  try {
    writeLine(STANDARD_OUTPUT, line, colour !== undefined && showsColours() ? COLOURS[colour] : undefined);
  } catch (error) {
    if (codeOf(error) === "EPIPE") throw new ClosedPipeError("nobody reads standard output any more");
    throw new InputError(`cannot write standard output: ${systemError(error)}`);
  }
}

/** Colours by what they are used for, as Select Graphic Rendition has them (ECMA-48 §8.3.117). */
const COLOURS = { heading: "1", asking: "36", good: "32", bad: "31", wire: "34", state: "33", aside: "2" } as const;

/** What a colour is used for. */
export type Colour = keyof typeof COLOURS;

/** How many characters a line on standard output has room for; `undefined` if that is no terminal. */
export function terminalWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns : undefined;
}

/** On a terminal, unless the user wants none (https://no-color.org). */
function showsColours(): boolean {
  if (terminalWidth() === undefined) return false;
  // Deno asks for a permission to read the environment, but not for this.
  const { Deno: deno } = globalThis as { readonly Deno?: { readonly noColor: boolean } };
  return deno === undefined ? (process.env["NO_COLOR"] ?? "") === "" : !deno.noColor;
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
function writeLine(handle: number, line: string, rendition?: string): void {
  const plain = line.split("\n").map(withoutControls).join("\n");
  const text = rendition === undefined ? plain : `\x1b[${rendition}m${plain}\x1b[0m`;
  writeWhole(handle, new TextEncoder().encode(`${text}\n`));
}
