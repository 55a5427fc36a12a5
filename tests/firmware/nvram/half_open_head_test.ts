/**
 * A sector that was to be opened over a record that was refused, and of which the part took the header but for a bit,
 * and then neither zeros nor an erase: what is answered is what each later boot finds.
 */

import { assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { headerBytes } from "../../../firmware/nvram/sector_header.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { AilingFlash, type ProgramFailure } from "../../../sim/lab/explore/cuts/ailing_flash.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import type { FlashOutcome } from "../../../sim/parts/flash/nor_flash.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { hex, sealer, text } from "./bench.ts";

const SECTOR_BYTES = 1024;
const WORDS = [2, 4, 8, 16, 32];

interface Told {
  readonly sector: number;
  /** Where in the sector, in bytes; `undefined` if it is to be erased. */
  readonly offset: number | undefined;
}

type Becomes = ProgramFailure | "done";

/** A part of which a test says what becomes of what it is told. */
class Scripted extends AilingFlash {
  becomes: (told: Told) => Becomes = () => "done";
  reported = true;

  override *sectorErase(address: number): Task<FlashOutcome> {
    if (this.becomes({ sector: address / SECTOR_BYTES, offset: undefined }) === "done") {
      return yield* super.sectorErase(address);
    }
    return this.reported ? "erase failed" : "done";
  }

  override *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    const told = { sector: Math.floor(address / SECTOR_BYTES), offset: address % SECTOR_BYTES };
    const failure = this.becomes(told);
    this.programFailure = failure === "done" ? undefined : { after: 0, times: 1, failure, reported: this.reported };
    return yield* super.pageProgram(address, bytes);
  }
}

function scriptedBench(programBytes: number, seed = 1) {
  const streams = new RandomStreams(seed);
  const random = streams.stream("store");
  const geometry = { sectorBytes: SECTOR_BYTES, sectorCount: 5, pageBytes: 256, programBytes };
  const preset = { ...W25Q_REGION, geometry, commands: { failBits: true } };
  const part = new FlashPart({ preset, clock: new UntimedClock(), random: streams.stream("flash") });
  const flash = new Scripted(part, streams.stream("bits"));
  const acknowledged = new Map<string, string>();
  const open = () =>
    new RingStore({ flash, sealer, random: (count) => random.bytes(count), maxNameBytes: 8, maxValueBytes: 40 });
  let store = open();
  const boot = () => {
    store = open();
    assertEquals(runToEnd(store.mount()).type, "mounted");
  };
  const put = (name: string) => {
    const value = random.bytes(24);
    const { type } = runToEnd(store.put({ class: "tunnel-address", name: text(name), value }));
    if (type === "stored") acknowledged.set(name, hex(value));
    return type;
  };
  /** What the store holds is what it has acknowledged, now and at each of some boots, of a part that takes nothing first. */
  const requireAcknowledged = (what: string) => {
    const found = () => new Map(store.entries().map(({ name, value }) => [new TextDecoder().decode(name), hex(value)]));
    assertEquals(found(), acknowledged, what);
    flash.becomes = () => "not at all";
    boot();
    assertEquals(found(), acknowledged, `${what}, at the next boot`);
    flash.becomes = () => "done";
    for (let count = 0; count < 2; count++) {
      boot();
      assertEquals(found(), acknowledged, `${what}, once the part is well`);
    }
  };
  boot();
  put("a");
  put("b");
  return { flash, random: streams.stream("script"), boot, put, requireAcknowledged };
}

/** The head and a header take all but a bit; then the next sector, which was erased once, takes what a test says. */
function halfOpen(ownMark: Becomes): (told: Told) => Becomes {
  let erases = 0;
  return ({ sector, offset }) => {
    if (sector === 0 || (sector === 1 && offset === 0)) return "one bit short";
    if (sector !== 1) return "not at all";
    if (offset === undefined) return erases++ === 0 ? "done" : "not at all";
    return offset < 2 * headerBytes(32) ? ownMark : "not at all";
  };
}

for (const programBytes of WORDS) {
  Deno.test(`RingStore on words of ${programBytes}: a refused record that each mount takes, because it does not believe the half-made header, is stored`, () => {
    const { flash, put, requireAcknowledged } = scriptedBench(programBytes);
    flash.becomes = halfOpen("not at all");
    assertEquals(put("a"), "stored");
    requireAcknowledged("a record that lacks a bit");
  });

  Deno.test(`RingStore on words of ${programBytes}: a refused record does not come back when a half-made header goes that each mount believes`, () => {
    const { flash, put, requireAcknowledged } = scriptedBench(programBytes);
    flash.becomes = halfOpen("one bit short");
    assertEquals(put("a"), "failed");
    // Now it would go.
    flash.becomes = ({ offset }) => offset === undefined ? "done" : "not at all";
    assertEquals(put("b"), "failed");
    requireAcknowledged("a record that lacks a bit");
  });
}

Deno.test("RingStore on words of 1: a refused record is written over with zeros: a mount may not believe the half-made header", () => {
  const { flash, put, requireAcknowledged } = scriptedBench(1);
  const made = halfOpen("not at all");
  let [headPrograms, headerPrograms] = [0, 0];
  flash.becomes = (told) => {
    // The record and its mark lack a bit; zeros come out well.
    if (told.sector === 0 && headPrograms++ > 1) return "done";
    // A header is driven twice; zeros are not taken.
    if (told.sector === 1 && told.offset === 0 && headerPrograms++ > 1) return "not at all";
    return made(told);
  };
  assertEquals(put("a"), "failed");
  requireAcknowledged("a record that lacks a bit");
});

Deno.test("RingStore answers what each later boot finds, whatever of what it tells the part lacks a bit or is not done", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const programBytes = WORDS[seed % WORDS.length] ?? 2;
    const { flash, random, put, requireAcknowledged } = scriptedBench(programBytes, seed);
    flash.reported = seed % 2 === 0;
    const outcomes: readonly Becomes[] = ["one bit short", "one bit short", "one bit short", "not at all", "done"];
    flash.becomes = () => outcomes[random.below(outcomes.length)] ?? "done";
    for (let count = 0; count < 6; count++) put(count % 2 === 0 ? "a" : "b");
    requireAcknowledged(`seed ${seed}`);
  }
});
