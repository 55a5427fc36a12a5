/**
 * When things happen in a run. Where several applications work at once, or
 * steps are taken at given moments, an outcome hangs on that, and no event
 * names it: a delay that does no harm alone adds to another one.
 *
 * What happens otherwise at a part of the world can matter to an outcome until
 * the last event there that is part of its lineage. So can not: that a call
 * returns, which matters to its caller alone, and what comes of it is an event
 * of its own, or nothing; and what is on the wire, since it arrives somewhere.
 *
 * @module
 */

import { Components } from "../../../trace/components.ts";
import { returnEvent } from "../../../trace/events.ts";
import type { Recorder } from "../../../trace/recorder.ts";
import type { Lineage } from "./lineage.ts";

/** Cycles by component. */
export type Moments = ReadonlyMap<string, number>;

/** What components did in a run: when, and what kind of event it was. */
export type Timing = ReadonlyMap<string, readonly { readonly cycle: number; readonly kind: string }[]>;

/** Notes what all components did. */
export function timingOf(recorder: Recorder): Timing {
  const timing = new Map<string, { readonly cycle: number; readonly kind: string }[]>();
  for (let sequence = 0; sequence < recorder.length; sequence++) {
    const { component, cycle, kind } = recorder.at(sequence);
    if (component === Components.network || kind === returnEvent.name) continue;
    const events = timing.get(component);
    if (events === undefined) timing.set(component, [{ cycle, kind }]);
    else events.push({ cycle, kind });
  }
  return timing;
}

/** From when on components did something else in a run than in another one, or at another time. */
export function shiftsOf(run: Timing, other: Timing): Moments {
  const shifts = new Map<string, number>();
  for (const component of new Set([...run.keys(), ...other.keys()])) {
    const [ours, theirs] = [run.get(component) ?? [], other.get(component) ?? []];
    const places = Array.from({ length: Math.max(ours.length, theirs.length) }, (_, place) => place);
    const place = places.find((each) => {
      return ours[each]?.cycle !== theirs[each]?.cycle || ours[each]?.kind !== theirs[each]?.kind;
    });
    if (place === undefined) continue;
    shifts.set(component, Math.min(ours[place]?.cycle ?? Infinity, theirs[place]?.cycle ?? Infinity));
  }
  return shifts;
}

/** When components had their last part in an outcome. */
export function lastUses(recorder: Recorder, { events }: Lineage): Moments {
  const uses = new Map<string, number>();
  for (const sequence of events) {
    const { component, cycle } = recorder.at(sequence);
    uses.set(component, Math.max(uses.get(component) ?? 0, cycle));
  }
  return uses;
}

/** Whether a component did something else before it had its last part in an outcome. */
export function shiftsBefore(shifts: Moments, uses: Moments): boolean {
  return [...shifts].some(([component, shift]) => shift <= (uses.get(component) ?? -1));
}
