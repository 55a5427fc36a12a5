/**
 * Deviations in words: `host/hba0 interrupt line at its 2nd "adapter interrupt"
 * goes before hba0/boot at its 1st "mailbox doorbell"`.
 *
 * @module
 */

import { ordinal, tellFault } from "../../faults/sentence.ts";
import { tellMoment } from "./moment.ts";
import type { Deviation, EventName, Split } from "./tape.ts";

/** A deviation in words. */
export function tellDeviation(deviation: Deviation): string {
  switch (deviation.decision) {
    case "draw":
      return `the ${ordinal(deviation.ordinal)} draw of ${deviation.stream} gives ${deviation.value}`;
    case "tie":
      return `${tellEvent(deviation.first)} goes before ${tellEvent(deviation.before)}`;
    case "fault":
      return tellFault(deviation.fault);
    case "step":
      return `the ${ordinal(deviation.step.ordinal)} ${deviation.step.type} is ${
        deviation.change === "repeated" ? "taken twice" : deviation.change
      }`;
    default:
      return deviation satisfies never;
  }
}

/** A split in words. */
export function tellSplit({ at, salt }: Split): string {
  return `chance begins anew at ${tellMoment(at)}, salt ${salt}`;
}

/** An event of the queue in words. */
function tellEvent({ who, what, ordinal: number }: EventName): string {
  switch (what) {
    case "start":
      return `the ${ordinal(number)} start of ${who}`;
    case "time":
      return `the ${ordinal(number)} turn of ${who}`;
    default:
      return `${who} at its ${ordinal(number)} "${what}"`;
  }
}
