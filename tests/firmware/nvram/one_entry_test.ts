/** One name, one entry: neither damage nor a second mount brings an older value or a deleted record back. */

import { assert, assertEquals } from "@std/assert";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { diffImages } from "../../../sim/parts/flash/flash_state.ts";
import { Bench, text } from "./bench.ts";

const value = (content: number) => new Uint8Array(16).fill(content);
const key = (name: string, content: number) => ({
  class: "preshared-key",
  name: text(name),
  value: value(content),
} as const);

/** The records of a name, by the first byte of their values. */
function entriesOf(bench: Bench, name: string): readonly (number | undefined)[] {
  const named = bench.store.entries().filter((record) => new TextDecoder().decode(record.name) === name);
  return named.map((record) => record.value[0]);
}

/** A key A in the second slot, whose record has two bits that read as they like; the first slot is free. */
function unstableKey(seed: number): Bench {
  const bench = new Bench(seed, 16);
  bench.boot();
  bench.put(key("x", 1));
  const before = bench.flash.image();
  bench.put(key("A", 2));
  const [record] = diffImages(before, bench.flash.image(), 8);
  assert(record !== undefined);
  bench.put(key("B", 3));
  runToEnd(bench.store.delete("preshared-key", text("x")));
  bench.flash.inject({ kind: "weak", address: record.address + 8, mask: 1 });
  bench.flash.inject({ kind: "weak", address: record.address + 14, mask: 2 });
  return bench;
}

Deno.test("RingStore: a key that is set again while its old record is unreadable has one entry, the new one", () => {
  const wrong: string[] = [];
  let setAgain = 0;
  for (let seed = 0; seed < 60; seed++) {
    const bench = unstableKey(seed);
    let acknowledged = false;
    for (let boot = 0; boot < 8; boot++) {
      bench.boot();
      if (acknowledged) {
        const entries = entriesOf(bench, "A");
        if (entries.length !== 1 || entries[0] !== 9) wrong.push(`seed ${seed}, boot ${boot}: entries ${entries}`);
        assertEquals(
          bench.get("preshared-key", "A"),
          { type: "found", value: value(9) },
          `seed ${seed}, boot ${boot}`,
        );
      } else if (bench.get("preshared-key", "A").type === "absent") {
        acknowledged = bench.put(key("A", 9)).type === "stored";
        if (acknowledged) setAgain++;
      }
    }
  }
  assert(setAgain > 10, `set again with ${setAgain} seeds only`);
  assertEquals(wrong, []);
});

Deno.test("RingStore.mount() of a store that is mounted already shows what is on the part, or fails", () => {
  const bench = new Bench(73);
  bench.boot();
  bench.put(key("a", 5));
  const other = bench.open();
  runToEnd(other.mount());
  assertEquals(runToEnd(other.delete("preshared-key", text("a"))), { type: "stored" });
  const again = runToEnd(bench.store.mount());
  if (again.type === "failed") return;
  assertEquals(bench.get("preshared-key", "a"), { type: "absent" });
  assertEquals(bench.store.size, 0);
});
