/**
 * The verbs of `iscsicli` about logins, with the arguments of its help text, in
 * their order.
 *
 * @module
 */

import { formatInternetAddress } from "../../network/internet_address.ts";
import { ALL_PORTS, IsdscStatus } from "../../../firmware/manual/interface.ts";
import type { LoginParameters, UniqueSessionId } from "../../../host/iscsidsc/structures.ts";
import { Win32Error } from "../../../host/status.ts";
import type { World } from "../world/world.ts";
import { addressOf, flagsOf, IscsicliError, keyOf, numberOf, type Verb } from "./iscsicli_arguments.ts";

/** Arguments of LoginTarget before the mappings. */
const LOGIN_PARAMETERS = [
  ...["TargetName", "ReportToPNP", "TargetPortalAddress", "TCPPortNumberOfTargetPortal"],
  ...["InitiatorInstance", "PortNumber", "SecurityFlags", "LoginFlags", "HeaderDigest", "DataDigest"],
  ...["MaxConnections", "DefaultTime2Wait", "DefaultTime2Retain", "Username", "Password", "AuthType", "Key"],
  "MappingCount",
] as const;

/** Arguments of each mapping: TargetLun, OSBus, OSTarget, OSLun. */
const MAPPING_ARGUMENTS = 4;

/** A LUN is written with all its digits. */
const LUN = /^0x[0-9a-f]{16}$/i;

/** The verbs. */
export const LOGIN_VERBS: readonly (readonly [string, Verb])[] = [
  ["LoginTarget", {
    parameters: LOGIN_PARAMETERS,
    required: LOGIN_PARAMETERS.length,
    repeats: "the four arguments of each mapping",
    run(world, args) {
      const parameters = loginParameters(args);
      return parameters === undefined ? { status: Win32Error.invalidParameter } : logIn(world, parameters);
    },
  }],
  ["QLoginTarget", {
    parameters: ["TargetName", "CHAP Username", "CHAP Password"],
    required: 1,
    run: (world, [targetName = ""]) => logIn(world, { targetName }),
  }],
  ["LogoutTarget", {
    parameters: ["SessionId"],
    required: 1,
    run: (world, [id = ""]) => ({ status: world.run(world.host.api.logoutIScsiTarget(sessionOf(id))) }),
  }],
  ["ListInitiators", {
    parameters: [],
    required: 0,
    run(world) {
      const { status, initiators } = world.run(world.host.api.reportIScsiInitiatorList());
      return { status, lines: ["Initiators List:", ...initiators.map((name) => `    ${name}`)] };
    },
  }],
];

/** `undefined` for what the real command refuses as an invalid parameter. */
function loginParameters(args: readonly string[]): LoginParameters | undefined {
  const [targetName = "", report = "*", address = "*", socket = "*", instance = "*", port = "*", flags = "*"] = args;
  const key = args[LOGIN_PARAMETERS.indexOf("Key")] ?? "*";
  if ((address === "*") !== (socket === "*") || !areMappings(args.slice(LOGIN_PARAMETERS.length - 1))) return undefined;
  return {
    targetName,
    isInformationalSession: report !== "*" && !/^t/i.test(report),
    initiatorPortNumber: port === "*" || port === "-1" ? ALL_PORTS : numberOf("PortNumber", port, ALL_PORTS),
    ...(instance === "*" ? {} : { initiatorInstance: instance }),
    ...(flags === "*" ? {} : { securityFlags: flagsOf(flags) }),
    ...(key === "*" ? {} : { key: keyOf(key) }),
    ...(address === "*" ? {} : {
      targetPortal: {
        address: formatInternetAddress(addressOf("TargetPortalAddress", address)),
        socket: numberOf("TCPPortNumberOfTargetPortal", socket, 0xffff),
      },
    }),
  };
}

/** Whether count and mappings fit: all LUNs with 16 digits, all on one bus and target. */
function areMappings([count = "0", ...rest]: readonly string[]): boolean {
  const mappings = count === "*" ? 0 : numberOf("MappingCount", count, 0xffff);
  if (rest.length !== mappings * MAPPING_ARGUMENTS) {
    throw new IscsicliError(
      "MappingCount",
      count,
      `as many as mappings follow, four arguments each, not ${rest.length}`,
    );
  }
  const columns = (first: number) => rest.filter((_, index) => index % MAPPING_ARGUMENTS === first);
  const isOne = (values: readonly string[]) => new Set(values).size <= 1;
  return columns(0).every((lun) => LUN.test(lun)) && isOne(columns(1)) && isOne(columns(2));
}

function logIn(world: World, parameters: LoginParameters) {
  const { status, session, connection } = world.run(world.host.api.loginIScsiTarget(parameters));
  if (status !== IsdscStatus.SUCCESS || session === undefined || connection === undefined) return { status };
  return { status, lines: [`Session Id is ${idText(session)}`, `Connection Id is ${idText(connection)}`] };
}

function idText({ adapterUnique, adapterSpecific }: UniqueSessionId): string {
  return `0x${adapterUnique.toString(16)}-0x${adapterSpecific.toString(16)}`;
}

/** A session as LoginTarget prints it, or SessionList, without `0x`. */
function sessionOf(text: string): UniqueSessionId {
  const [, adapter, session] = /^(?:0x)?([0-9a-f]{1,16})-(?:0x)?([0-9a-f]{1,16})$/i.exec(text) ?? [];
  if (adapter === undefined || session === undefined) {
    throw new IscsicliError("SessionId", text, "two numbers in hex with - between them, as LoginTarget prints them");
  }
  return { adapterUnique: BigInt(`0x${adapter}`), adapterSpecific: BigInt(`0x${session}`) };
}
