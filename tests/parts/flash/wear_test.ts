/** What wear, reads, time, rates and a low supply do to a part; and words, images and erased values. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import type { FlashFault } from "../../../sim/parts/flash/faults.ts";
import { FlashPart, type FlashPartOptions } from "../../../sim/parts/flash/flash_part.ts";
import { FlashPresetError } from "../../../sim/parts/flash/preset_check.ts";
import {
  type FlashPreset,
  flashRegion,
  S25HL512T,
  STM32H743,
  STM32L4,
  W25Q64JV,
} from "../../../sim/parts/flash/presets.ts";

const PRESET = flashRegion(W25Q64JV, 8);

function makePart(options: Partial<FlashPartOptions> = {}, seed = 3): FlashPart {
  const random = new RandomStreams(seed).stream("flash");
  return new FlashPart({ preset: PRESET, clock: new UntimedClock(), random, ...options });
}

function program(part: FlashPart, address: number, bytes: Uint8Array): string {
  runToEnd(part.writeEnable());
  return runToEnd(part.pageProgram(address, bytes));
}

function erase(part: FlashPart, address: number): string {
  runToEnd(part.writeEnable());
  return runToEnd(part.sectorErase(address));
}

function differentBits(one: Uint8Array, other: Uint8Array): number {
  let count = 0;
  for (let index = 0; index < one.length; index++) {
    for (let rest = (one[index] ?? 0) ^ (other[index] ?? 0); rest !== 0; rest &= rest - 1) count++;
  }
  return count;
}

Deno.test("disturbing reads turn bits to 0, one more at each doubling, earlier in a worn sector, and an erase ends it", () => {
  const readsToBits = (erases: number) => {
    const preset = { ...PRESET, enduranceCycles: 100 };
    const part = makePart({ preset, faults: [{ kind: "disturbing reads", reads: 1000 }] });
    for (let count = 0; count < erases; count++) erase(part, 0);
    const seen: number[] = [];
    const before = part.image();
    for (let reads = 1; reads <= 4000; reads++) {
      runToEnd(part.read(16, 4));
      while (differentBits(part.image(), before) > seen.length) seen.push(reads);
    }
    assert(part.image().subarray(4096).every((byte) => byte === 0xff), "other sectors are as they were");
    erase(part, 0);
    assertEquals(differentBits(part.image(), before), 0);
    return seen;
  };
  assertEquals(readsToBits(0), [1000, 2000, 4000]);
  assertEquals(readsToBits(50)[0], 505);
  assertEquals(readsToBits(100).slice(0, 3), [10, 20, 40]);
});

Deno.test("storage takes charge, with the square of the time, 20 times as fast in a worn sector; state() keeps the age", () => {
  const content = new Uint8Array(256);
  const lost = (erases: number, ...hours: readonly number[]) => {
    const preset = { ...PRESET, enduranceCycles: 10 };
    let part = makePart({ preset });
    for (let count = 0; count < erases; count++) erase(part, 0);
    program(part, 0, content);
    return hours.map((each) => {
      part.inject({ kind: "storage", hours: each });
      part = makePart({ preset, state: structuredClone(part.state()) });
      return differentBits(part.image().subarray(0, 256), content);
    });
  };
  assertEquals(lost(0, 175_199, 2, 175_200), [0, 1, 4]);
  assertEquals(lost(10, 8759, 2, 26_279), [0, 1, 16]);
});

Deno.test("charge loss counts the simulated time, and shows when something is read", () => {
  const clock = new UntimedClock();
  const part = makePart({ clock, faults: [{ kind: "charge loss", hours: 1 }] });
  program(part, 0, new Uint8Array(8));
  for (const [hours, bits] of [[0.9, 0], [1.2, 4], [1, 9]] as const) {
    runToEnd(clock.sleep(hours * 3600 * 250_000_000));
    const read = runToEnd(part.read(0, 8));
    assertEquals(differentBits(read, new Uint8Array(8)), bits, `after ${hours} hours more`);
  }
});

Deno.test("endurance with a spread: each sector has its own limit, by the seed, none less than the sheet's", () => {
  const limits = (seed: number) => {
    const preset = { ...PRESET, commands: { failBits: true } };
    const faults: FlashFault[] = [{ kind: "endurance", eraseCycles: 20, spreadPercent: 300, failure: "reported" }];
    const part = makePart({ preset, faults }, seed);
    return Array.from({ length: 8 }, (_, sector) => {
      let erases = 0;
      while (erase(part, sector * 4096) === "done") erases++;
      return erases;
    });
  };
  const [one, same, other] = [limits(1), limits(1), limits(2)];
  assertEquals(one, same);
  assert(one.join() !== other.join());
  assert(one.every((limit) => limit >= 20 && limit <= 80) && new Set(one).size > 4, one.join());
});

Deno.test("bad cells come at their rate, stuck at either level, by the seed", () => {
  const counts = Array.from({ length: 20 }, (_, seed) => {
    const { stuckAtZero, stuckAtOne } = makePart({ faults: [{ kind: "bad cells", perMillion: 40 }] }, seed).state();
    return [stuckAtZero.length, stuckAtOne.length] as const;
  });
  // 262,144 bits: 10.49 of them.
  assert(counts.every(([zero, one]) => zero + one === 10 || zero + one === 11));
  assert(counts.some(([zero, one]) => zero + one === 11) && counts.some(([zero, one]) => zero + one === 10));
  assert(counts.some(([zero, one]) => zero !== one));
});

Deno.test("drawn times go from one column to the other with wear, a tenth to either side by seed, and never beyond the maximum", () => {
  const times = (erases: number, seed: number) => {
    const clock = new UntimedClock();
    const part = makePart({ clock, preset: { ...PRESET, enduranceCycles: 1000 }, timing: "drawn" }, seed);
    for (let count = 0; count < erases; count++) erase(part, 0);
    return Array.from({ length: 10 }, () => {
      runToEnd(part.writeEnable());
      const startedAt = clock.now;
      runToEnd(part.sectorErase(0));
      return (clock.now - startedAt) / 250_000;
    });
  };
  const [fresh, worn] = [times(0, 1), times(1000, 1)];
  // A typical time is a mean: 45 ms, and some take less.
  assert(fresh.every((each) => each >= 40.5 && each <= 54) && new Set(fresh).size > 3, fresh.join());
  assert(fresh.some((each) => each < 45) && fresh.some((each) => each > 45), fresh.join());
  assert(worn.every((each) => each >= 360 && each <= 400) && new Set(worn).size > 3, worn.join());
  assertEquals(fresh, times(0, 1));
  assert(fresh.join() !== times(0, 2).join());
});

Deno.test("in a brown-out commands are lost or go elsewhere, and what is driven is left half way; before and after not", () => {
  const clock = new UntimedClock();
  const part = makePart({ clock });
  const millisecond = 250_000;
  part.inject({ kind: "brown out", afterNanoseconds: 100_000_000, nanoseconds: 50_000_000 });
  const rounds = (count: number) => {
    const before = part.state();
    let whole = 0;
    for (let round = 0; round < count; round++) {
      const address = 256 * (part.counters.programs % 128);
      program(part, address, Uint8Array.of(0x5a));
      if (part.image()[address] === 0x5a) whole++;
    }
    return { lost: count - whole, weak: part.state().weakBits.length - before.weakBits.length };
  };
  assertEquals(rounds(20), { lost: 0, weak: 0 });
  runToEnd(clock.sleep(100 * millisecond));
  const low = rounds(40);
  assert(low.lost > 3 && low.lost < 20 && low.weak > 15, JSON.stringify(low));
  runToEnd(clock.sleep(50 * millisecond));
  const faultless = part.state().weakBits.length;
  program(part, 8 * 4096 - 256, Uint8Array.of(1));
  assertEquals(part.state().weakBits.length, faultless);
});

Deno.test("a brown-out that is planned before power comes is there when it has come", () => {
  const part = makePart({ faults: [{ kind: "brown out", nanoseconds: 10_000_000_000 }] });
  part.powerOn();
  runToEnd(part.untilWritable());
  for (let round = 0; round < 40; round++) program(part, 256 * round, Uint8Array.of(0x5a));
  assert(part.state().weakBits.length > 15, `${part.state().weakBits.length} bits are half way`);
});

Deno.test("a disturbing cut spares bytes that were programmed to FF, over images and states too (57 of 300 were hit)", () => {
  // Runs of FF longer than any area that could be told as erased by its look.
  const pages = [0, 256, 512].map((address) => ({ address, bytes: new Uint8Array(200).fill(0xff) }));
  let disturbed = 0;
  for (let seed = 0; seed < 300; seed++) {
    const clock = new UntimedClock();
    let part = makePart({ clock, faults: [{ kind: "program cut", cut: "disturb" }] }, seed);
    for (const { address, bytes } of pages) program(part, address, bytes);
    if (seed % 2 === 1) {
      const random = new RandomStreams(seed).stream("later");
      const faults: FlashFault[] = [{ kind: "program cut", cut: "disturb" }];
      part = makePart({ clock, state: structuredClone(part.state()), faults, random });
    }
    runToEnd(part.writeEnable());
    runToEnd(part.begin({ kind: "page program", address: 1024, bytes: new Uint8Array(64) }));
    part.powerOff();
    const image = part.image();
    for (const { address, bytes } of pages) {
      assert(image.subarray(address, address + bytes.length).every((byte) => byte === 0xff), `seed ${seed}`);
    }
    if (image.subarray(0, 4096).some((byte) => byte !== 0xff)) disturbed++;
  }
  assert(disturbed > 250, `${disturbed}`);
});

Deno.test("a cut leaves as many undecided bits as it is told to, anywhere in what was programmed or erased", () => {
  for (const weakBits of [0, 1, 37, 500]) {
    const part = makePart({ faults: [{ kind: "program cut", cut: "weak bits", weakBits }] });
    runToEnd(part.writeEnable());
    runToEnd(part.begin({ kind: "page program", address: 256, bytes: new Uint8Array(200) }));
    part.powerOff();
    const { weakBits: weak } = part.state();
    const count = weak.reduce((sum, { mask }) => sum + mask.toString(2).replaceAll("0", "").length, 0);
    assertEquals(count, weakBits);
    assert(weak.every(({ address }) => address >= 256 && address < 456));
    if (weakBits === 500) assert((weak.at(-1)?.address ?? 0) - (weak[0]?.address ?? 0) > 190);
  }
  const spread = new Set<number>();
  for (let seed = 0; seed < 30; seed++) {
    const part = makePart({ faults: [{ kind: "erase cut", cut: { phase: "weak" }, weakBits: 3 }] }, seed);
    runToEnd(part.writeEnable());
    runToEnd(part.begin({ kind: "sector erase", address: 4096 }));
    part.powerOff();
    for (const { address } of part.state().weakBits) spread.add(address >> 9);
  }
  assertEquals([...spread].sort((a, b) => a - b), [8, 9, 10, 11, 12, 13, 14, 15]);
});

Deno.test("where nothing is said a cut leaves few bits undecided, or many, near and far from where it has come to", () => {
  const counts: number[] = [];
  let far = 0;
  for (let seed = 0; seed < 200; seed++) {
    const clock = new UntimedClock();
    const part = makePart({ clock }, seed);
    runToEnd(part.writeEnable());
    runToEnd(part.begin({ kind: "page program", address: 0, bytes: new Uint8Array(256) }));
    runToEnd(clock.sleep(50_000));
    part.powerOff();
    const { weakBits } = part.state();
    if (weakBits.length > 0) counts.push(weakBits.length);
    if (weakBits.some(({ address }) => address > 200)) far++;
  }
  assert(counts.some((count) => count <= 2) && counts.some((count) => count > 100), counts.join());
  assert(far > 5, `${far}`);
});

Deno.test("a second program of a word: refused; taken if it is all zero; or garbled, as the part is", () => {
  const second = (preset: FlashPreset, bytes: Uint8Array) => {
    const part = makePart({ preset: flashRegion(preset, 3) });
    program(part, 0, new Uint8Array(32).fill(0xff));
    const outcome = program(part, 0, bytes);
    return [outcome, part.image().subarray(0, 32).every((byte, index) => byte === bytes[index])];
  };
  const [zeros, ones, data] = [0, 0xff, 0x12].map((byte) => new Uint8Array(32).fill(byte));
  assert(zeros !== undefined && ones !== undefined && data !== undefined);
  assertEquals(second(S25HL512T, zeros), ["program failed", false]);
  assertEquals(second(S25HL512T, ones), ["program failed", true]);
  assertEquals(second(STM32L4, zeros), ["done", true]);
  assertEquals(second(STM32L4, data), ["program failed", false]);
  assertEquals(second(STM32H743, data), ["done", false]);
  assertEquals(second({ ...S25HL512T, commands: { failBits: false } }, data), ["done", false]);
});

Deno.test("FlashPart.state() keeps which words were programmed, and restore() takes it: a word of FF is not blank", () => {
  const preset = flashRegion(S25HL512T, 3);
  const part = makePart({ preset });
  program(part, 16, new Uint8Array(32).fill(0xff));
  program(part, 96, new Uint8Array(16));
  const state = structuredClone(part.state());
  assertEquals(state.programmed, [{ address: 16, lengthBytes: 32 }, { address: 96, lengthBytes: 16 }]);
  const copy = makePart({ preset, state });
  assertEquals(copy.state(), part.state());
  const data = new Uint8Array(16).fill(5);
  assertEquals([16, 32, 0, 48, 96].map((address) => program(copy, address, data)), [
    "program failed",
    "program failed",
    "done",
    "done",
    "program failed",
  ]);
  const restored = makePart({ preset });
  restored.restore(state.image, state.programmed);
  assertEquals(program(restored, 16, data), "program failed");
  // From an image alone only what does not look erased is known.
  restored.restore(state.image);
  assertEquals([program(restored, 16, data), program(restored, 96, data)], ["done", "program failed"]);
  assertThrows(
    () => makePart({ preset, state: { ...state, programmed: [{ address: 3 * 262_144 - 16, lengthBytes: 32 }] } }),
    RangeError,
    "programmed words at 786416",
  );
});

Deno.test("a part that is erased to 0: programs set bits, and image, state and stuck bits are as they are read", () => {
  const preset = { ...PRESET, geometry: { ...PRESET.geometry, erasedValue: 0 } } as const;
  const part = makePart({ preset, faults: [{ kind: "stuck", address: 5, mask: 1, level: 1 }] });
  assertEquals([...runToEnd(part.read(4, 3))], [0, 1, 0]);
  program(part, 4, Uint8Array.of(0x10, 0x20, 0x30));
  program(part, 4, Uint8Array.of(0x01));
  assertEquals([...runToEnd(part.read(4, 3))], [0x11, 0x21, 0x30]);
  assertEquals([...part.image().subarray(3, 8)], [0, 0x11, 0x21, 0x30, 0]);
  assertEquals(part.state().stuckAtOne, [{ address: 5, mask: 1 }]);
  const copy = makePart({ preset, state: structuredClone(part.state()) });
  assertEquals(copy.state(), part.state());
  erase(copy, 0);
  assertEquals([...copy.image().subarray(3, 8)], [0, 0, 1, 0, 0]);
});

Deno.test("FlashPart refuses presets that make no sense, with field, given and accepted", () => {
  const { geometry, timing } = PRESET;
  const rows: readonly (readonly [Partial<FlashPreset>, string, number | string, string])[] = [
    [{ geometry: { ...geometry, sectorBytes: 0 } }, "geometry.sectorBytes", 0, "a whole number from 1 to 16777216"],
    [{ geometry: { ...geometry, sectorBytes: 4000 } }, "geometry.sectorBytes", 4000, "a multiple of pageBytes, 256"],
    [{ geometry: { ...geometry, sectorCount: NaN } }, "geometry.sectorCount", NaN, "a whole number from 1 to 16777216"],
    [{ geometry: { ...geometry, sectorCount: 1e6 } }, "geometry", "4096000000 bytes", "at most 268435456"],
    [{ geometry: { ...geometry, programBytes: 3 } }, "geometry.pageBytes", 256, "a multiple of programBytes, 3"],
    [
      { geometry: { ...geometry, blockSectors: 0.5 } },
      "geometry.blockSectors",
      0.5,
      "a whole number from 1 to 16777216",
    ],
    ...[3, 100, 2 ** 24].map((blockSectors) =>
      [
        { geometry: { ...geometry, blockSectors } },
        "geometry.blockSectors",
        blockSectors,
        "a power of two, and blocks of at most 268435456 bytes",
      ] as const
    ),
    [{ enduranceCycles: 0 }, "enduranceCycles", 0, "a whole number from 1 to 9007199254740991"],
    [
      { timing: { ...timing, eraseSector: { typicalNanoseconds: 2, maximumNanoseconds: 1 } } },
      "timing.eraseSector.maximumNanoseconds",
      1,
      "at least typicalNanoseconds, 2",
    ],
    [
      { timing: { ...timing, readByteNanoseconds: -1 } },
      "timing.readByteNanoseconds",
      -1,
      "a number from 0 to 1000000000000",
    ],
    [{ commands: { failBits: true, identification: [1] } }, "commands.identification", "1 bytes", "3"],
    [
      { commands: { failBits: true, resetNanoseconds: Infinity } },
      "commands.resetNanoseconds",
      Infinity,
      "a number from 0 to 1000000000000",
    ],
  ];
  for (const [change, field, given, accepted] of rows) {
    const error = assertThrows(() => makePart({ preset: { ...PRESET, ...change } }), FlashPresetError);
    assertEquals([error.field, error.given, error.accepted], [field, given, accepted]);
  }
});

Deno.test("FlashPart refuses a preset of which something is missing, by field", () => {
  const suspend = { latencyNanoseconds: 5, eraseIntervalNanoseconds: 1, programIntervalNanoseconds: 1 };
  const rows: readonly (readonly [object, string, unknown])[] = [
    [{ geometry: undefined }, "geometry", "undefined"],
    [{ geometry: null }, "geometry", "null"],
    [{ timing: undefined }, "timing", "undefined"],
    [{ commands: 7 }, "commands", "7"],
    [{ commands: { failBits: true, suspend: 5 } }, "commands.suspend", "5"],
    [{ commands: { failBits: true, suspend } }, "commands.suspend.erasePulseNanoseconds", undefined],
  ];
  for (const [change, field, given] of rows) {
    const error = assertThrows(() => makePart({ preset: { ...PRESET, ...change } }), FlashPresetError);
    assertEquals([error.field, error.given], [field, given]);
  }
});

Deno.test("FlashPart refuses options, times and faults of other kinds, with field, given and accepted", () => {
  const expected = (change: Record<string, unknown>, message: string) => {
    const made = () => makePart({ preset: PRESET, ...change });
    assertEquals(assertThrows(made, FlashPresetError).message, `Flash preset: ${message}`);
  };
  expected({ timing: "fast" }, "timing is fast, expected typical, maximum, or drawn");
  expected({ misuse: null }, "misuse is null, expected error or ignored");
  const commands = { ...PRESET.commands, failBits: "x" };
  expected({ preset: { ...PRESET, commands } }, "commands.failBits is x, expected true or false");
  const accepted = "expected an object with typicalNanoseconds and maximumNanoseconds";
  for (const given of [undefined, null, 7]) {
    const timing = { ...PRESET.timing, eraseSector: given };
    expected({ preset: { ...PRESET, timing } }, `timing.eraseSector is ${given}, ${accepted}`);
  }
  for (const given of [null, undefined, "flip"]) {
    const faults = JSON.parse(JSON.stringify([given])) as FlashFault[];
    assertThrows(() => makePart({ faults }), Error, `fault is ${given ?? null}, expected an object`);
  }
});
