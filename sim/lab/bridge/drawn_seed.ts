/**
 * The seed of a run against a real peer.
 *
 * @module
 */

import { randomBytes } from "node:crypto";

const SEED_BYTES = 16;

/** Draws 128 bits, as 32 hex digits: the only chance in the program that no seed leads to. */
export function drawSeed(): string {
  return randomBytes(SEED_BYTES).toString("hex");
}
