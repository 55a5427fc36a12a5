import { assertEquals, assertThrows } from "@std/assert";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import {
  ADAPTER_INFORMATION,
  GENERATIONAL_GUID_REQUEST,
  GROUP_KEY_REQUEST,
  PRESHARED_KEY_FLAGS,
  PRESHARED_KEY_QUERY,
  PRESHARED_KEY_REQUEST,
  SESSION_REQUEST,
  TUNNEL_ADDRESS_REQUEST,
} from "../../../firmware/manual/interface.ts";
import { type FieldList, type Structure, StructureError, type StructureValue } from "../../../sim/layout/structure.ts";

/** A layout, one value of it, and the bytes that stand for it. */
interface Vector {
  readonly name: string;
  readonly value: unknown;
  encode(): Uint8Array;
  decode(bytes: Uint8Array): unknown;
  readonly hex: string;
  /** Offsets of the 32-bit lengths. */
  readonly lengths: readonly number[];
}

function vector<F extends FieldList>(
  structure: Structure<F>,
  value: StructureValue<F>,
  hex: string,
  ...lengths: readonly number[]
): Vector {
  return {
    name: structure.name,
    value,
    encode: () => structure.encode(value),
    decode: (bytes) => structure.decode(bytes),
    hex,
    lengths,
  };
}

const ipv4 = { type: 1, bytes: hexToBytes("c000020a000000000000000000000000") };
const ipv6 = { type: 2, bytes: hexToBytes("20010db8000000000000000000000001") };
const id = utf8ToBytes("hba0.example");
const key = utf8ToBytes("a key");

// Recorded from encoders that were written by hand, byte for byte.
const VECTORS: readonly Vector[] = [
  vector(
    PRESHARED_KEY_REQUEST,
    { portNumber: 0xffff_ffff, idType: 2, securityFlags: 0x8000_0000_0000_0027n, id, key },
    "ffffffff02000000 2700000000000080 0c000000 05000000 686261302e6578616d706c65 61206b6579",
    16,
    20,
  ),
  vector(
    PRESHARED_KEY_QUERY,
    { portNumber: 1, idType: 2, id },
    "01000000 02000000 0c000000 686261302e6578616d706c65",
    8,
  ),
  vector(PRESHARED_KEY_FLAGS, { securityFlags: 0x8000_0000_0000_0027n }, "2700000000000080"),
  vector(GROUP_KEY_REQUEST, { key }, "05000000 61206b6579", 0),
  vector(
    TUNNEL_ADDRESS_REQUEST,
    { portNumber: 0, destination: ipv4, outerAddress: ipv6 },
    "00000000 01000000 c000020a000000000000000000000000 02000000 20010db8000000000000000000000001",
  ),
  vector(GENERATIONAL_GUID_REQUEST, { generationalGuid: ipv6.bytes }, "20010db8000000000000000000000001"),
  vector(
    ADAPTER_INFORMATION,
    {
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
    "03020100 02000000 01000000 05000000 01000000 40000000 03000000 01000000 f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
  ),
  vector(
    SESSION_REQUEST,
    { portNumber: 0, target: ipv6, securityFlags: 0x27n, idType: 2, reserved: 0, id, key },
    "00000000 02000000 20010db8000000000000000000000001 2700000000000000 02000000 0c000000 05000000 00000000 " +
      "686261302e6578616d706c65 61206b6579",
    36,
    40,
  ),
];

for (const { name, value, encode, decode, hex, lengths } of VECTORS) {
  const bytes = hexToBytes(hex.replaceAll(" ", ""));

  Deno.test(`${name}: the bytes are those of the manual, and are read back`, () => {
    assertEquals(bytesToHex(encode()), bytesToHex(bytes));
    assertEquals(decode(bytes), value);
    // What follows is ignored, and so is where in memory it lies.
    const surrounded = new Uint8Array(bytes.length + 7).fill(0xee);
    surrounded.set(bytes, 3);
    assertEquals(decode(surrounded.subarray(3)), value);
  });

  Deno.test(`${name}: what is cut short, or says that it is longer, is refused`, () => {
    for (let length = 0; length < bytes.length; length++) {
      assertThrows(() => decode(bytes.subarray(0, length)), StructureError, `${length} bytes`);
    }
    for (const offset of lengths) {
      for (const add of [1, 0x7fff_ffff, 0xffff_ffff - bytes.length]) {
        const lying = bytes.slice();
        const view = new DataView(lying.buffer);
        view.setUint32(offset, view.getUint32(offset, true) + add, true);
        assertThrows(() => decode(lying), StructureError, `${bytes.length} bytes`);
      }
    }
  });
}

Deno.test("AdapterInformation: a cache is valid unless the field is zero", () => {
  const bytes = new Uint8Array(48);
  assertEquals(ADAPTER_INFORMATION.decode(bytes).cacheValid, false);
  bytes[19] = 0x80;
  assertEquals(ADAPTER_INFORMATION.decode(bytes).cacheValid, true);
});
