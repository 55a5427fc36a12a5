/**
 * Words of one byte: what a cut has left half way is driven again by the mount, and the part says that it did not do it.
 * Nothing is built on such bits: a mount that reads them otherwise must not lose what was acknowledged since.
 */

import { assertEquals, assertThrows } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import type { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import type { FlashGeometry, FlashOutcome, NorFlash } from "../../../sim/parts/flash/nor_flash.ts";
import { Bench, sealer, text } from "./bench.ts";
import { PowerCut } from "./cut_clock.ts";

const SECTOR_BYTES = 4096;
/** Not the rest of a record that the end of a page has divided. */
const LEAST_BYTES = 28;

type Struck = "header" | "record";

/** A part whose power goes at the end of a program, and that then refuses to drive those bytes again. */
class UndrivenFlash implements NorFlash {
  readonly geometry: FlashGeometry;
  /** The program at whose end power goes. */
  cuts: Struck | undefined = undefined;
  /** How often those bytes are not driven. */
  refusals = 0;
  erases = 0;
  leavesWeakBits = true;
  #address = -1;
  readonly #part: FlashPart;

  constructor(part: FlashPart) {
    this.geometry = part.geometry;
    this.#part = part;
  }

  read = (address: number, lengthBytes: number) => this.#part.read(address, lengthBytes);
  readInto = (address: number, target: Uint8Array) => this.#part.readInto(address, target);
  readStatus = () => this.#part.readStatus();
  writeEnable = () => this.#part.writeEnable();
  sectorErase = (address: number) => (this.erases++, this.#part.sectorErase(address));
  blockErase = (address: number) => this.#part.blockErase(address);

  *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    if (address === this.#address && this.refusals > 0) {
      this.refusals--;
      return "program failed";
    }
    const outcome = yield* this.#part.pageProgram(address, bytes);
    const kind = address % SECTOR_BYTES === 0 ? "header" : "record";
    if (kind !== this.cuts || bytes.length < LEAST_BYTES) return outcome;
    this.cuts = undefined;
    this.#address = address;
    if (!this.leavesWeakBits) throw new PowerCut();
    // Three bits that were to be 0 read as they like from now on, in fields of which any value may be true.
    for (const index of kind === "header" ? [4, 12, 24] : [5, 9, 13]) {
      const driven = ~(bytes[index] as number) & 0xff;
      if (driven !== 0) this.#part.inject({ kind: "weak", address: address + index, mask: driven & -driven });
    }
    throw new PowerCut();
  }
}

/** The class and name of a record, as they alternate. */
function identityOf(round: number) {
  return { class: round % 2 === 0 ? "preshared-key" : "tunnel-address", name: text(`key ${round % 7}`) } as const;
}

class Life {
  readonly #bench: Bench;
  readonly #values = new Map<number, Uint8Array>();
  readonly flash: UndrivenFlash;
  #store: RingStore;

  constructor(seed: number) {
    this.#bench = new Bench(seed, 5);
    this.flash = new UndrivenFlash(this.#bench.flash);
    this.#store = this.#open();
  }

  #open(): RingStore {
    const random = (length: number) => this.#bench.random.bytes(length);
    const store = new RingStore({ flash: this.flash, sealer, random });
    assertEquals(runToEnd(store.mount()).type, "mounted");
    return store;
  }

  boot(): void {
    this.#store = this.#open();
  }

  put(round: number): void {
    const value = this.#bench.random.bytes(40);
    assertEquals(runToEnd(this.#store.put({ ...identityOf(round), value })).type, "stored");
    this.#values.set(round % 14, value);
  }

  /** What was cut off has happened or not: that holds from now on. */
  settleOn(round: number): void {
    const { class: recordClass, name } = identityOf(round);
    const answer = this.#store.get(recordClass, name);
    if (answer.type === "found") this.#values.set(round % 14, answer.value);
  }

  requireAll(place: string): void {
    const { damaged, unidentifiedDamage } = this.#store.health();
    assertEquals([damaged.length, unidentifiedDamage], [0, 0], place);
    for (const [round, value] of this.#values) {
      const { class: recordClass, name } = identityOf(round);
      assertEquals(this.#store.get(recordClass, name), { type: "found", value }, `${place}: ${round}`);
    }
  }
}

/** Power goes in a write of the round or the next such, the mount cannot drive that again, and the store lives on. */
function cutAndLiveOn(struck: Struck, firstRound: number, refusals: number): void {
  const place = `${struck}, round ${firstRound}, not driven ${refusals} times`;
  const life = new Life(firstRound);
  let round = 0;
  while (round < firstRound) life.put(round++);
  life.flash.cuts = struck;
  assertThrows(() => {
    for (let tried = 0; tried < 100; tried++) life.put(round++);
  }, PowerCut);
  life.flash.refusals = refusals;
  life.boot();
  life.settleOn(round - 1);
  life.requireAll(`${place}, first boot`);
  for (let more = 0; more < 3; more++) life.put(round++);
  for (let boot = 0; boot < 12; boot++) {
    life.boot();
    life.requireAll(`${place}, boot ${boot}`);
  }
}

for (const struck of ["header", "record"] as const) {
  for (const times of [1, 2, 5, 1000]) {
    Deno.test(`RingStore builds nothing on a ${struck} that the part has not driven, and says so ${times} times`, () => {
      for (const firstRound of [3, 4, 5, 6, 7, 8, 200, 500, 501, 900]) cutAndLiveOn(struck, firstRound, times);
    });
  }
}

Deno.test("RingStore's mount drives again what the part has not driven, and erases nothing for it", () => {
  for (const struck of ["header", "record"] as const) {
    const erasesFor = [0, 1, 2, 5].map((refusals) => {
      const life = new Life(5);
      for (let round = 0; round < 5; round++) life.put(round);
      life.flash.leavesWeakBits = false;
      life.flash.cuts = struck;
      assertThrows(() => {
        for (let round = 5;; round++) life.put(round);
      }, PowerCut);
      Object.assign(life.flash, { refusals, erases: 0 });
      life.boot();
      return life.flash.erases;
    });
    assertEquals(erasesFor, [0, 0, 0, 0], struck);
  }
});
