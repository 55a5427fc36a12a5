/** Programs that each leave one bit undriven, for a while: what is answered meanwhile is what the next boot finds. */

import { assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { AilingFlash } from "../../../sim/lab/explore/cuts/ailing_flash.ts";
import { hex, sealer, text } from "./bench.ts";

const KEYS = ["k0", "k1", "k2"];

/** A store on 3 sectors of 1 KiB. */
function oneBitShortBench(seed: number, programBytes: number) {
  const streams = new RandomStreams(seed);
  const random = streams.stream("store");
  const geometry = { sectorBytes: 1024, sectorCount: 3, pageBytes: 128, programBytes };
  const preset = { ...W25Q_REGION, geometry };
  const part = new FlashPart({ preset, clock: new UntimedClock(), random: streams.stream("flash") });
  const flash = new AilingFlash(part, streams.stream("bits"));
  const open = () =>
    new RingStore({ flash, sealer, random: (count) => random.bytes(count), maxNameBytes: 8, maxValueBytes: 40 });
  const acknowledged = new Map<string, string>();
  let store = open();
  const boot = () => {
    store = open();
    return runToEnd(store.mount());
  };
  const put = (name: string) => {
    const value = random.bytes(8 + random.below(33));
    const { type } = runToEnd(store.put({ class: "preshared-key", name: text(name), value }));
    if (type === "stored") acknowledged.set(name, hex(value));
    return type;
  };
  const content = () => new Map(store.entries().map(({ name, value }) => [new TextDecoder().decode(name), hex(value)]));
  return { flash, random, boot, put, content, acknowledged };
}

for (const programBytes of [1, 4, 16]) {
  for (const reported of [false, true]) {
    const part = `words of ${programBytes}, ${reported ? "fail bits" : "no fail bits"}`;
    Deno.test(`RingStore answers what the next boot finds while each program leaves one bit undriven: ${part}`, () => {
      const wrong: string[] = [];
      for (let seed = 1; seed <= 60; seed++) {
        const bench = oneBitShortBench(seed, programBytes);
        const key = () => KEYS[bench.random.below(KEYS.length)] as string;
        bench.boot();
        for (let puts = bench.random.below(40); puts >= 0; puts--) bench.put(key());
        bench.boot();
        const times = 5 + bench.random.below(60);
        bench.flash.programFailure = { after: 0, times, failure: "one bit short", reported };
        for (let step = 0; step < 8; step++) {
          const what = bench.random.below(3) === 0 ? bench.boot().type : bench.put(key());
          for (const name of KEYS) {
            const [found, expected] = [bench.content().get(name), bench.acknowledged.get(name)];
            if (found !== expected) wrong.push(`seed ${seed}, step ${step}, ${what}: ${name} has another value`);
          }
          if (wrong.length > 0) break;
        }
        bench.flash.heal();
        assertEquals(bench.boot().type, "mounted");
        if (wrong.length === 0) assertEquals(bench.content(), bench.acknowledged, `seed ${seed}`);
      }
      assertEquals(wrong, []);
    });
  }
}
