/**
 * What a refused change costs, and why it cannot always be two erases (FORMAT.md, Rules of writing): sectors that the
 * part does not take are found by erases, and until enough of them were tried all that can be read is as in an outage.
 */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { RecordingFlash } from "../../../sim/lab/explore/cuts/recording_flash.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";

const SECTORS = 16;
const SECTOR_BYTES = 1024;
const ALL = Array.from({ length: SECTORS }, (_, sector) => sector);

/** A store in the first turn of its ring, or a later one, whose part takes erases of some sectors no more. */
class Life {
  readonly #part: FlashPart;
  readonly #recorder: RecordingFlash;
  readonly #random = new RandomStreams(1).stream("store");
  readonly #store: RingStore;

  constructor(updates: number) {
    const geometry = { sectorBytes: SECTOR_BYTES, sectorCount: SECTORS, pageBytes: 256 };
    const preset = { ...W25Q_REGION, geometry, commands: { failBits: true } };
    const random = new RandomStreams(2).stream("part");
    this.#part = new FlashPart({ preset, clock: new UntimedClock(), random });
    this.#recorder = new RecordingFlash(this.#part);
    const store = {
      sealer,
      random: (length: number) => this.#random.bytes(length),
      maxNameBytes: 8,
      maxValueBytes: 100,
    };
    this.#store = new RingStore({ flash: this.#recorder, ...store });
    assertEquals(runToEnd(this.#store.mount()).type, "mounted");
    for (let count = 0; count < updates; count++) assertEquals(this.put(), "stored");
  }

  put(): string {
    const value = this.#random.bytes(100);
    return runToEnd(this.#store.put({ class: "persistent-logon", name: text("k"), value })).type;
  }

  strike(sectors: readonly number[]): void {
    for (const sector of sectors) this.#part.inject({ kind: "erase failure", sector, times: 1e9, reported: true });
  }

  /** Puts until one is refused; which sectors that one tried, and all commands that it gave. */
  untilRefused(puts: number) {
    for (let count = 0; count < puts; count++) {
      this.#recorder.take();
      if (this.put() === "stored") continue;
      const commands = this.#recorder.take();
      const erased = commands.filter(({ kind }) => kind === "erase").map(({ address }) => address / SECTOR_BYTES);
      return { commands, erased: [...new Set(erased)] };
    }
    return undefined;
  }

  get retired(): number {
    return this.#store.health().retiredSectors;
  }
}

for (const updates of [40, 400]) {
  Deno.test(`RingStore after ${updates} updates: the sectors that a change tries before it is refused may be all that are bad`, () => {
    const outage = new Life(updates);
    outage.strike(ALL);
    const refused = outage.untilRefused(40);
    assert(refused !== undefined);
    assertEquals(refused.erased.length, 2);

    // The store cannot tell: it has given the same commands, and had the same answers.
    const life = new Life(updates);
    life.strike(refused.erased);
    assertEquals(life.untilRefused(40), refused);
    // The next change asks another sector, if there is one.
    const isTurned = updates > 100;
    const later = Array.from({ length: 200 }, () => life.put());
    assertEquals(new Set(later), new Set([isTurned ? "failed" : "stored"]));
    assertEquals(life.retired, isTurned ? 0 : 2);
  });
}
