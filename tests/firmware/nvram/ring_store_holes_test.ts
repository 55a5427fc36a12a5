/** Faults other than a loss of power that once cost an acknowledged change, or left a key behind. */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import type { Sealer } from "../../../firmware/nvram/sealer.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { diffImages } from "../../../sim/parts/flash/flash_state.ts";
import { decodeHeader } from "../../../firmware/nvram/sector_header.ts";
import { Bench, hex, holds, sealer, text } from "./bench.ts";

Deno.test("RingStore: when a name is in two slots, the newer record counts, and the older is gone for good", () => {
  for (let seed = 0; seed < 60; seed++) {
    const bench = new Bench(seed, 4);
    bench.boot();
    const put = (name: string, fill: number) =>
      bench.put({ class: "preshared-key", name: text(name), value: new Uint8Array(16).fill(fill) }).type;
    put("x", 1);
    const before = bench.flash.image();
    put("A", 2);
    const [record] = diffImages(before, bench.flash.image(), 16);
    assert(record !== undefined);
    put("B", 3);
    runToEnd(bench.store.delete("preshared-key", text("x")));
    // The record of A can be read at some boots and not at others.
    bench.flash.inject({ kind: "weak", address: record.address + 8, mask: 1 });
    bench.flash.inject({ kind: "weak", address: record.address + 14, mask: 2 });
    let expected = 2;
    for (let boot = 0; boot < 12; boot++) {
      bench.boot();
      const answer = bench.get("preshared-key", "A");
      if (answer.type === "absent" && expected === 2) {
        assert(bench.store.health().unidentifiedDamage > 0);
        assertEquals(put("A", 9), "stored");
        expected = 9;
      } else if (answer.type === "found") assertEquals(answer.value[0], expected, `seed ${seed}, boot ${boot}`);
      else assertEquals(expected, 2, `seed ${seed}, boot ${boot}: ${answer.type}`);
      assert(bench.store.entries().filter(({ name }) => hex(name) === hex(text("A"))).length <= 1);
    }
    if (expected !== 9) continue;
    runToEnd(bench.store.delete("preshared-key", text("A")));
    for (let boot = 0; boot < 8; boot++) {
      bench.boot();
      assertEquals(bench.get("preshared-key", "A").type, "absent", `seed ${seed}: what was deleted is back`);
    }
  }
});

Deno.test("RingStore says that it has put an older record of the same name aside", () => {
  let reported = 0;
  for (let seed = 0; seed < 20; seed++) {
    const bench = new Bench(seed, 4);
    bench.boot();
    bench.put({ class: "tunnel-address", name: text("x"), value: text("first") });
    const before = bench.flash.image();
    bench.put({ class: "tunnel-address", name: text("A"), value: text("old") });
    const [record] = diffImages(before, bench.flash.image(), 16);
    assert(record !== undefined);
    bench.put({ class: "tunnel-address", name: text("B"), value: text("other") });
    runToEnd(bench.store.delete("tunnel-address", text("x")));
    const flip = (offset: number) => bench.flash.cells.flip(record.address + offset, 0x18);
    [4, 8].forEach(flip);
    bench.boot();
    assertEquals(bench.put({ class: "tunnel-address", name: text("A"), value: text("new") }), { type: "stored" });
    [4, 8].forEach(flip);
    bench.boot();
    assertEquals(bench.get("tunnel-address", "A"), { type: "found", value: text("new") });
    assertEquals([bench.store.health().state, bench.store.health().duplicates], ["degraded", 1]);
    bench.boot();
    assertEquals([bench.store.health().state, bench.store.health().duplicates], ["ok", 0]);
    reported++;
  }
  assertEquals(reported, 20);
});

Deno.test("RingStore: the newer record of a name counts although its slot was in use before the older one's", () => {
  const bench = new Bench(4, 4);
  bench.boot();
  const put = (name: string, value: string) =>
    bench.put({ class: "tunnel-address", name: text(name), value: text(value) }).type;
  /** Where the part was written. */
  const written = (write: () => void) => {
    const before = bench.flash.image();
    write();
    const [first] = diffImages(before, bench.flash.image(), 16);
    assert(first !== undefined);
    return first.address;
  };
  put("x", "first");
  const old = written(() => put("A", "old"));
  put("B", "other");
  const deletion = written(() => runToEnd(bench.store.delete("tunnel-address", text("x"))));
  const flipOld = () => [4, 8].forEach((offset) => bench.flash.cells.flip(old + offset, 0x18));
  flipOld();
  bench.boot();
  // The old record cannot be read, and the new one takes the slot that was x's.
  assertEquals(put("A", "new"), "stored");
  flipOld();
  // Without the deletion nothing says that the slot began anew.
  bench.flash.cells.flip(deletion + 5, 0x18);
  for (let boot = 0; boot < 3; boot++) {
    bench.boot();
    assertEquals(bench.get("tunnel-address", "A"), { type: "found", value: text("new") }, `boot ${boot}`);
  }
});

/** A bench whose sealed boxes are noted. */
function notingBench(seed: number, sectorCount: number): { readonly bench: Bench; readonly boxes: Uint8Array[] } {
  const bench = new Bench(seed, sectorCount);
  const boxes: Uint8Array[] = [];
  const noting: Sealer = {
    overheadBytes: sealer.overheadBytes,
    open: sealer.open.bind(sealer),
    verify: sealer.verify.bind(sealer),
    seal: (...question) => {
      const box = sealer.seal(...question);
      boxes.push(box.slice());
      return box;
    },
  };
  bench.open = () =>
    new RingStore({ flash: bench.flash, sealer: noting, random: (length) => bench.random.bytes(length) });
  return { bench, boxes };
}

/** Fills the head until another sector is opened. */
function fillSector(bench: Bench): void {
  const start = bench.flash.counters.erases;
  for (let round = 0; bench.flash.counters.erases === start; round++) {
    bench.put({ class: "persistent-logon", name: text("fill"), value: new Uint8Array(200).fill(round) });
  }
}

Deno.test("RingStore.clearSecrets() leaves no sealed key, whatever was lost of the records that gave its slot away", () => {
  // Where the loss is: in the record before the key's, in the key's own, or in the header of their sector.
  for (const loss of ["a record", "the header"] as const) {
    const { bench, boxes } = notingBench(1, 16);
    bench.boot();
    bench.put({ class: "tunnel-address", name: text("public"), value: new Uint8Array(20) });
    fillSector(bench);
    const before = bench.flash.image();
    bench.put({ class: "persistent-logon", name: text("fill"), value: new Uint8Array(200).fill(250) });
    const [record] = diffImages(before, bench.flash.image(), 16);
    assert(record !== undefined);
    runToEnd(bench.store.delete("tunnel-address", text("public")));
    // The slot that was public is a key's now.
    bench.put({ class: "preshared-key", name: text("key"), value: new Uint8Array(64).fill(7) });
    fillSector(bench);
    boxes.length = 0;
    bench.put({ class: "preshared-key", name: text("key"), value: new Uint8Array(64).fill(8) });
    if (loss === "a record") bench.flash.cells.flip(record.address + 20, 16);
    else bench.flash.cells.flip(4096 + 13, 0xff);
    bench.boot();
    assertEquals(runToEnd(bench.store.clearSecrets()), { type: "stored" });
    const image = bench.flash.image();
    assert(boxes.length > 0);
    for (const box of boxes) assert(!holds(image, box), `a sealed key is left after the loss of ${loss}`);
  }
});

Deno.test("RingStore.mount() of an object that was mounted before forgets what it knew", () => {
  const bench = new Bench(2, 4);
  bench.boot();
  bench.put({ class: "preshared-key", name: text("a"), value: text("a key") });
  const first = bench.store;
  bench.boot();
  assertEquals(runToEnd(bench.store.delete("preshared-key", text("a"))), { type: "stored" });
  assertEquals(runToEnd(first.mount()).type, "mounted");
  assertEquals([first.get("preshared-key", text("a")).type, first.size], ["absent", 0]);
});

Deno.test("RingStore: a dead cell in a header costs no acknowledged change, whichever bit it is", () => {
  for (const level of [0, 1] as const) {
    for (let bit = 0; bit < 8 * 28; bit += 3) {
      const bench = new Bench(3, 4, { maxNameBytes: 8, maxValueBytes: 264 });
      const address = 4096 + (bit >>> 3);
      bench.flash.inject({ kind: "stuck", address, mask: 1 << (bit & 7), level });
      bench.boot();
      const put = (name: string, fill: number, length: number) =>
        bench.put({ class: "preshared-key", name: text(name), value: new Uint8Array(length).fill(fill) }).type;
      assertEquals(put("A", 1, 40), "stored");
      for (let round = 0; round < 20; round++) put("filler", round + 1, 256);
      assertEquals([put("B", 2, 40), put("A", 3, 40)], ["stored", "stored"]);
      for (let boot = 0; boot < 2; boot++) {
        const place = `bit ${bit} stuck at ${level}, boot ${boot}`;
        bench.boot();
        assertEquals(bench.get("preshared-key", "A"), { type: "found", value: new Uint8Array(40).fill(3) }, place);
        assertEquals(bench.get("preshared-key", "B"), { type: "found", value: new Uint8Array(40).fill(2) }, place);
        const { damaged, unidentifiedDamage } = bench.store.health();
        assertEquals([damaged.length, unidentifiedDamage], [0, 0], place);
      }
    }
  }
});

Deno.test("RingStore: two boots agree although a cut left unstable bits and no other sector opens", () => {
  let undecided = 0;
  for (let seed = 0; seed < 200; seed++) {
    const bench = new Bench(seed, 3, { maxNameBytes: 8, maxValueBytes: 64 });
    bench.boot();
    bench.put({ class: "tunnel-address", name: text("t"), value: text("old") });
    for (const sector of [1, 2]) bench.flash.inject({ kind: "erase failure", sector, times: 1e9, reported: true });
    const before = bench.flash.image();
    bench.put({ class: "tunnel-address", name: text("t"), value: text("new") });
    const [record] = diffImages(before, bench.flash.image(), 16);
    assert(record !== undefined);
    // Four bits that were being driven when power went.
    for (let weak = 0; weak < 4; weak++) {
      const offset = bench.random.below(record.after.length);
      const mask = ~(record.after[offset] as number) & (1 << bench.random.below(8));
      if (mask !== 0) bench.flash.inject({ kind: "weak", address: record.address + offset, mask });
    }
    bench.boot();
    const first = bench.get("tunnel-address", "t");
    assert(first.type === "found");
    if (hex(first.value) === hex(text("old"))) undecided++;
    for (let boot = 0; boot < 8; boot++) {
      bench.boot();
      assertEquals(bench.get("tunnel-address", "t"), first, `seed ${seed}, boot ${boot}`);
    }
    assertEquals(bench.put({ class: "tunnel-address", name: text("t"), value: text("later") }), { type: "stored" });
    bench.boot();
    assertEquals(bench.get("tunnel-address", "t"), { type: "found", value: text("later") });
  }
  assert(undecided > 20, `only ${undecided} were read as they were before`);
});

Deno.test("RingStore.mount() of a region full of something else says so boot after boot", () => {
  for (let seed = 0; seed < 10; seed++) {
    const image = new Bench(seed, 4).random.bytes(4 * 4096);
    const bench = new Bench(seed + 100, 4, {}, image);
    for (let boot = 0; boot < 4; boot++) {
      assertEquals(bench.boot().type, "mounted");
      assertEquals(bench.store.health().unidentifiedDamage, 1, `boot ${boot}`);
      bench.put({ class: "tunnel-address", name: text("t"), value: text(`boot ${boot}`) });
    }
  }
});

Deno.test("RingStore: a sector whose header a cut has taken goes on with the erase count of its neighbour", () => {
  const bench = new Bench(90, 4);
  bench.boot();
  const fill = (turns: number) => {
    for (const start = bench.flash.counters.erases; bench.flash.counters.erases < start + 4 * turns;) {
      bench.put({ class: "persistent-logon", name: text("filler"), value: bench.random.bytes(200) });
    }
  };
  const counts = () => {
    const image = bench.flash.image();
    return Array.from({ length: 4 }, (_, index) => decodeHeader(image.slice(4096 * index))?.eraseCount ?? -1);
  };
  fill(10);
  const before = counts();
  const next = before.indexOf(Math.min(...before));
  for (let offset = 0; offset < 28; offset += 4) {
    bench.flash.inject({ kind: "flip", address: 4096 * next + offset, mask: 0x11 });
  }
  assertEquals(counts()[next], -1);
  bench.boot();
  fill(3);
  const after = counts();
  assert(Math.max(...after) - Math.min(...after) <= 1, `${after}`);
  assert(Math.min(...after) >= Math.min(...before) + 3, `${after}`);
});
