import { assertEquals } from "@std/assert";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import {
  AddressType,
  ALL_PORTS,
  decodeKeyName,
  decodeKeyValue,
  decodeTunnel,
  encodeKeyName,
  encodeKeyValue,
  encodeTunnelName,
  encodeTunnelValue,
  IdentificationType,
  internetAddress,
  networkAddress,
} from "../../../firmware/manual/interface.ts";

const id = utf8ToBytes("hba0");
const IPV4 = hexToBytes("c000020a");
const IPV6 = hexToBytes("20010db8000000000000000000000001");

Deno.test("security records: the bytes are those of the manual, and are read back from wherever they lie", () => {
  const key = { portNumber: ALL_PORTS, idType: IdentificationType.ID_FQDN, id };
  const value = { securityFlags: 0x8000_0000_0000_0027n, key: utf8ToBytes("a key") };
  assertEquals(bytesToHex(encodeKeyName(key)), "ffffffff" + "02" + "68626130");
  assertEquals(bytesToHex(encodeKeyValue(value)), "2700000000000080" + "61206b6579");
  assertEquals(decodeKeyName(shifted(encodeKeyName(key))), key);
  assertEquals(decodeKeyValue(shifted(encodeKeyValue(value))), value);
  const [destination, outerAddress] = [internetAddress(IPV4), internetAddress(IPV6)];
  if (destination === undefined || outerAddress === undefined) throw new Error("no addresses");
  const tunnel = { portNumber: 1, destination, outerAddress };
  assertEquals(bytesToHex(encodeTunnelName(tunnel)), "01000000" + "01" + "c000020a000000000000000000000000");
  assertEquals(bytesToHex(encodeTunnelValue(tunnel)), "02" + "20010db8000000000000000000000001");
  assertEquals(decodeTunnel(shifted(encodeTunnelName(tunnel)), shifted(encodeTunnelValue(tunnel))), tunnel);
});

Deno.test("internetAddress() takes addresses of 0, 4 and 16 bytes, and networkAddress() gives them back", () => {
  const types = [[[], AddressType.empty], [IPV4, AddressType.ipv4], [IPV6, AddressType.ipv6]] as const;
  for (const [given, type] of types) {
    const bytes = Uint8Array.from(given);
    const address = internetAddress(bytes);
    assertEquals([address?.type, address?.bytes.length], [type, 16]);
    assertEquals(networkAddress(address ?? { type: -1, bytes: IPV6 }), bytes);
  }
  for (const length of [1, 3, 5, 15, 17, 20]) assertEquals(internetAddress(new Uint8Array(length)), undefined);
  // A name is not in the binary form at all.
  assertEquals(networkAddress({ type: AddressType.text, bytes: IPV6 }).length, 0);
});

/** The same bytes, not at the beginning of their buffer. */
function shifted(bytes: Uint8Array): Uint8Array {
  const memory = new Uint8Array(bytes.length + 3).fill(0xee);
  memory.set(bytes, 3);
  return memory.subarray(3);
}
