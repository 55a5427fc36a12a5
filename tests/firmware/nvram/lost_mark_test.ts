/**
 * A mount's first record behind the fence, which is a mark or the last record again, and wrong bits in it: what was
 * acknowledged behind it is read, or is known to be damaged or in doubt. The older value is never given out for it
 * without a word.
 */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import type { MountReport } from "../../../firmware/nvram/store.ts";
import { type RandomStream, RandomStreams } from "../../../sim/kernel/random.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { AilingFlash } from "../../../sim/lab/explore/cuts/ailing_flash.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import type { FlashOutcome } from "../../../sim/parts/flash/nor_flash.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { hex, sealer, text } from "./bench.ts";

const CLASSES = ["tunnel-address", "preshared-key"] as const;

/** Tells where it is programmed, and may leave bits of the next programs undriven. */
class ShyFlash extends AilingFlash {
  programs: { readonly address: number; readonly lengthBytes: number }[] = [];
  /** For each of the next programs, the bits of its fifth byte that are not driven, or all of it. */
  undriven: (number | "all")[] = [];

  override *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    this.programs.push({ address, lengthBytes: bytes.length });
    const undriven = this.undriven.shift();
    if (undriven === undefined) return yield* super.pageProgram(address, bytes);
    const left = bytes.slice();
    if (undriven === "all") left.fill(0xff);
    else left[4] = (left[4] as number) | undriven;
    return yield* super.pageProgram(address, left);
  }
}

class Bench {
  readonly random: RandomStream;
  readonly flash: ShyFlash;
  readonly part: FlashPart;
  store: RingStore;

  constructor(programBytes: number, image?: Uint8Array) {
    const streams = new RandomStreams(9);
    this.random = streams.stream("store");
    const geometry = { sectorBytes: 4096, sectorCount: 4, pageBytes: 256, programBytes };
    const preset = { ...W25Q_REGION, geometry };
    this.part = new FlashPart({ preset, clock: new UntimedClock(), random: streams.stream("flash") });
    if (image !== undefined) this.part.restore(image);
    this.flash = new ShyFlash(this.part, streams.stream("failures"));
    this.store = this.#open();
  }

  #open(): RingStore {
    const random = (lengthBytes: number) => this.random.bytes(lengthBytes);
    return new RingStore({ flash: this.flash, sealer, random, maxNameBytes: 8, maxValueBytes: 32 });
  }

  boot(): MountReport {
    this.store = this.#open();
    return runToEnd(this.store.mount());
  }

  put(recordClass: typeof CLASSES[number], name: string): string {
    const value = this.random.bytes(16);
    assertEquals(runToEnd(this.store.put({ class: recordClass, name: text(name), value })).type, "stored");
    return hex(value);
  }

  get(recordClass: typeof CLASSES[number]): string {
    const found = this.store.get(recordClass, text("a"));
    return found.type === "found" ? hex(found.value) : found.type;
  }
}

/** Where a record begins and how long it is: all programs since the list was emptied. */
function written({ flash: { programs } }: Bench): readonly [start: number, lengthBytes: number] {
  return [programs[0]?.address ?? -1, programs.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)];
}

/** A store that has booted, where that wrote its first record, and where the put behind that lies. */
function bootedOnce(programBytes: number, recordClass: typeof CLASSES[number], more: number) {
  const bench = new Bench(programBytes);
  bench.boot();
  const old = bench.put(recordClass, "a");
  bench.put(recordClass, "b");
  bench.boot();
  const first = bench.flash.programs.at(-1);
  assert(first !== undefined && first.address % 256 === 0, "the mount writes a first record on a page");
  bench.flash.programs = [];
  const value = bench.put(recordClass, "a");
  const record = written(bench);
  for (let other = 0; other < more; other++) bench.put(recordClass, `c${other}`);
  return { image: bench.part.image(), random: bench.random, old, value, first, record };
}

for (const programBytes of [1, 2, 4, 16]) {
  Deno.test(`RingStore on words of ${programBytes}: wrong bits in a mount's first record hide nothing behind it`, () => {
    for (const recordClass of CLASSES) {
      for (const more of [0, 1, 4]) {
        const { image, random, old, value, first, record } = bootedOnce(programBytes, recordClass, more);
        const flip = (copy: Uint8Array, start: number, lengthBytes: number) => {
          const bit = random.below(8 * lengthBytes);
          copy[start + (bit >>> 3)] = (copy[start + (bit >>> 3)] as number) ^ (1 << (bit & 7));
        };
        for (let trial = 0; trial < 24; trial++) {
          const copy = image.slice();
          flip(copy, first.address, Math.min(10, first.lengthBytes));
          const markAlone = new Bench(programBytes, copy);
          const report = markAlone.boot();
          const place = `${recordClass}, ${more} more, trial ${trial}`;
          // Wrong in the first record alone is no loss.
          assertEquals([markAlone.get(recordClass), markAlone.store.health().state], [value, "ok"], place);
          assert(report.type === "mounted" && !report.doubtfulWrite, place);
          flip(copy, ...record);
          const both = new Bench(programBytes, copy);
          const second = both.boot();
          const answer = both.get(recordClass);
          if (answer === value) continue;
          const isTold = answer === "damaged" || (second.type === "mounted" && second.doubtfulWrite);
          assert(isTold && (answer === "damaged" || answer === old), `${place}: ${answer === old ? "older" : answer}`);
          if (more > 0) assertEquals(both.store.health().state, "degraded", place);
        }
      }
    }
  });

  Deno.test(`RingStore on words of ${programBytes} acknowledges nothing behind a first record that does not stand`, () => {
    // The fifth byte is the first of the payload: in a mark on sectors of 4 KiB, where the log ended.
    for (const undriven of [["all"], [0xff], ["all", "all", "all"], [0xff, 0xff, 0xff, 0xff, 0xff]] as const) {
      const bench = new Bench(programBytes);
      bench.boot();
      bench.put("preshared-key", "a");
      bench.put("preshared-key", "b");
      bench.flash.programs = [];
      bench.boot();
      // The header and the last record are driven again before it where words can be.
      const before = bench.flash.programs.length - 1;
      bench.flash.programs = [];
      bench.flash.undriven = [...new Array(before).fill(0), ...undriven];
      bench.boot();
      bench.flash.programs = [];
      const value = bench.put("preshared-key", "a");
      const [start, lengthBytes] = written(bench);
      for (let bit = 0; bit < 8 * lengthBytes; bit += 7) {
        const copy = bench.part.image();
        copy[start + (bit >>> 3)] = (copy[start + (bit >>> 3)] as number) ^ (1 << (bit & 7));
        const damaged = new Bench(programBytes, copy);
        damaged.boot();
        assertEquals(damaged.get("preshared-key"), value, `undriven ${undriven}, bit ${bit} of the last record`);
      }
    }
  });
}
