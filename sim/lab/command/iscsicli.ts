/**
 * The verbs of `iscsicli` that concern keys and phase 1, against a world.
 *
 * Arguments are positional, as in the real command; `*` leaves one to its
 * default. A key that begins with `0x` is bytes in hex, otherwise text.
 *
 * @module
 */

import { formatInternetAddress } from "../../network/internet_address.ts";
import { describeStatus } from "../../../host/status.ts";
import type { World } from "../world/world.ts";
import {
  addressOf,
  flagsOf,
  idOf,
  idTypeOf,
  initiatorOf,
  IscsicliError,
  keyOf,
  persistOf,
  portOf,
  type Verb,
} from "./iscsicli_arguments.ts";
import { LOGIN_VERBS } from "./iscsicli_login.ts";

export { IscsicliError } from "./iscsicli_arguments.ts";

/** What a command printed and returned. */
export interface IscsicliResult {
  /** What to print. */
  readonly lines: readonly string[];
  /** The status: 0, an ISDSC status or a Win32 error. */
  readonly status: number;
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
      const query = { authMethod: 1, idType: type, id: idOf(type, id) };
      const { status, authInfo: { securityFlags } } = world.run(
        world.host.api.getIScsiIKEInfo(initiatorOf(world, initiator), portOf(port), undefined, query),
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
        formatInternetAddress(addressOf("Destination Address", destination)),
        formatInternetAddress(addressOf("Tunnel Address", outer)),
        persistOf(persist),
      ));
      return { status };
    },
  }],
  ...LOGIN_VERBS,
]);

/** The verbs and their arguments, a line each. */
export const ISCSICLI_USAGE: readonly string[] = [...VERBS].map(([verb, { parameters, required, repeats }]) =>
  [
    verb,
    ...parameters.map((name, index) => (index < required ? `<${name}>` : `[${name}]`)),
    ...(repeats === undefined ? [] : [`[${repeats}]`]),
  ].join(" ")
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
  const [verb, { parameters, required, repeats, run }] = found;
  if (rest.length < required || (repeats === undefined && rest.length > parameters.length)) {
    const counts = required === parameters.length ? `${required}` : `${required} to ${parameters.length}`;
    throw new IscsicliError(verb, `${rest.length} arguments`, `${counts}: ${parameters.join(", ")}`);
  }
  const { status, lines = [] } = run(world, rest);
  const verdict = status === 0 ? "The operation completed successfully." : `${describeStatus(status)}.`;
  return { lines: [...lines, verdict], status };
}
