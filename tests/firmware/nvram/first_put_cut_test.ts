/**
 * The first put into a store that was just formatted is cut off, and the part refuses to drive that store's only header
 * again: nothing was acknowledged, so nothing is lost. It counts or not, but the same at each boot.
 */

import { assert, assertEquals, assertGreater } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { flashRegion, MX25V1635F } from "../../../sim/parts/flash/presets.ts";
import { hex, sealer, text } from "./bench.ts";
import { CutClock } from "./cut_clock.ts";

const PRESET = flashRegion(MX25V1635F, 4);
const HEADER_BYTES = 28;
/** How often a mount drives a header again. */
const DRIVES = 6;
const SEEDS = 40;

Deno.test("RingStore reports no loss if its first put was cut off and its header is not driven again", () => {
  let cuts = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const streams = new RandomStreams(seed);
    const random = streams.stream("store");
    const clock = new CutClock();
    const flash = new FlashPart({ preset: PRESET, clock, random: streams.stream("flash") });
    const open = () => new RingStore({ flash, sealer, random: (length) => random.bytes(length) });
    const key = { class: "preshared-key", name: text("a") } as const;
    const first = open();
    runToEnd(first.mount());
    const value = random.bytes(16);
    const isCut = clock.cutIn(random.below(60_000), flash, () => runToEnd(first.put({ ...key, value })));
    if (!isCut) continue;
    cuts++;
    const failure = { address: 0, lengthBytes: HEADER_BYTES, times: DRIVES, reported: true };
    flash.inject({ kind: "program failure", ...failure });
    const answers = new Set<string>();
    for (let boot = 1; boot <= 2; boot++) {
      const store = open();
      assertEquals(runToEnd(store.mount()).type, "mounted");
      const { unidentifiedDamage, damaged } = store.health();
      assertEquals([unidentifiedDamage, damaged], [0, []], `seed ${seed}, boot ${boot}`);
      const found = store.get(key.class, key.name);
      answers.add(found.type === "found" ? hex(found.value) : found.type);
    }
    const [answer] = answers;
    assertEquals(answers.size, 1, `seed ${seed}`);
    assert(answer === "absent" || answer === hex(value), `seed ${seed}: ${answer}`);
  }
  assertGreater(cuts, SEEDS / 4);
});
