/**
 * The verbs of `iscsicli` that open and close sessions and connections.
 *
 * @module
 */

import {
  type LoginOptions,
  LoginOptionsSpecified,
  type LoginResult,
  type TargetMapping,
  type TargetPortal,
} from "../../../../host/iscsidsc/structures.ts";
import {
  count,
  initiatorPort,
  key,
  lun,
  number,
  numberOrAny,
  numberOrDefault,
  password,
  securityFlags,
  sessionId,
  text,
  textOrDefault,
  truth,
  username,
} from "./arguments.ts";
import { idText, printable } from "./output.ts";
import { halfAPortal, invalidParameter, PORTAL, portalOf } from "./portal.ts";
import { type Arguments, type Outcome, type Values, type Verb, verb } from "./verb.ts";

const DIGEST = "0 (none) or 1 (CRC32C)";
const ISCSI_CHAP_AUTH_TYPE = 1;
const EMPTY = new Uint8Array(0);

/** What LoginTarget and AddConnection have in common, in their order. */
const OPTIONS = {
  flags: securityFlags("SecurityFlags"),
  loginFlags: numberOrDefault(
    "LoginFlags",
    "a sum of 1 IPsec is required and 2 there may be other sessions to the target",
  ),
  headerDigest: numberOrDefault("HeaderDigest", DIGEST),
  dataDigest: numberOrDefault("DataDigest", DIGEST),
  maximumConnections: numberOrDefault("MaxConnections", "1 to 65535 connections of a session"),
  defaultTime2Wait: numberOrDefault("DefaultTime2Wait", "seconds"),
  defaultTime2Retain: numberOrDefault("DefaultTime2Retain", "seconds"),
  username: username("Username", "the name for CHAP, - for an empty one; * for none"),
  password: password(
    "Password",
    "the secret for CHAP, as text or as 0x and pairs of hex digits, - for an empty one; * for none",
  ),
  authType: numberOrDefault("AuthType", "0 (none), 1 (CHAP) or 2 (mutual CHAP)"),
  key: key("Key"),
} satisfies Arguments;

const MAPPING = {
  targetLun: lun("TargetLUN"),
  osBus: numberOrAny("OSBus", "the bus on which the operating system shall show the unit, the same for all"),
  osTarget: numberOrAny("OSTarget", "the target as which it shall show the unit, the same for all"),
  osLun: number("OSLUN", "the LUN that it shall give the unit"),
} satisfies Arguments;

/** LoginTarget. */
export const LoginTarget: Verb = loginVerb(
  "Logs in at a target, and shows the session that came of it. A session ends with the power of its host.",
  false,
);

/** PersistentLoginTarget. */
export const PersistentLoginTarget: Verb = loginVerb(
  "Saves a login with the adapter, which logs in by itself at each start from the next one on.",
  true,
);

function loginVerb(doc: string, isPersistent: boolean): Verb {
  return verb({
    doc,
    required: {
      targetName: text("TargetName", "the iSCSI name of the target"),
      reportToPnp: truth("ReportToPNP", "the operating system sees the units", "an informational session"),
      ...PORTAL,
      instance: textOrDefault("InitiatorInstance", "the name of an adapter, as ListInitiators shows it; * for any"),
      port: initiatorPort("PortNumber"),
      ...OPTIONS,
      mappings: count("MappingCount", "how many mappings follow, * for none"),
    },
    repeated: { group: MAPPING, times: ({ mappings }) => mappings },
    prepare({ targetName, reportToPnp, instance, port, flags, key, ...rest }, luns) {
      const portal = portalOf(rest);
      if (portal === "half a portal") return halfAPortal();
      const mappings = mappingOf(luns);
      if (typeof mappings === "string") return invalidParameter(mappings);
      return (world) => {
        const result = world.run(world.host.api.loginIScsiTarget({
          targetName,
          isInformationalSession: !reportToPnp,
          initiatorInstance: instance,
          initiatorPortNumber: port,
          targetPortal: portal,
          securityFlags: flags,
          mappings,
          loginOptions: loginOptions(rest),
          key,
          isPersistent,
        }));
        const lines = [`LoginTarget to ${describeLogin(targetName, instance, portal)}`];
        return sessionOutcome(result, lines);
      };
    },
  });
}

/** QLoginTarget. */
export const QLoginTarget: Verb = verb({
  doc:
    "Logs in at a target that the service knows, with any adapter, and with CHAP if a name and a password are given.",
  required: { targetName: text("TargetName", "the iSCSI name of the target") },
  optional: {
    username: username("CHAPUsername", "the name for CHAP, - or * for an empty one"),
    password: password(
      "CHAPPassword",
      "the secret for CHAP, as text or as 0x and pairs of hex digits, - or * for an empty one",
    ),
  },
  prepare({ targetName, ...chap }) {
    const { username = EMPTY, password = EMPTY } = chap;
    const isChap = "username" in chap;
    const options = isChap ? loginOptions({ username, password, authType: ISCSI_CHAP_AUTH_TYPE }) : undefined;
    return (world) =>
      sessionOutcome(world.run(world.host.api.loginIScsiTarget({ targetName, loginOptions: options })), []);
  },
});

/** LogoutTarget. */
export const LogoutTarget: Verb = verb({
  doc: "Ends a session.",
  required: { session: sessionId("SessionId") },
  prepare({ session }) {
    if (session === undefined) return noSessionId();
    return (world) => ({
      status: world.run(world.host.api.logoutIScsiTarget(session)),
      lines: [`Logout Target ${idText(session)}`],
    });
  },
});

/** AddConnection. */
export const AddConnection: Verb = verb({
  doc: "Opens another connection of a session.",
  required: {
    session: sessionId("SessionId"),
    instance: textOrDefault("InitiatorInstance", "anything: it is the adapter of the session"),
    port: initiatorPort("PortNumber"),
    ...PORTAL,
    ...OPTIONS,
  },
  prepare({ session, port, flags, key, ...rest }) {
    if (session === undefined) return noSessionId();
    const portal = portalOf(rest);
    if (portal === "half a portal") return halfAPortal();
    return (world) => {
      const { status, connection } = world.run(world.host.api.addIScsiConnection({
        uniqueSessionId: session,
        initiatorPortNumber: port,
        targetPortal: portal ?? { address: "" },
        securityFlags: flags,
        loginOptions: loginOptions(rest),
        key,
      }));
      if (connection === undefined) return { status };
      return { status, lines: [`Connection Id is ${idText(connection)}`], data: { connection } };
    };
  },
});

function noSessionId(): Outcome {
  return invalidParameter("Invalid SessionId");
}

/** The options that were given, each with its bit; LoginFlags have none. */
function loginOptions(given: Partial<Omit<Values<typeof OPTIONS>, "flags" | "key">>): LoginOptions {
  const names = Object.keys(LoginOptionsSpecified) as (keyof typeof LoginOptionsSpecified)[];
  const specified = names.filter((name) => given[name] !== undefined);
  return {
    version: 0,
    informationSpecified: specified.reduce((bits, name) => bits | LoginOptionsSpecified[name], 0),
    loginFlags: given.loginFlags ?? 0,
    ...Object.fromEntries(specified.map((name) => [name, given[name]])),
  };
}

/** The mappings as one, or what does not go together. */
function mappingOf(luns: readonly Values<typeof MAPPING>[]): TargetMapping | undefined | string {
  const [first] = luns;
  if (first === undefined) return undefined;
  const lunList: { readonly osLun: number; readonly targetLun: bigint }[] = [];
  for (const { targetLun, osBus, osTarget, osLun } of luns) {
    if (targetLun === undefined) return `TargetLUN must be ${MAPPING.targetLun.accepted}`;
    if (osBus !== first.osBus) return "OSBus must be the same for all units";
    if (osTarget !== first.osTarget) return "OSTarget must be the same for all units";
    lunList.push({ osLun, targetLun });
  }
  return { osBusNumber: first.osBus, osTargetNumber: first.osTarget, lunList };
}

function describeLogin(targetName: string, instance: string | undefined, portal: TargetPortal | undefined): string {
  const place = portal === undefined ? "<no portal>/0" : `${portal.address}/${portal.socket}`;
  return printable(`${targetName} on ${instance ?? "<no init instance>"} to ${place}`);
}

/** The ids of the session that came of a login; of one that is only saved, none does. */
function sessionOutcome({ status, session, connection }: LoginResult, lines: readonly string[]): Outcome {
  if (session === undefined || connection === undefined) return { status, lines };
  return {
    status,
    lines: [...lines, `Session Id is ${idText(session)}`, `Connection Id is ${idText(connection)}`],
    data: { session, connection },
  };
}
