/** Sectors in a row that the part does not take, and outages that look like them. */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { AilingFlash } from "../../../sim/lab/explore/cuts/ailing_flash.ts";
import { NotingSealer } from "../../../sim/lab/explore/cuts/noting_sealer.ts";
import { SecretSearch } from "../../../sim/lab/explore/cuts/secret_search.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import type { FlashOutcome } from "../../../sim/parts/flash/nor_flash.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { hex, sealer, text } from "./bench.ts";

/** A part that takes nothing, or no programs, for so many of them. */
class Starved extends AilingFlash {
  erases = 0;
  programs = 0;

  override *sectorErase(address: number): Task<FlashOutcome> {
    if (this.erases === 0) return yield* super.sectorErase(address);
    this.erases--;
    return "erase failed";
  }

  override *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    if (this.programs === 0) return yield* super.pageProgram(address, bytes);
    this.programs--;
    return "program failed";
  }
}

class Life {
  readonly part: FlashPart;
  readonly flash: Starved;
  readonly noting = new NotingSealer(sealer);
  readonly values = new Map<string, string>();
  readonly #random;
  store: RingStore;

  constructor(sectorCount: number, programBytes: number) {
    const streams = new RandomStreams(`${sectorCount} sectors`);
    this.#random = streams.stream("life");
    const geometry = { sectorBytes: 1024, sectorCount, pageBytes: 256, programBytes };
    const preset = { ...W25Q_REGION, geometry, commands: { failBits: true } };
    this.part = new FlashPart({ preset, clock: new UntimedClock(), random: streams.stream("part") });
    this.flash = new Starved(this.part, streams.stream("failures"));
    this.store = this.boot();
  }

  boot(): RingStore {
    const random = (lengthBytes: number) => this.#random.bytes(lengthBytes);
    this.store = new RingStore({ flash: this.flash, sealer: this.noting, random, maxNameBytes: 8, maxValueBytes: 40 });
    assertEquals(runToEnd(this.store.mount()).type, "mounted");
    return this.store;
  }

  put(count: number): string {
    const name = `k${count % 4}`;
    const value = this.#random.bytes(40);
    const { type } = runToEnd(this.store.put({ class: "preshared-key", name: text(name), value }));
    if (type === "stored") this.values.set(name, hex(value));
    return type;
  }

  /** Stores so much that the head lies in the sector before one that was never opened. */
  fillBefore(sector: number): void {
    const { sectorBytes } = this.part.geometry;
    for (let count = 0; this.part.sectorErases[sector - 1] === 0; count++) assertEquals(this.put(count), "stored");
    assert(this.part.image().subarray(sector * sectorBytes).every((byte) => byte === 0xff));
  }

  requireValues(): void {
    const found = this.store.entries().map(({ name, value }) => [new TextDecoder().decode(name), hex(value)]);
    assertEquals(new Map(found as [string, string][]), this.values);
  }
}

const AILMENTS = {
  "one dead byte in the header": (part: FlashPart, start: number) => part.cells.stick(start + 4, 0xff, 1),
  "dead bytes in version and sequence": (part: FlashPart, start: number) => {
    for (const offset of [2, 4, 8]) part.cells.stick(start + offset, 0xff, 1);
  },
  "no programs": (part: FlashPart, start: number) =>
    part.inject({ kind: "program failure", address: start, lengthBytes: 1024, times: 1e9, reported: false }),
  "no erases": (part: FlashPart, start: number) => {
    part.inject({ kind: "erase failure", sector: start / 1024, times: 1e9, reported: true });
    part.cells.drive(start, 0);
  },
} satisfies Record<string, (part: FlashPart, start: number) => void>;

for (const [ailment, strike] of Object.entries(AILMENTS)) {
  Deno.test(`RingStore goes on behind sectors in a row with ${ailment}, and retires them`, () => {
    for (const programBytes of [1, 8, 16]) {
      for (
        const [sectorCount, bad] of [[16, [7, 8]], [16, [5, 6, 7, 8, 9, 10]], [8, [3, 4, 5]], [5, [2, 3]]] as const
      ) {
        const place = `${sectorCount} sectors, ${bad} are bad, words of ${programBytes}`;
        const life = new Life(sectorCount, programBytes);
        life.fillBefore(bad[0]);
        for (const sector of bad) strike(life.part, 1024 * sector);
        for (let count = 0; count < 200; count++) assertEquals(life.put(count), "stored", `${place}, put ${count}`);
        for (let boot = 0; boot < 2; boot++) {
          life.requireValues();
          assertEquals(life.store.health().retiredSectors, bad.length, place);
          life.boot();
        }
        // What stands in a sector that takes no erase, and no zeros where words take one program, stays there.
        const isUnknown = ailment === "no erases" && programBytes > 1;
        assertEquals(runToEnd(life.store.clearSecrets()).type, isUnknown ? "unscrubbed" : "stored", place);
        assert(!new SecretSearch(life.noting.secretBoxes).isIn(life.part.image()), place);
        for (let count = 0; count < 50; count++) assertEquals(life.put(count), "stored", `${place}, put ${count}`);
      }
    }
  });
}

Deno.test("RingStore retires no more than one sector for an outage, however long it lasts", () => {
  for (const programBytes of [1, 16]) {
    for (const kind of ["erases", "programs"] as const) {
      const most: number[] = [];
      for (let length = 1; length < 60; length++) {
        const life = new Life(12, programBytes);
        life.fillBefore(4);
        life.flash[kind] = length;
        let refused = 0;
        for (let count = 0; count < 150; count++) if (life.put(count) !== "stored") refused++;
        life.boot();
        life.requireValues();
        assert(refused <= length, `${kind}, ${length}: ${refused} refused`);
        most.push(life.store.health().retiredSectors);
      }
      assert(Math.max(...most) <= 1, `words of ${programBytes}, ${kind}: ${most}`);
    }
  }
});

Deno.test("RingStore on a part with no header that can be written tries all sectors once, and then one for each change", () => {
  for (const programBytes of [1, 16]) {
    const life = new Life(16, programBytes);
    life.fillBefore(4);
    for (let sector = 0; sector < 16; sector++) {
      if (life.part.sectorErases[sector] === 0) {
        for (let byte = 4; byte < 28; byte++) life.part.cells.stick(1024 * sector + byte, 1, 1);
      }
    }
    const costs: number[] = [];
    while (costs.length < 60) {
      const { erases } = life.part.counters;
      if (life.put(costs.length) !== "stored") costs.push(life.part.counters.erases - erases);
    }
    const [first = 0, ...later] = costs;
    assert(first <= 3 * 16, `${first} at first`);
    assert(Math.max(...later.slice(0, 40)) <= 2, `${later}`);
    life.boot();
    life.requireValues();
    assertEquals(life.store.health().retiredSectors, 0);
  }
});
