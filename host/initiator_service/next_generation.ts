/**
 * The name that an adapter's cache gets next: of the adapter's series, and told
 * from whatever store and adapter bear at present (`generation.ts`).
 *
 * @module
 */

import type { RandomStream } from "../../sim/kernel/random.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { newGeneration, newSeries, NO_GENERATION } from "./generation.ts";
import type { HeldRecords } from "./held_records.ts";
import type { SecurityRecord } from "./security_record.ts";

/** What names are made from. */
export interface NamingContext {
  /** Where the names of generations come from. */
  readonly random: RandomStream;
  /** What the service holds. */
  readonly held: HeldRecords;
}

/** The series of an adapter's generations, stored or yet to be stored. */
export function seriesOf({ held, random }: NamingContext, link: AdapterLink): Uint8Array {
  return held.series(link.name) ?? newSeries(random, link.information?.GenerationalGuid ?? NO_GENERATION);
}

/**
 * A name for what an adapter's cache will be.
 *
 * @param record What comes to what the service holds, if anything does.
 */
export function nextGeneration(
  { held, random }: NamingContext,
  link: AdapterLink,
  series: Uint8Array,
  record?: SecurityRecord,
): Uint8Array {
  const borne = link.generation(held.revision) ?? link.information?.GenerationalGuid ?? NO_GENERATION;
  const stored = held.generation(link.name) ?? NO_GENERATION;
  return newGeneration(random, series, [borne, stored, held.fingerprint(link.name, record)]);
}
