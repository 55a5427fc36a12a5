/**
 * Names of generations: the GUIDs with which the service stamps an adapter's
 * cache.
 *
 * | Offset | Size | |
 * |---|---|---|
 * | 0 | 8 | the series: the same for all generations of one adapter and one store |
 * | 8 | 8 | what tells them apart |
 *
 * By its series the service knows every generation that it has ever named, and
 * so tells its own cache, of whatever age, from one that somebody else has
 * filled. No two caches get the same name, even when a restored world, or two
 * that begin from one image, draw the same random numbers again: the names that
 * store and adapter bear go into it, and what the cache is to hold.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { RandomStream } from "../../sim/kernel/random.ts";
import { allocateBytes } from "../../sim/layout/slab.ts";

const SERIES_BYTES = 8;
const GUID_BYTES = 16;

/** The GUID of a cache that has no generation: after ClearCache, or never named. */
export const NO_GENERATION: Uint8Array = new Uint8Array(GUID_BYTES);

/**
 * A new series.
 *
 * @param found The generation that the adapter bears, whoever has named it.
 */
export function newSeries(random: RandomStream, found: Uint8Array): Uint8Array {
  return digest([random.bytes(GUID_BYTES), found], SERIES_BYTES);
}

/**
 * A new name in a series.
 *
 * @param present The names that store and adapter bear at present, and a fingerprint of what the cache is to hold.
 */
export function newGeneration(random: RandomStream, series: Uint8Array, present: readonly Uint8Array[]): Uint8Array {
  const guid = allocateBytes(GUID_BYTES);
  guid.set(series);
  guid.set(digest([random.bytes(GUID_BYTES), ...present], GUID_BYTES - SERIES_BYTES), SERIES_BYTES);
  return guid;
}

/** Whether a generation is of a series. */
export function isOfSeries(guid: Uint8Array, series: Uint8Array): boolean {
  return equalBytes(guid.subarray(0, SERIES_BYTES), series);
}

function digest(parts: readonly Uint8Array[], lengthBytes: number): Uint8Array {
  const hash = sha256.create();
  for (const part of parts) hash.update(part);
  return hash.digest().subarray(0, lengthBytes);
}
