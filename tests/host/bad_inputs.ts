/**
 * Every method of MSiSCSI_SecurityConfigOperations with every kind of bad
 * input, and what must come of it: data for `bad_input_test.ts`.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import { SrbStatus } from "../../host/status.ts";
import { SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import type { TestStorage } from "./adapter_model.ts";

/** One bad input, and what must come of it. */
export interface BadInput {
  readonly name: string;
  readonly storage: TestStorage;
  readonly tunnelMode?: boolean;
  readonly methodId: number;
  readonly input: Uint8Array;
  /** Room for OUT behind the WNODE; by default as much as the method needs. */
  readonly capacityBytes?: number;
  /** What is wrong with the adapter before. */
  readonly before?: "full table" | "damaged" | "flash fails";
  /** Status of the miniport's SRB. */
  readonly srb: number;
  /** OUT.Status, if the SRB succeeds. */
  readonly status?: number;
  /** Bytes of data that come back. */
  readonly bytes: number;
  /** The row is a good input at the edge of a bad one, and may change things. */
  readonly changes?: boolean;
}

/** All ports. */
const ALL = 0xffff_ffff;
const S = IsdscStatus;
const M = SecurityMethod;
/** sizeof OUT by method. */
export const OUT_BYTES: Readonly<Record<number, number>> = { 1: 4, 2: 16, 3: 4, 4: 4, 5: 4, 6: 4 };
const METHODS = [1, 2, 3, 4, 5, 6] as const;
const NAMES: Readonly<Record<number, string>> = {
  1: "SetPresharedKeyForId",
  2: "GetPresharedKeyForId",
  3: "SetGroupPresharedKey",
  4: "SetTunnelModeOuterAddress",
  5: "ClearCache",
  6: "SetGenerationalGuid",
};

/** Raw IN structures, so that lengths may lie. */
export function setKeyIn(
  { port = ALL, flags = 0x27n, idType = 1, idSize, keySize, id = bytes(4), key = bytes(16) }: {
    readonly port?: number;
    readonly flags?: bigint;
    readonly idType?: number;
    readonly idSize?: number;
    readonly keySize?: number;
    readonly id?: Uint8Array;
    readonly key?: Uint8Array;
  } = {},
): Uint8Array {
  const input = new Uint8Array(28 + id.length + key.length);
  const view = new DataView(input.buffer);
  view.setUint32(0, port, true);
  view.setBigUint64(8, flags, true);
  view.setUint8(16, idType);
  view.setUint32(20, idSize ?? id.length, true);
  view.setUint32(24, keySize ?? key.length, true);
  input.set(id, 28);
  input.set(key, 28 + id.length);
  return input;
}

function getKeyIn(
  { port = ALL, idType = 1, idSize, id = Uint8Array.of(192, 0, 2, 1) }: {
    readonly port?: number;
    readonly idType?: number;
    readonly idSize?: number;
    readonly id?: Uint8Array;
  } = {},
): Uint8Array {
  const input = new Uint8Array(12 + id.length);
  const view = new DataView(input.buffer);
  view.setUint32(0, port, true);
  view.setUint8(4, idType);
  view.setUint32(8, idSize ?? id.length, true);
  input.set(id, 12);
  return input;
}

function groupKeyIn(key: Uint8Array, keySize = key.length): Uint8Array {
  const input = new Uint8Array(4 + key.length);
  new DataView(input.buffer).setUint32(0, keySize, true);
  input.set(key, 4);
  return input;
}

function tunnelIn(
  { port = ALL, destinationType = 1, outerType = 1 }: {
    readonly port?: number;
    readonly destinationType?: number;
    readonly outerType?: number;
  } = {},
): Uint8Array {
  const input = new Uint8Array(1100);
  const view = new DataView(input.buffer);
  view.setUint32(0, port, true);
  view.setUint32(4, destinationType, true);
  input.set([203, 0, 113, 9], 8);
  view.setUint32(552, outerType, true);
  input.set([203, 0, 113, 1], 556);
  return input;
}

function bytes(length: number, from = 0x51): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (from + index) & 0xff);
}

const GOOD: Readonly<Record<number, Uint8Array>> = {
  1: setKeyIn(),
  2: getKeyIn(),
  3: groupKeyIn(bytes(16)),
  4: tunnelIn(),
  5: new Uint8Array(0),
  6: bytes(16),
};

function good(methodId: number): Uint8Array {
  return GOOD[methodId] ?? new Uint8Array(0);
}

/** The table. */
export const BAD_INPUTS: BadInput[] = [];
function add(row: Omit<BadInput, "storage"> & { readonly storage?: TestStorage }): void {
  BAD_INPUTS.push({
    storage: "nvram",
    ...row,
    name: `${NAMES[row.methodId] ?? `method ${row.methodId}`}: ${row.name}`,
  });
}
/** A row that the adapter answers with a status inside OUT. */
function answered(
  methodId: number,
  name: string,
  input: Uint8Array,
  status: number,
  rest: Partial<BadInput> = {},
): void {
  add({ name, methodId, input, srb: SrbStatus.success, status, bytes: OUT_BYTES[methodId] ?? 0, ...rest });
}
/** A row that the miniport refuses for its shape. */
function shapeless(methodId: number, name: string, input: Uint8Array, rest: Partial<BadInput> = {}): void {
  add({ name, methodId, input, srb: SrbStatus.error, bytes: 0, ...rest });
}

// Room for OUT: WNODE_TOO_SMALL with the size that is needed, whatever else is wrong.
for (const methodId of METHODS) {
  for (const capacityBytes of [0, 1, (OUT_BYTES[methodId] ?? 4) - 1]) {
    // The input lies in the same buffer: only an input that is shorter still leaves so little room.
    add({
      name: `room for ${capacityBytes} bytes of OUT`,
      methodId,
      input: new Uint8Array(0),
      capacityBytes,
      srb: SrbStatus.dataOverrun,
      bytes: 0,
    });
  }
  add({
    name: "room for exactly OUT, bad input",
    methodId,
    input: new Uint8Array(0),
    capacityBytes: OUT_BYTES[methodId] ?? 4,
    ...(methodId === 5
      ? { srb: SrbStatus.success, status: S.SUCCESS, bytes: 4, changes: true }
      : { srb: SrbStatus.error, bytes: 0 }),
  });
}

// IN shorter than its fixed part.
for (const [methodId, fixedBytes] of [[1, 28], [2, 12], [3, 4], [4, 1100], [6, 16]] as const) {
  for (const length of [1, Math.floor(fixedBytes / 2), fixedBytes - 1]) {
    shapeless(methodId, `IN of ${length} bytes`, good(methodId).slice(0, length));
  }
}

// IN shorter than its lengths say; sums that wrap at 32 bits.
for (
  const [idSize, keySize] of [
    [4, 17],
    [5, 16],
    [0, 0xffff_ffff],
    [0xffff_ffff, 0],
    [0xffff_fff0, 16],
    [0xffff_ffe4, 0],
    [0x8000_0000, 0x8000_0000],
    [0xffff_ffff, 0xffff_ffff],
    [0xffff_fff0, 0xffff_fff0],
    [1100, 0],
  ] as const
) {
  shapeless(
    M.setPresharedKeyForId,
    `IdSize ${idSize}, KeySize ${keySize}, 20 bytes there`,
    setKeyIn({ idSize, keySize }),
  );
}
for (const idSize of [5, 0x7fff_ffff, 0xffff_fff4, 0xffff_ffff]) {
  shapeless(M.getPresharedKeyForId, `IdSize ${idSize}, 4 bytes there`, getKeyIn({ idSize }));
}
for (const keySize of [17, 0x7fff_ffff, 0xffff_fffc, 0xffff_ffff]) {
  shapeless(M.setGroupPresharedKey, `KeySize ${keySize}, 16 bytes there`, groupKeyIn(bytes(16), keySize));
}

// IN longer than needed: the tail is ignored.
for (const methodId of METHODS) {
  const longer = new Uint8Array(good(methodId).length + 40).fill(0xcc);
  longer.set(good(methodId));
  const status = methodId === 2 ? S.TARGET_PRESHAREDKEY_UNAVAILABLE : S.SUCCESS;
  answered(methodId, "IN with 40 bytes more", longer, status, { changes: methodId !== 2 });
}

// No key storage of any kind; RAM only.
for (const methodId of METHODS) {
  answered(methodId, "adapter without storage", good(methodId), S.HBA_SECURITY_CACHE_NOT_SUPPORTED, {
    storage: "none",
  });
}
for (const methodId of [1, 3, 4, 5] as const) {
  answered(methodId, "adapter with RAM only", good(methodId), S.SUCCESS, { storage: "ram", changes: true });
}
answered(2, "adapter with RAM only", good(2), S.TARGET_PRESHAREDKEY_UNAVAILABLE, { storage: "ram" });
answered(6, "adapter with RAM only", good(6), S.HBA_SECURITY_CACHE_NOT_SUPPORTED, { storage: "ram" });
answered(4, "adapter without tunnel mode", good(4), S.REQUEST_NOT_SUPPORTED, { tunnelMode: false });

// Ports.
for (const port of [2, 3, 255, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe]) {
  answered(1, `port ${port} of 2`, setKeyIn({ port }), S.INVALID_PORT_NUMBER);
  answered(2, `port ${port} of 2`, getKeyIn({ port }), S.INVALID_PORT_NUMBER);
  answered(4, `port ${port} of 2`, tunnelIn({ port }), S.INVALID_PORT_NUMBER);
}
for (const port of [0, 1, ALL]) {
  answered(1, `port ${port} is one of the adapter's`, setKeyIn({ port }), S.SUCCESS, { changes: true });
  answered(2, `port ${port} is one of the adapter's`, getKeyIn({ port }), S.TARGET_PRESHAREDKEY_UNAVAILABLE);
}

// Identification types: the type is judged before the size.
for (const idType of [0, 4, 6, 7, 8, 9, 10, 11, 12, 255]) {
  answered(1, `IdType ${idType}`, setKeyIn({ idType }), S.IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED);
  answered(
    1,
    `IdType ${idType} with IdSize 0`,
    setKeyIn({ idType, id: bytes(0) }),
    S.IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED,
  );
  answered(2, `IdType ${idType}`, getKeyIn({ idType }), S.IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED);
}

// Identifier sizes.
for (
  const [idType, sizes] of [[1, [0, 3, 5, 16, 600]], [5, [0, 4, 15, 17, 600]], [2, [0, 257, 600]], [3, [
    0,
    257,
    600,
  ]]] as const
) {
  for (const size of sizes) {
    answered(
      1,
      `IdType ${idType}, IdSize ${size}`,
      setKeyIn({ idType, id: bytes(size) }),
      S.IKE_ID_PAYLOAD_INCORRECT_SIZE,
    );
    answered(
      2,
      `IdType ${idType}, IdSize ${size}`,
      getKeyIn({ idType, id: bytes(size) }),
      S.IKE_ID_PAYLOAD_INCORRECT_SIZE,
    );
  }
}
for (const [idType, size] of [[2, 1], [2, 256], [3, 256], [5, 16]] as const) {
  answered(1, `IdType ${idType}, IdSize ${size}`, setKeyIn({ idType, id: bytes(size) }), S.SUCCESS, { changes: true });
}

// Key sizes: 0 never means "delete".
for (const size of [0, 257, 600, 900]) {
  answered(1, `KeySize ${size}`, setKeyIn({ key: bytes(size) }), S.INVALID_PARAMETER);
  answered(3, `KeySize ${size}`, groupKeyIn(bytes(size)), S.INVALID_PARAMETER);
}
for (const size of [1, 256]) {
  answered(1, `KeySize ${size}`, setKeyIn({ key: bytes(size) }), S.SUCCESS, { changes: true });
  answered(3, `KeySize ${size}`, groupKeyIn(bytes(size)), S.SUCCESS, { changes: true });
}

// The order of the checks, where several are wrong at once.
answered(1, "port before type", setKeyIn({ port: 9, idType: 4 }), S.INVALID_PORT_NUMBER);
answered(1, "port before oversized id", setKeyIn({ port: 9, idType: 2, id: bytes(600) }), S.INVALID_PORT_NUMBER);
answered(1, "type before size", setKeyIn({ idType: 4, id: bytes(3) }), S.IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED);
answered(1, "id size before key size", setKeyIn({ id: bytes(3), key: bytes(0) }), S.IKE_ID_PAYLOAD_INCORRECT_SIZE);
answered(1, "capability before port", setKeyIn({ port: 9 }), S.HBA_SECURITY_CACHE_NOT_SUPPORTED, { storage: "none" });
answered(2, "port before type", getKeyIn({ port: 9, idType: 4 }), S.INVALID_PORT_NUMBER);
answered(2, "type before size", getKeyIn({ idType: 4, id: bytes(3) }), S.IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED);

// A full table: new identities only.
answered(1, "full table, new identity", setKeyIn({ id: Uint8Array.of(192, 0, 2, 99) }), S.HBA_SECURITY_CACHE_FULL, {
  before: "full table",
});
answered(1, "full table, known identity", setKeyIn({ id: Uint8Array.of(10, 0, 0, 1) }), S.SUCCESS, {
  before: "full table",
  changes: true,
});
answered(3, "full table", good(3), S.SUCCESS, { before: "full table", changes: true });

// What the adapter stores is damaged; flash fails.
answered(2, "damaged cache", good(2), S.CACHE_CORRUPTED, { before: "damaged" });
answered(5, "damaged cache", good(5), S.SUCCESS, { before: "damaged", changes: true });
for (const methodId of [1, 3, 4, 5, 6] as const) {
  answered(methodId, "flash fails", good(methodId), S.OUT_OF_RESOURCES, { before: "flash fails" });
}

// Tunnel addresses.
for (const type of [0, 4, 0xffff_ffff]) {
  answered(4, `destination of type ${type}`, tunnelIn({ destinationType: type }), S.ADDRESS_TYPE_NOT_SUPPORTED);
  answered(4, `outer address of type ${type}`, tunnelIn({ outerType: type }), S.ADDRESS_TYPE_NOT_SUPPORTED);
}
answered(4, "outer address EMPTY", tunnelIn({ outerType: 3 }), S.INVALID_PARAMETER);
answered(4, "destination EMPTY", tunnelIn({ destinationType: 3 }), S.INVALID_PARAMETER);

// Methods that are none.
for (const methodId of [0, Math.max(...Object.values(SecurityMethod)) + 1, 30, 0x7fff_ffff, 0xffff_ffff]) {
  add({ name: "unknown method", methodId, input: good(1), srb: SrbStatus.invalidRequest, bytes: 0 });
}
