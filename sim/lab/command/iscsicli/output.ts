/**
 * What verbs of `iscsicli` print, in the shape of the real command: labels and
 * columns as published output has them.
 *
 * @module
 */

import { SecurityFlag } from "../../../../firmware/manual/interface.ts";
import {
  ALL_INITIATOR_PORTS,
  LoginFlag,
  type LoginOptions,
  LoginOptionsSpecified,
  type PersistentLoginInformation,
  type SessionInformation,
  type TargetMapping,
  type UniqueConnectionId,
  type UniqueSessionId,
} from "../../../../host/iscsidsc/structures.ts";

const SESSION_COLUMN = 23;
const CONNECTION_COLUMN = 18;
const FLAGS_COLUMN = 21;
const LOGIN_COLUMN = 22;

/** A text that comes from elsewhere, fit for a terminal: control characters are written as escapes. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** An id as LoginTarget prints it. */
export function idText({ adapterUnique, adapterSpecific }: UniqueSessionId | UniqueConnectionId): string {
  return `0x${hex(adapterUnique)}-0x${hex(adapterSpecific)}`;
}

/** The sessions with their connections; nothing if there is none. */
export function sessionLines(sessions: readonly SessionInformation[]): string[] {
  if (sessions.length === 0) return [];
  return [`Total of ${sessions.length} sessions`, "", ...sessions.flatMap(linesOfSession)];
}

/** The saved logins; nothing if there is none. The heading is misspelt in the real command. */
export function persistentLoginLines(logins: readonly PersistentLoginInformation[]): string[] {
  if (logins.length === 0) return [];
  return [`Total of ${logins.length} peristent targets`, ...logins.flatMap(linesOfLogin)];
}

const FLAG_TEXTS: Readonly<Record<keyof typeof SecurityFlag, string>> = {
  tunnelModePreferred: "Tunnel Mode Preferred",
  transportModePreferred: "Transport Mode Preferred",
  pfsEnabled: "PFS Enabled",
  aggressiveModeEnabled: "Aggressive Mode Enabled",
  mainModeEnabled: "Main Mode Enabled",
  ikeIpsecEnabled: "IPSEC Enabled",
  valid: "Security Flags are Valid",
};

/** SecurityFlags, and a line for each that is set and known. */
export function securityFlagLines(indent: string, flags: bigint, column: number = FLAGS_COLUMN): string[] {
  const names = (Object.keys(FLAG_TEXTS) as (keyof typeof SecurityFlag)[])
    .filter((name) => (flags & SecurityFlag[name]) !== 0n);
  return [
    `${indent}${labelled("Security Flags", `0x${hex(flags)}`, column)}`,
    ...names.map((name) => `${indent}    ${FLAG_TEXTS[name]}`),
  ];
}

function linesOfSession(session: SessionInformation): string[] {
  const line = (label: string, value: string) => labelled(label, value, SESSION_COLUMN);
  return [
    line("Session Id", shortId(session.sessionId)),
    line("Initiator Node Name", printable(session.initiatorName)),
    line("Target Node Name", printable(session.targetNodeName ?? "(null)")),
    line("Target Name", printable(session.targetName)),
    line("ISID", bytes(session.isid)),
    line("TSID", bytes(session.tsid)),
    line("Number Connections", String(session.connections.length)),
    "",
    ...(session.connections.length > 0 ? ["    Connections:", ""] : []),
    ...session.connections.flatMap((connection) => {
      const line = (label: string, value: string) => `        ${labelled(label, value, CONNECTION_COLUMN)}`;
      return [
        line("Connection Id", shortId(connection.connectionId)),
        line("Initiator Portal", `${connection.initiatorAddress}/${connection.initiatorSocket}`),
        line("Target Portal", `${connection.targetAddress}/${connection.targetSocket}`),
        line("CID", bytes(connection.cid)),
        "",
      ];
    }),
  ];
}

function linesOfLogin(login: PersistentLoginInformation): string[] {
  const line = (label: string, value: string) => `    ${labelled(label, value, LOGIN_COLUMN)}`;
  const { targetPortal, initiatorPortNumber: port } = login;
  return [
    line("Target Name", printable(login.targetName)),
    line(
      "Address and Socket",
      targetPortal === undefined ? "* *" : printable(`${targetPortal.address} ${targetPortal.socket ?? 0}`),
    ),
    line("Session Type", login.isInformationalSession ? "Informational" : "Data"),
    line("Initiator Name", printable(login.initiatorInstance)),
    line("Port Number", port === ALL_INITIATOR_PORTS ? "<Any Port>" : String(port)),
    ...securityFlagLines("    ", login.securityFlags, LOGIN_COLUMN),
    ...loginOptionLines(login.loginOptions, line),
    ...(login.mappings === undefined ? [] : mappingLines(login.mappings, line)),
    "",
  ];
}

const DIGESTS = ["None", "CRC-32C"];
const AUTH_TYPES = ["None", "CHAP", "Mutual CHAP"];

/** How each option is shown, in the order of the real command. A password is told to be there, and not shown. */
const OPTION_LINES: Readonly<
  Record<keyof typeof LoginOptionsSpecified, readonly [label: string, show: (options: LoginOptions) => string]>
> = {
  headerDigest: ["Header Digest", ({ headerDigest = 0 }) => nameOf(DIGESTS, headerDigest)],
  dataDigest: ["Data Digest", ({ dataDigest = 0 }) => nameOf(DIGESTS, dataDigest)],
  maximumConnections: ["Maximum Connections", ({ maximumConnections = 0 }) => String(maximumConnections)],
  defaultTime2Wait: ["Default Time 2 Wait", ({ defaultTime2Wait = 0 }) => String(defaultTime2Wait)],
  defaultTime2Retain: ["Default Time 2 Retain", ({ defaultTime2Retain = 0 }) => String(defaultTime2Retain)],
  authType: ["Authentication Type", ({ authType = 0 }) => nameOf(AUTH_TYPES, authType)],
  username: ["Username", ({ username = new Uint8Array(0) }) => printable(new TextDecoder().decode(username))],
  password: ["Password", () => "<is established>"],
};

const LOGIN_FLAG_TEXTS: Readonly<Record<keyof typeof LoginFlag, string>> = {
  requireIpsec: "Require IPsec",
  multipathEnabled: "Multipath Enabled",
  reserved1: "Reserved",
  allowPortalHopping: "Allow Portal Hopping",
  useRadiusResponse: "Use RADIUS Response",
  useRadiusVerification: "Use RADIUS Verification",
};

type Line = (label: string, value: string) => string;

function loginOptionLines(options: LoginOptions, line: Line): string[] {
  const { informationSpecified = 0, loginFlags = 0 } = options;
  const shown = (Object.keys(OPTION_LINES) as (keyof typeof OPTION_LINES)[])
    .filter((name) => (informationSpecified & LoginOptionsSpecified[name]) !== 0);
  const flags = (Object.keys(LOGIN_FLAG_TEXTS) as (keyof typeof LoginFlag)[])
    .filter((name) => (loginFlags & LoginFlag[name]) !== 0);
  return [
    line("Version", String(options.version)),
    line("Information Specified", `0x${informationSpecified.toString(16)}`),
    line("Login Flags", `0x${loginFlags.toString(16)}`),
    ...flags.map((name) => `        ${LOGIN_FLAG_TEXTS[name]}`),
    ...shown.map((name) => {
      const [label, show] = OPTION_LINES[name];
      return line(label, show(options));
    }),
  ];
}

function mappingLines({ osBusNumber, osTargetNumber, lunList }: TargetMapping, line: Line): string[] {
  const numberOrAny = (value: number) => value === 0xffff_ffff ? "<Any>" : String(value);
  return [
    line("Initiator Bus", numberOrAny(osBusNumber)),
    line("Initiator Target Id", numberOrAny(osTargetNumber)),
    ...lunList.map(({ osLun, targetLun }) =>
      `        Target LUN: 0x${hex(targetLun)} <--> OS Lun: 0x${osLun.toString(16)}`
    ),
  ];
}

function nameOf(names: readonly string[], value: number): string {
  return names[value] ?? `Unknown - ${value}`;
}

function labelled(label: string, value: string, column: number): string {
  return `${label.padEnd(column)}: ${value}`;
}

/** An id as SessionList prints it. */
function shortId({ adapterUnique, adapterSpecific }: UniqueSessionId | UniqueConnectionId): string {
  return `${hex(adapterUnique)}-${hex(adapterSpecific)}`;
}

function hex(value: bigint): string {
  return value.toString(16);
}

function bytes(value: Uint8Array): string {
  return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
