import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import type { Clock, Cycle, Cycles, Task } from "../../../sim/kernel/task.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import type { FlashFault } from "../../../sim/parts/flash/faults.ts";
import { FlashFaultError } from "../../../sim/parts/flash/faults.ts";
import { type FlashOperation, FlashPart, type FlashPartOptions } from "../../../sim/parts/flash/flash_part.ts";
import { FlashMisuseError } from "../../../sim/parts/flash/nor_flash.ts";
import { flashRegion, W25Q64JV } from "../../../sim/parts/flash/presets.ts";

const preset = flashRegion(W25Q64JV, 4);

/** The same with fail bits in its status. */
const telling = { ...preset, commands: { failBits: true } };

function makePart(options: Partial<FlashPartOptions> = {}): FlashPart {
  return new FlashPart({
    preset,
    clock: new UntimedClock(),
    random: new RandomStreams(1).stream("flash"),
    ...options,
  });
}

function program(part: FlashPart, address: number, bytes: Uint8Array) {
  runToEnd(part.writeEnable());
  return runToEnd(part.pageProgram(address, bytes));
}

function erase(part: FlashPart, address: number) {
  runToEnd(part.writeEnable());
  return runToEnd(part.sectorErase(address));
}

const read = (part: FlashPart, address: number, length: number) => [...runToEnd(part.read(address, length))];

Deno.test("FlashPart programs only from 1 to 0, and counts what was asked for in vain", () => {
  const part = makePart();
  assertEquals(program(part, 10, Uint8Array.of(0x0f)), "done");
  assertEquals(program(part, 10, Uint8Array.of(0xf1)), "done");
  assertEquals(read(part, 9, 3), [0xff, 0x01, 0xff]);
  assertEquals(part.counters.impossibleBits, 4);
  assertEquals(erase(part, 4000), "done");
  assertEquals(read(part, 10, 1), [0xff]);
  assertEquals([...part.sectorErases], [1, 0, 0, 0]);
});

Deno.test("FlashPart.pageProgram() wraps within its page if told to, and calls it misuse otherwise", () => {
  const wrapping = makePart({ strictPages: false });
  program(wrapping, 254, Uint8Array.of(1, 2, 3));
  assertEquals(read(wrapping, 254, 3), [1, 2, 0xff]);
  assertEquals(read(wrapping, 0, 1), [3]);
  assertThrows(() => program(makePart(), 254, Uint8Array.of(1, 2, 3)), FlashMisuseError);
});

Deno.test("FlashPart refuses what a real part would ignore or garble", () => {
  const part = makePart();
  assertThrows(() => runToEnd(part.pageProgram(0, Uint8Array.of(1))), FlashMisuseError, "no write enable");
  assertThrows(() => runToEnd(part.sectorErase(0)), FlashMisuseError, "no write enable");
  program(part, 0, Uint8Array.of(1));
  assertThrows(() => runToEnd(part.pageProgram(1, Uint8Array.of(1))), FlashMisuseError, "no write enable");
  runToEnd(part.writeEnable());
  assertThrows(() => runToEnd(part.pageProgram(0, new Uint8Array(257))), FlashMisuseError, "257 bytes");
  assertThrows(() => runToEnd(part.pageProgram(0, new Uint8Array(0))), FlashMisuseError, "0 bytes");
  assertThrows(() => runToEnd(part.read(4 * 4096 - 1, 2)), FlashMisuseError, "inside");
  assertThrows(() => runToEnd(part.sectorErase(4 * 4096)), FlashMisuseError, "inside");
  assertThrows(() => runToEnd(part.blockErase(0)), FlashMisuseError, "inside");
});

/** A clock on which a task stays suspended. */
class HoldingClock implements Clock {
  readonly frequencyHz = 250_000_000;
  now: Cycle = 0;
  slept: Cycles = 0;

  *sleep(cycles: Cycles): Task {
    this.slept = cycles;
    yield;
    this.now += cycles;
  }
}

Deno.test("FlashPart is busy while it programs, tells so, and refuses everything else", () => {
  const clock = new HoldingClock();
  const part = makePart({ clock });
  const enable = part.writeEnable();
  enable.next();
  enable.next();
  const task = part.pageProgram(0, Uint8Array.of(0, 0));
  task.next();
  // 30 us for the first byte and 2.5 us for the second, at 4 ns a cycle.
  assertEquals(clock.slept, 8125);
  const status = part.readStatus();
  status.next();
  const answer = status.next();
  assertEquals(answer.value, { busy: true, writeEnabled: true, programFailed: false, eraseFailed: false });
  assertThrows(() => part.read(0, 1).next(), FlashMisuseError, "busy");
  assertThrows(() => part.writeEnable().next(), FlashMisuseError, "busy");
  assertEquals(task.next(), { done: true, value: "done" });
});

Deno.test("FlashPart takes the maximum times of the sheet if told to", () => {
  const clock = new UntimedClock();
  const part = makePart({ clock, timing: "maximum" });
  runToEnd(part.writeEnable());
  const startedAt = clock.now;
  runToEnd(part.sectorErase(0));
  assertEquals(clock.now - startedAt, 100_000_000);
});

/** Leaves an operation when a share of its time has passed. */
function cutOff(part: FlashPart, clock: HoldingClock, task: Task<unknown>, share: number): void {
  task.next();
  clock.now += Math.ceil(clock.slept * share);
  part.powerOff();
}

function enabled(part: FlashPart): void {
  const enable = part.writeEnable();
  enable.next();
  enable.next();
}

Deno.test("FlashPart.powerOff() leaves a clean cut as far as time has come", () => {
  const clock = new HoldingClock();
  const part = makePart({ clock, faults: [{ kind: "program cut", cut: "clean" }] });
  enabled(part);
  cutOff(part, clock, part.pageProgram(0, new Uint8Array(100)), 0.5);
  assertEquals(part.image().subarray(0, 100).filter((byte) => byte === 0).length, 50);
  assertEquals(part.image().subarray(0, 50).every((byte) => byte === 0), true);
  assertEquals(part.counters.cuts, 1);
});

Deno.test("FlashPart.powerOff() leaves an erase in the phase that time gives", () => {
  const zeros = (share: number) => {
    const clock = new HoldingClock();
    const image = new Uint8Array(4 * 4096).fill(0x55);
    const part = makePart({ clock, image });
    enabled(part);
    cutOff(part, clock, part.sectorErase(4096), share);
    const sector = part.image().subarray(4096, 8192);
    assert(part.image().subarray(8192).every((byte) => byte === 0x55), "other sectors stay");
    return { sector, weak: part.state().weakBits.length };
  };
  assert(zeros(0.01).sector.every((byte) => byte === 0x55));
  const zeroed = zeros(0.2).sector;
  assert(zeroed[0] === 0x55 && zeroed[4095] === 0 && zeroed[2049] === 0 && zeroed[2000] === 0x55);
  const turning = zeros(0.6).sector;
  assert(new Set(turning).size > 100);
  const weak = zeros(0.9);
  assert(weak.sector.every((byte) => byte === 0xff) && weak.weak > 10);
});

Deno.test("FlashPart's weak bits read either way until they are driven or erased", () => {
  const part = makePart();
  part.inject({ kind: "weak", address: 7, mask: 0x81 });
  const seen = new Set(Array.from({ length: 64 }, () => read(part, 7, 1)[0]));
  assertEquals([...seen].sort(), [0x7e, 0x7f, 0xfe, 0xff]);
  program(part, 7, Uint8Array.of(0x7f));
  assertEquals([...new Set(Array.from({ length: 64 }, () => read(part, 7, 1)[0]))].sort(), [0x7e, 0x7f]);
  erase(part, 0);
  assertEquals(new Set(Array.from({ length: 64 }, () => read(part, 7, 1)[0])), new Set([0xff]));
});

Deno.test("FlashPart does what a fault plan says", () => {
  const faults: FlashFault[] = [
    { kind: "stuck", address: 0, mask: 0x0f, level: 0 },
    { kind: "stuck", address: 1, mask: 0x01, level: 1 },
    { kind: "program failure", address: 256, lengthBytes: 256, times: 1, reported: true },
    { kind: "erase failure", sector: 1, times: 2, reported: false },
  ];
  const part = makePart({ preset: telling, faults });
  assertEquals(erase(part, 0), "done");
  assertEquals(read(part, 0, 1), [0xf0]);
  program(part, 1, Uint8Array.of(0));
  assertEquals(read(part, 1, 1), [0x01]);
  assertEquals(program(part, 300, new Uint8Array(16)), "program failed");
  assert(read(part, 300, 16).some((byte) => byte !== 0));
  assertEquals(runToEnd(part.readStatus()).programFailed, true);
  assertEquals(program(part, 300, new Uint8Array(16)), "done");
  assertEquals(erase(part, 4096), "done");
  assert(read(part, 4096, 64).some((byte) => byte !== 0xff));
  part.inject({ kind: "flip", address: 9000, mask: 0x10 });
  assertEquals(read(part, 9000, 1), [0xef]);
  assertThrows(() => part.inject({ kind: "flip", address: 4 * 4096, mask: 1 }), FlashFaultError, "address");
  assertThrows(() => part.inject({ kind: "flip", address: 0, mask: 256 }), FlashFaultError, "mask");
});

Deno.test("FlashPart wears out at its endurance, with a status or silently", () => {
  for (const failure of ["reported", "silent"] as const) {
    const part = makePart({ preset: telling, faults: [{ kind: "endurance", eraseCycles: 3, failure }] });
    for (let count = 0; count < 3; count++) assertEquals(erase(part, 0), "done");
    assertEquals(erase(part, 0), failure === "reported" ? "erase failed" : "done");
    assert(read(part, 0, 4096).some((byte) => byte !== 0xff));
    assertEquals(part.counters.failures, 1);
  }
});

Deno.test("FlashPart.state() brings everything to another run", () => {
  const part = makePart({ faults: [{ kind: "stuck", address: 3, mask: 1, level: 0 }] });
  program(part, 0, Uint8Array.of(1, 2, 3, 4));
  part.inject({ kind: "weak", address: 500, mask: 4 });
  erase(part, 8192);
  const copy = makePart({ state: structuredClone(part.state()) });
  assertEquals(copy.state(), part.state());
});

Deno.test("FlashPart tells its observer what was done and how long it took, and no data", () => {
  const seen: FlashOperation[] = [];
  const part = makePart({ onOperation: (operation) => seen.push(operation) });
  program(part, 16, Uint8Array.of(0xaa, 0xbb));
  erase(part, 16);
  assertEquals(seen, [
    { kind: "program", address: 16, lengthBytes: 2, cycles: 8125 },
    { kind: "erase", address: 0, lengthBytes: 4096, cycles: 11_250_000 },
  ]);
});
