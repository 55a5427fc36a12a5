/**
 * The small notations of scenario files: durations, addresses, identifiers,
 * keys, security flags.
 *
 * @module
 */

import { isScalar } from "yaml";
import { parseSuite, type Suite, SuiteError } from "../../../firmware/ike/mod.ts";
import { ALL_PORTS } from "../../../firmware/manual/interface.ts";
import { InternetAddressError, parseInternetAddress } from "../../network/internet_address.ts";
import { either, integer, list, mapping, oneOf, type Reader, scalar } from "./schema.ts";

/** A length of time in nanoseconds. */
export type Nanoseconds = number;

const UNITS: ReadonlyMap<string, Nanoseconds> = new Map([
  ["ns", 1],
  ["us", 1_000],
  ["ms", 1_000_000],
  ["s", 1_000_000_000],
  ["min", 60_000_000_000],
  ["h", 3_600_000_000_000],
]);

/** A duration: `250us`, `1.5ms`, `30s`, `2min`, `8h`. Whole nanoseconds. */
export function duration(): Reader<Nanoseconds> {
  return scalar("a duration such as 250us, 10ms, 30s, 2min", (text) => {
    const match = /^(\d+(?:\.\d+)?)(ns|us|ms|s|min|h)$/.exec(text);
    const unit = UNITS.get(match?.[2] ?? "");
    if (match === null || unit === undefined) return undefined;
    const nanoseconds = Math.round(Number(match[1]) * unit);
    return Number.isSafeInteger(nanoseconds) ? nanoseconds : undefined;
  });
}

/** An IPv4 or IPv6 address: 4 or 16 bytes. */
export function internetAddress(): Reader<Uint8Array> {
  return scalar("an IPv4 or IPv6 address", parseAddress);
}

/** Bytes in hex, blanks and bars between them ignored; a leading `0x` is allowed. */
export function hexBytes(): Reader<Uint8Array> {
  return scalar("bytes in hex, for example 00 01 fe", parseHex);
}

/** A preshared key: `0x` and hex, or a text whose UTF-8 bytes are the key. */
export function key(): Reader<Uint8Array> {
  return scalar("a key: a text, or 0x and bytes in hex", (text) => {
    if (text.startsWith("0x")) return parseHex(text);
    return new TextEncoder().encode(text);
  });
}

/** A port: its number from 0, or `all`. */
export function port(): Reader<number> {
  return scalar(
    "a port number from 0, or all",
    (text) => text === "all" ? ALL_PORTS : /^\d{1,9}$/.test(text) ? Number(text) : undefined,
  );
}

/** An identifier as phase 1 knows it. */
export interface ScenarioId {
  /** Identification type of RFC 2407 §4.6.2.1. */
  readonly type: number;
  /** Its bytes. */
  readonly bytes: Uint8Array;
}

/**
 * An identifier: an address (type 1 or 5), `user@domain` (3), a domain name (2),
 * or a mapping `{type, hex}` for anything else.
 */
export function identifier(): Reader<ScenarioId> {
  const reader = either(
    scalar("an address, a domain name or user@domain", parseIdentifier),
    mapping({ type: integer(0, 255), hex: hexBytes() }),
  );
  return {
    accepts: reader.accepts,
    read(node, place) {
      const value = reader.read(node, place);
      return "hex" in value ? { type: value.type, bytes: value.hex } : value;
    },
  };
}

/** An identifier, or `any` for all others. */
export function identifierOrAny(): Reader<ScenarioId | "any"> {
  const reader = identifier();
  return {
    accepts: `any, ${reader.accepts}`,
    read: (node, place) => isScalar(node) && node.value === "any" ? "any" : reader.read(node, place),
  };
}

/** A suite of phase 1 by the name that strongSwan uses. */
export function suite(): Reader<Suite> {
  return scalar("a suite such as aes256-sha256-modp2048 or 3des-sha1-modp1024", (text) => {
    try {
      return parseSuite(text);
    } catch (error) {
      if (error instanceof SuiteError) return undefined;
      throw error;
    }
  });
}

/** Bits of SecurityFlags (`iscsidef.h`), by the words of scenario files. */
const SECURITY_FLAG_BITS = {
  /** Use IKE and IPsec. */
  ike: 0x02n,
  /** Main mode. */
  main: 0x04n,
  /** Aggressive mode. */
  aggressive: 0x08n,
  /** Perfect forward secrecy. */
  pfs: 0x10n,
  /** Transport mode is preferred. */
  transport: 0x20n,
  /** Tunnel mode is preferred. */
  tunnel: 0x40n,
} as const;

const FLAGS_VALID = 0x01n;

/** SecurityFlags: a list of words, which sets VALID too, or a number. */
export function securityFlags(): Reader<bigint> {
  const words = list(
    oneOf("ike", "main", "aggressive", "pfs", "transport", "tunnel"),
  );
  const number = scalar(
    "a number",
    (text) => /^(0x[0-9a-f]{1,16}|\d{1,19})$/i.test(text) ? BigInt.asUintN(64, BigInt(text)) : undefined,
  );
  const reader = either(number, words);
  return {
    accepts: `a list of ike, main, aggressive, pfs, transport, tunnel, or a number`,
    read(node, place) {
      const value = reader.read(node, place);
      if (typeof value === "bigint") return value;
      return value.reduce(
        (bits, word) => bits | SECURITY_FLAG_BITS[word],
        FLAGS_VALID,
      );
    },
  };
}

function parseAddress(text: string): Uint8Array | undefined {
  try {
    return parseInternetAddress(text);
  } catch (error) {
    if (error instanceof InternetAddressError) return undefined;
    throw error;
  }
}

function parseHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/^0x/, "").replaceAll(/[\s|]/g, "");
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) return undefined;
  return Uint8Array.from(
    digits.match(/../g) ?? [],
    (pair) => parseInt(pair, 16),
  );
}

function parseIdentifier(text: string): ScenarioId | undefined {
  const address = parseAddress(text);
  if (address !== undefined) {
    return { type: address.length === 4 ? 1 : 5, bytes: address };
  }
  const bytes = new TextEncoder().encode(text);
  return { type: text.includes("@") ? 3 : 2, bytes };
}
