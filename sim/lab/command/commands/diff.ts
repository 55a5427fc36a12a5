/**
 * `hbasim diff`.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { comparison, type Divergence } from "../../../trace/divergence.ts";
import { formatCoordinate } from "../../../trace/coordinate.ts";
import type { TraceEvent } from "../../../trace/recorder.ts";
import { traceReading } from "../../../trace/trace_file.ts";
import { type Contrast, contrasts } from "../../explore/session/inspection.ts";
import { Session } from "../../explore/session/session.ts";
import { isBundle } from "../../explore/tape/bundle.ts";
import { readBundle } from "../bundle_file.ts";
import { command, FAILS, HOLDS } from "../command.ts";
import { eventLines } from "../event_lines.ts";
import { fitting, WIDE_OPTION } from "../fitting.ts";
import { readBytes, readInStages, STANDARD_STREAM } from "../input_files.ts";
import { print } from "../terminal.ts";
import { watched, type WatchedWork } from "../watched_work.ts";

/** How many events before the first difference are shown. */
const EVENTS_BEFORE = 5;

/** Two runs, compared. */
interface Compared {
  /** The events of the first, in order. */
  readonly events: readonly TraceEvent[];
  /** The number of the first event that was compared: of a ring the last ones are there alone. */
  readonly from: number;
  readonly frequencyHz: number;
  readonly parted: Divergence | undefined;
  /** What differs in the two worlds when the cycle of the first difference was over; traces have none. */
  readonly states?: readonly Contrast[];
}

/** Compares two traces, or two bundles. */
export const diff = command({
  options: {
    json: {
      about:
        "as JSON: how many events are the same, from which on if a ring has kept the last alone, what differs, and the two events",
    },
    ...WIDE_OPTION,
  },
  notes: [
    "Of bundles, which are run again, the state of both when the cycle of the difference was over is shown, too.",
    "On a terminal a line tells how far long traces are; Ctrl-C ends it with 130.",
    "Exit code: 0 the runs are the same, 1 they part.",
  ],
  examples: ["diff before.cbor after.cbor", "diff before.bundle after.bundle"],
  async run({ json, wide }, files) {
    const [first, second] = files;
    if (first === undefined || second === undefined || files.length > 2) {
      throw new InputError(`diff takes two trace files or two bundles, ${files.length} are given`);
    }
    if (first === STANDARD_STREAM && second === STANDARD_STREAM) {
      throw new InputError("diff - -: standard input can be read once; expected one of the two as a file");
    }
    return await watched(false, async (watch) => {
      const compared = await compare(first, second, watch);
      const end = compared.parted?.sequence ?? (compared.events[0]?.sequence ?? 0) + compared.events.length;
      if (json === true) tellAsJson(compared, end);
      else tellCompared(compared, end, wide);
      return compared.parted === undefined ? HOLDS : FAILS;
    });
  },
});

function tellAsJson({ from, parted, states }: Compared, end: number): void {
  const found = {
    ...(parted === undefined ? {} : { parted: coordinated(parted) }),
    ...(states === undefined ? {} : { states }),
  };
  print(JSON.stringify({ same: end - from, ...(from === 0 ? {} : { from }), ...found }));
}

function tellCompared({ events, from, frequencyHz, parted, states }: Compared, end: number, wide?: true): void {
  const same = `the same ${end - from} events${from === 0 ? "" : ` from event ${from} on, which both have kept`}`;
  if (parted === undefined) return print(same);
  const fit = fitting(wide);
  const say = (line: string) => print(fit(line));
  const what = parted.differs.length === 0 ? "one of them has ended" : `they differ in ${parted.differs.join(", ")}`;
  say(`${same}, then ${what}`);
  const before = events.filter(({ sequence }) => sequence >= end - EVENTS_BEFORE && sequence < end);
  for (const event of before) eventLine(event, frequencyHz).forEach((line) => say(`  ${line}`));
  eventLine(parted.first, frequencyHz).forEach((line) => say(`< ${line}`));
  eventLine(parted.second, frequencyHz).forEach((line) => say(`> ${line}`));
  if (states?.length === 0) print("both worlds look the same when that cycle is over");
  for (const contrast of states ?? []) contrastLines(contrast).forEach(say);
}

async function compare(first: string, second: string, watch: WatchedWork): Promise<Compared> {
  const [firstBytes, secondBytes] = [readBytes(first), readBytes(second)];
  const bundles = [firstBytes, secondBytes].filter(isBundle).length;
  if (bundles === 1) throw new InputError("one of the two is a bundle: expected two bundles, or two trace files");
  if (bundles === 2) {
    const [a, b] = [sessionOf(first, firstBytes), sessionOf(second, secondBytes)];
    const { recorder, kernel } = a.outcome.world;
    const difference = a.diff(b);
    const common = { events: [...recorder.events()], from: 0, frequencyHz: kernel.frequencyHz };
    if (difference === undefined) return { ...common, parted: undefined };
    const { worlds, cycle: _, ...parted } = difference;
    return { ...common, parted, states: contrasts(...worlds) };
  }
  const a = await readInStages(first, traceReading, watch, firstBytes);
  const b = await readInStages(second, traceReading, watch, secondBytes);
  const from = Math.max(a.events[0]?.sequence ?? 0, b.events[0]?.sequence ?? 0);
  refuseApart(a.events, b.events, from);
  const total = Math.max(a.events.length, b.events.length);
  const parted = await watch.take("comparing", total, comparison(a.events, b.events));
  return { events: a.events, from, frequencyHz: a.frequencyHz, parted };
}

/**
 * Two that have kept no event of the same number cannot be compared.
 *
 * @throws {InputError} They are such traces.
 */
function refuseApart(a: readonly TraceEvent[], b: readonly TraceEvent[], from: number): void {
  for (const events of [a, b]) {
    const last = events.at(-1)?.sequence;
    if (from === 0 || last === undefined || last >= from) continue;
    throw new InputError(
      `one trace ends with event ${last}, the other begins with event ${from}: expected two that have kept the same events`,
    );
  }
}

function sessionOf(file: string, content: Uint8Array): Session {
  return new Session(readBundle(file, content).subject);
}

/** With the coordinate of each event, which every command takes. */
function coordinated({ first, second, ...parted }: Divergence) {
  const at = (event: TraceEvent | undefined) => event && { at: formatCoordinate(event), ...event };
  return { ...parted, first: at(first), second: at(second) };
}

function eventLine(event: TraceEvent | undefined, frequencyHz: number): readonly string[] {
  return event === undefined ? ["(the end)"] : eventLines([event], frequencyHz);
}

function contrastLines({ aspect, first, second }: Contrast): readonly string[] {
  return [`${aspect}:`, ...first.map((line) => `< ${line}`), ...second.map((line) => `> ${line}`)];
}
