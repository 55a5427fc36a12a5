/**
 * The ladder as the command shows it: on a terminal with a header, colours and
 * lines that fit, in a pipe plain and whole.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { alternatives } from "../../shape/alternatives.ts";
import { describeEvent, describeWhole } from "../../trace/describe_event.ts";
import { isGood } from "../../trace/explain/status.ts";
import { LADDER_HEADER, ladderRungs } from "../../trace/ladder.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import type { Given, Options } from "./command.ts";
import { fitting, WIDE_OPTION } from "./fitting.ts";
import { type Colour, terminalWidth } from "./terminal.ts";

/** How much a ladder shows, the least first, and the kinds of events that each adds. */
const LEVELS: Readonly<Record<string, readonly string[]>> = {
  calls: ["call", "return"],
  messages: ["packet", "state", "note"],
  all: ["flash", "candidate"],
};

/** Options of whatever shows a ladder. */
export const LADDER_OPTIONS = {
  level: {
    value: "LEVEL",
    about:
      "how much the ladder shows: calls, messages (packets, states and notes, too), or all, flash reads among it; " +
      "without it all but flash reads",
    without: ["json", "quiet"],
  },
  ...WIDE_OPTION,
} as const satisfies Options;

/** Prints one line, in a colour if there is one. */
type Print = (line: string, colour?: Colour) => void;

/**
 * What prints the ladder of some events.
 *
 * @param print Where the lines go.
 * @returns Takes events in order, as often as there are some: what is above them is printed once.
 * @throws {InputError} There is no such level.
 */
export function ladderView(
  given: Given<typeof LADDER_OPTIONS>,
  print: Print,
): (events: Iterable<TraceEvent>, frequencyHz: number, before?: (event: TraceEvent) => string) => void {
  const stages = ladderStages(given, print);
  return (...ladder) => {
    for (const _ of stages(...ladder));
  };
}

/** As {@linkcode ladderView}, but it prints nothing by itself: each event is told before its line. */
export function ladderStages(
  { level: given, wide }: Given<typeof LADDER_OPTIONS>,
  print: Print,
): (
  events: Iterable<TraceEvent>,
  frequencyHz: number,
  before?: (event: TraceEvent) => string,
) => Generator<TraceEvent, void> {
  const shown = kindsAt(given);
  const isTerminal = terminalWidth() !== undefined;
  const fit = fitting(wide);
  let isFirst = true;
  return function* (events, frequencyHz, before = () => "") {
    for (const { event, line } of ladderRungs(events, frequencyHz, given === "all" ? describeWhole : describeEvent)) {
      yield event;
      if (!shown.includes(event.kind)) continue;
      const prefix = before(event);
      if (isFirst && isTerminal) print(fit(`${" ".repeat(prefix.length)}${LADDER_HEADER}`), "heading");
      isFirst = false;
      print(fit(`${prefix}${line}`), colourOf(event));
    }
  };
}

/** That a level leaves nothing of some events, in words; `undefined` if it leaves something, or there are none. */
export function whyHidden(
  { level }: Given<typeof LADDER_OPTIONS>,
  events: readonly TraceEvent[],
): string | undefined {
  const shown = kindsAt(level);
  const kinds = new Set(events.map(({ kind }) => kind));
  if (kinds.size === 0 || [...kinds].some((kind) => shown.includes(kind))) return undefined;
  return `--level ${level} shows none of the ${events.length} events that are meant: they are ${alternatives(kinds)}`;
}

/** The kinds of events that a level shows. */
function kindsAt(given: string | undefined): readonly string[] {
  const level = given ?? "all";
  const last = Object.keys(LEVELS).indexOf(level);
  if (last >= 0) return Object.values(LEVELS).slice(0, last + 1).flat();
  throw new InputError(`--level ${quoted(level)}: expected one of ${alternatives(Object.keys(LEVELS))}`);
}

function colourOf(event: TraceEvent): Colour | undefined {
  const { kind, fields } = event;
  switch (kind) {
    case "call":
      return "asking";
    case "return":
      return isGood(event) ? "good" : "bad";
    case "packet":
      return ["sends", "receives", "sent"].includes(String(fields["direction"])) ? "wire" : "bad";
    case "state":
      return /failed|power off/.test(String(fields["state"])) ? "bad" : "state";
    case "candidate":
      return fields["outcome"] === "used" ? "good" : "aside";
    case "note":
    case "flash":
      return "aside";
    default:
      return undefined;
  }
}
