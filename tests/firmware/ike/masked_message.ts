/** Captured messages: with what they were made, and without what chance decides. */

import { decodePacket } from "../../../firmware/ike/header.ts";
import { PayloadType } from "../../../firmware/ike/constants.ts";
import { fromHex, toHex } from "./two_engines.ts";

const HEADER_BYTES = 28;
const DRAWN: readonly number[] = [PayloadType.keyExchange, PayloadType.nonce];

/**
 * The suites that a daemon is told to offer in aggressive mode: pluto has none of its own there, and charon offers those
 * of other groups, too, which no peer may take (RFC 2409 §5.4).
 */
export function suitesInAggressiveMode(suites: readonly string[]): readonly string[] {
  const told = suites.length === 0 ? ["aes256-sha256-modp2048"] : suites;
  return told.filter((suite) => suite.split("-")[2] === told[0]?.split("-")[2]);
}

/** The hex of a message that is not encrypted, with zeros for what chance decides. */
export function masked(message: string): string {
  const bytes = fromHex(message);
  if (decodePacket(bytes).type === "refused") return message;
  bytes.fill(0, 0, 16);
  let type = bytes[16] ?? 0;
  for (let offset = HEADER_BYTES; type !== 0 && offset + 4 <= bytes.length;) {
    const length = ((bytes[offset + 2] ?? 0) << 8) | (bytes[offset + 3] ?? 0);
    if (DRAWN.includes(type)) bytes.fill(0, offset + 4, offset + length);
    type = bytes[offset] ?? 0;
    offset += Math.max(length, 4);
  }
  return toHex(bytes);
}
