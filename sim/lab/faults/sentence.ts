/**
 * Faults in words: `the 2nd flash program of hba0, after 17 bytes: power of
 * hba0 off for 100ms`.
 *
 * @module
 */

import { durationText } from "../../kernel/duration_text.ts";
import { tellAccident } from "./accidents.ts";
import { describePattern } from "./event_pattern.ts";
import {
  type AdapterOperation,
  type Anchor,
  type Fault,
  type Harm,
  isBusHarm,
  isDatagramHarm,
  isOfAdapter,
} from "./fault.ts";
import type { Bounds } from "./range.ts";

const OPERATIONS: { readonly [O in AdapterOperation]: string } = {
  flashProgram: "flash program",
  flashErase: "flash erase",
  flashRead: "flash read",
  command: "command",
  doorbell: "doorbell",
  interrupt: "interrupt",
  dma: "DMA transfer",
  boot: "boot",
};

/** A fault in words. */
export function tellFault({ harm, anchor, after }: Fault): string {
  const later = after === undefined
    ? ""
    : "bytes" in after
    ? `after ${after.bytes} bytes`
    : `after ${durationText(after.nanoseconds)}`;
  const when = anchor.at === "begin"
    ? later || "at the beginning"
    : [tellAnchor(anchor), later].filter((each) => each !== "").join(", ");
  return `${when}: ${tellHarm(harm)}`;
}

/** A moment in words. */
export function tellAnchor(anchor: Anchor): string {
  if (isOfAdapter(anchor)) return `${tellOrdinals(anchor.ordinals, OPERATIONS[anchor.at])} of ${anchor.adapter}`;
  switch (anchor.at) {
    case "datagram":
      return `${tellOrdinals(anchor.ordinals, "datagram")} from ${anchor.from} to ${anchor.to}`;
    case "message":
      return `message ${anchor.message} from ${anchor.from} to ${anchor.to}`;
    case "commit":
      return `${tellOrdinals(anchor.ordinals, "commit")} of the service's store`;
    case "event":
      return describePattern(anchor.event);
    case "time":
      return `at ${durationText(anchor.time)}`;
    case "begin":
      return "the beginning";
    default:
      return anchor satisfies never;
  }
}

/** What happens, in words. */
function tellHarm(harm: Harm): string {
  if (isDatagramHarm(harm)) {
    switch (harm.kind) {
      case "lose":
        return "lost";
      case "duplicate":
        return "sent twice";
      case "delay":
        return `late by ${durationText(harm.by)}`;
      case "corrupt":
        return harm.bit === undefined ? "a bit flipped" : `bit ${harm.bit} flipped`;
      case "truncate":
        return `cut to ${harm.bytes} bytes`;
      case "mutate":
        return `${harm.field} set to ${harm.value}`;
      default:
        return harm satisfies never;
    }
  }
  if (isBusHarm(harm)) {
    switch (harm.kind) {
      case "loseInterrupt":
      case "loseDoorbell":
        return "lost";
      case "lateInterrupt":
        return `late by ${durationText(harm.by)}`;
      case "corruptDma":
        return `bit ${harm.bit} turned over`;
      case "refuseDma":
        return "refused";
      default:
        return harm satisfies never;
    }
  }
  return tellAccident(harm);
}

function tellOrdinals({ least, most }: Bounds, what: string): string {
  if (least === most) return `the ${ordinal(least)} ${what}`;
  if (most === Infinity) return least <= 1 ? `each ${what}` : `each ${what} from the ${ordinal(least)} on`;
  return `the ${ordinal(least)} to ${ordinal(most)} ${what}`;
}

const ENDINGS: Readonly<Record<string, string>> = { one: "st", two: "nd", few: "rd", other: "th" };

/** 1st, 2nd, 3rd, 4th, 11th, 21st. */
export function ordinal(number: number): string {
  const [tens, ones] = [Math.floor(number / 10) % 10, number % 10];
  const name = tens === 1 ? "other" : ["other", "one", "two", "few"][ones] ?? "other";
  return `${number}${ENDINGS[name]}`;
}
