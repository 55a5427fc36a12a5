/**
 * Who decides the order of events in one cycle, where a tape does not.
 *
 * @module
 */

import type { PendingEvent } from "../tape/tie_order.ts";
import type { RandomStream } from "../../../kernel/random.ts";
import type { Strategy } from "../execution.ts";

/** Ties that a story has, more or less: change points are drawn below it. */
const USUAL_TIES = 600;

/**
 * PCT: each process has a priority, and at `depth - 1` points the one that would be next gets the lowest. A bug that
 * needs `depth` ties in order is found with a probability that is known (Burckhardt et al., ASPLOS 2010).
 *
 * @param depth 1 or more.
 */
export function pct(random: RandomStream, depth: number): Strategy {
  const priorities = new Map<string, number>();
  const changes = new Set(Array.from({ length: depth - 1 }, () => random.below(USUAL_TIES)));
  let ties = 0;
  return {
    tie(pending) {
      const priorityOf = ({ who }: PendingEvent) => drawnOnce(priorities, who, random);
      let index = highest(pending, priorityOf);
      if (changes.has(ties++)) {
        const who = pending[index]?.who ?? "";
        priorities.set(who, -ties);
        index = highest(pending, priorityOf);
      }
      return index;
    },
  };
}

/**
 * POS: each pending event has a random priority; those that race with the one that was taken get another (Yuan et al.,
 * CAV 2018). Events of one part of the world race: `hba0 firmware` and `hba0`.
 */
export function pos(random: RandomStream): Strategy {
  const priorities = new Map<string, number>();
  let present = -1;
  return {
    tie(pending, cycle) {
      if (cycle !== present) priorities.clear();
      present = cycle;
      const index = highest(pending, (event) => drawnOnce(priorities, keyOf(event), random));
      const taken = pending[index];
      for (const each of pending) {
        if (taken !== undefined && partOf(each) === partOf(taken)) priorities.delete(keyOf(each));
      }
      return index;
    },
  };
}

function drawnOnce(priorities: Map<string, number>, key: string, random: RandomStream): number {
  const known = priorities.get(key);
  if (known !== undefined) return known;
  const drawn = random.next();
  priorities.set(key, drawn);
  return drawn;
}

/** The first of those with the highest priority. */
function highest(pending: readonly PendingEvent[], priorityOf: (event: PendingEvent) => number): number {
  let [best, index] = [-Infinity, 0];
  pending.forEach((event, place) => {
    const priority = priorityOf(event);
    if (priority > best) [best, index] = [priority, place];
  });
  return index;
}

function keyOf({ who, what }: PendingEvent): string {
  return `${who}\0${what}`;
}

function partOf({ who }: PendingEvent): string {
  return who.split(/[ /]/)[0] ?? who;
}
