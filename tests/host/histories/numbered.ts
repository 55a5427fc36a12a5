/**
 * Which history has which number.
 *
 * @module
 */

import { RandomStreams } from "../../../sim/kernel/random.ts";
import { drawHistory } from "./draw.ts";
import { drawDisplacedHistory, isOfDisplaced } from "./draw_displaced.ts";
import { drawSavingHistory, isOfSavings } from "./draw_saving.ts";
import { drawWaitingHistory, isOfWaiting } from "./draw_waiting.ts";
import type { History } from "./history.ts";

/** Draws the history of a number. */
export function historyOf(number: number): History {
  const random = new RandomStreams(`history ${number}`).stream("steps");
  if (isOfSavings(number)) return drawSavingHistory(random);
  if (isOfDisplaced(number)) return drawDisplacedHistory(random);
  return isOfWaiting(number) ? drawWaitingHistory(random) : drawHistory(random);
}
