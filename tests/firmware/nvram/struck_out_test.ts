/**
 * A record that says that others do not count says nothing if it does not count itself: power goes twice, and leaves bits
 * that read as not driven at one boot, and as driven at the next.
 */

import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { type RandomStream, RandomStreams } from "../../../sim/kernel/random.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { AilingFlash, PowerLoss } from "../../../sim/lab/explore/cuts/ailing_flash.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import type { FlashOutcome } from "../../../sim/parts/flash/nor_flash.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";
import { FormatReader } from "./format_reader.ts";

const SECTOR_BYTES = 1024;
/** What stands for the class in FORMAT.md. */
const PERSISTENT_LOGON = 4;

/** The last bits of one program, which power has left half way: they all read as they are told to. */
interface HalfWay {
  readonly address: number;
  readonly mask: number;
  isDriven: boolean;
}

/** Loses power behind a program when it is told to, and leaves two bits of it half way. */
class WaveringFlash extends AilingFlash {
  losesPower = false;
  readonly halfWay: HalfWay[][] = [];

  override *readInto(address: number, target: Uint8Array): Task {
    yield* super.readInto(address, target);
    for (const bit of this.halfWay.flat()) {
      const at = bit.address - address;
      if (at >= 0 && at < target.length && !bit.isDriven) target[at] = (target[at] as number) | bit.mask;
    }
  }

  override *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    const outcome = yield* super.pageProgram(address, bytes);
    if (!this.losesPower) return outcome;
    this.losesPower = false;
    const zeros = [...bytes].flatMap((byte, at) =>
      Array.from({ length: 8 }, (_, bit): HalfWay => ({ address: address + at, mask: 1 << bit, isDriven: false }))
        .filter(({ mask }) => (byte & mask) === 0)
    );
    this.halfWay.push(zeros.slice(-2));
    throw new PowerLoss();
  }
}

class Bench {
  readonly random: RandomStream;
  readonly flash: WaveringFlash;
  store: RingStore;

  constructor(readonly programBytes: number) {
    const streams = new RandomStreams(3);
    this.random = streams.stream("store");
    const geometry = { sectorBytes: SECTOR_BYTES, sectorCount: 4, pageBytes: 256, programBytes };
    const part = new FlashPart({
      preset: { ...W25Q_REGION, geometry },
      clock: new UntimedClock(),
      random: streams.stream("flash"),
    });
    this.flash = new WaveringFlash(part, streams.stream("failures"));
    this.store = this.boot();
  }

  boot(): RingStore {
    const random = (lengthBytes: number) => this.random.bytes(lengthBytes);
    this.store = new RingStore({ flash: this.flash, sealer, random, maxNameBytes: 8, maxValueBytes: 8 });
    assertEquals(runToEnd(this.store.mount()).type, "mounted");
    return this.store;
  }

  put(name: string, value: string): void {
    const record = { class: "persistent-logon", name: text(name), value: text(value) } as const;
    assertEquals(runToEnd(this.store.put(record)).type, "stored");
  }

  get(name: string): string {
    const found = this.store.get("persistent-logon", text(name));
    return found.type === "found" ? new TextDecoder().decode(found.value) : found.type;
  }

  /** What a reader makes of the region who knows FORMAT.md. */
  read(name: string): string {
    const region = new Uint8Array(4 * SECTOR_BYTES);
    runToEnd(this.flash.readInto(0, region));
    const { records } = new FormatReader(new Uint8Array(32).fill(9)).read(region, SECTOR_BYTES, this.programBytes);
    const value = records.get([PERSISTENT_LOGON, ...text(name)].join());
    return value instanceof Uint8Array ? new TextDecoder().decode(value) : value ?? "absent";
  }

  losePower(work: () => void): void {
    this.flash.losesPower = true;
    assertInstanceOf(assertThrows(work), PowerLoss);
  }
}

for (const programBytes of [2, 4, 8, 16, 32]) {
  for (const last of ["put", "put again", "deleted"] as const) {
    Deno.test(`RingStore on words of ${programBytes}, a record ${last}, and power lost in the next and in a mount: it stays so`, () => {
      const bench = new Bench(programBytes);
      bench.put("z", "other");
      if (last !== "put") bench.put("a", "older");
      if (last === "deleted") assertEquals(runToEnd(bench.store.delete("persistent-logon", text("a"))).type, "stored");
      else bench.put("a", "stored");
      const expected = last === "deleted" ? "absent" : "stored";
      bench.losePower(() => bench.put("b", "cut off"));
      // The mount writes the record again that it takes for the last one.
      bench.losePower(() => bench.boot());
      const [next, again] = bench.flash.halfWay;
      assert(next !== undefined && again !== undefined);
      for (const bit of next) bit.isDriven = true;
      bench.boot();
      assertEquals(["a", "b", "z"].map((name) => bench.get(name)), [expected, "cut off", "other"]);
      for (const bit of again) bit.isDriven = true;
      assertEquals(["a", "b", "z"].map((name) => bench.read(name)), [expected, "cut off", "other"]);
      bench.boot();
      assertEquals(["a", "b", "z"].map((name) => bench.get(name)), [expected, "cut off", "other"]);
      assertEquals(bench.store.health().state, "ok");
    });
  }
}
