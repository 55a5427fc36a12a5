/**
 * Moments of a run as people write them.
 *
 * @module
 */

import { DEFAULT_FREQUENCY_HZ } from "../../kernel/kernel.ts";
import { InputError } from "../../kernel/input_error.ts";
import { quoted } from "../../kernel/given.ts";
import { parseScalar } from "../../shape/shape.ts";
import { parseCoordinate } from "../../trace/coordinate.ts";
import type { Recorder } from "../../trace/recorder.ts";
import type { Moment } from "../explore/tape/tape.ts";
import { DURATION } from "../scenario/values.ts";

/** What {@linkcode momentOf} takes, for help and errors. */
export const MOMENT_WORDS = "an event such as 256 or c130247966.s256, or a time such as 525ms";

/**
 * The moment that a text means.
 *
 * @throws {InputError} It means none.
 */
export function momentOf(text: string): Moment {
  const coordinate = parseCoordinate(text);
  if (coordinate !== undefined) return coordinate;
  if (/^s?\d{1,10}$/.test(text)) return { cycle: 0, sequence: Number(text.replace("s", "")) };
  const nanoseconds = parseScalar(DURATION, text);
  // Scenario files have no other frequency.
  const cycle = nanoseconds === undefined ? NaN : Math.ceil((nanoseconds * DEFAULT_FREQUENCY_HZ) / 1e9);
  if (Number.isSafeInteger(cycle)) return { cycle, sequence: -1 };
  throw new InputError(`${quoted(text)} is no moment: expected ${MOMENT_WORDS}`);
}

/**
 * Refuses a coordinate of another run.
 *
 * @throws {InputError} The event of its number is in another cycle.
 */
export function refuseOtherRun(text: string, recorder: Recorder): void {
  const coordinate = parseCoordinate(text);
  if (coordinate === undefined || coordinate.sequence >= recorder.length) return;
  const { cycle } = recorder.at(coordinate.sequence);
  if (cycle === coordinate.cycle) return;
  throw new InputError(
    `${text} is of another run: here event ${coordinate.sequence} is c${cycle}.s${coordinate.sequence}`,
  );
}
