/**
 * GUIDs as WMI carries them: 16 bytes, the first three groups little-endian.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import { readUint32 } from "../../sim/layout/integers.ts";

/** A text that is no GUID. */
export class GuidError extends Error {
  /** What was given. */
  readonly given: string;

  /**
   * Says what is wrong.
   *
   * @param given What was given.
   */
  constructor(given: string) {
    super(`"${given}" is no GUID, expected the form {391F3325-0BA3-4083-A861-CF4F6F97A527}`);
    this.name = "GuidError";
    this.given = given;
  }
}

/** The order in which the bytes of the text stand in memory. */
const WIRE_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/**
 * Reads a GUID's text.
 *
 * @param text With or without braces.
 * @returns 16 bytes in memory order.
 * @throws {GuidError} It is no GUID.
 */
export function parseGuid(text: string): Uint8Array {
  const match = /^\{?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\}?$/i.exec(text);
  if (match === null) throw new GuidError(text);
  return inWireOrder(hexToBytes(match.slice(1).join("")));
}

/**
 * The text of a GUID, in braces and capitals.
 *
 * @param bytes 16 bytes in memory order.
 */
export function formatGuid(bytes: Uint8Array): string {
  let text = "{";
  for (let place = 0; place < WIRE_ORDER.length; place++) {
    if (DASHES_BEFORE.has(place)) text += "-";
    text += HEX[bytes[WIRE_ORDER[place] as number] as number];
  }
  return text + "}";
}

const DASHES_BEFORE: ReadonlySet<number> = new Set([4, 6, 8, 10]);

/** Of each byte its two digits: classes are looked up by their GUIDs at each request. */
const HEX: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => byte.toString(16).padStart(2, "0").toUpperCase(),
);

/**
 * Something for each of several GUIDs, found without the text of a GUID being made: each layer that a request comes
 * through looks its class up.
 *
 * @typeParam T What is found.
 */
export class GuidMap<T> {
  readonly #entries = new Map<number, { readonly guid: Uint8Array; readonly value: T }[]>();

  /**
   * What there is for each GUID.
   *
   * @param entries 16 bytes in memory order each, and what is found by them.
   */
  constructor(entries: Iterable<readonly [guid: Uint8Array, value: T]>) {
    for (const [guid, value] of entries) {
      const first = readUint32(guid, 0);
      const others = this.#entries.get(first) ?? [];
      this.#entries.set(first, [...others.filter((each) => !equalBytes(each.guid, guid)), { guid, value }]);
    }
  }

  /** What there is for a GUID of 16 bytes. */
  get(guid: Uint8Array): T | undefined {
    const alike = this.#entries.get(readUint32(guid, 0));
    return alike?.find((each) => equalBytes(each.guid, guid))?.value;
  }
}

/** From text to memory. */
function inWireOrder(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(WIRE_ORDER, (place) => bytes[place] ?? 0);
}
