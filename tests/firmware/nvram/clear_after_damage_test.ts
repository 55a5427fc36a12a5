/** Clearing on a part with damage: no sealed key stays behind, or the store says that one may have. */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { headerBytes } from "../../../firmware/nvram/sector_header.ts";
import { NotingSealer } from "../../../sim/lab/explore/cuts/noting_sealer.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { diffImages } from "../../../sim/parts/flash/flash_state.ts";
import { Bench, holds, sealer, text } from "./bench.ts";

const SECTOR_BYTES = 4096;
const HEADER_BYTES = headerBytes(1);
const SECTORS = 16;
const PLAIN_BYTES = 200;

/** The sector that is written now: of those with a header the one with the highest sequence number. */
function currentSector(image: Uint8Array): number {
  const view = new DataView(image.buffer);
  const sequence = (sector: number) => view.getUint32(sector * SECTOR_BYTES + 4, true);
  const opened = Array.from({ length: SECTORS }, (_, sector) => sector)
    .filter((sector) => sequence(sector) !== 0xffff_ffff);
  return opened.reduce((last, sector) => sequence(sector) > sequence(last) ? sector : last, 0);
}

/** A slot that held a plain record holds a key: its full record lies in sector 1, an update of its value in sector 2. */
function keyInReusedSlot(): { readonly image: Uint8Array; readonly noting: NotingSealer } {
  const bench = new Bench(71, SECTORS);
  const noting = new NotingSealer(sealer);
  const random = (length: number) => bench.random.bytes(length);
  const store = new RingStore({ flash: bench.flash, sealer: noting, random });
  runToEnd(store.mount());
  const plain = (content: number) => {
    const record = {
      class: "persistent-logon",
      name: text("fill"),
      value: new Uint8Array(PLAIN_BYTES).fill(content),
    } as const;
    assertEquals(runToEnd(store.put(record)), { type: "stored" });
  };
  const key = (content: number) => {
    const record = { class: "preshared-key", name: text("key"), value: new Uint8Array(64).fill(content) } as const;
    assertEquals(runToEnd(store.put(record)), { type: "stored" });
  };
  runToEnd(store.put({ class: "tunnel-address", name: text("plain"), value: new Uint8Array(20).fill(1) }));
  for (let round = 0; currentSector(bench.flash.image()) === 0; round++) plain(round & 0xff);
  plain(250);
  runToEnd(store.delete("tunnel-address", text("plain")));
  key(7);
  for (let round = 0; currentSector(bench.flash.image()) === 1; round++) plain(round & 0xff);
  key(8);
  return { image: bench.flash.image(), noting };
}

Deno.test("RingStore.clearSecrets() leaves no sealed key behind where a slot was plain before it was secret", () => {
  const { image, noting } = keyInReusedSlot();
  const copy = new Bench(72, SECTORS, {}, image);
  copy.boot();
  assertEquals(runToEnd(copy.store.clearSecrets()), { type: "stored" });
  const after = copy.flash.image();
  assert(!noting.secretBoxes.some((box) => holds(after, box)));
});

Deno.test(
  "RingStore.clearSecrets() leaves no sealed key behind, or says so, if a bit of a plain record is wrong",
  () => {
    const { image, noting } = keyInReusedSlot();
    assert(noting.secretBoxes.some((box) => holds(image, box)), "there is a key to clear");
    const left: string[] = [];
    // Behind the header of sector 1 lies the first plain record.
    for (let offset = 0; offset < PLAIN_BYTES; offset += 7) {
      const copy = new Bench(72, SECTORS, {}, image);
      copy.flash.inject({ kind: "flip", address: SECTOR_BYTES + HEADER_BYTES + offset, mask: 0x10 });
      copy.boot();
      const cleared = runToEnd(copy.store.clearSecrets());
      const after = copy.flash.image();
      if (cleared.type !== "unscrubbed" && noting.secretBoxes.some((box) => holds(after, box))) {
        left.push(`byte ${offset}: ${cleared.type}`);
      }
    }
    assertEquals(left, []);
  },
);

Deno.test("RingStore.clearSecrets() erases every sector if something is lost of which nobody knows what it was", () => {
  for (const isLost of [false, true]) {
    const bench = new Bench(73, SECTORS);
    bench.boot();
    bench.put({ class: "preshared-key", name: text("key"), value: text("a key") });
    const before = bench.flash.image();
    bench.put({ class: "tunnel-address", name: text("lost"), value: new Uint8Array(20).fill(1) });
    const [record] = diffImages(before, bench.flash.image(), 16);
    assert(record !== undefined);
    for (let round = 0; currentSector(bench.flash.image()) < 3; round++) {
      // Each has a name, by which it is known to be none of a key.
      const value = new Uint8Array(PLAIN_BYTES).fill(round);
      bench.put({ class: "persistent-logon", name: text(`fill ${round}`), value });
    }
    const copy = new Bench(74, SECTORS, {}, bench.flash.image());
    if (isLost) copy.flash.inject({ kind: "flip", address: record.address, mask: 0x18 });
    copy.boot();
    const erases = copy.flash.counters.erases;
    assertEquals(runToEnd(copy.store.clearSecrets()), { type: "stored" });
    // Else as many as lead to the sector that holds the key, which is the first.
    assertEquals(copy.flash.counters.erases - erases, isLost ? SECTORS : SECTORS - 3);
  }
});

Deno.test("RingStore.clearSecrets() forgets no loss: it is reported at once, when the ring has turned, and at each boot", () => {
  const bench = new Bench(73, 4, { maxNameBytes: 12, maxValueBytes: 60 });
  bench.boot();
  const blank = bench.flash.image();
  bench.put({ class: "tunnel-address", name: text("victim"), value: new Uint8Array(32).fill(1) });
  const [record] = diffImages(blank, bench.flash.image());
  bench.put({ class: "preshared-key", name: text("key"), value: new Uint8Array(32).fill(2) });
  assert(record !== undefined);
  // Nobody knows whose it was.
  for (const byte of [1, 2]) bench.flash.inject({ kind: "flip", address: record.address + byte, mask: 0x11 });
  bench.boot();
  const losses = () => bench.store.health().unidentifiedDamage;
  assertEquals(losses(), 1);
  assertEquals(runToEnd(bench.store.clearSecrets()), { type: "stored" });
  assertEquals(losses(), 1, "after the clear");
  for (let round = 0; round < 600; round++) {
    const value = new Uint8Array(60).fill(round);
    assertEquals(bench.put({ class: "tunnel-address", name: text("other"), value }).type, "stored");
    assertEquals(losses(), 1, `after ${round} changes`);
  }
  bench.boot();
  assertEquals(losses(), 1, "after a boot");
  assertEquals(runToEnd(bench.store.forgetLosses()), { type: "stored" });
  bench.boot();
  assertEquals(losses(), 0);
});

for (const keys of ["in the head", "before it"] as const) {
  Deno.test(`RingStore.clearSecrets() drops keys ${keys} whose sector was erased under the store, and they do not come back`, () => {
    const bench = new Bench(73, 4);
    bench.boot();
    const key = { class: "preshared-key", name: text("a"), value: text("a key that is to go") } as const;
    bench.put(key);
    const fill = () => bench.put({ class: "tunnel-address", name: text("b"), value: bench.random.bytes(PLAIN_BYTES) });
    for (let count = 0; keys === "before it" && count < 20; count++) fill();
    runToEnd(bench.flash.writeEnable());
    runToEnd(bench.flash.sectorErase(0));
    assertEquals(runToEnd(bench.store.clearSecrets()).type, "stored");
    assertEquals(bench.get("preshared-key", "a").type, "absent");
    for (let count = 0; count < 100; count++) assertEquals(fill().type, "stored");
    bench.boot();
    assertEquals(bench.get("preshared-key", "a").type, "absent");
  });
}
