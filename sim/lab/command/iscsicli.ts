/**
 * The verbs of `iscsicli` that concern keys and phase 1, against a world.
 *
 * Arguments are positional, as in the real command; `*` leaves one to its
 * default. A key that begins with `0x` is bytes in hex, otherwise text.
 *
 * @module
 */

import {
  addressIdentificationType,
  ALL_PORTS,
  IdentificationType,
  isAddressIdentification,
} from "../../../firmware/manual/interface.ts";
import { describeStatus } from "../../../host/status.ts";
import { InternetAddressError, parseInternetAddress } from "../../network/internet_address.ts";
import type { World } from "../world/world.ts";

/** Arguments that the command does not understand. */
export class IscsicliError extends Error {
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

/** What a command printed and returned. */
export interface IscsicliResult {
  /** What to print. */
  readonly lines: readonly string[];
  /** The status: 0, an ISDSC status or a Win32 error. */
  readonly status: number;
}

interface Verb {
  readonly parameters: readonly string[];
  /** How many of the parameters must be given; the others are `*`. */
  readonly required: number;
  readonly run: (world: World, args: readonly string[]) => { readonly status: number; readonly lines?: string[] };
}

const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ["PSKey", {
    parameters: ["Initiator", "Port", "SecFlags", "IdType", "Id", "Key", "Persist"],
    required: 7,
    run(world, [initiator = "", port = "", flags = "", idType = "", id = "", key = "", persist = ""]) {
      const type = idTypeOf(idType);
      const status = world.run(world.host.api.setIScsiIKEInfo(initiatorOf(world, initiator), portOf(port), {
        authMethod: 1,
        securityFlags: flagsOf(flags),
        idType: type,
        id: idOf(type, id),
        key: keyOf(key),
      }, persistOf(persist)));
      return { status };
    },
  }],
  ["GetPSKey", {
    parameters: ["Initiator", "Port", "IdType", "Id"],
    required: 4,
    run(world, [initiator = "", port = "", idType = "", id = ""]) {
      const type = idTypeOf(idType);
      const query = { idType: type, id: idOf(type, id) };
      const { status, securityFlags } = world.run(
        world.host.api.getIScsiIKEInfo(initiatorOf(world, initiator), portOf(port), query),
      );
      return { status, lines: status === 0 ? [`Security Flags : 0x${securityFlags.toString(16)}`] : [] };
    },
  }],
  ["GroupKey", {
    parameters: ["Key", "Persist"],
    required: 2,
    run(world, [key = "", persist = ""]) {
      return { status: world.run(world.host.api.setIScsiGroupPresharedKey(keyOf(key), persistOf(persist))) };
    },
  }],
  ["TunnelAddr", {
    parameters: ["Initiator", "Port", "Destination Address", "Tunnel Address", "Persist"],
    required: 5,
    run(world, [initiator = "", port = "", destination = "", outer = "", persist = ""]) {
      const status = world.run(world.host.api.setIScsiTunnelModeOuterAddress(
        initiatorOf(world, initiator),
        portOf(port),
        addressOf("Destination Address", destination),
        addressOf("Tunnel Address", outer),
        persistOf(persist),
      ));
      return { status };
    },
  }],
  ["LoginTarget", {
    parameters: [
      ...["TargetName", "ReportToPNP", "TargetPortalAddress", "TCPPortNumberOfTargetPortal", "InitiatorName", "Port"],
      ...["SessionId", "SecurityFlags", "LoginFlags", "HeaderDigest", "DataDigest", "MaxConnections"],
      ...["DefaultTime2Wait", "DefaultTime2Retain", "Username", "Password", "AuthType", "Key"],
    ],
    required: 3,
    run(world, args) {
      const [targetName = "", , portal = "*", socket = "*", initiator = "*", port = "*", , flags = "*"] = args;
      const key = args[17] ?? "*";
      const name = initiatorOf(world, initiator);
      const { status, session } = world.run(world.host.api.loginIScsiTarget({
        targetName,
        targetPortal: {
          address: addressOf("TargetPortalAddress", portal),
          ...(socket === "*" ? {} : { socket: numberOf("TCPPortNumberOfTargetPortal", socket, 0xffff) }),
        },
        initiatorPortNumber: portOf(port),
        ...(name === undefined ? {} : { initiatorInstance: name }),
        ...(flags === "*" ? {} : { securityFlags: flagsOf(flags) }),
        ...(key === "*" ? {} : { key: keyOf(key) }),
      }));
      const id = session === undefined ? [] : [
        `Session Id is 0x${session.adapterUnique.toString(16)}-0x${session.adapterSpecific.toString(16)}`,
      ];
      return { status, lines: id };
    },
  }],
]);

/** The verbs and their arguments, a line each. */
export const ISCSICLI_USAGE: readonly string[] = [...VERBS].map(([verb, { parameters, required }]) =>
  [verb, ...parameters.map((name, index) => (index < required ? `<${name}>` : `[${name}]`))].join(" ")
);

/**
 * Carries a command out.
 *
 * @param world A world with power.
 * @param args The verb and its arguments.
 * @throws {IscsicliError} The verb or an argument is not understood.
 */
export function iscsicli(world: World, args: readonly string[]): IscsicliResult {
  const [name = "nothing", ...rest] = args;
  const found = [...VERBS].find(([verb]) => verb.toLowerCase() === name.toLowerCase());
  if (found === undefined) throw new IscsicliError("command", name, [...VERBS.keys()].join(", "));
  const [verb, { parameters, required, run }] = found;
  if (rest.length < required || rest.length > parameters.length) {
    const counts = required === parameters.length ? `${required}` : `${required} to ${parameters.length}`;
    throw new IscsicliError(verb, `${rest.length} arguments`, `${counts}: ${parameters.join(", ")}`);
  }
  const { status, lines = [] } = run(world, rest);
  const verdict = status === 0 ? "The operation completed successfully." : `${describeStatus(status)}.`;
  return { lines: [...lines, verdict], status };
}

function initiatorOf(world: World, text: string): string | undefined {
  if (text === "*") return undefined;
  if (world.adapters.has(text)) return text;
  throw new IscsicliError("Initiator", text, `*, ${[...world.adapters.keys()].join(", ")}`);
}

function portOf(text: string): number {
  return text === "*" ? ALL_PORTS : numberOf("Port", text, 0xffff_ffff);
}

function numberOf(argument: string, text: string, maximum: number): number {
  const number = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : NaN;
  if (!(number <= maximum)) throw new IscsicliError(argument, text, `a number from 0 to ${maximum}`);
  return number;
}

function flagsOf(text: string): bigint {
  if (!/^(0x[0-9a-f]{1,16}|\d{1,19})$/i.test(text)) {
    throw new IscsicliError("SecFlags", text, "a number of up to 64 bits, for example 0x27");
  }
  return BigInt.asUintN(64, BigInt(text));
}

const { ID_IPV4_ADDR, ID_FQDN, ID_USER_FQDN, ID_IPV6_ADDR } = IdentificationType;
const ACCEPTED_TYPES: readonly number[] = [ID_IPV4_ADDR, ID_FQDN, ID_USER_FQDN, ID_IPV6_ADDR];

function idTypeOf(text: string): number {
  const type = numberOf("IdType", text, 255);
  if (!ACCEPTED_TYPES.includes(type)) {
    throw new IscsicliError("IdType", text, "1 (IPv4 address), 2 (FQDN), 3 (user FQDN) or 5 (IPv6 address)");
  }
  return type;
}

function idOf(type: number, text: string): Uint8Array {
  if (!isAddressIdentification(type)) return new TextEncoder().encode(text);
  const address = addressOf("Id", text);
  if (type !== addressIdentificationType(address)) {
    throw new IscsicliError("Id", text, type === ID_IPV4_ADDR ? "an IPv4 address" : "an IPv6 address");
  }
  return address;
}

function addressOf(argument: string, text: string): Uint8Array {
  try {
    return parseInternetAddress(text);
  } catch (error) {
    if (error instanceof InternetAddressError) throw new IscsicliError(argument, text, "an IPv4 or IPv6 address");
    throw error;
  }
}

/** The error does not repeat the key. */
function keyOf(text: string): Uint8Array {
  if (!text.startsWith("0x")) return new TextEncoder().encode(text);
  const digits = text.slice(2);
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) {
    throw new IscsicliError("Key", "0x and something else than pairs of hex digits", "a text, or 0x and bytes in hex");
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function persistOf(text: string): boolean {
  if (/^t(rue)?$/i.test(text)) return true;
  if (/^f(alse)?$/i.test(text)) return false;
  throw new IscsicliError("Persist", text, "T or F");
}
