/**
 * Caches that bear a name by which they are known, and making the store vouch for one.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import type { AdapterLink, Synchrony } from "./adapter_link.ts";
import { nameCache } from "./cache_naming.ts";
import { isWhole } from "./cache_witness.ts";
import type { HeldRecords } from "./held_records.ts";
import { nextGeneration } from "./next_generation.ts";
import { isSuccess } from "./request_outcome.ts";
import { commit, type ServiceContext } from "./service_context.ts";

/** A cache that is right. If all of it is durable and the store does not vouch for it, it gets a name for which it does. */
export function* vouched(
  context: ServiceContext,
  link: AdapterLink,
  revision: number,
  found: Uint8Array,
): Task<Synchrony | undefined> {
  const { held } = context;
  const series = held.series(link.name);
  if (held.hasVolatile(link.name) || held.generation(link.name) !== undefined || series === undefined) {
    return { revision, generation: found };
  }
  const generation = nextGeneration(context, link, series);
  const naming = yield* nameCache(link, { borne: found, generation }, isWhole(held, link));
  if (!isSuccess(naming)) return undefined;
  yield* vouchFor(context, link, generation, revision);
  return { revision, generation };
}

/** The generations of which it is known that a cache that bears them is what the service holds. */
export function vouchers(held: HeldRecords, link: AdapterLink): readonly Uint8Array[] {
  const own = link.generation(held.revision);
  const stored = held.hasVolatile(link.name) ? undefined : held.generation(link.name);
  return [own, stored].filter((guid) => guid !== undefined);
}

/**
 * Makes the store vouch for a cache, unless what it should hold has changed meanwhile. If that fails this run knows the
 * cache by its name nevertheless, and the next one fills it again.
 */
export function* vouchFor(context: ServiceContext, link: AdapterLink, generation: Uint8Array, revision: number): Task {
  const { held } = context;
  const vouch = { generation, refused: link.notKept, waiting: link.waiting };
  yield* commit(
    context,
    `generation of ${link.name}`,
    () => revision === held.revision ? held.generationChanges(link.name, vouch) : [],
  );
}
