/**
 * The end of a run that a real peer took part in: what was established with it
 * is deleted, so that it does not keep associations with nobody.
 *
 * @module
 */

import type { World } from "../world/world.ts";

/** Longer than a delete takes over any link that a scenario is likely to have. */
const LIMIT_NANOSECONDS = 5_000_000_000;
const STEP_NANOSECONDS = 10_000_000;

/**
 * A peer may still work on the last message of phase 1, and forgets a delete that overtakes it: charon takes datagrams in
 * by several threads.
 */
const GRACE_NANOSECONDS = 200_000_000;

/**
 * Ends all sessions of the adapters and all associations of the targets, and lets time pass until the deletes are off
 * the simulated wire; at the most 5 s, should an exchange that cannot be aborted still go on.
 */
export function endSessions(world: World): void {
  world.advance(world.cycles(GRACE_NANOSECONDS));
  for (const { adapter } of world.adapters.values()) adapter.sessions?.closeAll();
  for (const target of world.targets.values()) target.closeAll();
  const limit = world.now + world.cycles(LIMIT_NANOSECONDS);
  do world.advance(world.cycles(STEP_NANOSECONDS)); while (world.now < limit && !isQuiet(world));
}

function isQuiet({ adapters, targets, network }: World): boolean {
  return [...adapters.values()].every(({ adapter }) => (adapter.sessions?.exchangeCount ?? 0) === 0) &&
    [...targets.values()].every(({ exchangeCount }) => exchangeCount === 0) &&
    network.captures.every(({ fate }) => fate !== "in flight");
}
