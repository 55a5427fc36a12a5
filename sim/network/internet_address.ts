/**
 * IPv4 and IPv6 addresses as bytes and as text.
 *
 * @module
 */

/** A text that is not an address. */
export class InternetAddressError extends Error {
  /** What was given. */
  readonly given: string;

  /**
   * Says what was given and what is accepted.
   *
   * @param given The text.
   */
  constructor(given: string) {
    super(`${JSON.stringify(given)} is no address: expected IPv4 such as 192.0.2.10 or IPv6 such as 2001:db8::1`);
    this.name = "InternetAddressError";
    this.given = given;
  }
}

/**
 * Reads an address.
 *
 * @returns 4 bytes for IPv4, 16 for IPv6, in network order.
 * @throws {InternetAddressError} It is neither.
 */
export function parseInternetAddress(text: string): Uint8Array {
  const bytes = text.includes(":") ? parseVersion6(text) : parseVersion4(text);
  if (bytes === undefined) throw new InternetAddressError(text);
  return bytes;
}

/** Writes an address; IPv6 in the canonical form of RFC 5952. */
export function formatInternetAddress(address: Uint8Array): string {
  if (address.length === 4) return address.join(".");
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((address[2 * index] ?? 0) << 8) | (address[2 * index + 1] ?? 0),
  );
  const { start, length } = longestZeros(groups);
  const text = groups.map((group) => group.toString(16));
  if (length < 2) return text.join(":");
  return `${text.slice(0, start).join(":")}::${text.slice(start + length).join(":")}`;
}

/** True when both are the same address. */
export function equalAddresses(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function parseVersion4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return Uint8Array.from(parts, Number);
}

function parseVersion6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? "");
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? "") : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function groupsOf(text: string): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  return parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part)) ? parts.map((part) => parseInt(part, 16)) : undefined;
}

function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}
