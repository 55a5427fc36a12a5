/**
 * Why the campaign lets a store off that finds a record damaged after a cut and a part that does nothing and says nothing
 * (FORMAT.md, Limits): two lives in which all that can be read is the same, and one of them is whole.
 */

import { assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { AilingFlash, type PlannedProgramFailure } from "../../../sim/lab/explore/cuts/ailing_flash.ts";
import { RecordingFlash } from "../../../sim/lab/explore/cuts/recording_flash.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";

const KEY = { class: "tunnel-address", name: text("k") } as const;

/** A life: a record is put, perhaps a bit short of its end, and a mount has it driven again by a part that may fail. */
class Life {
  /** What undecided bits read as: their level, or the other one. */
  level = 0;
  readonly #part: FlashPart;
  readonly #ailing: AilingFlash;
  readonly #recorder: RecordingFlash;
  readonly #random = new RandomStreams(1).stream("store");
  #store: RingStore;

  constructor(isCut: boolean, failure: Partial<PlannedProgramFailure>) {
    const random = { next: () => this.level, below: () => 0 };
    const preset = { ...W25Q_REGION, geometry: { sectorBytes: 1024, sectorCount: 4, pageBytes: 64 } };
    this.#part = new FlashPart({ preset, clock: new UntimedClock(), random });
    this.#ailing = new AilingFlash(this.#part, random);
    this.#recorder = new RecordingFlash(this.#ailing);
    this.#store = this.boot();
    this.#put("old");
    const before = this.#part.image();
    this.#put("new");
    this.#recorder.take();
    const head = this.#part.image().findIndex((byte, address) => byte !== before[address]);
    // Two bits of its head, so that it cannot be put right.
    if (isCut) { for (const address of [head, head + 3]) this.#weakenOne(address); }
    // Header, record, and no more: what is written behind them is read back.
    this.#ailing.programFailure = { after: 0, times: 2, failure: "not at all", reported: false, ...failure };
    this.boot();
    this.#ailing.programFailure = undefined;
  }

  get hasLeftHalfWay(): boolean {
    return this.#ailing.hasLeftHalfWay;
  }

  /** All that a store has had to judge by, and how it has judged. */
  seen() {
    const { damaged, unidentifiedDamage } = this.#store.health();
    const found = this.#store.get(KEY.class, KEY.name);
    const damage = damaged.length + unidentifiedDamage > 0;
    return { commands: this.#recorder.take(), image: this.#part.image(), found, damage };
  }

  boot(): RingStore {
    const random = (lengthBytes: number) => this.#random.bytes(lengthBytes);
    this.#store = new RingStore({ flash: this.#recorder, sealer, random, maxNameBytes: 8, maxValueBytes: 40 });
    assertEquals(runToEnd(this.#store.mount()).type, "mounted");
    return this.#store;
  }

  #put(value: string): void {
    assertEquals(runToEnd(this.#store.put({ ...KEY, value: text(value) })).type, "stored");
  }

  /** Leaves a bit half way that was driven. */
  #weakenOne(address: number): void {
    const driven = ~this.#part.cells.at(address) & 0xff;
    this.#part.cells.weaken(address, driven & -driven);
  }
}

Deno.test("RingStore: nobody can tell a record that was finished from one that a cut left half way, once the part has said that it drove it again", () => {
  const [whole, halfWay] = [new Life(false, {}), new Life(true, {})];
  const seen = whole.seen();
  assertEquals(halfWay.seen(), seen);
  assertEquals([seen.damage, seen.found], [false, { type: "found", value: text("new") }]);
  assertEquals([whole.hasLeftHalfWay, halfWay.hasLeftHalfWay], [false, true]);

  // Only now the bits read as they are.
  for (const life of [whole, halfWay]) {
    life.level = 0xff;
    life.boot();
  }
  assertEquals([whole.seen().damage, halfWay.seen().damage], [false, true]);
});

Deno.test("RingStore: a cut leaves no damage where the part says that it did not drive the record again, or did", () => {
  for (const failure of [{ reported: true }, { times: 0 }, { after: 2 }]) {
    const life = new Life(true, failure);
    assertEquals(life.hasLeftHalfWay, false);
    life.level = 0xff;
    life.boot();
    const { found, damage } = life.seen();
    assertEquals([found, damage], [{ type: "found", value: text("new") }, false]);
  }
});
