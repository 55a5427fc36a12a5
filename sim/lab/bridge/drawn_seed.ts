/**
 * The seed of a run against a real peer.
 *
 * @module
 */

const SEED_BYTES = 16;

/** Draws 128 bits, as 32 hex digits: the only chance in the program that no seed leads to. */
export function drawSeed(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SEED_BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
