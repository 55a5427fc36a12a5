/**
 * The kinds of arguments that verbs of `iscsicli` take. `*` leaves one to its
 * default; of that, and of a truth value, only the first character counts.
 *
 * Where the real command has no published answer to a text, the text is
 * refused: a number with a stray character must not become another number.
 *
 * @module
 */

import { hexToBytes } from "@noble/hashes/utils.js";
import { ALL_INITIATOR_PORTS, type UniqueSessionId } from "../../../../host/iscsidsc/structures.ts";
import { type Argument, REFUSED } from "./verb.ts";

/** 32 bits, all set. */
const MAX_ULONG = 0xffff_ffff;

/** A text that is taken as it is. */
export function text(name: string, accepted: string): Argument<string> {
  return { name, accepted, read: (word) => word };
}

/** A text; `undefined` for `*`. */
export function textOrDefault(name: string, accepted: string): Argument<string | undefined> {
  return orDefault(text(name, accepted), undefined);
}

/** A number from 0, decimal or hex after `0x`. */
export function number(name: string, accepted: string, maximum: number = MAX_ULONG): Argument<number> {
  return { name, accepted, read: (word) => readNumber(word, maximum) };
}

/** A number; `undefined` for `*`. */
export function numberOrDefault(
  name: string,
  accepted: string,
  maximum: number = MAX_ULONG,
): Argument<number | undefined> {
  return orDefault(number(name, `${accepted}; * for none`, maximum), undefined);
}

/** A number of 32 bits in which `-1` sets all: any bus, any target. */
export function numberOrAny(name: string, accepted: string): Argument<number> {
  return {
    name,
    accepted: `${accepted}; -1 for any`,
    read: (word) => word === "-1" ? MAX_ULONG : readNumber(word, MAX_ULONG),
  };
}

/** A port of an adapter; all of them for `*` and `-1`. */
export function initiatorPort(name: string): Argument<number> {
  const accepted = "a port of the adapter, from 0; * or -1 for any";
  return orDefault({ ...numberOrAny(name, accepted), accepted }, ALL_INITIATOR_PORTS);
}

/** The number of mappings; none for `*`. */
export function count(name: string, accepted: string): Argument<number> {
  return orDefault(number(name, accepted), 0);
}

/** A truth value: T, t and what begins with them, and `*`. All else is false. */
export function truth(name: string, ifTrue: string, ifFalse: string): Argument<boolean> {
  return { name, accepted: `T or *: ${ifTrue}; anything else: ${ifFalse}`, read: (word) => /^[*t]/i.test(word) };
}

/** SecurityFlags, 64 bits; 0 for `*`. */
export function securityFlags(name: string): Argument<bigint> {
  const accepted =
    "a sum of 0x01 valid, 0x02 IKE, 0x04 main mode, 0x08 aggressive mode, 0x10 PFS, 0x20 transport mode " +
    "and 0x40 tunnel mode, for example 0x27; * for 0";
  return orDefault({ name, accepted, read: readUlonglong }, 0n);
}

/** A LUN as the target has it; `undefined` unless all its digits are there, which the real command answers itself. */
export function lun(name: string): Argument<bigint | undefined> {
  const accepted = "0x and 16 hex digits, for example 0x0001000000000000";
  return { name, accepted, read: (word) => /^0x[0-9a-f]{16}$/i.test(word) ? BigInt(word) : undefined };
}

/**
 * A session's id as LoginTarget prints it, or SessionList, without `0x`; `undefined` for anything else, which the real
 * command answers itself.
 */
export function sessionId(name: string): Argument<UniqueSessionId | undefined> {
  return {
    name,
    accepted: "two numbers in hex with - between them, as LoginTarget and SessionList print them",
    read(word) {
      const [, adapter, session] = /^(?:0x)?([0-9a-f]{1,16})-(?:0x)?([0-9a-f]{1,16})$/i.exec(word) ?? [];
      if (adapter === undefined || session === undefined) return undefined;
      return { adapterUnique: BigInt(`0x${adapter}`), adapterSpecific: BigInt(`0x${session}`) };
    },
  };
}

/** A preshared key: text, or bytes in hex after `0x`; without bytes for `*`. */
export function key(name: string): Argument<Uint8Array> {
  const accepted = "a text, or 0x and pairs of hex digits; * for none";
  return { ...orDefault({ name, accepted, read: readSecret }, new Uint8Array(0)), isSecret: true };
}

/** A name to log in with; `undefined` for `*`, empty for `-`. */
export function username(name: string, accepted: string): Argument<Uint8Array | undefined> {
  const read = (word: string) => word.startsWith("-") ? EMPTY : bytesOf(word) ?? REFUSED;
  return orDefault({ name, accepted, read }, undefined);
}

/** A password: as a key; `undefined` for `*`, empty for `-`. */
export function password(name: string, accepted: string): Argument<Uint8Array | undefined> {
  const read = (word: string) => word.startsWith("-") ? EMPTY : readSecret(word);
  return { ...orDefault({ name, accepted, read }, undefined), isSecret: true };
}

const EMPTY = new Uint8Array(0);

function orDefault<T, D>(argument: Argument<T>, value: D): Argument<T | D> {
  return { ...argument, read: (word) => word.startsWith("*") ? value : argument.read(word) };
}

function readNumber(word: string, maximum: number): number | typeof REFUSED {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(word) ? Number(word) : NaN;
  return value <= maximum ? value : REFUSED;
}

function readUlonglong(word: string): bigint | typeof REFUSED {
  if (!/^(0x[0-9a-f]{1,16}|\d{1,20})$/i.test(word)) return REFUSED;
  const value = BigInt(word);
  return value < 1n << 64n ? value : REFUSED;
}

/** The terminating NUL that a published port of the real command counts for some verbs is never counted. */
function readSecret(word: string): Uint8Array | typeof REFUSED {
  if (!/^0x/i.test(word)) return bytesOf(word) ?? REFUSED;
  const digits = word.slice(2);
  return /^([0-9a-f]{2})*$/i.test(digits) ? hexToBytes(digits) : REFUSED;
}

/** The bytes of a text in UTF-8; `undefined` if half a character is among it, which has none. */
export function bytesOf(word: string): Uint8Array | undefined {
  return word.isWellFormed() ? new TextEncoder().encode(word) : undefined;
}
