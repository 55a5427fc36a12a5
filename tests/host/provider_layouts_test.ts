/**
 * Sizes and offsets of what an iSCSI provider reports and takes, as a 64-bit C compiler gives them for the field lists
 * of `iscsiop.h`, `iscsimgt.h`, `iscsiprf.h` and `iscsidef.h` (Windows 10 kit 10.0.16299), and the strides of
 * Microsoft's iSCSI sample (`storage/iscsi/src/client/wmisample.c`).
 */

import { assertEquals, assertThrows } from "@std/assert";
import { StructureError } from "../../sim/layout/structure.ts";
import { shortCountOf, variableBytes } from "../../sim/layout/fields.ts";
import { Structure } from "../../sim/layout/structure.ts";
import {
  ADAPTER_EVENT,
  ADAPTER_EVENT_GUID,
  INSTANCE_FAILURE_EVENT,
  INSTANCE_FAILURE_EVENT_GUID,
  NODE_FAILURE_EVENT,
  NODE_FAILURE_EVENT_GUID,
} from "../../host/wmi/adapter_events.ts";
import {
  ADAPTER_OPERATIONS_GUID,
  ADD_CONNECTION_TO_SESSION_IN,
  ADD_CONNECTION_TO_SESSION_OUT,
  ISCSI_LOGIN_OPTIONS,
  ISCSI_LUN_LIST,
  REMOVE_CONNECTION_FROM_SESSION_IN,
  REMOVE_PERSISTENT_LOGIN_IN,
} from "../../host/wmi/adapter_operations.ts";
import {
  decodePersistentLogins,
  encodePersistentLogins,
  ISCSI_PERSISTENT_LOGIN,
  PERSISTENT_LOGINS,
  PERSISTENT_LOGINS_GUID,
  type PersistentLogin,
} from "../../host/wmi/persistent_logins.ts";
import { ISCSI_PORTAL_INFO, PORTAL_INFO, PORTAL_INFO_GUID } from "../../host/wmi/portal_info.ts";
import {
  type ConnectionInfo,
  decodeInitiatorSessions,
  encodeInitiatorSessions,
  INITIATOR_SESSION_INFO,
  INITIATOR_SESSION_INFO_GUID,
  ISCSI_CONNECTION_STATIC_INFO,
  ISCSI_SESSION_STATIC_INFO,
  type SessionInfo,
} from "../../host/wmi/session_info.ts";
import {
  LOGIN_STATISTICS,
  LOGIN_STATISTICS_GUID,
  MAIN_MODE_STATISTICS,
  MAIN_MODE_STATISTICS_GUID,
} from "../../host/wmi/statistics.ts";
import { ipAddressValue, REPORTED_IP_ADDRESS } from "../../host/wmi/ip_address.ts";

interface Layout {
  readonly name: string;
  readonly sizeof: number;
  readonly fixedBytes: number;
  offsetOf(field: string): number;
}

/** sizeof in C (a variable array counted as one element), `_SIZE`, offsets. */
const LAYOUTS: readonly (readonly [unknown, number, number, Readonly<Record<string, number>>])[] = [
  [ISCSI_LOGIN_OPTIONS, 32, 32, {
    InformationSpecified: 0,
    HeaderDigest: 4,
    DataDigest: 8,
    MaximumConnections: 12,
    DefaultTime2Wait: 16,
    DefaultTime2Retain: 20,
    LoginFlags: 24,
    AuthType: 28,
  }],
  [ISCSI_LUN_LIST, 16, 16, { TargetLUN: 0, OSLUN: 8, Reserved: 12 }],
  [PERSISTENT_LOGINS, 8, 8, { PersistentLoginCount: 0, Reserved: 4 }],
  // Two arrays: the first is counted once, the user name not at all; in C both are, 1560 bytes.
  [ISCSI_PERSISTENT_LOGIN, 1552, 1536, {
    TargetName: 0,
    SecurityFlags: 448,
    InitiatorPortNumber: 456,
    UsernameSize: 460,
    IsInformationalSession: 464,
    UniqueIdForISID: 466,
    TargetPortal: 468,
    LoginOptions: 1024,
    OSBus: 1056,
    OSTarget: 1060,
    UniqueSessionId: 1064,
    LUNCount: 1072,
    MappingsTargetName: 1056 + 20,
    FromPersistentLogin: 1056 + 468,
    Reserved: 1056 + 472,
    LUNList: 1056 + 480,
  }],
  [ISCSI_PORTAL_INFO, 564, 562, {
    Index: 0,
    PortalType: 4,
    Protocol: 5,
    Reserved1: 6,
    Reserved2: 7,
    IPAddr: 8,
    Port: 556,
    PortalTag: 560,
  }],
  [PORTAL_INFO, 4 + 564, 4, { PortalInfoCount: 0, PortalInformation: 4 }],
  [INITIATOR_SESSION_INFO, 16, 12, { UniqueAdapterId: 0, SessionCount: 8 }],
  [ISCSI_SESSION_STATIC_INFO, 944 + 1144, 944, {
    UniqueSessionId: 0,
    InitiatoriSCSIName: 8,
    TargetiSCSIName: 456,
    TSID: 904,
    ISID: 906,
    InitialR2t: 912,
    ImmediateData: 913,
    Type: 914,
    DataSequenceInOrder: 915,
    DataPduInOrder: 916,
    ErrorRecoveryLevel: 917,
    MaxOutstandingR2t: 920,
    FirstBurstLength: 924,
    MaxBurstLength: 928,
    MaxConnections: 932,
    ConnectionCount: 936,
    ConnectionsList: 944,
  }],
  [ISCSI_CONNECTION_STATIC_INFO, 1144, 1140, {
    UniqueConnectionId: 0,
    CID: 8,
    State: 10,
    Protocol: 11,
    HeaderIntegrity: 12,
    DataIntegrity: 13,
    Reserved: 14,
    MaxRecvDataSegmentLength: 16,
    AuthType: 20,
    LocalAddr: 24,
    LocalPort: 572,
    RemoteAddr: 576,
    RemotePort: 1124,
    EstimatedThroughput: 1128,
    MaxDatagramSize: 1136,
  }],
  [LOGIN_STATISTICS, 48, 44, {
    UniqueAdapterId: 0,
    LoginAcceptRsps: 8,
    LoginOtherFailRsps: 12,
    LoginRedirectRsps: 16,
    LoginAuthFailRsps: 20,
    LoginAuthenticateFails: 24,
    LoginNegotiateFails: 28,
    LogoutNormals: 32,
    LogoutOtherCodes: 36,
    LoginFailures: 40,
  }],
  [MAIN_MODE_STATISTICS, 168, 168, {
    ActiveAcquire: 0,
    ActiveReceive: 8,
    AcquireFailures: 16,
    ReceiveFailures: 24,
    SendFailures: 32,
    AcquireHeapSize: 40,
    ReceiveHeapSize: 48,
    NegotiationFailures: 56,
    AuthenticationFailures: 64,
    InvalidCookiesReceived: 72,
    TotalGetSPI: 80,
    KeyAdditions: 88,
    KeyUpdates: 96,
    GetSPIFailures: 104,
    KeyAdditionFailures: 112,
    KeyUpdateFailures: 120,
    ConnectionListSize: 128,
    OakleyMainMode: 136,
    OakleyQuickMode: 144,
    InvalidPackets: 152,
    SoftAssociations: 160,
  }],
  [ADAPTER_EVENT, 16, 12, { UniqueAdapterId: 0, EventCode: 8 }],
  [INSTANCE_FAILURE_EVENT, 450, 450, { FailureType: 0, RemoteNodeName: 2 }],
  [NODE_FAILURE_EVENT, 1008, 1008, {
    FailureTime: 0,
    FailureType: 8,
    TargetFailureName: 10,
    TargetFailureAddr: 460,
  }],
  [ADD_CONNECTION_TO_SESSION_IN, 632, 628, {
    UniqueAdapterId: 0,
    UniqueSessionId: 8,
    SecurityFlags: 16,
    PortNumber: 24,
    LoginOptions: 28,
    TargetPortal: 60,
    UsernameSize: 616,
    PasswordSize: 620,
    KeySize: 624,
    Key: 628,
  }],
  [ADD_CONNECTION_TO_SESSION_OUT, 16, 16, { Status: 0, UniqueConnectionId: 8 }],
  [REMOVE_PERSISTENT_LOGIN_IN, 1008, 1008, { PortNumber: 0, TargetName: 4, TargetPortal: 452 }],
  [REMOVE_CONNECTION_FROM_SESSION_IN, 16, 16, { UniqueSessionId: 0, UniqueConnectionId: 8 }],
];

for (const [layout, sizeof, fixedBytes, offsets] of LAYOUTS as readonly (readonly [Layout, number, number, object])[]) {
  Deno.test(`${layout.name} has the sizes and offsets of its header`, () => {
    for (const [field, offset] of Object.entries(offsets)) assertEquals(layout.offsetOf(field), offset, field);
    assertEquals([layout.sizeof, layout.fixedBytes], [sizeof, fixedBytes]);
  });
}

/** GUIDs as they stand in memory. */
const GUIDS: readonly (readonly [string, Uint8Array, string])[] = [
  ["MSiSCSI_Operations", ADAPTER_OPERATIONS_GUID, "BF824DEA DA29124E 800AE543 7964462C"],
  ["MSiSCSI_PersistentLogins", PERSISTENT_LOGINS_GUID, "D9120542 3705674C A77984BA 7B29CE9F"],
  ["MSiSCSI_PortalInfoClass", PORTAL_INFO_GUID, "D66FCA84 52B16A4E 8869FDE5 E37B6157"],
  ["MSiSCSI_InitiatorSessionInfo", INITIATOR_SESSION_INFO_GUID, "111493D7 76036948 A4918D67 9BFC004A"],
  ["MSiSCSI_InitiatorLoginStatistics", LOGIN_STATISTICS_GUID, "13F422F0 F53BEC47 A94233B8 1CF8E7FF"],
  ["MSiSCSI_MMIPSECStats", MAIN_MODE_STATISTICS_GUID, "A28EB536 61C4B04B AC8E952F 59D251ED"],
  ["MSiSCSI_AdapterEvent", ADAPTER_EVENT_GUID, "C022B146 67376940 916E3A43 702F05CE"],
  ["MSiSCSI_InitiatorInstanceFailureEvent", INSTANCE_FAILURE_EVENT_GUID, "DB1B7EE6 30D14341 9EB28BEE 1899FD52"],
  ["MSiSCSI_InitiatorNodeFailureEvent", NODE_FAILURE_EVENT_GUID, "8A942112 3263C24A AA04268A ABCECE4F"],
];

for (const [name, guid, memory] of GUIDS) {
  Deno.test(`${name} has the GUID of its header`, () => {
    assertEquals(guid.toHex().toUpperCase(), memory.replaceAll(" ", ""));
  });
}

function persistentLogin(lunCount: number, usernameBytes: number): PersistentLogin {
  return {
    TargetName: "iqn.2026-11.example:disk",
    SecurityFlags: 0x27n,
    InitiatorPortNumber: 1,
    IsInformationalSession: true,
    UniqueIdForISID: 0x4711,
    TargetPortal: { Address: ipAddressValue({ type: 3, bytes: new Uint8Array(16) }), Reserved: 0, Socket: 3260 },
    LoginOptions: {
      InformationSpecified: 0,
      HeaderDigest: 0,
      DataDigest: 0,
      MaximumConnections: 0,
      DefaultTime2Wait: 0,
      DefaultTime2Retain: 0,
      LoginFlags: 2,
      AuthType: 0,
    },
    OSBus: 0xffff_ffff,
    OSTarget: 0xffff_ffff,
    UniqueSessionId: 0n,
    MappingsTargetName: "",
    FromPersistentLogin: true,
    Reserved: 0n,
    LUNList: Array.from({ length: lunCount }, (_, index) => ({ TargetLUN: 5n, OSLUN: index, Reserved: 0 })),
    Username: new Uint8Array(usernameBytes).fill(0x75),
  };
}

Deno.test("MSiSCSI_PersistentLogins: each login begins on 8 bytes, by the lengths in the one before", () => {
  assertEquals(encodePersistentLogins([]), new Uint8Array(8));
  for (const [lunCount, usernameBytes, stride] of [[0, 0, 1536], [1, 0, 1552], [0, 5, 1544], [2, 9, 1584]] as const) {
    const logins = [persistentLogin(lunCount, usernameBytes), persistentLogin(0, 0)];
    const bytes = encodePersistentLogins(logins);
    assertEquals(bytes.length, 8 + stride + 1536);
    // The second begins with its target's name, the length of which is that of the whole field.
    assertEquals(new DataView(bytes.buffer).getUint16(8 + stride, true), 446);
    assertEquals(decodePersistentLogins(bytes), logins);
    const longer = new Uint8Array(bytes.length + 100);
    longer.set(bytes);
    assertEquals(decodePersistentLogins(longer), logins, "zeros behind it");
    assertThrows(() => decodePersistentLogins(bytes.subarray(0, bytes.length - 1)), StructureError);
    assertThrows(() => decodePersistentLogins(bytes.subarray(0, 8 + stride)), StructureError);
  }
});

function connection(number: number): ConnectionInfo {
  return {
    UniqueConnectionId: BigInt(number),
    CID: number,
    State: 1,
    Protocol: 6,
    HeaderIntegrity: 0,
    DataIntegrity: 0,
    Reserved: 0,
    MaxRecvDataSegmentLength: 8192,
    AuthType: 0,
    LocalAddr: ipAddressValue({ type: 1, bytes: new Uint8Array(16).fill(1, 0, 4) }),
    LocalPort: 0,
    RemoteAddr: ipAddressValue({ type: 1, bytes: new Uint8Array(16).fill(2, 0, 4) }),
    RemotePort: 3260,
    EstimatedThroughput: 0n,
    MaxDatagramSize: 0,
  };
}

function session(number: number, connections: number): SessionInfo {
  return {
    UniqueSessionId: BigInt(number),
    InitiatoriSCSIName: "iqn.2026-11.example:host",
    TargetiSCSIName: "iqn.2026-11.example:disk",
    TSID: 1,
    ISID: Uint8Array.of(0x40, 0, 1, 0x37, 0, number),
    InitialR2t: true,
    ImmediateData: true,
    Type: 2,
    DataSequenceInOrder: true,
    DataPduInOrder: true,
    ErrorRecoveryLevel: 0,
    MaxOutstandingR2t: 1,
    FirstBurstLength: 65536,
    MaxBurstLength: 262144,
    MaxConnections: 1,
    ConnectionsList: Array.from({ length: connections }, (_, index) => connection(index + 1)),
  };
}

Deno.test("MSiSCSI_InitiatorSessionInfo: a session takes 944 bytes and 1144 for each connection, up to 8 bytes", () => {
  const none = encodeInitiatorSessions({ uniqueAdapterId: 7n, sessions: [] });
  assertEquals([none.length, none[0]], [16, 7]);
  const value = { uniqueAdapterId: 7n, sessions: [session(1, 2), session(2, 0), session(3, 1)] };
  const bytes = encodeInitiatorSessions(value);
  assertEquals(bytes.length, 16 + (944 + 2 * 1144) + 944 + (944 + 1144));
  const view = new DataView(bytes.buffer);
  assertEquals(view.getUint16(16 + 936, true), 2, "ConnectionCount is a USHORT");
  assertEquals(view.getBigUint64(16 + 944 + 2 * 1144, true), 2n, "the second session");
  assertEquals(decodeInitiatorSessions(bytes), value);
  view.setUint16(16 + 938, 0xcccc, true);
  assertEquals(decodeInitiatorSessions(bytes), value, "padding behind ConnectionCount is ignored");
});

Deno.test("What a driver reports has each string's whole room as its length", () => {
  const bytes = REPORTED_IP_ADDRESS.encode(ipAddressValue({ type: 1, bytes: new Uint8Array(16) }));
  assertEquals(new DataView(bytes.buffer).getUint16(32, true), 512);
  assertEquals(REPORTED_IP_ADDRESS.decode(bytes).TextAddress, "");
});

Deno.test("shortCountOf() counts up to 65535 elements", () => {
  const structure = new Structure("Short", { Count: shortCountOf("Items"), Items: variableBytes("Count") });
  const encoded = structure.encode({ Items: new Uint8Array(0xffff).fill(3) });
  assertEquals([encoded.length, encoded[0], encoded[1]], [2 + 0xffff, 0xff, 0xff]);
  assertEquals(structure.decode(encoded).Items.length, 0xffff);
  assertThrows(() => structure.encode({ Items: new Uint8Array(0x1_0000) }), StructureError, "at most 65535");
});
