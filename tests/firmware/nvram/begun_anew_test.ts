/**
 * Reads that go wrong for a while in a mount, until it writes: the newest sector, or what was written there last, reads as
 * if it were erased. The mount sees that before it opens a sector or goes on where something stands, and begins anew.
 */

import { assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { PassingFlash } from "../../../sim/lab/explore/cuts/passing_flash.ts";
import { hex, sealer, text } from "./bench.ts";
import { ReadLife } from "./read_life.ts";

const CLASS = "tunnel-address";

function answers(store: RingStore): readonly string[] {
  return store.entries().map(({ name, value }) => `${hex(name)} ${hex(value)}`).toSorted();
}

for (const programBytes of [8, 32]) {
  for (const hidden of ["the newest sector", "all records but the first of it"]) {
    Deno.test(`RingStore.mount() on words of ${programBytes} begins anew if it has misread ${hidden}`, () => {
      const life = new ReadLife(programBytes);
      for (const name of ["a", "b", "c"]) life.put(CLASS, name);
      for (let turn = 0; turn < 3; turn++) life.turn(CLASS);
      for (let count = 0; count < 10; count++) life.put(CLASS, "a");
      const expected = answers(life.store);
      const random = new RandomStreams(5).stream("store");
      const flash = new PassingFlash(life.flash, random);
      const spared = hidden === "the newest sector" ? 0 : 200;
      flash.glitch = { after: 1024 * life.newest + spared, bytes: 1024 - spared, as: "erased" };
      const options = { flash, sealer, random: (count: number) => random.bytes(count) };
      const store = new RingStore({ ...options, maxNameBytes: 8, maxValueBytes: 40 });
      assertEquals(runToEnd(store.mount()).type, "mounted");
      assertEquals(answers(store), expected);
      const record = { class: CLASS, name: text("d"), value: random.bytes(40) } as const;
      assertEquals(runToEnd(store.put(record)).type, "stored");
      assertEquals(answers(life.boot()), answers(store));
    });
  }
}
