/** Parts whose words take one program between erases, and parts with large sectors. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { flashRegion, S25HL512T, W25Q64JV } from "../../../sim/parts/flash/presets.ts";
import { CutClock, PowerCut } from "./cut_clock.ts";
import { hex, holds, sealer, text } from "./bench.ts";

const UNITS = [1, 2, 4, 8, 16, 32];

/** A store on a part with words of some length. */
class UnitBench {
  readonly clock = new CutClock();
  readonly random = new RandomStreams(1).stream("store");
  readonly flash: FlashPart;
  store: RingStore;

  constructor(readonly programBytes: number, sectorCount = 4, sectorBytes = 4096, image?: Uint8Array) {
    const preset = {
      ...W25Q64JV,
      geometry: { sectorBytes, sectorCount, pageBytes: 256, programBytes },
    };
    const random = new RandomStreams(programBytes).stream("flash");
    this.flash = new FlashPart({ preset, clock: this.clock, random, ...(image && { image }) });
    this.store = this.fresh();
  }

  fresh(): RingStore {
    const random = (length: number) => this.random.bytes(length);
    return this.store = new RingStore({ flash: this.flash, sealer, random, maxNameBytes: 16, maxValueBytes: 64 });
  }

  boot() {
    return runToEnd(this.fresh().mount());
  }
}

for (const programBytes of UNITS) {
  Deno.test(`RingStore on words of ${programBytes} bytes agrees with a map over boots, and programs no word twice`, () => {
    const bench = new UnitBench(programBytes);
    bench.boot();
    const model = new Map<string, string>();
    const { random } = bench;
    for (let step = 0; step < 3000; step++) {
      const recordClass = (["preshared-key", "tunnel-address", "group-key"] as const)[step % 3] ?? "group-key";
      const name = Uint8Array.of(random.below(6));
      const key = `${recordClass} ${hex(name)}`;
      const choice = random.below(12);
      if (choice === 0) assertEquals(bench.boot().type, "mounted");
      else if (choice === 1) {
        const { type } = runToEnd(bench.store.delete(recordClass, name));
        assertEquals(type, model.delete(key) ? "stored" : "unchanged");
      } else if (choice === 2 && random.below(30) === 0) {
        runToEnd(bench.store.clearSecrets());
        for (const each of [...model.keys()]) if (!each.startsWith("tunnel")) model.delete(each);
      } else {
        const value = random.bytes(8 + random.below(56));
        assertEquals(runToEnd(bench.store.put({ class: recordClass, name, value })).type, "stored");
        model.set(key, hex(value));
      }
    }
    bench.boot();
    const found = bench.store.entries().map((each) => [`${each.class} ${hex(each.name)}`, hex(each.value)].join(": "));
    assertEquals(found.sort(), [...model].map((each) => each.join(": ")).sort());
    assertEquals(bench.store.health().state, "ok");
    assertEquals([bench.flash.counters.failures, bench.flash.counters.impossibleBits], [0, 0]);
    const erases = [...bench.flash.sectorErases];
    assert(Math.max(...erases) - Math.min(...erases) <= 1, `wear ${erases}`);
  });

  Deno.test(`RingStore on words of ${programBytes} bytes survives cuts, nested in recoveries`, () => {
    const random = new RandomStreams(programBytes).stream("cuts");
    let cuts = 0;
    for (let trial = 0; trial < 12; trial++) {
      const bench = new UnitBench(programBytes, 3 + (trial % 3), trial % 2 === 0 ? 1024 : 4096);
      bench.boot();
      const model = new Map<string, string>();
      const isCut = (work: () => void, limit: number): boolean => {
        bench.clock.cutAt = bench.clock.now + random.below(limit);
        try {
          work();
          return false;
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
          cuts++;
          bench.flash.powerOff();
          return true;
        } finally {
          bench.clock.cutAt = Infinity;
        }
      };
      for (let step = 0; step < 90; step++) {
        const name = Uint8Array.of(random.below(5));
        const value = random.bytes(16 + random.below(40));
        const limit = random.below(3) === 0 ? 14_000_000 : 90_000;
        const cut = isCut(() => runToEnd(bench.store.put({ class: "preshared-key", name, value })), limit);
        if (!cut) model.set(hex(name), hex(value));
        else for (let depth = 0; depth < 4 && isCut(() => bench.boot(), 200_000); depth++);
        if (cut) bench.boot();
        const content = () => new Map(bench.store.entries().map((each) => [hex(each.name), hex(each.value)]));
        const found = content();
        if (cut && found.get(hex(name)) === hex(value)) model.set(hex(name), hex(value));
        const place = `trial ${trial}, step ${step}`;
        assertEquals([...found].sort(), [...model].sort(), place);
        if (!cut) continue;
        for (let boot = 0; boot < 2; boot++) {
          bench.boot();
          assertEquals([...content()].sort(), [...model].sort(), `${place}: boots disagree`);
        }
        const { damaged, unidentifiedDamage } = bench.store.health();
        assertEquals([damaged.length, unidentifiedDamage], [0, 0], place);
      }
    }
    assert(cuts > 150, `only ${cuts} cuts`);
  });
}

Deno.test("RingStore on words of 16 bytes: a cleared key is gone from the image", () => {
  const bench = new UnitBench(16, 5);
  bench.boot();
  const images: Uint8Array[] = [];
  for (let round = 0; round < 200; round++) {
    runToEnd(bench.store.put({ class: "preshared-key", name: text(`k${round % 4}`), value: bench.random.bytes(40) }));
    images.push(bench.flash.image().slice(0, 4096));
  }
  assertEquals(runToEnd(bench.store.clearSecrets()), { type: "stored" });
  const left = bench.flash.image();
  for (const image of images.slice(0, 20)) assert(!holds(left, image.slice(64, 96)));
});

Deno.test("RingStore takes sectors up to 256 KiB, and records beyond 64 KiB in them", () => {
  for (
    const preset of [flashRegion(S25HL512T, 3), {
      ...W25Q64JV,
      geometry: { sectorBytes: 65_536, sectorCount: 3, pageBytes: 256 },
    }]
  ) {
    const streams = new RandomStreams(1);
    const flash = new FlashPart({ preset, clock: new CutClock(), random: streams.stream("flash") });
    const random = streams.stream("store");
    const open = () => new RingStore({ flash, sealer, random: (length) => random.bytes(length) });
    let store = open();
    runToEnd(store.mount());
    const keys = new Map<string, Uint8Array>();
    for (let round = 0; round < 3000; round++) {
      const value = random.bytes(256);
      const name = `key ${round % 40}`;
      assertEquals(runToEnd(store.put({ class: "preshared-key", name: text(name), value })).type, "stored");
      keys.set(name, value);
      if (round % 700 !== 699) continue;
      store = open();
      assertEquals(runToEnd(store.mount()).type, "mounted");
    }
    assert(flash.counters.erases > 3, "the ring has not turned");
    store = open();
    runToEnd(store.mount());
    for (const [name, value] of keys) {
      assertEquals(store.get("preshared-key", text(name)), { type: "found", value });
    }
    assertEquals(store.health().state, "ok");
  }
});

Deno.test("RingStore refuses parts that it cannot use, and says what it takes", () => {
  const make = (geometry: Partial<FlashPart["geometry"]>) => () => {
    const preset = { ...W25Q64JV, geometry: { sectorBytes: 4096, sectorCount: 4, pageBytes: 256, ...geometry } };
    const flash = new FlashPart({ preset, clock: new CutClock(), random: new RandomStreams(1).stream("flash") });
    return new RingStore({ flash, sealer, random: (length) => new Uint8Array(length) });
  };
  const expected = "geometry.sectorBytes is 524288, expected a multiple of 256 up to 262144";
  assertThrows(make({ sectorBytes: 524_288, sectorCount: 3 }), RangeError, expected);
  assertThrows(
    make({ sectorCount: 2 }),
    RangeError,
    "geometry.sectorCount is 2, expected a whole number from 3 to 256",
  );
  assertThrows(make({ programBytes: 64 }), RangeError, "geometry.programBytes is 64, expected 1, 2, 4, 8, 16, 32");
});

Deno.test("RingStore refuses a driver's geometry that is no geometry, before it asks the part for anything", () => {
  const streams = new RandomStreams(1);
  const preset = { ...W25Q64JV, geometry: { sectorBytes: 1024, sectorCount: 4, pageBytes: 256 } };
  const part = new FlashPart({ preset, clock: new CutClock(), random: streams.stream("flash") });
  for (
    const [geometry, message] of [
      [{ pageBytes: 0 }, "geometry.pageBytes is 0, expected a divisor of 1024 and multiple of 1"],
      [{ pageBytes: -256 }, "geometry.pageBytes is -256, expected"],
      [{ pageBytes: 48 }, "geometry.pageBytes is 48, expected a divisor of 1024 and multiple of 1"],
      [{ pageBytes: 2048 }, "geometry.pageBytes is 2048, expected"],
      [{ pageBytes: 0.5 }, "geometry.pageBytes is 0.5, expected"],
      [{ pageBytes: NaN }, "geometry.pageBytes is NaN, expected"],
      [{ pageBytes: 8, programBytes: 16 }, "geometry.pageBytes is 8, expected a divisor of 1024 and multiple of 16"],
      [{ programBytes: 3 }, "geometry.programBytes is 3, expected 1, 2, 4, 8, 16, 32"],
      [{ sectorCount: 3.5 }, "geometry.sectorCount is 3.5, expected a whole number from 3 to 256"],
      [{ sectorCount: NaN }, "geometry.sectorCount is NaN, expected"],
      [{ sectorBytes: 0 }, "geometry.sectorBytes is 0, expected a multiple of 256"],
      [{ sectorBytes: 1000 }, "geometry.sectorBytes is 1000, expected a multiple of 256"],
    ] as const
  ) {
    const flash = new Proxy(part, {
      get: (target, name) => name === "geometry" ? { ...target.geometry, ...geometry } : undefined,
    });
    const make = () => new RingStore({ flash, sealer, random: (length) => new Uint8Array(length) });
    assertThrows(make, RangeError, message);
  }
});

Deno.test("RingStore.mount() refuses the log of a part with other words, and changes nothing", () => {
  const bench = new UnitBench(16);
  bench.boot();
  runToEnd(bench.store.put({ class: "group-key", name: text(""), value: text("k") }));
  const image = bench.flash.image();
  const other = new UnitBench(1, 4, 4096, image);
  assertEquals(other.boot(), {
    type: "failed",
    reason: "the log is for words of 16 bytes, the part has words of 1",
  });
  assertEquals(other.flash.image(), image);
});
