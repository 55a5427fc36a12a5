/** Faults as data: what makes sense, and what the ones that the seed decides do. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { type FlashFault, FlashFaultError } from "../../../sim/parts/flash/faults.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { type FlashPreset, flashRegion, W25Q64JV } from "../../../sim/parts/flash/presets.ts";

const SECTORS = 16;

/** A part whose status tells of failures. */
const TELLING: FlashPreset = { ...flashRegion(W25Q64JV, SECTORS), commands: { failBits: true } };

function makePart(seed = 1, faults: readonly FlashFault[] = []): FlashPart {
  return new FlashPart({
    preset: TELLING,
    clock: new UntimedClock(),
    random: new RandomStreams(seed).stream("flash"),
    faults,
  });
}

function program(part: FlashPart, address: number, bytes: Uint8Array): void {
  runToEnd(part.writeEnable());
  runToEnd(part.pageProgram(address, bytes));
}

Deno.test("FlashPart.inject() refuses faults that no such part can have, and says which field", () => {
  const rows: readonly (readonly [string, unknown])[] = [
    ["address is -1", { kind: "flip", address: -1, mask: 1 }],
    ["address is 65536", { kind: "weak", address: 65_536, mask: 1 }],
    ["mask is 256", { kind: "flip", address: 0, mask: 256 }],
    ["mask is 0", { kind: "stuck", address: 0, mask: 0, level: 1 }],
    ["level is 7", { kind: "stuck", address: 0, mask: 1, level: 7 }],
    ["bits is 9", { kind: "retention", address: 0, lengthBytes: 1, bits: 9 }],
    ["lengthBytes is 0", { kind: "read disturb", address: 0, lengthBytes: 0, bits: 1 }],
    ["lengthBytes is 2", { kind: "retention", address: 65_535, lengthBytes: 2, bits: 1 }],
    ["address is 1.5", { kind: "program failure", address: 1.5, lengthBytes: 1, times: 1, reported: true }],
    ["lengthBytes is 0", { kind: "program failure", address: 0, lengthBytes: 0, times: 1, reported: true }],
    ["times is -1", { kind: "program failure", address: 0, lengthBytes: 1, times: -1, reported: true }],
    ["reported is yes", { kind: "program failure", address: 0, lengthBytes: 1, times: 1, reported: "yes" }],
    ["sector is 16", { kind: "erase failure", sector: SECTORS, times: 1, reported: true }],
    ["times is NaN", { kind: "erase failure", sector: 0, times: NaN, reported: true }],
    ["eraseCycles is NaN", { kind: "endurance", eraseCycles: NaN, failure: "silent" }],
    ["failure is loud", { kind: "endurance", eraseCycles: 1, failure: "loud" }],
    ["cut is crooked", { kind: "program cut", cut: "crooked" }],
    ["cut.phase is last", { kind: "erase cut", cut: { phase: "last" } }],
    ["cut.zeroBytes is 9999", { kind: "erase cut", cut: { phase: "zeroed from the end", zeroBytes: 9999 } }],
    ["cut is null", { kind: "erase cut", cut: null }],
    ["cut is weak", { kind: "erase cut", cut: "weak" }],
    ["kind is fire", { kind: "fire" }],
  ];
  const part = makePart();
  const before = part.state();
  for (const [message, fault] of rows) {
    assertThrows(() => part.inject(fault as FlashFault), FlashFaultError, `Flash fault: ${message}, expected`);
    assertThrows(() => makePart(1, [fault as FlashFault]), FlashFaultError, message);
  }
  assertEquals(part.state(), before);
  part.inject({ kind: "erase failure", sector: 15, times: Infinity, reported: false });
});

Deno.test("FlashPart: retention turns programmed bits to 1, read disturb erased bits to 0, so many and by the seed", () => {
  const content = new RandomStreams(9).stream("content").bytes(256);
  const bitsOf = (seed: number, kind: "retention" | "read disturb", bits: number) => {
    const part = makePart(seed);
    program(part, 512, content);
    part.inject({ kind, address: 512, lengthBytes: 256, bits });
    const image = part.image();
    assert(image.subarray(0, 512).every((byte) => byte === 0xff) && image.subarray(768).every((byte) => byte === 0xff));
    const changed: number[] = [];
    content.forEach((byte, index) => {
      const after = image[512 + index] as number;
      for (let bit = 0; bit < 8; bit++) {
        if (((byte ^ after) >>> bit) & 1) {
          changed.push(8 * index + bit);
          assertEquals((after >>> bit) & 1, kind === "retention" ? 1 : 0);
        }
      }
    });
    return changed;
  };
  for (const kind of ["retention", "read disturb"] as const) {
    assertEquals(bitsOf(1, kind, 5).length, 5);
    assertEquals(bitsOf(1, kind, 5), bitsOf(1, kind, 5));
    assert(bitsOf(1, kind, 5).join() !== bitsOf(2, kind, 5).join());
    // There are only so many bits of the kind.
    const all = bitsOf(3, kind, 2048).length;
    assert(all > 800 && all < 1300, `${all} bits`);
  }
});

Deno.test("FlashPart.blockErase() erases the block that an address lies in, no more, in the time of a block", () => {
  const clock = new UntimedClock();
  const part = new FlashPart({
    preset: flashRegion(W25Q64JV, 32),
    clock,
    random: new RandomStreams(1).stream("flash"),
  });
  for (let sector = 0; sector < 32; sector++) program(part, sector * 4096, Uint8Array.of(0));
  runToEnd(part.writeEnable());
  const startedAt = clock.now;
  assertEquals(runToEnd(part.blockErase(20 * 4096 + 17)), "done");
  const { typicalNanoseconds } = W25Q64JV.timing.eraseBlock;
  assertEquals(clock.now - startedAt, typicalNanoseconds / 4);
  const first = part.image().filter((_, address) => address % 4096 === 0);
  assertEquals([...first], Array.from({ length: 32 }, (_, sector) => sector < 16 ? 0 : 0xff));
  assertEquals([...part.sectorErases], Array.from({ length: 32 }, (_, sector) => sector < 16 ? 0 : 1));
  assertEquals([part.counters.erases, part.counters.blockErases], [16, 1]);
});

Deno.test("FlashPart counts reads, and programs that were cut off, for their page, too", () => {
  const part = makePart();
  program(part, 300, Uint8Array.of(1, 2));
  runToEnd(part.read(0, 10));
  runToEnd(part.readInto(0, new Uint8Array(20)));
  assertEquals([part.counters.reads, part.counters.readBytes], [2, 30]);
  assertEquals([part.pagePrograms[0], part.pagePrograms[1]], [0, 1]);
});

Deno.test("FlashPart: without another limit sectors wear out when the data sheet says", () => {
  const preset = { ...TELLING, enduranceCycles: 3 };
  const random = new RandomStreams(1).stream("flash");
  const faults: FlashFault[] = [{ kind: "endurance", failure: "reported" }];
  const part = new FlashPart({ preset, clock: new UntimedClock(), random, faults });
  const outcomes = Array.from({ length: 5 }, () => {
    runToEnd(part.writeEnable());
    return runToEnd(part.sectorErase(0));
  });
  assertEquals(outcomes, ["done", "done", "done", "erase failed", "erase failed"]);
});

Deno.test("FlashPart: of two faults that strike all of the part the later one holds, and narrower ones come first", () => {
  const part = makePart(1, [
    { kind: "endurance", eraseCycles: 1, failure: "silent" },
    { kind: "endurance", eraseCycles: 2, failure: "reported" },
    { kind: "erase failure", sector: 0, times: 1, reported: false },
  ]);
  const erases = Array.from({ length: 4 }, () => {
    runToEnd(part.writeEnable());
    return [runToEnd(part.sectorErase(0)), part.counters.failures];
  });
  assertEquals(erases, [["done", 1], ["done", 1], ["erase failed", 2], ["erase failed", 3]]);
  assertEquals(part.state().stuckAtZero, []);
});

Deno.test("FlashPart: a failure is used up by the programs that it hits, one after the other", () => {
  const range = { address: 256, lengthBytes: 256 };
  const part = makePart(1, [
    { kind: "program failure", ...range, times: 1, reported: true },
    { kind: "program failure", ...range, times: 2, reported: false },
  ]);
  const outcome = (address: number) => {
    runToEnd(part.writeEnable());
    return [runToEnd(part.pageProgram(address, Uint8Array.of(0))), part.counters.failures];
  };
  assertEquals([outcome(255), outcome(512)], [["done", 0], ["done", 0]]);
  assertEquals([256, 511, 300, 300].map(outcome), [["program failed", 1], ["done", 2], ["done", 3], ["done", 3]]);
});
