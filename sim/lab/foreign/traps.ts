/**
 * What is told of code of a module that cannot go on.
 *
 * @module
 */

import { functionsIn, isStackOverflow, placeIn } from "./call_stack.ts";
import { UNWOUND_BYTES } from "./module_body.ts";

/** As errors of modules have it. */
export type Told = readonly [place: string, given: string, accepted: string];

/** A function saves its variables behind what is left of the room, and traps: no more of them than these bytes have. */
const LARGEST_FRAME_BYTES = 4096;

/** Code that cannot wait goes on without end: thrown through it, so that the time can pass that it has taken. */
export class EndlessError extends Error {
  /** By those functions; and what ends the run then. */
  constructor(readonly cycles: number, readonly functions: readonly string[], readonly reason: unknown) {
    super("code without end");
  }
}

/**
 * What is told of an error in a call; `undefined` if it is not the module's.
 *
 * @param exportName What was called.
 * @param importName Where the stack of that call was being unwound, if it was.
 * @param roomBytes What the unwound stack had left of its room.
 */
export function trapOf(
  error: unknown,
  exportName: string,
  importName: string | undefined,
  roomBytes: number,
): Told | undefined {
  if (error instanceof WebAssembly.RuntimeError) {
    const place = functionsIn(error)[0] ?? exportName;
    if (importName !== undefined && roomBytes < LARGEST_FRAME_BYTES) return tooDeep(place, importName);
    return [place, error.message + placeIn(error), "code that does not trap"];
  }
  if (error instanceof RangeError && isStackOverflow(error)) {
    return [functionsIn(error)[0] ?? exportName, "calls nested without end", "fewer of them"];
  }
  return undefined;
}

/** What is told of calls that are too many to be unwound. */
export function tooDeep(place: string, importName: string): Told {
  const given = `needs more than ${UNWOUND_BYTES} bytes to be suspended in hba.${importName}`;
  return [place, given, "fewer calls within one another, or fewer variables in them"];
}
