import { assertEquals, assertThrows } from "@std/assert";
import { KEY_TABLE_ENTRY_BYTES, KeyTable } from "../../../firmware/cache/key_table.ts";
import { ALL_PORTS } from "../../../firmware/manual/interface.ts";
import { Ram } from "../../../sim/parts/ram.ts";

const address = Uint8Array.of(192, 0, 2, 10);
const key = (text: string) => new TextEncoder().encode(text);
const identity = (portNumber: number, id = address, idType = 1) => ({
  portNumber,
  idType,
  id,
});
const entry = (portNumber: number, securityFlags = 0x27n, id = address) => ({
  ...identity(portNumber, id),
  securityFlags,
});

function table(
  capacity: number,
): { readonly ram: Ram; readonly table: KeyTable } {
  const ram = new Ram((capacity + 1) * KEY_TABLE_ENTRY_BYTES);
  return {
    ram,
    table: new KeyTable(ram.region("key table", ram.bytes.length)),
  };
}

function holds(memory: Uint8Array, needle: Uint8Array): boolean {
  for (let start = 0; start + needle.length <= memory.length; start++) {
    if (needle.every((byte, index) => memory[start + index] === byte)) {
      return true;
    }
  }
  return false;
}

Deno.test("KeyTable.find() prefers the exact port to all ports", () => {
  const { table: keys } = table(4);
  keys.set(entry(ALL_PORTS, 0x1n), key("all"));
  keys.set(entry(1, 0x2n), key("one"));
  assertEquals(keys.find(identity(1))?.securityFlags, 0x2n);
  assertEquals(keys.find(identity(0))?.securityFlags, 0x1n);
  assertEquals(keys.find(identity(0, Uint8Array.of(192, 0, 2, 11))), undefined);
});

Deno.test("KeyTable.find() for all ports gives the all-ports entry, then the lowest port", () => {
  const { table: keys } = table(4);
  keys.set(entry(3, 0x3n), key("three"));
  keys.set(entry(1, 0x1n), key("one"));
  assertEquals(keys.find(identity(ALL_PORTS))?.portNumber, 1);
  keys.set(entry(ALL_PORTS, 0x9n), key("all"));
  assertEquals(keys.find(identity(ALL_PORTS))?.portNumber, ALL_PORTS);
});

Deno.test("KeyTable tells identifiers of the same bytes and another type apart", () => {
  const { table: keys } = table(4);
  keys.set(entry(0), key("address"));
  assertEquals(keys.find(identity(0, address, 2)), undefined);
});

Deno.test("KeyTable.set() keeps all 64 flag bits, overwrites in place, and refuses only a new identifier when full", () => {
  const { table: keys } = table(2);
  assertEquals(keys.set(entry(0, 0xffff_ffff_0000_0027n), key("first")), true);
  assertEquals(keys.set(entry(1), key("second")), true);
  assertEquals(keys.set(entry(2), key("third")), false);
  assertEquals(keys.size, 2);
  assertEquals(keys.set(entry(0, 0xffff_ffff_0000_0027n), key("new")), true);
  assertEquals(keys.copyKey(identity(0)), key("new"));
  assertEquals(keys.find(identity(0))?.securityFlags, 0xffff_ffff_0000_0027n);
});

Deno.test("KeyTable leaves nothing of a key behind that was replaced or cleared", () => {
  const { ram, table: keys } = table(2);
  keys.set(entry(0), key("a very secret key, and long"));
  keys.setGroupKey(key("a group secret, long as well"));
  keys.set(entry(0), key("short"));
  assertEquals(holds(ram.bytes, key("secret key, and long")), false);
  keys.setGroupKey(key("brief"));
  assertEquals(holds(ram.bytes, key("secret, long as well")), false);
  keys.clear();
  assertEquals(ram.bytes.every((byte) => byte === 0), true);
  assertEquals([keys.size, keys.hasGroupKey, keys.copyGroupKey()], [
    0,
    false,
    undefined,
  ]);
});

Deno.test("KeyTable.copyKey() is a snapshot", () => {
  const { table: keys } = table(2);
  keys.set(entry(0), key("before"));
  const snapshot = keys.copyKey(identity(0));
  keys.set(entry(0), key("after!"));
  assertEquals(snapshot, key("before"));
});

Deno.test("KeyTable.set() refuses what does not fit its fields", () => {
  const { table: keys } = table(2);
  assertThrows(
    () => keys.set(entry(0), new Uint8Array(257)),
    RangeError,
    "expected at most 256",
  );
});

Deno.test("KeyTable.unused() is all memory of rows without a key, and none of the others", () => {
  const { table: keys } = table(6);
  assertEquals(keys.unused(), []);
  const free = () =>
    keys.unused().map((piece) => [piece.byteOffset, piece.length].map((at) => at / KEY_TABLE_ENTRY_BYTES));
  for (const port of [0, 1, 2]) keys.set(entry(port), key(`key ${port}`));
  assertEquals(free(), [[0, 1], [4, 3]]);
  keys.setGroupKey(key("group"));
  assertEquals(free(), [[4, 3]]);
  assertEquals(keys.unused().flatMap((piece) => [...new Set(piece)]), [0]);
  for (const port of [3, 4, 5]) keys.set(entry(port), key(`key ${port}`));
  assertEquals(keys.unused(), []);
});
