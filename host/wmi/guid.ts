/**
 * GUIDs as WMI carries them: 16 bytes, the first three groups little-endian.
 *
 * @module
 */

import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

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
  const digits = bytesToHex(inWireOrder(bytes)).toUpperCase();
  const groups = [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]] as const;
  return `{${groups.map(([start, end]) => digits.slice(start, end)).join("-")}}`;
}

/** From text to memory, and back. */
function inWireOrder(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(WIRE_ORDER, (place) => bytes[place] ?? 0);
}
