/**
 * Arguments of `iscsicli`: positional texts, `*` where one is left to its
 * default.
 *
 * @module
 */

import { hexToBytes } from "@noble/hashes/utils.js";
import {
  addressIdentificationType,
  ALL_PORTS,
  IdentificationType,
  isAddressIdentification,
} from "../../../firmware/manual/interface.ts";
import { InternetAddressError, parseInternetAddress } from "../../network/internet_address.ts";
import { InputError } from "../../kernel/input_error.ts";
import type { World } from "../world/world.ts";

/** Arguments that the command does not understand. */
export class IscsicliError extends InputError {
  /**
   * Says which argument, what was given and what is accepted.
   *
   * @param argument The argument.
   * @param given What was given.
   * @param accepted What is accepted.
   */
  constructor(argument: string, given: string, accepted: string) {
    super(`${argument}: ${given}, expected ${accepted}`);
    this.name = "IscsicliError";
  }
}

/** A verb. */
export interface Verb {
  /** Its arguments, in order. */
  readonly parameters: readonly string[];
  /** How many of the parameters must be given; the others are `*`. */
  readonly required: number;
  /** What may follow them. */
  readonly repeats?: string;
  /** Carries it out. */
  readonly run: (world: World, args: readonly string[]) => { readonly status: number; readonly lines?: string[] };
}

/** An adapter by its name; `undefined` for `*`, all of them. */
export function initiatorOf(world: World, text: string): string | undefined {
  if (text === "*") return undefined;
  if (world.adapters.has(text)) return text;
  throw new IscsicliError("Initiator", text, `*, ${[...world.adapters.keys()].join(", ")}`);
}

/** A port; `*` for all. */
export function portOf(text: string): number {
  return text === "*" ? ALL_PORTS : numberOf("Port", text, 0xffff_ffff);
}

/** A number, decimal or hex after `0x`, up to a maximum. */
export function numberOf(argument: string, text: string, maximum: number): number {
  const number = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : NaN;
  if (!(number <= maximum)) throw new IscsicliError(argument, text, `a number from 0 to ${maximum}`);
  return number;
}

/** SecurityFlags. */
export function flagsOf(text: string): bigint {
  if (!/^(0x[0-9a-f]{1,16}|\d{1,19})$/i.test(text)) {
    throw new IscsicliError("SecFlags", text, "a number of up to 64 bits, for example 0x27");
  }
  return BigInt.asUintN(64, BigInt(text));
}

const { ID_IPV4_ADDR, ID_FQDN, ID_USER_FQDN, ID_IPV6_ADDR } = IdentificationType;
const ACCEPTED_TYPES: readonly number[] = [ID_IPV4_ADDR, ID_FQDN, ID_USER_FQDN, ID_IPV6_ADDR];

/** An identification type that the API takes. */
export function idTypeOf(text: string): number {
  const type = numberOf("IdType", text, 255);
  if (!ACCEPTED_TYPES.includes(type)) {
    throw new IscsicliError("IdType", text, "1 (IPv4 address), 2 (FQDN), 3 (user FQDN) or 5 (IPv6 address)");
  }
  return type;
}

/** An identifier of a type: an address, or the bytes of a name. */
export function idOf(type: number, text: string): Uint8Array {
  if (!isAddressIdentification(type)) return new TextEncoder().encode(text);
  const address = addressOf("Id", text);
  if (type !== addressIdentificationType(address)) {
    throw new IscsicliError("Id", text, type === ID_IPV4_ADDR ? "an IPv4 address" : "an IPv6 address");
  }
  return address;
}

/** An IPv4 or IPv6 address. */
export function addressOf(argument: string, text: string): Uint8Array {
  try {
    return parseInternetAddress(text);
  } catch (error) {
    if (error instanceof InternetAddressError) throw new IscsicliError(argument, text, "an IPv4 or IPv6 address");
    throw error;
  }
}

/** A key: text, or bytes in hex after `0x`. The error does not repeat it. */
export function keyOf(text: string): Uint8Array {
  if (!text.startsWith("0x")) return new TextEncoder().encode(text);
  const digits = text.slice(2);
  if (!/^([0-9a-f]{2})*$/i.test(digits)) {
    throw new IscsicliError("Key", "0x and something else than pairs of hex digits", "a text, or 0x and bytes in hex");
  }
  return hexToBytes(digits);
}

/** T or F. */
export function persistOf(text: string): boolean {
  if (/^t(rue)?$/i.test(text)) return true;
  if (/^f(alse)?$/i.test(text)) return false;
  throw new IscsicliError("Persist", text, "T or F");
}
