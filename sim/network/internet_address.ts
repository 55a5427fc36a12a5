/**
 * IPv4 and IPv6 addresses as bytes and as text.
 *
 * @module
 */

import { InputError } from "../kernel/input_error.ts";

/** A text or a number of bytes that is no address. */
export class InternetAddressError extends InputError {
  /** What was given. */
  readonly given: string;
  /** What is accepted. */
  readonly accepted: string;

  /**
   * Says what was given and what is accepted.
   *
   * @param given What was given.
   * @param accepted What is accepted; any address by default.
   */
  constructor(given: string, accepted: string = "IPv4 such as 192.0.2.10 or IPv6 such as 2001:db8::1") {
    super(`${JSON.stringify(given)} is no address: expected ${accepted}`);
    this.name = "InternetAddressError";
    this.given = given;
    this.accepted = accepted;
  }
}

const IPV4_BYTES = 4;
const IPV6_BYTES = 16;
const IPV6_GROUPS = 8;

/**
 * Reads an address: IPv4 as four decimal numbers, IPv6 in any form of RFC 4291
 * §2.2, without a zone.
 *
 * @returns 4 bytes for IPv4, 16 for IPv6, in network order.
 * @throws {InternetAddressError} It is neither.
 */
export function parseInternetAddress(text: string): Uint8Array {
  const bytes = text.includes(":") ? parseVersion6(text) : parseVersion4(text);
  if (bytes === undefined) throw new InternetAddressError(text);
  return bytes;
}

/**
 * Writes an address; IPv6 in the canonical form of RFC 5952, which gives an
 * IPv4-mapped address a tail in decimal (§5).
 *
 * @param address 4 or 16 bytes, in network order.
 * @throws {InternetAddressError} It has another length.
 */
export function formatInternetAddress(address: Uint8Array): string {
  checkInternetAddress(address);
  if (address.length === IPV4_BYTES) return address.join(".");
  const groups = Array.from(
    { length: IPV6_GROUPS },
    (_, index) => ((address[2 * index] ?? 0) << 8) | (address[2 * index + 1] ?? 0),
  );
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${address.subarray(12).join(".")}`;
  }
  const { start, length } = longestZeros(groups);
  const text = groups.map((group) => group.toString(16));
  // RFC 5952 §4.2.2: "::" must not stand for a single group.
  if (length < 2) return text.join(":");
  return `${text.slice(0, start).join(":")}::${text.slice(start + length).join(":")}`;
}

/**
 * Refuses bytes that are no address.
 *
 * @throws {InternetAddressError} The length is neither 4 nor 16.
 */
export function checkInternetAddress(address: Uint8Array): void {
  if (address.length !== IPV4_BYTES && address.length !== IPV6_BYTES) {
    throw new InternetAddressError(`${address.length} bytes`, "4 or 16 bytes");
  }
}

function parseVersion4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return Uint8Array.from(parts, Number);
}

function parseVersion6(text: string): Uint8Array | undefined {
  const hexadecimal = withoutDecimalTail(text);
  if (hexadecimal === undefined) return undefined;
  const halves = hexadecimal.split("::");
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? "");
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? "") : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = IPV6_GROUPS - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** Puts the last 32 bits in hexadecimal if they are written as IPv4 (RFC 4291 §2.2, form 3). */
function withoutDecimalTail(text: string): string | undefined {
  if (!text.includes(".")) return text;
  const tailStart = text.lastIndexOf(":") + 1;
  const tail = parseVersion4(text.slice(tailStart));
  if (tail === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = tail;
  return `${text.slice(0, tailStart)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

function groupsOf(text: string): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  return parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part)) ? parts.map((part) => parseInt(part, 16)) : undefined;
}

/** The longest run of zeros; the first of several (RFC 5952 §4.2.3). */
function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}
