/**
 * Power and ways over the wire that accidents take for a while, or for good:
 * the end of one brings nothing back that another still keeps away.
 *
 * @module
 */

import type { Cycle, Task } from "../../kernel/task.ts";
import { formatInternetAddress } from "../../network/internet_address.ts";
import type { World } from "../world/world.ts";

/** Something that can be away, in one world. */
export interface Takable {
  /** Its name among what can be away. */
  readonly name: string;
  isThere(): boolean;
  take(): void;
  bringBack(): void;
}

/**
 * The power of an adapter, or of the host without that of its adapters.
 *
 * @param name Tells it from others.
 */
export function powerOf(
  name: string,
  of: { readonly powered: boolean; powerOn(): void; powerOff(): void },
): Takable {
  return { name, isThere: () => of.powered, take: () => of.powerOff(), bringBack: () => of.powerOn() };
}

/** A way over the wire, from one address to another. */
export function wayOf(source: Uint8Array, destination: Uint8Array, { network }: World): Takable {
  return {
    name: [source, destination].map(formatInternetAddress).join(" > "),
    isThere: () => !network.isBlocked(source, destination),
    take: () => network.block(source, destination),
    bringBack: () => network.unblock(source, destination),
  };
}

/** When a time from now on is over; never, if there is none. */
export function endIn(nanoseconds: number | undefined, world: World): Cycle {
  return nanoseconds === undefined ? Infinity : world.kernel.now + world.cycles(nanoseconds);
}

/** Until when something is away: `Infinity` if for good, -1 if it is there. */
export function awayUntil(what: Takable, { outages }: World): Cycle {
  return what.isThere() ? -1 : outages.endOf(what.name);
}

/** What is away for good comes back with whatever takes it next, as by a power cycle, when that ends. */
export function mayReturn(what: Takable, world: World): void {
  if (awayUntil(what, world) === Infinity) world.outages.begin(what.name, -1, true);
}

/**
 * Takes things now, and brings them back after a time, but for those that another keeps away for longer.
 *
 * @param nanoseconds For how long; for good if `undefined`.
 */
export function* takeAway(things: readonly Takable[], nanoseconds: number | undefined, world: World): Task {
  const { kernel, outages } = world;
  const end = endIn(nanoseconds, world);
  for (const { name, isThere } of things) outages.begin(name, end, isThere());
  for (const each of things) each.take();
  if (nanoseconds === undefined) return;
  yield* kernel.sleep(world.cycles(nanoseconds));
  // What comes then has no cause in the trace.
  kernel.cause = -1;
  for (const each of things) if (outages.end(each.name, kernel.now)) each.bringBack();
}
