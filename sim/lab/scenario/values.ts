/**
 * The small notations of scenario files: durations, addresses, identifiers,
 * keys, security flags, statuses.
 *
 * @module
 */

import { hexToBytes } from "@noble/hashes/utils.js";
import { parseSuite, type Suite, SuiteError } from "../../../firmware/ike/mod.ts";
import {
  addressIdentificationType,
  ALL_PORTS,
  IdentificationType,
  IsdscStatus,
  MailboxCommand,
  SecurityFlag,
} from "../../../firmware/manual/interface.ts";
import { InternetAddressError, parseInternetAddress } from "../../network/internet_address.ts";
import {
  converted,
  doc,
  either,
  integer,
  list,
  mapping,
  oneOf,
  scalar,
  type ScalarShape,
  type Shape,
  titled,
} from "../../shape/shape.ts";

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

/** The longest duration in hours: the next whole one has more nanoseconds than 2^53 - 1. */
const MOST_HOURS = 2501;

/** A duration: `250us`, `1.5ms`, `30s`, `2min`, `8h`. Whole nanoseconds. */
export const DURATION: ScalarShape<Nanoseconds> = scalar({
  accepts: `a duration such as 250us, 10ms, 30s, 2min, at most ${MOST_HOURS}h`,
  pattern: /^\d+(\.\d+)?(ns|us|ms|s|min|h)$/,
  example: "1.5ms",
  parse(text) {
    const unit = text.replace(/^[\d.]+/, "");
    const nanoseconds = Math.round(Number(text.slice(0, -unit.length)) * (UNITS.get(unit) ?? NaN));
    return nanoseconds <= MOST_HOURS * 3_600_000_000_000 ? nanoseconds : undefined;
  },
});

/** A duration that is a whole number of a unit: that number, between two bounds. */
export function durationIn(unit: "s" | "ms", [least, most]: readonly [number, number]): Shape<number> {
  return scalar({
    accepts: `a duration such as 30s of whole ${unit}, from ${least}${unit} to ${most}${unit}`,
    pattern: /^\d+(\.\d+)?(ns|us|ms|s|min|h)$/,
    example: `${least}${unit}`,
    parse(text) {
      const givenUnit = text.replace(/^[\d.]+/, "");
      const factor = (UNITS.get(givenUnit) ?? NaN) / (UNITS.get(unit) ?? NaN);
      // The sixth digit behind the point is a nanosecond's.
      const value = Math.round(Number(text.slice(0, -givenUnit.length)) * factor * 1e6) / 1e6;
      return Number.isSafeInteger(value) && value >= least && value <= most ? value : undefined;
    },
  });
}

/** What YAML reads as a number that is not a whole one from 0, or writes otherwise. */
const OTHER_NUMBER = /^([-+](\d+\.?\d*|\.\d+)|\d+\.\d*|\.\d+|\d+(?=e))(e[-+]?\d+)?$|^[-+]?\.inf$|^\.nan$/i;

/** A seed: a text, which a whole number is, too. Other numbers are mistakes. */
export const SEED: Shape<string> = scalar({
  accepts: "a seed: a text that is not empty, or a whole number from 0",
  example: "1",
  parse: (text) => text === "" || !text.isWellFormed() || OTHER_NUMBER.test(text) ? undefined : text,
});

/** An IPv4 or IPv6 address: 4 or 16 bytes. */
export const INTERNET_ADDRESS: Shape<Uint8Array> = scalar({
  accepts: "an IPv4 or IPv6 address",
  example: "192.0.2.10",
  parse: parseAddress,
});

/** Bytes in hex, blanks and bars between them ignored; a leading `0x` is allowed. A buffer can hold a key. */
export const HEX_BYTES: Shape<Uint8Array> = scalar({
  accepts: "bytes in hex, for example 00 01 fe",
  isSecret: true,
  pattern: /^(0x)?([\s|]*[0-9a-f][\s|]*[0-9a-f])*[\s|]*$/i,
  example: "00 01 fe",
  parse: parseHex,
});

/** A preshared key: `0x` and hex, or a text whose UTF-8 bytes are the key. */
export const KEY: Shape<Uint8Array> = scalar({
  accepts: "a key: a text, or 0x and bytes in hex",
  isSecret: true,
  example: "0x00010203",
  parse: (text) => text.startsWith("0x") ? parseHex(text) : new TextEncoder().encode(text),
});

/** A port: its number from 0, or `all`. */
export const PORT: Shape<number> = scalar({
  accepts: "a port number from 0, or all",
  words: ["all"],
  pattern: /^\d{1,9}$/,
  parse: (text) => text === "all" ? ALL_PORTS : Number(text),
});

/** An identifier as phase 1 knows it. */
export interface ScenarioId {
  /** Identification type of RFC 2407 §4.6.2.1. */
  readonly type: number;
  /** Its bytes. */
  readonly bytes: Uint8Array;
}

const ID_IN_WORDS = scalar({
  accepts: "an address, a domain name or user@domain",
  example: "hba0.example",
  parse: parseIdentifier,
});

const ID_IN_BYTES = converted(
  mapping({
    type: doc("The identification type of RFC 2407 §4.6.2.1.", integer(0, 255)),
    hex: doc("The bytes of the identifier.", HEX_BYTES),
  }),
  ({ type, hex }): ScenarioId => ({ type, bytes: hex }),
);

/**
 * An identifier: an address (type 1 or 5), `user@domain` (3), a domain name (2),
 * or a mapping `{type, hex}` for anything else.
 */
export const IDENTIFIER: Shape<ScenarioId> = either(ID_IN_WORDS, ID_IN_BYTES);

/** An identifier, or `any` for all others. */
export const IDENTIFIER_OR_ANY: Shape<ScenarioId | "any"> = either(
  scalar({
    accepts: `any, ${ID_IN_WORDS.accepts}`,
    example: "any",
    parse: (text) => text === "any" ? text : parseIdentifier(text),
  }),
  ID_IN_BYTES,
);

/** A suite of phase 1 by the name that strongSwan uses. */
export const SUITE: Shape<Suite> = scalar({
  accepts: "a suite such as aes256-sha256-modp2048 or 3des-sha1-modp1024",
  example: "aes256-sha256-modp2048",
  parse(text) {
    try {
      return parseSuite(text);
    } catch (error) {
      if (error instanceof SuiteError) return undefined;
      throw error;
    }
  },
});

/** Bits of SecurityFlags (`iscsidef.h`), by the words of scenario files. */
const SECURITY_FLAG_BITS = {
  /** Use IKE and IPsec. */
  ike: SecurityFlag.ikeIpsecEnabled,
  /** Main mode. */
  main: SecurityFlag.mainModeEnabled,
  /** Aggressive mode. */
  aggressive: SecurityFlag.aggressiveModeEnabled,
  /** Perfect forward secrecy. */
  pfs: SecurityFlag.pfsEnabled,
  /** Transport mode is preferred. */
  transport: SecurityFlag.transportModePreferred,
  /** Tunnel mode is preferred. */
  tunnel: SecurityFlag.tunnelModePreferred,
} as const;

/** SecurityFlags: a list of words, which sets VALID too, or a number. */
export const SECURITY_FLAGS: Shape<bigint> = either(
  scalar({
    accepts: "a number from 0 to 0xffffffffffffffff",
    pattern: /^(0x[0-9a-f]{1,16}|\d{1,20})$/i,
    example: "0x0f",
    parse: (text) => BigInt(text) <= 0xffff_ffff_ffff_ffffn ? BigInt(text) : undefined,
  }),
  converted(
    list(oneOf("ike", "main", "aggressive", "pfs", "transport", "tunnel")),
    (words) => words.reduce<bigint>((bits, word) => bits | SECURITY_FLAG_BITS[word], SecurityFlag.valid),
  ),
);

/** A status: a name of `iscsierr.h` with or without `ISDSC_`, or a number. */
export const STATUS_WORD: ScalarShape<number> = titled("status", scalar(statusScalar()));

/** The same, as a shape among others. */
export const STATUS: Shape<number> = STATUS_WORD;

/** What a call may come to. */
export type Outcome =
  /** One of these statuses. */
  | { readonly type: "status"; readonly statuses: readonly number[] }
  /** Whatever it is: nothing is judged, and the report says so. */
  | { readonly type: "any" }
  /** Interrupted, a setting is what it was or what was asked for; acknowledged, it is what was asked for. */
  | { readonly type: "old or new" };

const ANY: Outcome = { type: "any" };
const OLD_OR_NEW: Outcome = { type: "old or new" };

/** What a call comes to, in one word: a status, or `any`. */
export const OUTCOME_WORD: ScalarShape<Outcome> = titled("outcome", outcome({ any: ANY }));

/** What a setting comes to, in one word: a status, `any`, or `old or new`. */
export const SETTING_OUTCOME_WORD: ScalarShape<Outcome> = titled(
  "outcome of a setting",
  outcome({ any: ANY, "old or new": OLD_OR_NEW }),
);

function outcome(words: Readonly<Record<string, Outcome>>): ScalarShape<Outcome> {
  const status = statusScalar();
  return scalar<Outcome>({
    accepts: `${Object.keys(words).join(", ")}, ${status.accepts}`,
    words: [...Object.keys(words), ...status.words],
    pattern: status.pattern,
    example: "SUCCESS",
    parse(text) {
      const word = words[text];
      if (word !== undefined) return word;
      const code = status.parse(text);
      return code === undefined ? undefined : { type: "status", statuses: [code] };
    },
  });
}

function statusScalar() {
  return {
    accepts: "SUCCESS, a name of iscsierr.h such as ISDSC_AUTHENTICATION_FAILURE, or a number from 0 to 0xffffffff",
    words: Object.keys(IsdscStatus).flatMap((name) => [name, `ISDSC_${name}`]),
    pattern: /^(0x[0-9a-f]{1,8}|\d{1,10})$/i,
    parse: (text: string) => codeOf(IsdscStatus, text.replace(/^ISDSC_/, ""), 0xffff_ffff),
  };
}

/** A mailbox command: its name in the hardware manual, or its code. */
export const MAILBOX_COMMAND: Shape<number> = scalar({
  accepts: `${Object.keys(MailboxCommand).join(", ")}, or a code from 0 to 0xffff`,
  words: Object.keys(MailboxCommand),
  pattern: /^(0x[0-9a-f]{1,4}|\d{1,5})$/i,
  parse: (text) => codeOf(MailboxCommand, text, 0xffff),
});

function codeOf(names: Readonly<Record<string, number>>, text: string, most: number): number | undefined {
  const code = Object.entries(names).find(([name]) => name === text)?.[1] ?? Number(text);
  return code <= most ? code : undefined;
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
  return /^([0-9a-f]{2})*$/i.test(digits) ? hexToBytes(digits) : undefined;
}

function parseIdentifier(text: string): ScenarioId | undefined {
  const address = parseAddress(text);
  if (address !== undefined) return { type: addressIdentificationType(address), bytes: address };
  const type = text.includes("@") ? IdentificationType.ID_USER_FQDN : IdentificationType.ID_FQDN;
  return { type, bytes: new TextEncoder().encode(text) };
}
