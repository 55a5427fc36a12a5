/**
 * Semantic cells: in which states a world was, as far as they are of different
 * kinds. A campaign counts which it has seen.
 *
 * @module
 */

import type { World } from "../../world/world.ts";

/** What a cell is made of, each with the number of its values. */
const DRIVER = ["initializing", "ready", "failed", "absent", "without power"] as const;
const CACHE = ["off", "unnamed", "named by the service", "named by another"] as const;
const SESSIONS = ["none", "negotiating", "active"] as const;
const SERVICE = ["stopped", "starting", "stopping", "synchronizing", "settled"] as const;
const CALLS = ["none", "one", "several"] as const;

/** How many cells there are. */
export const CELLS: number = DRIVER.length * CACHE.length * SESSIONS.length * SERVICE.length * CALLS.length;

/** What a cell is made of, by names, each with its values. */
export const CELL_DIMENSIONS = {
  driver: DRIVER,
  cache: CACHE,
  sessions: SESSIONS,
  service: SERVICE,
  calls: CALLS,
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The value that a cell has in each dimension, in their order. */
export function cellValues(cell: number): readonly string[] {
  let rest = cell;
  return Object.values<readonly string[]>(CELL_DIMENSIONS).toReversed().map((values) => {
    const value = values[rest % values.length] ?? "";
    rest = Math.floor(rest / values.length);
    return value;
  }).toReversed();
}

/** The cells of a world as it stands: one for each adapter. */
export function cellsOf(world: World, calls: number): readonly number[] {
  const { host, adapters } = world;
  const { service } = host;
  const phase = service.state === "running" ? service.settled ? "settled" : "synchronizing" : service.state;
  return [...adapters.values()].map(({ adapter }) => {
    const driver = host.powered ? host.adapterState(adapter.name) : "without power";
    const sessions = adapter.sessions?.sessions() ?? [];
    const session = sessions.some(({ state }) => state === "active")
      ? "active"
      : sessions.length > 0
      ? "negotiating"
      : "none";
    const count = calls === 0 ? "none" : calls === 1 ? "one" : "several";
    let cell = DRIVER.indexOf(driver);
    cell = cell * CACHE.length + CACHE.indexOf(cachePhase(world, adapter.name));
    cell = cell * SESSIONS.length + SESSIONS.indexOf(session);
    cell = cell * SERVICE.length + SERVICE.indexOf(phase);
    return cell * CALLS.length + CALLS.indexOf(count);
  });
}

function cachePhase({ host, adapters }: World, name: string): typeof CACHE[number] {
  const guid = adapters.get(name)?.adapter.cache?.generationalGuid;
  if (guid === undefined) return "off";
  if (guid.every((byte) => byte === 0)) return "unnamed";
  const expected = host.service.run?.context.held.generation(name);
  return expected?.every((byte, index) => byte === guid[index]) === true ? "named by the service" : "named by another";
}
