import { assert, assertEquals, assertThrows } from "@std/assert";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import {
  boolean,
  bytes,
  countedString,
  countOf,
  nested,
  u16,
  u32,
  u64,
  u8,
  variableBytes,
  variableStructures,
  variableU32,
} from "../../sim/layout/fields.ts";
import { type FieldList, Structure, StructureError } from "../../sim/layout/structure.ts";

const POINT = new Structure("Point", { X: u8(), Y: u32() });
const ALL_KINDS = new Structure("AllKinds", {
  A: u8(),
  B: u16(),
  C: boolean(),
  D: u64(),
  E: countedString(5),
  F: nested(POINT),
  G: bytes(3),
  WordCount: countOf("Words"),
  TailSize: countOf("Tail"),
  PointCount: countOf("Points"),
  Words: variableU32("WordCount"),
  Tail: variableBytes("TailSize"),
  Points: variableStructures("PointCount", POINT),
});

const text = fc.string({ unit: "binary", maxLength: 5 }).filter((value) => value.length <= 5 && !value.includes("\0"));
const PLAIN = { noNullPrototype: true };
const point = fc.record({ X: fc.integer({ min: 0, max: 0xff }), Y: fc.integer({ min: 0, max: 0xffff_ffff }) }, PLAIN);
const value = fc.record({
  A: fc.integer({ min: 0, max: 0xff }),
  B: fc.integer({ min: 0, max: 0xffff }),
  C: fc.boolean(),
  D: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  E: text,
  F: point,
  G: fc.uint8Array({ minLength: 3, maxLength: 3 }),
  Words: fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 4 }),
  Tail: fc.uint8Array({ maxLength: 9 }),
  Points: fc.array(point, { maxLength: 3 }),
}, PLAIN);

Deno.test("Structure lays fields out on their natural boundaries and pads the whole", () => {
  const structure = new Structure("S", { A: u8(), B: u64(), C: u16() });
  assertEquals([structure.offsetOf("A"), structure.offsetOf("B"), structure.offsetOf("C")], [0, 8, 16]);
  assertEquals([structure.fixedBytes, structure.sizeof, structure.alignment], [18, 24, 8]);
});

Deno.test("Structure gives back what it encoded, and encodes that to the same bytes", () => {
  fc.assert(
    fc.property(value, (given) => {
      const encoded = ALL_KINDS.encode(given);
      const decoded = ALL_KINDS.decode(encoded);
      assertEquals(decoded, given);
      assertEquals(ALL_KINDS.encode(decoded), encoded);
      assertEquals(ALL_KINDS.neededBytes(encoded), encoded.length);
      assertEquals(ALL_KINDS.encodedBytes(given), encoded.length);
    }),
    { numRuns: 500 },
  );
});

Deno.test("Structure.decode() of any bytes gives a value or throws a StructureError, and changes nothing", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 96 }), fc.nat(8), (random, start) => {
      // A window into a larger buffer: a read outside of it would see the marker, a write would change it.
      const surrounding = new Uint8Array(start + random.length + 8).fill(0xee);
      surrounding.set(random, start);
      const before = surrounding.slice();
      try {
        const decoded = ALL_KINDS.decode(surrounding.subarray(start, start + random.length));
        assert(decoded.Tail.length <= random.length);
        assert(ALL_KINDS.encodedBytes(decoded) <= random.length);
      } catch (error) {
        assert(error instanceof StructureError, String(error));
      }
      assertEquals(surrounding, before);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("Structure ignores padding when it decodes and zeroes it when it encodes", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (random) => {
    const decoded = POINT.decode(random);
    const again = POINT.encode(decoded);
    assertEquals([...again.subarray(1, 4)], [0, 0, 0]);
    assertEquals(POINT.decode(again), decoded);
  }));
});

Deno.test("Structure.neededBytes() does not wrap at 32 bits", () => {
  const structure = new Structure("S", { Size: countOf("Data"), Data: variableBytes("Size") });
  const header = Uint8Array.of(0xff, 0xff, 0xff, 0xff);
  assertEquals(structure.neededBytes(header), 0x1_0000_0003);
  assertThrows(() => structure.decode(header), StructureError);
});

Deno.test("Structure.decode() refuses any truncation of an encoded value", () => {
  fc.assert(fc.property(value, fc.nat(), (given, cut) => {
    const encoded = ALL_KINDS.encode(given);
    const shorter = encoded.subarray(0, cut % encoded.length);
    assertThrows(() => ALL_KINDS.decode(shorter), StructureError);
  }));
});

Deno.test("Structure.encodeInto() clears stale bytes and leaves those behind the structure alone", () => {
  const target = new Uint8Array(10).fill(0xaa);
  assertEquals(POINT.encodeInto({ X: 1, Y: 2 }, target), 8);
  assertEquals([...target], [1, 0, 0, 0, 2, 0, 0, 0, 0xaa, 0xaa]);
  assertThrows(() => POINT.encodeInto({ X: 1, Y: 2 }, new Uint8Array(7)), StructureError);
});

Deno.test("Structure.encode() refuses values that a field cannot hold, naming field, given and accepted", () => {
  const error = assertThrows(() => POINT.encode({ X: 256, Y: 0 }), StructureError);
  assertEquals([error.field, error.given, error.accepted], ["Point.X", "256", "a whole number from 0 to 255"]);
  assertThrows(() => POINT.encode({ X: 0.5, Y: 0 }), StructureError);
  assertThrows(() => POINT.encode({ X: -1, Y: 0 }), StructureError);
  const flags = new Structure("Flags", { F: u64() });
  assertThrows(() => flags.encode({ F: 1n << 64n }), StructureError);
  assertThrows(() => flags.encode({ F: -1n }), StructureError);
  const name = new Structure("Name", { N: countedString(2) });
  assertThrows(() => name.encode({ N: "abc" }), StructureError);
  assertThrows(() => name.encode({ N: "a\0" }), StructureError);
  const key = new Structure("Key", { K: bytes(2) });
  assertThrows(() => key.encode({ K: new Uint8Array(3) }), StructureError);
});

Deno.test("Structure errors say what is wrong with bytes of another realm, which look like those that are accepted", () => {
  const foreign: Uint8Array = runInNewContext("Uint8Array.of(1, 2)");
  const structure = new Structure("Key", { K: bytes(2) });
  assertThrows(() => structure.encode({ K: foreign }), StructureError, "a Uint8Array of another realm");
});

Deno.test("Structure errors never show bytes that may be a key", () => {
  const secret = new Structure("Secret", { K: bytes(2) });
  const error = assertThrows(() => secret.encode({ K: Uint8Array.of(0xde, 0xad, 0xbe) }), StructureError);
  assert(!/222|173|190|dead/i.test(error.message), error.message);
});

Deno.test("countedString() reads a byte length, not a terminator, and stops at zero padding", () => {
  const name = new Structure("Name", { N: countedString(4) });
  assertEquals([...name.encode({ N: "hi" })], [4, 0, 0x68, 0, 0x69, 0, 0, 0, 0, 0]);
  assertEquals(name.decode(Uint8Array.of(8, 0, 0x68, 0, 0x69, 0, 0, 0, 0, 0)).N, "hi");
  assertEquals(name.decode(Uint8Array.of(2, 0, 0x68, 0, 0x69, 0, 0, 0, 0, 0)).N, "h");
});

Deno.test("countedString() reads a length beyond its room as the room, and an odd one without its half unit", () => {
  const name = new Structure("Name", { N: countedString(2), Next: bytes(2) });
  const of = (count: number) => name.decode(Uint8Array.of(count & 0xff, count >>> 8, 0x68, 0, 0x69, 0, 0x6a, 0)).N;
  assertEquals([1, 2, 3, 4, 5, 6, 0xffff].map(of), ["", "h", "h", "hi", "hi", "hi", "hi"]);
});

Deno.test("u64() keeps all 64 bits", () => {
  const flags = new Structure("Flags", { F: u64() });
  const all = (1n << 64n) - 1n;
  assertEquals(flags.decode(flags.encode({ F: all })).F, all);
});

Deno.test("Structure refuses field lists that are no structure", () => {
  const lists: FieldList[] = [
    { Size: countOf("Data"), Data: variableBytes("Size"), After: u8() },
    { Size: countOf("Nothing") },
    { Data: variableBytes("Size"), Size: u32() },
  ];
  for (const list of lists) assertThrows(() => new Structure("Wrong", list), StructureError);
  assertThrows(() => POINT.offsetOf("Z" as "X"), StructureError);
  assertThrows(() => ALL_KINDS.offsetOf("Tail"), StructureError);
});

Deno.test("Structure.layoutTable() names every byte", () => {
  const structure = new Structure("S", {
    A: u8(),
    N: countOf("W"),
    M: countOf("B"),
    W: variableU32("N"),
    B: variableBytes("M"),
  });
  assertEquals(structure.layoutTable().trim().split("\n").slice(2), [
    "| 0 | 1 | UCHAR | A |",
    "| 1 | 3 | | padding |",
    "| 4 | 4 | ULONG | N |",
    "| 8 | 4 | ULONG | M |",
    "| 12 | 4*N | ULONG[] | W |",
    "| 12+4*N | M | UCHAR[] | B |",
  ]);
});
