/** A dead cell where a sector is tried, and a turned bit in the list of retired sectors: neither costs more than itself. */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { decodeHeader, headerBytes } from "../../../firmware/nvram/sector_header.ts";
import { type RandomStream, RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { hex, sealer, text } from "./bench.ts";

const SECTOR_BYTES = 1024;
const SECTORS = 8;

/** A store on a part that says nothing of what it refuses. */
class Life {
  readonly random: RandomStream;
  readonly part: FlashPart;
  readonly values = new Map<string, string>();
  store: RingStore;
  #puts = 0;

  constructor(programBytes: number, image?: Uint8Array) {
    this.random = new RandomStreams(3).stream("store");
    const geometry = { sectorBytes: SECTOR_BYTES, sectorCount: SECTORS, pageBytes: 256, programBytes };
    const preset = { ...W25Q_REGION, geometry };
    this.part = new FlashPart({ preset, clock: new UntimedClock(), random: this.random });
    if (image !== undefined) this.part.restore(image);
    this.store = this.boot();
  }

  boot(): RingStore {
    const random = (lengthBytes: number) => this.random.bytes(lengthBytes);
    this.store = new RingStore({ flash: this.part, sealer, random, maxNameBytes: 8, maxValueBytes: 40 });
    assertEquals(runToEnd(this.store.mount()).type, "mounted");
    return this.store;
  }

  put(): string {
    const name = `k${this.#puts++ % 4}`;
    const value = this.random.bytes(40);
    const { type } = runToEnd(this.store.put({ class: "tunnel-address", name: text(name), value }));
    if (type === "stored") this.values.set(name, hex(value));
    return type;
  }

  /** Makes a sector bad that has none of the log. */
  spoil(sector: number): void {
    const address = sector * SECTOR_BYTES;
    this.part.inject({
      kind: "program failure",
      address,
      lengthBytes: SECTOR_BYTES,
      times: 1_000_000_000,
      reported: false,
    });
  }
}

for (const programBytes of [1, 16]) {
  Deno.test(`RingStore on words of ${programBytes} goes on if a sector is bad and the next has dead cells at its end`, () => {
    for (const mask of [1, 4, 0x24]) {
      const life = new Life(programBytes);
      while ((life.part.sectorErases[3] ?? 0) < 2) assertEquals(life.put(), "stored");
      life.spoil(4);
      // All that are free but the bad one: whichever is tried has a dead cell where that is done.
      for (const sector of [5, 6]) {
        life.part.inject({ kind: "stuck", address: (sector + 1) * SECTOR_BYTES - 2, mask, level: 1 });
      }
      for (let round = 0; round < 120; round++) {
        assertEquals(life.put(), "stored", `mask ${mask}, round ${round}`);
        if (round % 40 === 39) life.boot();
      }
      assertEquals(life.store.health().retiredSectors, 1);
    }
  });

  Deno.test(`RingStore on words of ${programBytes} puts one turned bit of its list of retired sectors right`, () => {
    const life = new Life(programBytes);
    for (let round = 0; round < 20; round++) life.put();
    life.spoil(life.part.sectorErases.indexOf(0));
    while (life.store.health().retiredSectors === 0) assertEquals(life.put(), "stored");
    life.put();
    const image = life.part.image();
    const sequences = Array.from(
      { length: SECTORS },
      (_, sector) => decodeHeader(image.slice(sector * SECTOR_BYTES))?.sequence ?? 0,
    );
    const head = sequences.indexOf(Math.max(...sequences));
    assert(decodeHeader(image.slice(head * SECTOR_BYTES))?.tellsRetired);
    const start = head * SECTOR_BYTES + headerBytes(programBytes);
    // Head, a byte for 8 sectors, checksum.
    for (let bit = 0; bit < 8 * 9; bit++) {
      const copy = image.slice();
      copy[start + (bit >>> 3)] = (copy[start + (bit >>> 3)] as number) ^ (1 << (bit & 7));
      const damaged = new Life(programBytes, copy);
      const { store } = damaged;
      for (let boot = 0; boot < 2; boot++) {
        for (const [name, value] of life.values) {
          const found = damaged.store.get("tunnel-address", text(name));
          assertEquals(found.type === "found" && hex(found.value), value, `${name}, bit ${bit}, boot ${boot}`);
        }
        const { state, damaged: lost, unidentifiedDamage, retiredSectors } = store.health();
        assertEquals([state, lost, unidentifiedDamage, retiredSectors], ["degraded", [], 0, 1], `bit ${bit}`);
        damaged.boot();
      }
    }
  });
}
