/** Parts that do not take what is written: what was acknowledged stays readable, and the truth is told. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import type { FlashFault } from "../../../sim/parts/flash/faults.ts";
import { Bench, holds, sealer, text } from "./bench.ts";

Deno.test("RingStore writes around places that the part does not take, and says that it is degraded", () => {
  const bench = new Bench(12, 4);
  bench.boot();
  bench.put({ class: "preshared-key", name: text("a"), value: text("first") });
  bench.flash.inject({ kind: "program failure", address: 0, lengthBytes: 4 * 4096, times: 1, reported: false });
  assertEquals(bench.put({ class: "preshared-key", name: text("a"), value: text("second") }), { type: "stored" });
  assertEquals(bench.store.health().state, "degraded");
  bench.boot();
  assertEquals(bench.store.get("preshared-key", text("a")), { type: "found", value: text("second") });
  assertEquals(bench.store.health().state, "ok");
});

Deno.test("RingStore.put() says that it failed if the part takes nothing, and nothing changes", () => {
  const bench = new Bench(13, 4);
  bench.boot();
  bench.put({ class: "preshared-key", name: text("a"), value: text("first") });
  bench.flash.inject({ kind: "program failure", address: 0, lengthBytes: 4 * 4096, times: 1e9, reported: true });
  assertEquals(bench.put({ class: "preshared-key", name: text("a"), value: text("second") }).type, "failed");
  assertEquals(bench.store.get("preshared-key", text("a")), { type: "found", value: text("first") });
  const copy = new Bench(14, 4, {}, bench.flash.image());
  copy.boot();
  assertEquals(copy.store.get("preshared-key", text("a")), { type: "found", value: text("first") });
});

/** Sets keys until one is refused; what was acknowledged. */
function setUntilRefused(bench: Bench, limit: number): Map<string, string> {
  const acknowledged = new Map<string, string>();
  for (let round = 0; round < limit; round++) {
    const name = `key ${round % 7}`;
    const value = `value ${round}`;
    const { type } = bench.put({ class: "preshared-key", name: text(name), value: text(value) });
    if (type !== "stored") break;
    acknowledged.set(name, value);
  }
  return acknowledged;
}

function assertReadable(bench: Bench, expected: ReadonlyMap<string, string>): void {
  for (const [name, value] of expected) {
    assertEquals(bench.get("preshared-key", name), { type: "found", value: text(value) }, name);
  }
}

const UNOPENABLE: readonly FlashFault[] = [
  { kind: "stuck", address: 2 * 4096 + 5, mask: 1, level: 0 },
  { kind: "erase failure", sector: 2, times: 1e9, reported: true },
  { kind: "erase failure", sector: 2, times: 1e9, reported: false },
];

Deno.test("RingStore: a sector that cannot be opened is passed over for good, boot after boot", () => {
  for (const fault of UNOPENABLE) {
    const bench = new Bench(60, 4, { maxNameBytes: 8, maxValueBytes: 16 }, undefined, [fault]);
    bench.boot();
    const acknowledged = setUntilRefused(bench, 2000);
    assertEquals(acknowledged.size, 7);
    assertEquals(acknowledged.get("key 4"), "value 1999", "nothing was refused");
    for (let boot = 0; boot < 3; boot++) {
      assertReadable(bench, acknowledged);
      const { state, retiredSectors } = bench.store.health();
      assertEquals([state, retiredSectors], ["degraded", 1]);
      const erasesBefore = bench.flash.sectorErases[2];
      for (let round = 0; round < 600; round++) {
        const put = bench.put({ class: "preshared-key", name: text("new"), value: text(`boot ${boot}, ${round}`) });
        assertEquals(put, { type: "stored" });
      }
      assertEquals(bench.flash.sectorErases[2], erasesBefore, "the retired sector was tried again");
      assertEquals(bench.boot().type, "mounted", fault.kind);
    }
  }
});

Deno.test("RingStore with three sectors left retires no more: it ends writing, never reading, boot after boot", () => {
  for (const fault of UNOPENABLE) {
    const bench = new Bench(60, 3, { maxNameBytes: 8, maxValueBytes: 16 }, undefined, [fault]);
    bench.boot();
    const acknowledged = setUntilRefused(bench, 2000);
    assertEquals(acknowledged.size, 7);
    for (let boot = 0; boot < 3; boot++) {
      assertReadable(bench, acknowledged);
      for (let round = 0; round < 10; round++) {
        const { erases } = bench.flash.counters;
        const value = text("sixteen bytes xx");
        assertEquals(bench.put({ class: "preshared-key", name: text("new"), value }).type, "failed");
        const cost = bench.flash.counters.erases - erases;
        assert(cost <= 2, `a refused put cost ${cost} erases`);
      }
      assertEquals(bench.get("preshared-key", "new"), { type: "absent" });
      assertEquals(bench.boot().type, "mounted", fault.kind);
      assertEquals(bench.store.health().retiredSectors, 0);
    }
  }
});

Deno.test("RingStore.clearSecrets() on a part with a bad sector leaves nothing of a key there either", () => {
  for (const reported of [true, false]) {
    const bench = new Bench(61, 4);
    bench.boot();
    bench.put({ class: "tunnel-address", name: text("t"), value: text("192.0.2.1") });
    const images: Uint8Array[] = [];
    for (let round = 0; bench.flash.counters.erases < 3; round++) {
      bench.put({ class: "preshared-key", name: text("a"), value: text(`a long secret number ${round}`) });
      images.push(bench.flash.image());
    }
    bench.flash.inject({ kind: "erase failure", sector: 0, times: 1e9, reported });
    assertEquals(runToEnd(bench.store.clearSecrets()), { type: "stored" });
    const left = bench.flash.image();
    const boxes = images.flatMap((image) =>
      Array.from({ length: 60 }, (_, index) => image.slice(40 + 24 * index, 52 + 24 * index))
    );
    for (const box of boxes) if (new Set(box).size > 8) assert(!holds(left, box), "a piece of a key is left");
    for (let boot = 0; boot < 2; boot++) {
      assertEquals([bench.get("preshared-key", "a").type, bench.get("tunnel-address", "t").type], ["absent", "found"]);
      assertEquals([bench.store.health().state, bench.store.health().retiredSectors], ["degraded", 1]);
      assertEquals(bench.put({ class: "preshared-key", name: text("b"), value: text(`boot ${boot}`) }).type, "stored");
      assertEquals(bench.boot().type, "mounted");
    }
  }
});

Deno.test("RingStore.put() on a part that takes nothing costs two erases at most, and nothing is retired for it", () => {
  for (const [kind, sectors] of [["program failure", 16], ["erase failure", 16], ["erase failure", 64]] as const) {
    for (const reported of [true, false]) {
      const bench = new Bench(65, sectors, { maxNameBytes: 8, maxValueBytes: 264 });
      bench.boot();
      bench.put({ class: "preshared-key", name: text("a"), value: text("first") });
      const times = 400;
      if (kind === "program failure") {
        bench.flash.inject({ kind, address: 0, lengthBytes: 4096 * sectors, times, reported });
      } else for (let sector = 0; sector < sectors; sector++) bench.flash.inject({ kind, sector, times, reported });
      let refused = 0;
      let worst = 0;
      for (let round = 0; round < 30; round++) {
        const { erases } = bench.flash.counters;
        const value = new Uint8Array(264).fill(round);
        const { type } = bench.put({ class: "persistent-logon", name: text("f"), value });
        if (type === "stored") continue;
        assertEquals(type, "failed");
        refused++;
        worst = Math.max(worst, bench.flash.counters.erases - erases);
      }
      assert(refused > 10, `${kind}: only ${refused} were refused`);
      assert(worst <= 2, `${kind}, ${reported ? "reported" : "silent"}: ${worst} erases`);
      assertEquals(bench.store.health().retiredSectors, 0);
      const copy = new Bench(66, sectors, { maxNameBytes: 8, maxValueBytes: 264 }, bench.flash.image());
      copy.boot();
      assertEquals(copy.get("preshared-key", "a"), { type: "found", value: text("first") });
      assertEquals(copy.put({ class: "preshared-key", name: text("a"), value: text("second") }), { type: "stored" });
    }
  }
});

Deno.test("RingStore with 1, 4 and 8 of 16 sectors retired takes 20,000 updates, loses nothing and wears evenly", () => {
  for (const bad of [[5], [2, 3, 9, 14], [0, 1, 2, 3, 4, 5, 6, 7]]) {
    const faults = bad.map((sector): FlashFault => ({
      kind: "erase failure",
      sector,
      times: 1e9,
      reported: sector % 2 === 0,
    }));
    const bench = new Bench(67, 16, { maxNameBytes: 24, maxValueBytes: 48 }, undefined, faults);
    bench.boot();
    const model = new Map<string, Uint8Array>();
    for (let round = 0; round < 20_000; round++) {
      const name = `key ${bench.random.below(64)}`;
      const value = bench.random.bytes(48);
      assertEquals(bench.put({ class: "persistent-logon", name: text(name), value }), { type: "stored" });
      model.set(name, value);
    }
    for (let boot = 0; boot < 2; boot++) {
      for (const [name, value] of model) assertEquals(bench.get("persistent-logon", name), { type: "found", value });
      assertEquals(bench.store.health().retiredSectors, bad.length);
      bench.boot();
    }
    const erases = [...bench.flash.sectorErases].filter((_, sector) => !bad.includes(sector));
    const mean = erases.reduce((sum, each) => sum + each, 0) / erases.length;
    assert(mean >= 0.95 * Math.max(...erases), `wear ${erases}`);
  }
});

Deno.test("RingStore.put() that fails is not there after the next boot either, whatever bit the part gets wrong", () => {
  for (let bit = 0; bit < 8 * 40; bit += 3) {
    const bench = new Bench(62, 3, { maxNameBytes: 8, maxValueBytes: 40 });
    bench.boot();
    bench.put({ class: "persistent-logon", name: text("a"), value: text("old") });
    const end = bench.flash.image().findLastIndex((byte) => byte !== 0xff) + 1;
    bench.flash.inject({ kind: "stuck", address: end + (bit >>> 3), mask: 1 << (bit & 7), level: 1 });
    for (const sector of [1, 2]) bench.flash.inject({ kind: "erase failure", sector, times: 1e9, reported: true });
    const { type } = bench.put({ class: "persistent-logon", name: text("a"), value: new Uint8Array(30) });
    const expected = type === "stored" ? new Uint8Array(30) : text("old");
    for (let boot = 0; boot < 3; boot++) {
      assertEquals(bench.get("persistent-logon", "a"), { type: "found", value: expected }, `bit ${bit}, boot ${boot}`);
      bench.boot();
    }
  }
});

Deno.test("RingStore.clearSecrets() writes nothing if there never was a secret, and erases no more than it must", () => {
  const bench = new Bench(63, 16);
  bench.boot();
  bench.put({ class: "tunnel-address", name: text("t"), value: text("192.0.2.1") });
  const before = bench.flash.image();
  assertEquals(runToEnd(bench.store.clearSecrets()), { type: "unchanged" });
  assertEquals(bench.flash.image(), before);
  bench.put({ class: "preshared-key", name: text("a"), value: text("a long secret number 1") });
  assertEquals(runToEnd(bench.store.clearSecrets()), { type: "stored" });
  assertEquals(bench.flash.counters.erases, 1 + 16);
  // The secret is three sectors back: no need to erase what has been written since.
  bench.put({ class: "group-key", name: text(""), value: text("a long secret number 2") });
  while (bench.flash.counters.erases < 1 + 16 + 3) {
    bench.put({ class: "persistent-logon", name: text("filler"), value: bench.random.bytes(200) });
  }
  assertEquals(runToEnd(bench.store.clearSecrets()), { type: "stored" });
  assertEquals(bench.flash.counters.erases, 1 + 16 + 3 + 13);
  assert(!holds(bench.flash.image(), text("a long secret number")));
  bench.boot();
  assertEquals(bench.store.size, 2);
});

Deno.test("RingStore refuses a part on which not even one record always fits", () => {
  const { flash } = new Bench(64, 3);
  const make = () => new RingStore({ flash, sealer, random: () => new Uint8Array(8), maxValueBytes: 3700 });
  assertThrows(make, RangeError, "expected one that fits 3 sectors");
});
