/**
 * Methods 30 to 34 of MSiSCSI_Operations and every class of an iSCSI provider with every kind of bad input, on real
 * firmware: the status of the driver stack, OUT.Status, and that nothing has changed: not the flash, not the persistent
 * logins, not the sessions. Inputs are raw bytes, so that their lengths may lie. The order of the checks is that of
 * Microsoft's iSCSI sample: the length of IN, the room for OUT, the lengths inside, then values.
 */

import { assertEquals } from "@std/assert";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import { SECURITY_CAPABILITIES_GUID } from "../../host/wmi/adapter_information.ts";
import { ADAPTER_OPERATIONS_GUID } from "../../host/wmi/adapter_operations.ts";
import { PERSISTENT_LOGINS_GUID } from "../../host/wmi/persistent_logins.ts";
import { PORTAL_INFO_GUID } from "../../host/wmi/portal_info.ts";
import { INITIATOR_SESSION_INFO_GUID } from "../../host/wmi/session_info.ts";
import { LOGIN_STATISTICS_GUID, MAIN_MODE_STATISTICS_GUID } from "../../host/wmi/statistics.ts";
import { METHOD_DATA_OFFSET, MinorFunction, writeInstanceQuery, writeMethodCall } from "../../host/wmi/wnode.ts";
import { NtStatus, SrbStatus } from "../../host/status.ts";
import type { World } from "../../sim/lab/world/world.ts";
import { bootProvider, KEY, logIn, persistentLogins, save, sessions } from "./provider_world.ts";
import { ADAPTER, MAIN, TARGET, text, unit } from "./world_support.ts";

const S = IsdscStatus;
const ANY = 0xffff_ffff;

interface Row {
  readonly name: string;
  readonly methodId: number;
  readonly input: Uint8Array;
  /** Of the SRB; success by default. */
  readonly srb?: number;
  /** OUT.Status. */
  readonly status?: number;
}

/** Bytes with numbers at offsets. */
function bytes(length: number, ...fields: readonly (readonly [number, number | bigint | Uint8Array])[]): Uint8Array {
  const all = new Uint8Array(length);
  const view = new DataView(all.buffer);
  for (const [offset, value] of fields) {
    if (typeof value === "bigint") view.setBigUint64(offset, value, true);
    else if (typeof value === "number") view.setUint32(offset, value, true);
    else all.set(value, offset);
  }
  return all;
}

type Fields = readonly (readonly [number, number | bigint | Uint8Array])[];

/** LoginToTarget_IN of a persistent login with one LUN: its key at 2528. */
function loginIn(...fields: Fields): Uint8Array {
  const key = text(KEY);
  return bytes(
    2528 + key.length,
    ...[[36, 2], [40, MAIN], [48, 1], [52, TARGET], [600, 3260], [612, key.length], [618, Uint8Array.of(1)]] as Fields,
    ...[[2032, ANY], [2036, ANY], [2048, 1], [2528, key]] as Fields,
    ...fields,
  );
}

/** AddConnectionToSession_IN for session 1, which is there. */
function addIn(...fields: Fields): Uint8Array {
  const key = text(KEY);
  return bytes(
    632 + key.length,
    ...[[0, 1n], [8, 1n], [16, MAIN], [60, 1], [64, TARGET], [612, 3260], [624, key.length], [628, key]] as Fields,
    ...fields,
  );
}

/** RemovePersistentLogin_IN for what is saved. */
function removeIn(...fields: Fields): Uint8Array {
  const name = new TextEncoder().encode([..."iqn.2026-11.example:disk"].join("\0") + "\0");
  return bytes(1008, [4, name.length], [6, name], [452, 1], [456, TARGET], [1004, 3260], ...fields);
}

const CHAP: Fields = [[4, 0x80], [32, 1]];
const ADD_CHAP: Fields = [[28, 0x80], [56, 1]];

const answered = (methodId: number, name: string, input: Uint8Array, status: number): Row => (
  { name, methodId, input, status }
);
const shapeless = (methodId: number, whole: Uint8Array, length: number): Row => (
  { name: `IN of ${length} bytes`, methodId, input: whole.slice(0, length), srb: SrbStatus.invalidRequest }
);

const ROWS: readonly Row[] = [
  ...[0, 1, 2512, 2535].map((length) => shapeless(30, loginIn(), length)),
  ...[0, 1, 7].map((length) => shapeless(31, new Uint8Array(8), length)),
  ...[0, 1, 628, 631].map((length) => shapeless(32, addIn(), length)),
  ...[0, 1, 1004, 1007].map((length) => shapeless(33, removeIn(), length)),
  ...[0, 1, 8, 15].map((length) => shapeless(34, new Uint8Array(16), length)),
  ...[0, 10, 29, 35, 50, 71, 0x7fff_ffff, ANY].map((methodId) => (
    { name: "unknown method", methodId, input: addIn(), srb: SrbStatus.invalidRequest }
  )),
  // Lengths inside that lie; sums that wrap at 32 bits.
  ...[604, 608, 612].flatMap((offset) =>
    [100, 0x8000_0000, ANY, 0xffff_f600].map((size) =>
      answered(30, `a size of ${size} at ${offset}`, loginIn([offset, size]), S.LOGIN_USER_INFO_BAD)
    )
  ),
  ...[9, 0x0fff_ffff, ANY].map((count) =>
    answered(30, `LUNCount ${count}`, loginIn([2048, count]), S.LOGIN_USER_INFO_BAD)
  ),
  ...[616, 620, 624].flatMap((offset) =>
    [100, 0x8000_0000, ANY, 0xffff_fd8c].map((size) =>
      answered(32, `a size of ${size} at ${offset}`, addIn([offset, size]), S.LOGIN_USER_INFO_BAD)
    )
  ),
  // Types of sessions, authentication, addresses.
  ...[3, ANY].map((type) => answered(30, `SessionType ${type}`, loginIn([36, type]), S.SESSION_TYPE_NOT_SUPPORTED)),
  answered(30, "AuthType 3", loginIn(...CHAP, [32, 3]), S.INVALID_LOGON_AUTH_TYPE),
  answered(30, "CHAP without a name", loginIn(...CHAP), S.INVALID_CHAP_USER_NAME),
  answered(30, "CHAP without a password", loginIn(...CHAP, [604, 1], [612, 1]), S.INVALID_TARGET_CHAP_SECRET),
  answered(32, "AuthType 3", addIn(...ADD_CHAP, [56, 3]), S.INVALID_LOGON_AUTH_TYPE),
  answered(32, "CHAP without a name", addIn(...ADD_CHAP), S.INVALID_CHAP_USER_NAME),
  ...[0, 3, 4, ANY].flatMap((type) => [
    answered(30, `address of type ${type}`, loginIn([48, type]), S.ADDRESS_TYPE_NOT_SUPPORTED),
    answered(32, `address of type ${type}`, addIn([60, type]), S.ADDRESS_TYPE_NOT_SUPPORTED),
  ]),
  // Mappings: what srb.h cannot address.
  ...([
    ["OSBus 8", [2032, 8]],
    ["OSBus -2", [2032, 0xffff_fffe]],
    ["OSTarget 128", [2036, 128]],
    ["OSTarget -2", [
      2036,
      0xffff_fffe,
    ]],
    ["OSLUN 255", [2520, 255]],
    ["OSLUN -1", [2520, ANY]],
  ] as const)
    .map(([name, field]) => answered(30, name, loginIn(field), S.INVALID_TARGET_MAPPING)),
  // The order, where several are wrong at once.
  answered(30, "type of session before authentication", loginIn([36, 9], ...CHAP), S.SESSION_TYPE_NOT_SUPPORTED),
  answered(30, "authentication before address", loginIn(...CHAP, [48, 0]), S.INVALID_CHAP_USER_NAME),
  answered(30, "address before mapping", loginIn([48, 0], [2032, 8]), S.ADDRESS_TYPE_NOT_SUPPORTED),
  answered(30, "mapping before port", loginIn([2032, 8], [0, 9]), S.INVALID_TARGET_MAPPING),
  answered(32, "address before adapter", addIn([60, 0], [0, 9n]), S.ADDRESS_TYPE_NOT_SUPPORTED),
  answered(32, "adapter before session", addIn([0, 9n], [8, 9n]), S.INITIATOR_INSTANCE_NOT_FOUND),
  // Ports, ids, keys.
  ...[1, 0x7fff_ffff, 0xffff_fffe].flatMap((port) => [
    answered(30, `port ${port} of 1`, loginIn([0, port]), S.INVALID_PORT_NUMBER),
    answered(32, `port ${port} of 1`, addIn([24, port]), S.INVALID_PORT_NUMBER),
    answered(33, `port ${port} of 1`, removeIn([0, port]), S.NOT_FOUND),
  ]),
  ...[0n, 2n, 0xffff_ffffn, 0x1_0000_0001n, 0xffff_ffff_ffff_ffffn].flatMap((id) => [
    answered(31, `session ${id}`, bytes(8, [0, id]), S.INVALID_SESSION_ID),
    answered(32, `session ${id}`, addIn([8, id]), S.INVALID_SESSION_ID),
    answered(34, `session ${id}`, bytes(16, [0, id], [8, 1n]), S.INVALID_SESSION_ID),
    answered(34, `connection ${id} of session 1`, bytes(16, [0, 1n], [8, id]), S.NOT_FOUND),
  ]),
  answered(34, "the last connection", bytes(16, [0, 1n], [8, 1n]), S.CANT_REMOVE_LAST_CONNECTION),
  answered(
    30,
    "a key of 257 bytes",
    bytes(
      2785,
      ...[[36, 2], [48, 1], [52, TARGET], [612, 257], [2032, ANY]] as Fields,
      ...[[2036, ANY], [2048, 1], [618, Uint8Array.of(1)]] as Fields,
    ),
    S.INVALID_PARAMETER,
  ),
  answered(
    32,
    "a key of 257 bytes",
    bytes(900, ...[[0, 1n], [8, 1n], [60, 1], [64, TARGET], [624, 257]] as Fields),
    S.INVALID_PARAMETER,
  ),
  answered(
    30,
    "an IPv6 target behind an IPv4 port",
    loginIn([48, 2], [40, 0n], [618, new Uint8Array(1)]),
    S.ADDRESS_TYPE_NOT_SUPPORTED,
  ),
  // What is not saved.
  answered(33, "another name", removeIn([6, Uint8Array.of(0x6a)]), S.NOT_FOUND),
  answered(33, "another address", removeIn([456, Uint8Array.of(10, 0, 0, 1)]), S.NOT_FOUND),
  answered(33, "another socket", removeIn([1004, 3261]), S.NOT_FOUND),
  answered(33, "an address that is a text", removeIn([452, 0]), S.NOT_FOUND),
];

/** All that a method could have changed. */
function state(world: World): unknown {
  return [unit(world).flash?.image().toHex(), persistentLogins(world), sessions(world)];
}

Deno.test(`Bad input: ${ROWS.length} calls of methods 30 to 34 and others are refused, and change nothing`, () => {
  const world = bootProvider();
  assertEquals(save(world), S.SUCCESS);
  assertEquals(logIn(world), 1n);
  const before = state(world);
  for (const { name, methodId, input, srb = SrbStatus.success, status } of ROWS) {
    const where = `method ${methodId}: ${name}`;
    const buffer = new Uint8Array(METHOD_DATA_OFFSET + Math.max(input.length, 24));
    writeMethodCall({ guid: ADAPTER_OPERATIONS_GUID, methodId, input }, buffer);
    const answer = world.run(world.host.wmi.send(ADAPTER, MinorFunction.executeMethod, buffer));
    const view = new DataView(answer.wnode.buffer, answer.wnode.byteOffset, answer.wnode.length);
    if (status === undefined) {
      assertEquals([answer.srbStatus, answer.ntStatus], [srb, NtStatus.invalidDeviceRequest], where);
      assertEquals(answer.wnode.length, 0, where);
    } else {
      assertEquals([answer.srbStatus, answer.ntStatus], [srb, NtStatus.success], where);
      assertEquals(view.getUint32(METHOD_DATA_OFFSET, true).toString(16), status.toString(16), where);
      const outBytes = { 30: 24, 31: 4, 32: 16, 33: 4, 34: 4 }[methodId] ?? 0;
      assertEquals(answer.wnode.length, METHOD_DATA_OFFSET + outBytes, where);
      assertEquals(answer.wnode.slice(METHOD_DATA_OFFSET + 4).every((byte) => byte === 0), true, `${where}: ids`);
    }
    assertEquals(state(world), before, `${where}: something changed`);
  }
  // Control: the good inputs that the rows were made from.
  const good = (methodId: number, input: Uint8Array) => {
    const call = { guid: ADAPTER_OPERATIONS_GUID, methodId, input };
    return new DataView(world.run(world.host.wmi.executeMethod(ADAPTER, call, 24)).data.buffer).getUint32(0, true);
  };
  assertEquals([good(30, loginIn()), good(33, removeIn()), good(31, bytes(8, [0, 1n]))], [0, 0, 0]);
});

Deno.test("Bad input: every class of data with queries of other instances, shapes and rooms, and with what it does not do", () => {
  const world = bootProvider();
  save(world);
  const before = state(world);
  for (
    const guid of [
      SECURITY_CAPABILITIES_GUID,
      PERSISTENT_LOGINS_GUID,
      PORTAL_INFO_GUID,
      INITIATOR_SESSION_INFO_GUID,
      LOGIN_STATISTICS_GUID,
      MAIN_MODE_STATISTICS_GUID,
    ]
  ) {
    const query = (room: number, spoil: (wnode: DataView) => void = () => {}) => {
      const buffer = new Uint8Array(room);
      writeInstanceQuery(guid, 0, buffer);
      spoil(new DataView(buffer.buffer));
      const answer = world.run(world.host.wmi.send(ADAPTER, MinorFunction.querySingleInstance, buffer));
      return [answer.ntStatus.toString(16), answer.wnode.length];
    };
    const refused = (ntStatus: number) => [ntStatus.toString(16), 0];
    assertEquals(query(4096, (wnode) => wnode.setUint32(52, 1, true)), refused(NtStatus.wmiInstanceNotFound));
    assertEquals(query(4096, (wnode) => wnode.setUint32(44, 0x1_0080, true)), refused(NtStatus.invalidParameter));
    assertEquals(query(4096, (wnode) => wnode.setUint32(0, 4097, true)), refused(NtStatus.invalidParameter));
    for (const offset of [0, 63, 60, 4104]) {
      assertEquals(query(4096, (wnode) => wnode.setUint32(56, offset, true)), refused(NtStatus.ioDeviceError));
    }
    // Too little room: WNODE_TOO_SMALL.
    assertEquals(query(64), ["0", 56]);
    const method = new Uint8Array(METHOD_DATA_OFFSET + 8);
    writeMethodCall({ guid, methodId: 1, input: new Uint8Array(8) }, method);
    const executed = world.run(world.host.wmi.send(ADAPTER, MinorFunction.executeMethod, method));
    assertEquals(executed.ntStatus, NtStatus.invalidDeviceRequest);
    for (const minorFunction of [MinorFunction.changeSingleInstance, MinorFunction.changeSingleItem]) {
      const changed = world.run(world.host.wmi.send(ADAPTER, minorFunction, method));
      assertEquals(changed.ntStatus, NtStatus.ioDeviceError);
    }
  }
  assertEquals(state(world), before);
});
