/** The store on every part there is: with fail bits and without, in normal life, over boots and cuts. */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import {
  BY25Q64AS,
  type FlashPreset,
  flashRegion,
  M25P64,
  MX25V1635F,
  S25HL512T,
  STM32H743,
  STM32L4,
  W25Q64JV,
} from "../../../sim/parts/flash/presets.ts";
import { hex, holds, sealer, text } from "./bench.ts";
import { CutClock } from "./cut_clock.ts";

const PRESETS: readonly FlashPreset[] = [W25Q64JV, BY25Q64AS, MX25V1635F, S25HL512T, M25P64, STM32L4, STM32H743];

/** How a part differs from its preset. */
interface Variation {
  readonly name: string;
  readonly of: (preset: FlashPreset) => FlashPreset;
}

const VARIATIONS: readonly Variation[] = [
  { name: "as it is", of: (preset) => preset },
  {
    name: "with fail bits if it has none, and without if it has some",
    of: (preset) => ({ ...preset, commands: { ...preset.commands, failBits: preset.commands?.failBits !== true } }),
  },
  {
    name: "erased to 0",
    of: (preset) => ({ ...preset, geometry: { ...preset.geometry, erasedValue: 0 } }),
  },
];

class Bench {
  readonly clock = new CutClock();
  readonly random = new RandomStreams("presets").stream("store");
  readonly flash: FlashPart;
  store: RingStore;

  constructor(preset: FlashPreset, variation: Variation) {
    const random = new RandomStreams(preset.name).stream("flash");
    const region = variation.of(flashRegion(preset, 4));
    this.flash = new FlashPart({ preset: region, clock: this.clock, random });
    this.store = this.boot();
  }

  boot(): RingStore {
    const random = (lengthBytes: number) => this.random.bytes(lengthBytes);
    this.store = new RingStore({ flash: this.flash, sealer, random, maxNameBytes: 16, maxValueBytes: 64 });
    assertEquals(runToEnd(this.store.mount()).type, "mounted");
    return this.store;
  }

  put(name: string, value: Uint8Array): string {
    return runToEnd(this.store.put({ class: "preshared-key", name: text(name), value })).type;
  }

  /** Cuts the power in some work; false if it came to its end before. */
  cutIn(cycles: number, work: () => void): boolean {
    return this.clock.cutIn(cycles, this.flash, work);
  }

  content(): string {
    return this.store.entries().map(({ name, value }) => `${hex(name)}=${hex(value)}`).sort().join();
  }
}

const contentOf = (model: ReadonlyMap<string, Uint8Array>) =>
  [...model].map(([name, value]) => `${hex(text(name))}=${hex(value)}`).sort().join();

for (const preset of PRESETS) {
  for (const variation of VARIATIONS) {
    Deno.test(`RingStore on a ${preset.name} ${variation.name}: put, get, delete, clear, reboots and power cuts`, () => {
      const bench = new Bench(preset, variation);
      const model = new Map<string, Uint8Array>();
      // Where sectors are small, once around the ring and a bit: some are erased that were in use.
      const { sectorBytes, programBytes = 1 } = bench.flash.geometry;
      const updates = Math.min(900, Math.ceil((4.5 * sectorBytes) / (64 + 2 * programBytes)));
      for (let update = 0; update < updates; update++) {
        const name = `key ${update % 5}`;
        const value = bench.random.bytes(32);
        assertEquals(bench.put(name, value), "stored");
        model.set(name, value);
        if (update % Math.ceil(updates / 6) === 5) bench.boot();
      }
      assertEquals(runToEnd(bench.store.delete("preshared-key", text("key 3"))).type, "stored");
      model.delete("key 3");
      assertEquals(contentOf(model), bench.content());
      bench.boot();
      assertEquals(contentOf(model), bench.content());
      // Power goes at some time of a change; it has happened or it has not, and later boots agree.
      let cuts = 0;
      for (let trial = 0; trial < 24; trial++) {
        const name = `key ${trial % 4}`;
        const value = bench.random.bytes(40);
        const within = bench.random.below(trial % 4 === 0 ? 2_000_000 : 40_000);
        const cut = bench.cutIn(within, () => assertEquals(bench.put(name, value), "stored"));
        if (!cut) model.set(name, value);
        else if (bench.cutIn(bench.random.below(400_000), () => bench.boot())) cuts++;
        bench.boot();
        const found = bench.content();
        if (cut) {
          cuts++;
          const changed = new Map(model).set(name, value);
          if (found === contentOf(changed)) model.set(name, value);
        }
        assertEquals(found, contentOf(model), `trial ${trial}`);
        if (cut) assertEquals(bench.boot().entries().length, model.size);
      }
      assert(cuts > 5, `${cuts} cuts`);
      // Whatever is cleared is gone from the cells.
      const secret = bench.flash.image();
      const { type } = runToEnd(bench.store.clearSecrets());
      assertEquals(type, "stored");
      assertEquals(bench.content(), "");
      bench.boot();
      assertEquals(bench.content(), "");
      const left = bench.flash.image();
      let searched = 0;
      // The first 64 bytes of a sector are its header and marks, which are no secret and may stay.
      for (let address = 0; address + 32 <= secret.length && searched < 200; address += 32) {
        if (address % sectorBytes < 64) continue;
        const box = secret.subarray(address, address + 32);
        if (new Set(box).size < 16) continue;
        searched++;
        assert(!holds(left, box), `bytes of ${address} are still there`);
      }
      assertEquals(bench.put("after", text("clear")), "stored");
      const { failures, impossibleBits } = bench.flash.counters;
      assertEquals([failures, impossibleBits, bench.store.health().state], [0, 0, "ok"]);
    });
  }
}
