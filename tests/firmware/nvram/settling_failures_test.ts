/**
 * A last record with bits that read as they like, and a part that fails for a while and says nothing: what is built on
 * that record, or written over what lies behind it, must not take it away.
 */

import { assert, assertEquals } from "@std/assert";
import { RecordKind } from "../../../firmware/nvram/head_word.ts";
import { encodeRecord, markPayload, recordBytesAt } from "../../../firmware/nvram/log_format.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { decodeHeader, headerBytes } from "../../../firmware/nvram/sector_header.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { AilingFlash } from "../../../sim/lab/explore/cuts/ailing_flash.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import type { FlashOutcome } from "../../../sim/parts/flash/nor_flash.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { hex, sealer, text } from "./bench.ts";

const SIZES = { maxNameBytes: 8, maxValueBytes: 40 };
const KEY = { class: "tunnel-address", name: text("k") } as const;

/** A part that leaves a bit of one byte undriven, tells of its next program, and may refuse erases. */
class BitShort extends AilingFlash {
  target: number | undefined = undefined;
  refuses = false;
  whenDone: ((address: number, bytes: Uint8Array) => void) | undefined = undefined;

  override *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    const short = bytes.slice();
    const { target } = this;
    if (target !== undefined && target >= address && target < address + bytes.length) {
      short[target - address] = (short[target - address] as number) | MARK_BIT;
    }
    const outcome = yield* super.pageProgram(address, short);
    const { whenDone } = this;
    this.whenDone = undefined;
    whenDone?.(address, bytes);
    return outcome;
  }

  override *sectorErase(address: number): Task<FlashOutcome> {
    return this.refuses ? "erase failed" : yield* super.sectorErase(address);
  }
}

/** A bit of the first byte of a mark that is 1. */
const MARK_BIT = 2;
/** A bit of its second byte that is 0: with it at 1 it is no mark. */
const WRONG_BIT = 4;

/** A store with one record on sectors of 1 KiB and pages of 128 bytes. */
class OneRecord {
  readonly flash: FlashPart;
  readonly ailing: BitShort;
  readonly random;
  store: RingStore;

  constructor(seed: number, programBytes: number) {
    const streams = new RandomStreams(seed);
    this.random = streams.stream("store");
    const geometry = { sectorBytes: 1024, sectorCount: 4, pageBytes: 128, programBytes };
    const preset = { ...W25Q_REGION, geometry };
    this.flash = new FlashPart({ preset, clock: new UntimedClock(), random: streams.stream("flash") });
    this.ailing = new BitShort(this.flash, streams.stream("failures"));
    this.store = this.boot();
  }

  boot(): RingStore {
    const random = (lengthBytes: number) => this.random.bytes(lengthBytes);
    this.store = new RingStore({ flash: this.ailing, sealer, random, ...SIZES });
    assertEquals(runToEnd(this.store.mount()).type, "mounted");
    return this.store;
  }

  put(lengthBytes = 8 + this.random.below(33)): string {
    const value = this.random.bytes(lengthBytes);
    assertEquals(runToEnd(this.store.put({ ...KEY, value })).type, "stored");
    return hex(value);
  }

  get answer(): string {
    const found = this.store.get(KEY.class, KEY.name);
    return found.type === "found" ? hex(found.value) : found.type;
  }
}

/** Leaves some of the bits undecided that a record has cleared. */
function weaken({ flash, random }: OneRecord, before: Uint8Array, bits: number): void {
  const after = flash.image();
  const cleared = [...after.keys()].filter((address) => (before[address] as number) > (after[address] as number));
  for (let count = 0; count < bits; count++) {
    const address = cleared[random.below(cleared.length)] as number;
    const driven = (before[address] as number) & ~(after[address] as number);
    flash.inject({ kind: "weak", address, mask: driven & -driven });
  }
}

/** So many programs in a row may fail unseen, and the mounts agree all the same. */
const SETTLED_FAILURES = 10;

for (const programBytes of [2, 8, 32]) {
  Deno.test(`RingStore on words of ${programBytes}: programs that fail unseen damage no last record that is half there, and up to ${SETTLED_FAILURES} make no mount answer otherwise than the first`, () => {
    const wrong: string[] = [];
    for (let seed = 0; seed < 400; seed++) {
      const bench = new OneRecord(seed, programBytes);
      let old = bench.put();
      for (let puts = bench.random.below(20); puts > 0; puts--) old = bench.put();
      const before = bench.flash.image();
      const now = bench.put();
      // Where the next sector was opened for it, power cannot have gone while it was written before.
      if (bench.flash.image().some((byte, address) => byte > (before[address] as number))) continue;
      weaken(bench, before, 1 + bench.random.below(3));
      const times = bench.random.below(3 * SETTLED_FAILURES);
      bench.ailing.programFailure = { after: 0, times, failure: "partly", reported: false };
      const answers = Array.from({ length: 6 }, () => bench.boot() && bench.answer);
      const isOne = times > SETTLED_FAILURES || new Set(answers).size === 1;
      if (!isOne || answers.some((each) => ![old, now].includes(each))) {
        wrong.push(`seed ${seed}, ${times} fail: ${answers.map((each) => each.slice(0, 8))}`);
      }
    }
    assertEquals(wrong, []);
  });
}

Deno.test("RingStore: zeros over what was torn do not make a mark of one that lacks a bit, wherever the log ends", () => {
  let planted = 0;
  for (let lengthBytes = 0; lengthBytes <= SIZES.maxValueBytes; lengthBytes++) {
    for (let puts = 1; puts <= 6; puts++) {
      const bench = new OneRecord(1, 1);
      for (let count = 0; count < puts; count++) bench.put(20);
      const value = bench.put(lengthBytes);
      const image = bench.flash.image();
      const [sector] = [0, 1, 2, 3].map((index) => image.subarray(1024 * index)).filter((each) => decodeHeader(each));
      const header = sector === undefined ? undefined : decodeHeader(sector);
      assert(sector !== undefined && header !== undefined);
      // The last record, and where the log ends.
      let [last, end] = [0, headerBytes(1)];
      for (let length = 1; length !== 0; [last, end] = length === 0 ? [last, end] : [end, end + length]) {
        length = recordBytesAt(sector, header.sequence, end);
      }
      const at = 128 * Math.ceil((end + 1) / 128);
      const mark = { kind: RecordKind.mark, carried: false, slot: 0, payloadBytes: 2 };
      const bytes = encodeRecord(mark, markPayload(last, 1024), header.sequence, at);
      assertEquals([(bytes[0] as number) & MARK_BIT, (bytes[1] as number) & WRONG_BIT], [MARK_BIT, 0]);
      bytes[1] = (bytes[1] as number) | WRONG_BIT;
      bytes.forEach((byte, index) => bench.flash.cells.set(sector.byteOffset + at + index, byte));
      planted++;
      bench.ailing.target = sector.byteOffset + at;
      bench.ailing.refuses = true;
      for (let boot = 0; boot < 3; boot++) {
        bench.boot();
        assertEquals(bench.answer, value, `a value of ${lengthBytes} bytes, the log ends at ${end}, boot ${boot}`);
      }
    }
  }
  assert(planted > 100);
});

Deno.test("RingStore: a record that was refused, and that bits may yet make whole, is found by no later boot", () => {
  let refused = 0;
  for (let seed = 0; seed < 80; seed++) {
    const bench = new OneRecord(seed, 1);
    const value = bench.put();
    bench.ailing.refuses = true;
    // Some bits are half way, and read wrong or right; nor does the mark behind it come out.
    bench.ailing.whenDone = (address, bytes) => {
      for (const index of [6, 11, 17]) {
        const driven = ~(bytes[index] as number) & 0xff;
        if (driven !== 0) bench.flash.inject({ kind: "weak", address: address + index, mask: driven & -driven });
      }
      bench.ailing.programFailure = { after: 0, times: 1, failure: "not at all", reported: false };
    };
    const { type } = runToEnd(bench.store.put({ ...KEY, value: bench.random.bytes(20) }));
    if (type !== "failed") continue;
    refused++;
    const answers = Array.from({ length: 4 }, () => bench.boot() && bench.answer);
    assertEquals(answers, answers.map(() => value), `seed ${seed}`);
  }
  assert(refused > 10, `${refused} were refused`);
});
