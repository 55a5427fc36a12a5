/**
 * Words that take one program: power goes in the first word that a mount writes, and leaves no trace. The next mount sees
 * what that one saw, so it writes to the same place: it can tell only by what the part makes of it.
 */

import { assertEquals, assertThrows } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import type { FlashOutcome } from "../../../sim/parts/flash/nor_flash.ts";
import { Bench, sealer, text } from "./bench.ts";
import { PowerCut } from "./cut_clock.ts";
import { WordFlash } from "./word_flash.ts";

class TracelessFlash extends WordFlash {
  /** Power goes in the first word of the next program. */
  isCutNext = false;

  override *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    if (!this.isCutNext) return yield* super.pageProgram(address, bytes);
    this.isCutNext = false;
    this.notePrograms(address);
    throw new PowerCut();
  }
}

const ROUNDS = 11;
const KEYS = 5;
const nameOf = (key: number) => text(`key ${key}`);
const valueOf = (key: number, round: number) => new Uint8Array(24).fill(16 * round + key);

for (const wordBytes of [4, 32]) {
  for (const second of ["refused", "garbled"] as const) {
    const part = `words of ${wordBytes} bytes, a second program is ${second}`;
    Deno.test(`RingStore: a mount goes on behind a word that a cut has used up without a trace, ${part}`, () => {
      const random = new RandomStreams("traceless").stream("store");
      const flash = new TracelessFlash(new Bench(75, 4).flash, wordBytes, second, random);
      const boot = () => {
        const store = new RingStore({ flash, sealer, random: (length) => random.bytes(length) });
        assertEquals(runToEnd(store.mount()).type, "mounted");
        return store;
      };
      let store = boot();
      for (let round = 1; round <= ROUNDS; round++) {
        for (let key = 0; key < KEYS; key++) {
          const record = { class: "preshared-key", name: nameOf(key), value: valueOf(key, round) } as const;
          assertEquals(runToEnd(store.put(record)).type, "stored");
        }
        flash.isCutNext = true;
        assertThrows(boot, PowerCut);
        for (let again = 0; again < 2; again++) {
          store = boot();
          const found = Array.from({ length: KEYS }, (_, key) => store.get("preshared-key", nameOf(key)));
          const expected = found.map((_, key) => ({ type: "found" as const, value: valueOf(key, round) }));
          assertEquals(found, expected, `round ${round}`);
          const { damaged, unidentifiedDamage, retiredSectors } = store.health();
          assertEquals([damaged.length, unidentifiedDamage, retiredSectors], [0, 0, 0], `round ${round}`);
        }
      }
      // But for that one word of each such mount none is programmed twice.
      assertEquals(flash.secondPrograms, ROUNDS);
    });
  }
}
