/**
 * Where lifelines stand, and where the words of a row have room beside them.
 *
 * @module
 */

import type { Bar, Run } from "./run.ts";

/** Where the lanes of a ladder are, in CSS pixels. */
export interface LanePlaces {
  readonly width: number;
  readonly isNarrow: boolean;
  /** The middle of each lane. */
  readonly x: readonly number[];
}

/** Below it words stand under the drawing, not beside it. */
export const NARROW_WIDTH = 560;
/** What the column of times takes, and what counts of hidden events do at the right. */
const TIMES = { wide: 92, narrow: 70 };
const MARGIN = { wide: 58, narrow: 20 };

/** Places lanes. */
export function placeLanes(run: Run, width: number): LanePlaces {
  const isNarrow = width < NARROW_WIDTH;
  const { lanes } = run.lanes;
  const left = isNarrow ? TIMES.narrow + 8 : TIMES.wide + 30;
  const right = width - (isNarrow ? MARGIN.narrow : MARGIN.wide);
  const weights = lanes.map(({ weight }, index) => index === 0 ? 0 : isNarrow ? 1 : weight);
  const sum = weights.reduce((total, weight) => total + weight, 0) || 1;
  let reached = 0;
  const x = weights.map((weight) => {
    reached += weight;
    return Math.round(left + (right - left) * reached / sum) + 0.5;
  });
  return { width, isNarrow, x };
}

/** Where words stand: from the left, from the right, or around a middle. */
export interface LabelPlace {
  readonly side: "left" | "right" | "middle";
  /** Of their edge, or of their middle. */
  readonly at: number;
  readonly most: number;
}

/** What a character takes, at 12 px. */
const CHARACTER = 6.1;
const GAP = 9;
const HOOK = 16;

/** Finds the place for the words of an event so that they cover no bar that runs. */
export function placeLabel(
  run: Run,
  places: LanePlaces,
  event: number,
  bars: readonly Bar[],
  text: string,
): LabelPlace {
  const { x, width, isNarrow } = places;
  const { columns, from, to } = run;
  const [a, b] = [from[event] ?? 0, to[event] ?? 0];
  const kind = columns.kind(event);
  const xOf = (lane: number) => x[lane] ?? 0;
  if (isNarrow) {
    const at = Math.max(TIMES.narrow, Math.min(xOf(Math.min(a, b)) - 8, width * 0.42));
    return { side: "left", at, most: width - at - 22 };
  }
  if (kind === "packet" && columns.text(event, "direction") === "sends") return placeSent(run, places, event);
  if (kind === "packet" && columns.text(event, "direction") === "receives") return placeReceived(run, places, event);
  const low = kind === "flash" ? a - 1 : Math.min(a, b);
  const high = Math.max(a, b);
  const taken = bars.filter(({ first, last, lane }) => first < event && last > event && lane !== a && lane !== b)
    .map(({ lane }) => xOf(lane));
  const isHook = a === b && (kind === "call" || kind === "return");
  const begin = xOf(high) + (isHook ? HOOK : GAP);
  const limit = Math.min(width - MARGIN.wide / 2, ...taken.filter((each) => each > begin).map((each) => each - 8));
  const end = xOf(low) - GAP;
  const floor = Math.max(TIMES.wide, ...taken.filter((each) => each < end).map((each) => each + 8));
  const needed = text.length * CHARACTER + 12;
  const [right, left] = [limit - begin, end - floor];
  return right >= Math.min(needed, 110) || right >= left
    ? { side: "left", at: begin, most: Math.max(24, right) }
    : { side: "right", at: end, most: Math.max(24, left) };
}

/** The words of a datagram stand above its line. */
function placeSent(run: Run, { x }: LanePlaces, event: number): LabelPlace {
  const [begin, end] = packetEnds(run, event);
  const [a, b] = [x[begin] ?? 0, x[end] ?? 0];
  return { side: "middle", at: (a + b) / 2, most: Math.max(60, Math.abs(b - a) - 20) };
}

/** At its arrival a line is at the receiver's side: the sender's has room. */
function placeReceived(run: Run, { x }: LanePlaces, event: number): LabelPlace {
  const [begin, end] = packetEnds(run, event);
  const [a, b] = [x[begin] ?? 0, x[end] ?? 0];
  return a < b ? { side: "left", at: a + GAP, most: 80 } : { side: "right", at: a - GAP, most: 80 };
}

/** The lanes between which the datagram of an event goes. */
export function packetEnds(run: Run, event: number): readonly [from: number, to: number] {
  const packet = run.packetOf(event);
  const begin = run.from[packet?.sent ?? event] ?? 0;
  const arrival = packet?.received[0];
  return [begin, arrival === undefined ? run.lanes.network : run.from[arrival] ?? 0];
}
