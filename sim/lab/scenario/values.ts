/**
 * The small notations of scenario files: durations, addresses, identifiers,
 * keys, security flags.
 *
 * @module
 */

import { hexToBytes } from "@noble/hashes/utils.js";
import { parseSuite, type Suite, SuiteError } from "../../../firmware/ike/mod.ts";
import {
  addressIdentificationType,
  ALL_PORTS,
  IdentificationType,
  MailboxCommand,
  SecurityFlag,
} from "../../../firmware/manual/interface.ts";
import { SecurityMethod } from "../../../host/wmi/security_config_operations.ts";
import { DEFAULT_FREQUENCY_HZ } from "../../kernel/kernel.ts";
import { InternetAddressError, parseInternetAddress } from "../../network/internet_address.ts";
import { converted, distinct, either, list, oneOf, scalar, type ScalarShape, type Shape } from "../../shape/shape.ts";

/** A length of time in nanoseconds. */
export type Nanoseconds = number;

/** Units of time, each in nanoseconds. */
export const DURATION_UNITS: ReadonlyMap<string, Nanoseconds> = new Map([
  ["ns", 1],
  ["us", 1_000],
  ["ms", 1_000_000],
  ["s", 1_000_000_000],
  ["min", 60_000_000_000],
  ["h", 3_600_000_000_000],
  ["cycles", 1_000_000_000 / DEFAULT_FREQUENCY_HZ],
]);

/** How durations are written, as a pattern: nothing happens within a nanosecond, nor within a cycle. */
export const LENGTH_WRITTEN: string = `(?!\\d+\\.\\d+ ?(?:ns|cycles)\\b)(\\d+(?:\\.\\d+)?) ?(${
  [...DURATION_UNITS.keys()].join("|")
})`;

const LENGTH_OF_TIME = new RegExp(`^${LENGTH_WRITTEN}$`);

/** The longest duration in hours: the next whole one has more nanoseconds than 2^53 - 1. */
const MOST_HOURS = 2501;

/** A duration: `250us`, `1.5ms`, `30s`, `2min`, `8h`, `123cycles`. Whole nanoseconds. */
export const DURATION: ScalarShape<Nanoseconds> = scalar({
  accepts: `a duration such as 250us, 10ms, 30s, 2min, 123cycles, at most ${MOST_HOURS}h`,
  pattern: LENGTH_OF_TIME,
  written: "Duration",
  example: "1.5ms",
  meantBy: (text) => /^\d+(\.\d+)?$/.test(text) ? `${text}ms or ${text}s` : undefined,
  parse(text) {
    const amount = amountIn(text, "ns");
    const nanoseconds = Math.round(amount);
    if (Math.abs(amount - nanoseconds) > 1e-3) return undefined;
    return nanoseconds <= MOST_HOURS * 3_600_000_000_000 ? nanoseconds : undefined;
  },
});

/** A duration that is not nothing. */
export const LASTING_DURATION: ScalarShape<Nanoseconds> = {
  ...DURATION,
  accepts: `${DURATION.accepts}, and not 0`,
  parse(text) {
    const nanoseconds = DURATION.parse(text);
    return nanoseconds === 0 ? undefined : nanoseconds;
  },
};

/** A duration that is a whole number of a unit: that number, between two bounds. */
export function durationIn(unit: "s" | "ms", [least, most]: readonly [number, number]): Shape<number> {
  return scalar({
    accepts: `a duration such as 30s of whole ${unit}, from ${least}${unit} to ${most}${unit}`,
    pattern: LENGTH_OF_TIME,
    written: "Duration",
    example: `${least}${unit}`,
    parse(text) {
      // The sixth digit behind the point is a nanosecond's.
      const value = Math.round(amountIn(text, unit) * 1e6) / 1e6;
      return Number.isSafeInteger(value) && value >= least && value <= most ? value : undefined;
    },
  });
}

/** A length of time in a unit; `NaN` if the text is none. */
function amountIn(text: string, unit: string): number {
  const [, amount, given = ""] = LENGTH_OF_TIME.exec(text) ?? [];
  return Number(amount) * ((DURATION_UNITS.get(given) ?? NaN) / (DURATION_UNITS.get(unit) ?? NaN));
}

const RATE_OF_A_THOUSAND = /^(\d{1,4}(?:\.\d)?) ?(%|permille)$/;

/** How many of a thousand: `2%`, `20permille`; whole ones. */
export const RATE: ScalarShape<number> = scalar({
  accepts: "a rate such as 2% or 20permille, of whole permille, at most 100%",
  pattern: RATE_OF_A_THOUSAND,
  written: "Rate",
  example: "2%",
  meantBy: (text) => /^\d+(\.\d)?$/.test(text) ? `${text}% or ${text}permille` : undefined,
  parse(text) {
    const [, amount, unit] = RATE_OF_A_THOUSAND.exec(text) ?? [];
    const perMille = Math.round(Number(amount) * (unit === "%" ? 10 : 1) * 10) / 10;
    return Number.isInteger(perMille) && perMille <= 1000 ? perMille : undefined;
  },
});

/** What YAML reads as a number that is not a whole one from 0, or writes otherwise. */
const OTHER_NUMBER = /^([-+](\d+\.?\d*|\.\d+)|\d+\.\d*|\.\d+|\d+(?=e))(e[-+]?\d+)?$|^[-+]?\.inf$|^\.nan$/i;

/** A seed: a text, which a whole number is, too. Other numbers are mistakes. */
export const SEED_WORD: ScalarShape<string> = scalar({
  accepts: "a seed: a text that is not empty, or a whole number from 0",
  written: "string | number",
  example: "1",
  parse: (text) => text === "" || !text.isWellFormed() || OTHER_NUMBER.test(text) ? undefined : text,
});

/** The same, as a shape among others. */
export const SEED: Shape<string> = SEED_WORD;

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
  written: "string | Uint8Array",
  take: bytesOf,
});

/** A preshared key: `0x` and hex, or a text whose UTF-8 bytes are the key. */
export const KEY: ScalarShape<Uint8Array> = scalar({
  accepts: "a key of a byte at least: a text, or 0x and bytes in hex",
  isSecret: true,
  example: "0x00010203",
  parse: (text) => unlessEmpty(/^0x/i.test(text) ? parseHex(text) : new TextEncoder().encode(text)),
  written: "string | Uint8Array",
  take: (value) => unlessEmpty(bytesOf(value)),
});

function unlessEmpty(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes?.length === 0 ? undefined : bytes;
}

/** A port: its number from 0, or `all`. */
export const PORT: Shape<number> = scalar({
  accepts: "a port number from 0, or all",
  words: ["all"],
  written: '"all" | number',
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

const ID_WORDS = "an address, a host name, user@domain, or type11:0a0b: an identification type and bytes in hex";

/** An identifier: an address (type 1 or 5), `user@domain` (3), a host name (2), or `type11:0a0b` for anything else. */
export const IDENTIFIER: ScalarShape<ScenarioId> = scalar({
  accepts: ID_WORDS,
  example: "hba0.example",
  parse: parseIdentifier,
});

/** An identifier, or `any` for all others. */
export const IDENTIFIER_OR_ANY: ScalarShape<ScenarioId | "any"> = scalar({
  accepts: `any, ${ID_WORDS}`,
  example: "any",
  parse: (text) => text === "any" ? text : parseIdentifier(text),
});

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
export const SECURITY_FLAG_BITS = {
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
    written: "number | bigint",
    example: "0x0f",
    parse: (text) => BigInt(text) <= 0xffff_ffff_ffff_ffffn ? BigInt(text) : undefined,
  }),
  converted(
    distinct(list(oneOf("ike", "main", "aggressive", "pfs", "transport", "tunnel"))),
    (words) => words.reduce<bigint>((bits, word) => bits | SECURITY_FLAG_BITS[word], SecurityFlag.valid),
  ),
);

/** Methods of MSiSCSI_SecurityConfigOperations by their names in `iscsiop.h`: `ClearCache`. */
const WMI_METHODS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(SecurityMethod).map((
    [name, number],
  ) => [name.replace(/^./, (letter) => letter.toUpperCase()), number]),
);

/** A method of MSiSCSI_SecurityConfigOperations: its name, or its number. */
export const WMI_METHOD: Shape<number> = scalar({
  accepts: `${Object.keys(WMI_METHODS).join(", ")}, or a number from 0 to 0xffffffff`,
  words: Object.keys(WMI_METHODS),
  written: [...Object.keys(WMI_METHODS).map((name) => JSON.stringify(name)), "number"].join(" | "),
  pattern: /^(0x[0-9a-f]{1,8}|\d{1,10})$/i,
  parse: (text) => codeOf(WMI_METHODS, text, 0xffff_ffff),
});

/** A mailbox command: its name in the hardware manual, or its code. */
export const MAILBOX_COMMAND: Shape<number> = scalar({
  accepts: `${Object.keys(MailboxCommand).join(", ")}, or a code from 0 to 0xffff`,
  words: Object.keys(MailboxCommand),
  written: "keyof typeof MailboxCommand | number",
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

/** Bytes of a program, copied: it may fill its own with zeros. */
function bytesOf(value: object): Uint8Array | undefined {
  return value instanceof Uint8Array ? value.slice() : undefined;
}

function parseHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/^0x/i, "").replaceAll(/[\s|]/g, "");
  return /^([0-9a-f]{2})*$/i.test(digits) ? hexToBytes(digits) : undefined;
}

/** Dotted numbers are an address, or a mistake in one: the last label of a host name has a letter (RFC 1123 §2.1). */
const DOTTED_NUMBERS = /^\d+(\.\d+)+$/;
const HOST_NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;
const NAME_AT_DOMAIN = /^[^\s@]+@[a-z0-9.-]+$/i;
const TYPE_AND_BYTES = /^type(\d{1,3}):((?:[0-9a-f]{2})*)$/i;

/** As RFC 2407 §4.6.2.1 numbers them. */
function parseIdentifier(text: string): ScenarioId | undefined {
  const address = parseAddress(text);
  if (address !== undefined) return { type: addressIdentificationType(address), bytes: address };
  const [, type, hex = ""] = TYPE_AND_BYTES.exec(text) ?? [];
  if (type !== undefined) return Number(type) <= 0xff ? { type: Number(type), bytes: hexToBytes(hex) } : undefined;
  const bytes = new TextEncoder().encode(text);
  if (DOTTED_NUMBERS.test(text)) return undefined;
  if (HOST_NAME.test(text)) return { type: IdentificationType.ID_FQDN, bytes };
  return NAME_AT_DOMAIN.test(text) ? { type: IdentificationType.ID_USER_FQDN, bytes } : undefined;
}
