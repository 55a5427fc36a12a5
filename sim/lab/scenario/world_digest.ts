/**
 * What tells one scenario's world from another's.
 *
 * @module
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Scenario } from "./scenario.ts";

/**
 * A digest of the adapters, targets, network, host and costs of a scenario. Steps are not in it: whoever runs a recording again may
 * look at more than the first time.
 *
 * @returns 64 hex digits. Secret like the scenario: whoever guesses its keys can compare.
 */
export function worldDigest({ adapters, targets, network, host, costs }: Scenario): string {
  const text = JSON.stringify({ adapters, targets, network, host, costs }, (_name, value) => {
    if (value instanceof Uint8Array) return bytesToHex(value);
    return typeof value === "bigint" ? `${value}` : value;
  });
  return bytesToHex(sha256(new TextEncoder().encode(text)));
}
