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

Deno.test("RingStore: a sector that can be opened no more ends writing, never reading, boot after boot", () => {
  const faults: FlashFault[] = [
    { kind: "stuck", address: 2 * 4096 + 5, mask: 1, level: 0 },
    { kind: "erase failure", sector: 2, times: 1e9, reported: true },
    { kind: "erase failure", sector: 2, times: 1e9, reported: false },
  ];
  for (const fault of faults) {
    const bench = new Bench(60, 4, { maxNameBytes: 8, maxValueBytes: 16 }, undefined, [fault]);
    bench.boot();
    const acknowledged = setUntilRefused(bench, 2000);
    assert(acknowledged.size === 7);
    for (let boot = 0; boot < 3; boot++) {
      assertReadable(bench, acknowledged);
      assertEquals(bench.put({ class: "preshared-key", name: text("new"), value: text("x") }).type, "failed");
      assertEquals(bench.get("preshared-key", "new"), { type: "absent" });
      assertEquals(bench.boot().type, "mounted", fault.kind);
      assertEquals(bench.store.health().state, "degraded");
    }
  }
});

Deno.test("RingStore.clearSecrets() on a part with a bad sector: the keys are gone, and it says what is left", () => {
  const bench = new Bench(61, 4, {}, undefined, [{ kind: "erase failure", sector: 2, times: 7, reported: true }]);
  bench.boot();
  bench.put({ class: "preshared-key", name: text("a"), value: text("a long secret number 1") });
  bench.put({ class: "tunnel-address", name: text("t"), value: text("192.0.2.1") });
  assertEquals(runToEnd(bench.store.clearSecrets()).type, "unscrubbed");
  assertEquals([bench.get("preshared-key", "a").type, bench.get("tunnel-address", "t").type], ["absent", "found"]);
  // Of seven failures three are used up by each attempt: the second mount succeeds.
  for (let boot = 0; boot < 2; boot++) {
    assertEquals(bench.boot().type, "mounted");
    assertEquals([bench.get("preshared-key", "a").type, bench.get("tunnel-address", "t").type], ["absent", "found"]);
    assertEquals(bench.store.health().state, "degraded");
  }
  assertEquals(bench.flash.sectorErases.every((erases) => erases > 0), true);
  assertEquals(bench.put({ class: "preshared-key", name: text("b"), value: text("again") }), { type: "stored" });
  bench.boot();
  assertEquals(bench.store.health().state, "ok");
  assertEquals(bench.get("preshared-key", "b").type, "found");
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
  assertThrows(make, RangeError, "expected some that fit 3 sectors");
});
