/**
 * Every function of the API with every kind of bad argument: data for
 * `iscsidsc_bad_input_test.ts`. A table by function, so that a function that is
 * forgotten does not compile.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { ProcedureName } from "../../host/initiator_service/procedures.ts";
import type { Iscsidsc } from "../../host/iscsidsc/iscsidsc.ts";
import type { LoginOptions, LoginParameters, TargetPortal, UniqueSessionId } from "../../host/iscsidsc/structures.ts";
import { Win32Error } from "../../host/status.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { HBA, ID, testKey } from "./test_host.ts";

/** A call with one bad argument. */
export interface BadCall {
  readonly what: string;
  readonly call: (api: Iscsidsc) => Task<number | { readonly status: number }>;
  /** ERROR_INVALID_PARAMETER by default, which the library answers by itself. */
  readonly status?: number;
}

const ALL = 0xffff_ffff;
const S = IsdscStatus;
const NAME = "iqn.2002-01.com.example:disk";
const PORTAL: TargetPortal = { address: "198.51.100.7", socket: 3260 };
const LONG = "x".repeat(256);
/** What is no ULONG. */
const NO_ULONG = [-1, 0.5, 2 ** 32, NaN, Infinity] as const;
const NO_ULONGLONG = [-1n, 1n << 64n] as const;

const NAMES: readonly string[] = [LONG, "hba\0 0"];
const NOBODY = { initiatorName: "nobody", status: S.INITIATOR_NOT_FOUND } as const;

/** The arguments that most functions begin with: an adapter and a port. */
function initiatorRows(
  call: (api: Iscsidsc, initiatorName: string, port: number) => ReturnType<BadCall["call"]>,
): BadCall[] {
  return [
    ...NAMES.map((name) => ({
      what: `initiator ${name.length} characters`,
      call: (api: Iscsidsc) => call(api, name, ALL),
    })),
    { what: "nobody", call: (api) => call(api, NOBODY.initiatorName, ALL), status: NOBODY.status },
    { what: "the empty name", call: (api) => call(api, "", ALL), status: NOBODY.status },
    ...NO_ULONG.map((port) => ({ what: `port ${port}`, call: (api: Iscsidsc) => call(api, HBA, port) })),
    { what: "port 2 of 2", call: (api) => call(api, HBA, 2), status: S.INVALID_PORT_NUMBER },
  ];
}

const AUTH_INFO = { authMethod: 1, securityFlags: 0x27n, idType: 1, id: ID, key: testKey(1) };

function login(change: Partial<LoginParameters>): BadCall["call"] {
  const good = { targetName: NAME, initiatorInstance: HBA, targetPortal: PORTAL, key: testKey(1) };
  return (api) => api.loginIScsiTarget({ ...good, ...change });
}

function addition(change: {
  readonly uniqueSessionId?: UniqueSessionId;
  readonly initiatorPortNumber?: number;
  readonly targetPortal?: TargetPortal;
  readonly securityFlags?: bigint;
  readonly loginOptions?: LoginOptions;
}): BadCall["call"] {
  const good = { uniqueSessionId: { adapterUnique: 1n, adapterSpecific: 1n }, targetPortal: PORTAL, key: testKey(1) };
  return (api) => api.addIScsiConnection({ ...good, ...change });
}

/** What a caller without types may give where a structure, a text or bytes belong. */
const NO_POINTERS: readonly unknown[] = [null, undefined, 7, "text"];

/** A call that TypeScript would refuse. */
function untyped<T>(value: unknown, call: (api: Iscsidsc, value: T) => ReturnType<BadCall["call"]>): BadCall {
  return { what: `${value} where a pointer belongs`, call: (api) => call(api, value as T) };
}

const GOOD_ID: UniqueSessionId = { adapterUnique: 1n, adapterSpecific: 1n };
const OTHER_ID: UniqueSessionId = { adapterUnique: 99n, adapterSpecific: 1n };
const BAD_IDS: readonly UniqueSessionId[] = NO_ULONGLONG.flatMap((bad) => [
  { adapterUnique: bad, adapterSpecific: 1n },
  { adapterUnique: 1n, adapterSpecific: bad },
]);

const BAD_PORTALS: readonly TargetPortal[] = [
  { address: LONG },
  { address: "198.51.100.7\0" },
  { address: "198.51.100.7", symbolicName: LONG },
  ...[-1, 0.5, 65536, NaN].map((socket) => ({ address: "198.51.100.7", socket })),
];

const BAD_OPTIONS: readonly LoginOptions[] = [
  { version: 1 },
  { version: -1 },
  ...[0x100, 0x8000_0000, ...NO_ULONG].map((informationSpecified) => ({ version: 0, informationSpecified })),
  ...[0x04, 0x40, ...NO_ULONG].map((loginFlags) => ({ version: 0, loginFlags })),
  ...[0, 65536, -1, 1.5, undefined].map((maximumConnections) => ({
    version: 0,
    informationSpecified: 0x04,
    maximumConnections,
  })),
  ...[2, -1, undefined].flatMap((digest) => [
    { version: 0, informationSpecified: 0x01, headerDigest: digest },
    { version: 0, informationSpecified: 0x02, dataDigest: digest },
  ]),
  { version: 0, informationSpecified: 0x08, defaultTime2Wait: -1 },
  { version: 0, informationSpecified: 0x10, defaultTime2Retain: 2 ** 32 },
  { version: 0, informationSpecified: 0x80, authType: -1 },
  // What is not specified must be something that its field can carry nevertheless.
  ...["headerDigest", "dataDigest", "maximumConnections", "defaultTime2Wait", "defaultTime2Retain", "authType"]
    .flatMap((field) => [...NO_ULONG, null, "text", {}].map((value) => unspecified(field, value))),
  ...["username", "password"]
    .flatMap((field) => [7, null, "text", {}, [1, 2], new ArrayBuffer(2)].map((value) => unspecified(field, value))),
];

/** As a caller without types says it. */
function unspecified(field: string, value: unknown): LoginOptions {
  return { version: 0, [field]: value };
}

/** Rows that LoginIScsiTarget and AddIScsiConnection have in common. */
function portalRows(
  call: (change: {
    readonly targetPortal?: TargetPortal;
    readonly securityFlags?: bigint;
    readonly loginOptions?: LoginOptions;
  }) => BadCall["call"],
): BadCall[] {
  return [
    ...BAD_PORTALS.map((targetPortal) => ({
      what: `portal ${targetPortal.address.length} ${targetPortal.socket}`,
      call: call({ targetPortal }),
    })),
    { what: "an empty address", call: call({ targetPortal: { address: "" } }) },
    { what: "a name for an address", call: call({ targetPortal: { address: "disk" } }), status: S.DNS_NAME_UNRESOLVED },
    ...NO_ULONGLONG.map((securityFlags) => ({ what: `flags ${securityFlags}`, call: call({ securityFlags }) })),
    ...BAD_OPTIONS.map((loginOptions, index) => ({ what: `options ${index}`, call: call({ loginOptions }) })),
    {
      what: "IPsec required and switched off",
      call: call({ securityFlags: 0x01n, loginOptions: { version: 0, loginFlags: 0x01 } }),
      status: S.TARGET_PRESHAREDKEY_UNAVAILABLE,
    },
  ];
}

function sizeRows(call: (api: Iscsidsc, size: number) => ReturnType<BadCall["call"]>): BadCall[] {
  return NO_ULONG.map((size) => ({ what: `a buffer of ${size}`, call: (api) => call(api, size) }));
}

const ANY_MAPPING = { osBusNumber: ALL, osTargetNumber: ALL };

/** The table. */
export const BAD_CALLS: Readonly<Record<ProcedureName, readonly BadCall[]>> = {
  SetIScsiIKEInfo: [
    ...initiatorRows((api, name, port) => api.setIScsiIKEInfo(name, port, AUTH_INFO, true)),
    ...NO_POINTERS.flatMap((value) => [
      untyped<typeof AUTH_INFO>(value, (api, info) => api.setIScsiIKEInfo(HBA, ALL, info, true)),
      untyped<Uint8Array>(value, (api, id) => api.setIScsiIKEInfo(HBA, ALL, { ...AUTH_INFO, id }, true)),
      untyped<Uint8Array>(value, (api, key) => api.setIScsiIKEInfo(HBA, ALL, { ...AUTH_INFO, key }, true)),
    ]),
    untyped<string>(null, (api, name) => api.setIScsiIKEInfo(name, ALL, AUTH_INFO, true)),
    ...[{ authMethod: 0 }, { authMethod: 2 }, { idType: 256 }, { idType: -1 }, { securityFlags: -1n }].map((
      change,
    ) => ({
      what: Object.keys(change).join(),
      call: (api: Iscsidsc) => api.setIScsiIKEInfo(HBA, ALL, { ...AUTH_INFO, ...change }, true),
    })),
  ],
  GetIScsiIKEInfo: [
    ...initiatorRows((api, name, port) => api.getIScsiIKEInfo(name, port, undefined, AUTH_INFO)),
    ...NO_POINTERS.flatMap((value) => [
      untyped<typeof AUTH_INFO>(value, (api, info) => api.getIScsiIKEInfo(HBA, ALL, undefined, info)),
      untyped<Uint8Array>(value, (api, id) => api.getIScsiIKEInfo(HBA, ALL, undefined, { ...AUTH_INFO, id })),
    ]),
    ...[{ authMethod: 0 }, { authMethod: 2 }, { idType: 256 }, { idType: -1 }].map((change) => ({
      what: Object.keys(change).join(),
      call: (api: Iscsidsc) => api.getIScsiIKEInfo(HBA, ALL, undefined, { ...AUTH_INFO, ...change }),
    })),
  ],
  SetIScsiGroupPresharedKey: [
    ...NO_POINTERS.map((value) => untyped<Uint8Array>(value, (api, key) => api.setIScsiGroupPresharedKey(key, true))),
    ...[0, 257].map((length) => ({
      what: `a key of ${length} bytes`,
      call: (api: Iscsidsc) => api.setIScsiGroupPresharedKey(new Uint8Array(length), true),
      status: S.INVALID_PARAMETER,
    })),
  ],
  SetIScsiTunnelModeOuterAddress: [
    ...initiatorRows((api, name, port) =>
      api.setIScsiTunnelModeOuterAddress(name, port, "203.0.113.9", "203.0.113.1", true)
    ),
    ...NO_POINTERS.slice(0, 3).flatMap((value) => [
      untyped<string>(value, (api, to) => api.setIScsiTunnelModeOuterAddress(HBA, ALL, to, "203.0.113.1", true)),
      untyped<string>(value, (api, by) => api.setIScsiTunnelModeOuterAddress(HBA, ALL, "203.0.113.9", by, true)),
    ]),
    { what: "long text", call: (api) => api.setIScsiTunnelModeOuterAddress(HBA, ALL, LONG, "203.0.113.1", true) },
    {
      what: "text with NUL",
      call: (api) => api.setIScsiTunnelModeOuterAddress(HBA, ALL, "203.0.113.9", "::1\0", true),
    },
    ...["gateway", "203.0.113", "203.0.113.256", "::1::", "fe80::1%1"].flatMap((text) => [
      {
        what: `destination ${text}`,
        call: (api: Iscsidsc) => api.setIScsiTunnelModeOuterAddress(HBA, ALL, text, "203.0.113.1", true),
        status: S.DNS_NAME_UNRESOLVED,
      },
      {
        what: `outer address ${text}`,
        call: (api: Iscsidsc) => api.setIScsiTunnelModeOuterAddress(HBA, ALL, "203.0.113.1", text, true),
        status: S.DNS_NAME_UNRESOLVED,
      },
    ]),
  ],
  LoginIScsiTarget: [
    ...initiatorRows((api, initiatorInstance, initiatorPortNumber) =>
      login({ initiatorInstance, initiatorPortNumber })(api)
    ),
    ...portalRows(login),
    ...NO_POINTERS.map((value) => untyped<LoginParameters>(value, (api, login) => api.loginIScsiTarget(login))),
    ...["targetName", "targetPortal", "key", "mappings", "loginOptions", "initiatorInstance"].flatMap((name) =>
      [null, 7].map((value) => untyped<object>({ [name]: value }, (api, change) => login(change)(api)))
    ),
    ...[null, 7].map((value) =>
      untyped<[]>(value, (api, lunList) => login({ mappings: { ...ANY_MAPPING, lunList } })(api))
    ),
    { what: "an empty name", call: login({ targetName: "" }) },
    { what: "a name of 224 characters", call: login({ targetName: `iqn.${"x".repeat(220)}` }) },
    { what: "a name of no kind", call: login({ targetName: "disk" }), status: S.INVALID_ISCSI_NAME },
    { what: "no portal", call: login({ targetPortal: undefined }), status: S.TARGET_NOT_FOUND },
    { what: "a port of nobody", call: login({ initiatorInstance: undefined, initiatorPortNumber: 0 }) },
    ...NO_ULONG.flatMap((bad) => [
      { what: `bus ${bad}`, call: login({ mappings: { ...ANY_MAPPING, osBusNumber: bad, lunList: [] } }) },
      { what: `target ${bad}`, call: login({ mappings: { ...ANY_MAPPING, osTargetNumber: bad, lunList: [] } }) },
      { what: `LUN ${bad}`, call: login({ mappings: { ...ANY_MAPPING, lunList: [{ osLun: bad, targetLun: 0n }] } }) },
    ]),
    { what: "LUN -1n", call: login({ mappings: { ...ANY_MAPPING, lunList: [{ osLun: 0, targetLun: -1n }] } }) },
    ...[{ osLun: 1, targetLun: 2n }, { osLun: 2, targetLun: 1n }].map((second) => ({
      what: "a LUN twice",
      call: login({ mappings: { ...ANY_MAPPING, lunList: [{ osLun: 1, targetLun: 1n }, second] } }),
      status: S.INVALID_TARGET_MAPPING,
    })),
  ],
  LogoutIScsiTarget: [
    ...NO_POINTERS.map((value) => untyped<UniqueSessionId>(value, (api, id) => api.logoutIScsiTarget(id))),
    ...BAD_IDS.map((id) => ({ what: "no 64 bits", call: (api: Iscsidsc) => api.logoutIScsiTarget(id) })),
    {
      what: "another adapter",
      call: (api) => api.logoutIScsiTarget({ adapterUnique: 99n, adapterSpecific: 1n }),
      status: S.INVALID_SESSION_ID,
    },
  ],
  AddIScsiConnection: [
    ...NO_POINTERS.map((value) =>
      untyped<Parameters<Iscsidsc["addIScsiConnection"]>[0]>(value, (api, given) => api.addIScsiConnection(given))
    ),
    ...["uniqueSessionId", "targetPortal", "key", "loginOptions"].flatMap((name) =>
      [null, 7].map((value) => untyped<object>({ [name]: value }, (api, change) => addition(change)(api)))
    ),
    ...BAD_IDS.map((uniqueSessionId) => ({ what: "no 64 bits", call: addition({ uniqueSessionId }) })),
    {
      what: "another adapter",
      call: addition({ uniqueSessionId: { adapterUnique: 99n, adapterSpecific: 1n } }),
      status: S.INVALID_SESSION_ID,
    },
    ...NO_ULONG.map((initiatorPortNumber) => ({
      what: `port ${initiatorPortNumber}`,
      call: addition({ initiatorPortNumber }),
    })),
    { what: "port 2 of 2", call: addition({ initiatorPortNumber: 2 }), status: S.INVALID_PORT_NUMBER },
    ...portalRows(addition),
  ],
  RemoveIScsiConnection: [
    ...NO_POINTERS.flatMap((value) => [
      untyped<UniqueSessionId>(value, (api, id) => api.removeIScsiConnection(id, GOOD_ID)),
      untyped<UniqueSessionId>(value, (api, id) => api.removeIScsiConnection(GOOD_ID, id)),
    ]),
    ...BAD_IDS.flatMap((id) => [
      { what: "no 64 bits", call: (api: Iscsidsc) => api.removeIScsiConnection(id, GOOD_ID) },
      { what: "no 64 bits", call: (api: Iscsidsc) => api.removeIScsiConnection(GOOD_ID, id) },
    ]),
    {
      what: "a session of another adapter",
      call: (api) => api.removeIScsiConnection(OTHER_ID, GOOD_ID),
      status: S.INVALID_SESSION_ID,
    },
    {
      what: "a connection of another adapter",
      call: (api) => api.removeIScsiConnection(GOOD_ID, OTHER_ID),
      status: S.INVALID_CONNECTION_ID,
    },
  ],
  ReportIScsiInitiatorList: sizeRows((api, size) => api.reportIScsiInitiatorList(size)),
  GetIScsiSessionList: sizeRows((api, size) => api.getIScsiSessionList(size)),
  ReportIScsiPersistentLogins: sizeRows((api, size) => api.reportIScsiPersistentLogins(size)),
  RemoveIScsiPersistentTarget: [
    ...initiatorRows((api, name, port) => api.removeIScsiPersistentTarget(name, port, NAME, undefined)),
    ...[null, undefined, 7].map((value) =>
      untyped<string>(value, (api, name) => api.removeIScsiPersistentTarget(HBA, ALL, name, undefined))
    ),
    ...[null, 7].map((value) =>
      untyped<TargetPortal>(value, (api, portal) => api.removeIScsiPersistentTarget(HBA, ALL, NAME, portal))
    ),
    ...["", "x".repeat(224), "iqn.x\0"].map((name) => ({
      what: `a name of ${name.length} characters`,
      call: (api: Iscsidsc) => api.removeIScsiPersistentTarget(HBA, ALL, name, undefined),
    })),
    ...BAD_PORTALS.map((portal) => ({
      what: `portal ${portal.address.length} ${portal.socket}`,
      call: (api: Iscsidsc) => api.removeIScsiPersistentTarget(HBA, ALL, NAME, portal),
    })),
    {
      what: "a name for an address",
      call: (api) => api.removeIScsiPersistentTarget(HBA, ALL, NAME, { address: "disk" }),
      status: S.DNS_NAME_UNRESOLVED,
    },
  ],
};

/** What the library answers by itself. */
export const LIBRARY_STATUS: number = Win32Error.invalidParameter;
