/** Erases that leave a part of their sector as it was and say nothing: clearing secrets finds what they have left. */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { AilingFlash } from "../../../sim/lab/explore/cuts/ailing_flash.ts";
import { NotingSealer } from "../../../sim/lab/explore/cuts/noting_sealer.ts";
import { SecretSearch } from "../../../sim/lab/explore/cuts/secret_search.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import type { FlashOutcome } from "../../../sim/parts/flash/nor_flash.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";

const SECTOR_BYTES = 1024;

/** A part of which some erases leave some bytes of their sector. */
class Leaving extends AilingFlash {
  /** So many erases from now on are whole. */
  whole = Infinity;
  /** So many behind them are not. */
  partial = 0;
  left: readonly [start: number, end: number] = [0, 0];
  readonly #part: FlashPart;

  constructor(part: FlashPart) {
    super(part, new RandomStreams(1).stream("failures"));
    this.#part = part;
  }

  override *sectorErase(address: number): Task<FlashOutcome> {
    const isPartial = this.whole-- <= 0 && this.partial-- > 0;
    const before = this.#part.image();
    const outcome = yield* super.sectorErase(address);
    const [start, end] = this.left;
    for (let at = start; isPartial && at < end; at++) {
      this.#part.cells.set(address + at, before[address + at] as number);
    }
    return outcome;
  }
}

for (const programBytes of [1, 16]) {
  Deno.test(`RingStore.clearSecrets() on words of ${programBytes} reads back what it has erased, to the end`, () => {
    for (const sectorCount of [3, 6]) {
      for (const left of [[300, SECTOR_BYTES], [200, 400], [900, 1000]] as const) {
        for (const whole of [0, 1]) {
          for (const partial of [1, 2, 20]) {
            const random = new RandomStreams(3).stream("store");
            const geometry = { sectorBytes: SECTOR_BYTES, sectorCount, pageBytes: 256, programBytes };
            const preset = { ...W25Q_REGION, geometry };
            const part = new FlashPart({ preset, clock: new UntimedClock(), random });
            const flash = new Leaving(part);
            const noting = new NotingSealer(sealer);
            const sizes = { maxNameBytes: 8, maxValueBytes: 40 };
            const store = new RingStore({ flash, sealer: noting, random: (length) => random.bytes(length), ...sizes });
            runToEnd(store.mount());
            for (let round = 0; round < 30 * sectorCount; round++) {
              const name = text(`k${round % 3}`);
              assertEquals(
                runToEnd(store.put({ class: "preshared-key", name, value: random.bytes(40) })).type,
                "stored",
              );
            }
            Object.assign(flash, { whole, partial, left });
            const { type } = runToEnd(store.clearSecrets());
            flash.partial = 0;
            const isLeft = () => new SecretSearch(noting.secretBoxes).isIn(part.image());
            const place = `${sectorCount} sectors, ${left}, ${partial} erases behind ${whole}: ${type}`;
            assert(type === "unscrubbed" || !isLeft(), place);
            if (partial === 1) assertEquals(type, "stored", place);
            if (type === "unscrubbed") runToEnd(store.clearSecrets());
            assert(!isLeft(), `${place}, and once more`);
          }
        }
      }
    }
  });
}
