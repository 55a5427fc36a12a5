import { assertEquals, assertThrows } from "@std/assert";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import {
  decodeAdapterInformation,
  decodeGroupKeyRequest,
  decodePresharedKeyQuery,
  decodePresharedKeyRequest,
  decodeSessionRequest,
  decodeTunnelAddressRequest,
  encodeAdapterInformation,
  encodeGroupKeyRequest,
  encodePresharedKeyQuery,
  encodePresharedKeyRequest,
  encodeSessionRequest,
  encodeTunnelAddressRequest,
  LayoutError,
} from "../../../firmware/manual/interface.ts";

/** A layout, one value of it, and the bytes that drivers have sent and taken for it since the first version. */
interface Vector<T> {
  readonly name: string;
  readonly value: T;
  readonly encode: (value: T) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => T;
  readonly hex: string;
  /** Offsets of the 32-bit lengths. */
  readonly lengths: readonly number[];
}

function vector<T>(each: Vector<T>): Vector<unknown> {
  return each as unknown as Vector<unknown>;
}

const ipv4 = { type: 1, bytes: hexToBytes("c000020a000000000000000000000000") };
const ipv6 = { type: 2, bytes: hexToBytes("20010db8000000000000000000000001") };
const id = utf8ToBytes("hba0.example");
const key = utf8ToBytes("a key");

const VECTORS: readonly Vector<unknown>[] = [
  vector({
    name: "PresharedKeyRequest",
    value: { portNumber: 0xffff_ffff, idType: 2, securityFlags: 0x8000_0000_0000_0027n, id, key },
    encode: encodePresharedKeyRequest,
    decode: decodePresharedKeyRequest,
    hex: "ffffffff02000000 2700000000000080 0c000000 05000000 686261302e6578616d706c65 61206b6579",
    lengths: [16, 20],
  }),
  vector({
    name: "PresharedKeyQuery",
    value: { portNumber: 1, idType: 2, id },
    encode: encodePresharedKeyQuery,
    decode: decodePresharedKeyQuery,
    hex: "01000000 02000000 0c000000 686261302e6578616d706c65",
    lengths: [8],
  }),
  vector({
    name: "group key request",
    value: key,
    encode: encodeGroupKeyRequest,
    decode: decodeGroupKeyRequest,
    hex: "05000000 61206b6579",
    lengths: [0],
  }),
  vector({
    name: "TunnelAddressRequest",
    value: { portNumber: 0, destination: ipv4, outerAddress: ipv6 },
    encode: encodeTunnelAddressRequest,
    decode: decodeTunnelAddressRequest,
    hex: "00000000 01000000 c000020a000000000000000000000000 02000000 20010db8000000000000000000000001",
    lengths: [],
  }),
  vector({
    name: "AdapterInformation",
    value: {
      firmwareVersion: 0x010203,
      numberOfPorts: 2,
      status: 1,
      functionality: 5,
      cacheValid: true,
      keyCapacity: 64,
      keysStored: 3,
      keysDamaged: 1,
      generationalGuid: hexToBytes("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"),
    },
    encode: encodeAdapterInformation,
    decode: decodeAdapterInformation,
    hex: "03020100 02000000 01000000 05000000 01000000 40000000 03000000 01000000 f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
    lengths: [],
  }),
  vector({
    name: "SessionRequest",
    value: { portNumber: 0, target: ipv6, securityFlags: 0x27n, idType: 2, id, key },
    encode: encodeSessionRequest,
    decode: decodeSessionRequest,
    hex: "00000000 02000000 20010db8000000000000000000000001 2700000000000000 02000000 0c000000 05000000 00000000 " +
      "686261302e6578616d706c65 61206b6579",
    lengths: [36, 40],
  }),
];

for (const { name, value, encode, decode, hex, lengths } of VECTORS) {
  const bytes = hexToBytes(hex.replaceAll(" ", ""));

  Deno.test(`${name}: the bytes are those of the manual, and are read back`, () => {
    assertEquals(bytesToHex(encode(value)), bytesToHex(bytes));
    assertEquals(decode(bytes), value);
    // What follows is ignored, and so is where in memory it lies.
    const surrounded = new Uint8Array(bytes.length + 7).fill(0xee);
    surrounded.set(bytes, 3);
    assertEquals(decode(surrounded.subarray(3)), value);
  });

  Deno.test(`${name}: what is cut short, or says that it is longer, is refused`, () => {
    for (let length = 0; length < bytes.length; length++) {
      assertThrows(() => decode(bytes.subarray(0, length)), LayoutError, `${length} bytes`);
    }
    for (const offset of lengths) {
      for (const add of [1, 0x7fff_ffff, 0xffff_ffff - bytes.length]) {
        const lying = bytes.slice();
        const view = new DataView(lying.buffer);
        view.setUint32(offset, view.getUint32(offset, true) + add, true);
        assertThrows(() => decode(lying), LayoutError, `${bytes.length} bytes`);
      }
    }
  });
}

Deno.test("AdapterInformation: a cache is valid unless the field is zero", () => {
  const bytes = new Uint8Array(48);
  assertEquals(decodeAdapterInformation(bytes).cacheValid, false);
  bytes[19] = 0x80;
  assertEquals(decodeAdapterInformation(bytes).cacheValid, true);
});
