/**
 * Where two runs part, and what had become of both.
 *
 * @module
 */

import { type Divergence, divergenceOf } from "../../../trace/divergence.ts";
import type { World } from "../../world/world.ts";
import { firstDifference } from "../tape/event_hashes.ts";
import type { Outcome } from "../execute.ts";
import type { Moment } from "../tape/tape.ts";

/** A run in which one can go to a moment. */
interface Travelled {
  readonly outcome: Outcome;
  at(moment: Moment): World;
}

/** Where two runs part. */
export interface Difference extends Divergence {
  /** The cycle of the earlier of the two events. */
  readonly cycle: number;
  /** The worlds of both when that cycle was over; of a run that has ended before, as it ended. */
  readonly worlds: readonly [first: World, second: World];
}

/** Where two runs part; `undefined` if they are the same. */
export function differenceOf(a: Travelled, b: Travelled): Difference | undefined {
  const found = firstDifference(a.outcome.hashes, b.outcome.hashes);
  if (found === undefined && a.outcome.digest === b.outcome.digest) return undefined;
  // The short hash of an event may be that of another one: what differs may lie before.
  const begin = Math.max(0, (found ?? 0) - (found ?? 0) % 64);
  const [first, second] = [a, b].map(({ outcome: { world: { recorder } } }) =>
    Array.from({ length: recorder.length - Math.min(begin, recorder.length) }, (_, index) => recorder.at(begin + index))
  );
  const parted = divergenceOf(first ?? [], second ?? []);
  if (parted === undefined) return undefined;
  const cycle = Math.min(parted.first?.cycle ?? Infinity, parted.second?.cycle ?? Infinity);
  const moment = { cycle: cycle + 1, sequence: parted.sequence - 1 };
  const worldOf = (session: Travelled) =>
    session.outcome.world.now <= cycle ? session.outcome.world : session.at(moment);
  return { ...parted, cycle, worlds: [worldOf(a), worldOf(b)] };
}
