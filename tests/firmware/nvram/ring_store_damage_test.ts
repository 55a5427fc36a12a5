/** What a damaged log is taken for: reported, never replaced by something older. */

import { assert, assertEquals } from "@std/assert";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import type { FlashFault } from "../../../sim/parts/flash/faults.ts";
import { diffImages } from "../../../sim/parts/flash/flash_state.ts";
import { PowerCut } from "./cut_clock.ts";
import { Bench, damageBench, damaged, text } from "./bench.ts";

Deno.test("RingStore never gives an older value for a damaged record: it names the record, and a new value heals it", () => {
  const { bench, start, end } = damageBench();
  const get = (store: Bench, name: string) => {
    const answer = store.store.get("preshared-key", text(name));
    return answer.type === "found" ? new TextDecoder().decode(answer.value) : answer.type;
  };
  for (let bit = 8 * start; bit < 8 * end; bit++) {
    const copy = damaged(bench, [{ kind: "flip", address: bit >>> 3, mask: 1 << (bit & 7) }]);
    assertEquals(copy.store.health().damaged, [{ class: "preshared-key", name: text("a") }], `bit ${bit}`);
    assertEquals(["a", "b", "c"].map((name) => get(copy, name)), ["damaged", "value of b", "value of c"]);
    copy.boot();
    assertEquals(copy.store.health().state, "degraded");
    assertEquals(copy.put({ class: "preshared-key", name: text("a"), value: text("healed") }), { type: "stored" });
    assertEquals(copy.store.health().state, "ok");
    copy.boot();
    assertEquals(["a", "b", "c"].map((name) => get(copy, name)), ["healed", "value of b", "value of c"]);
    assertEquals(copy.store.health().state, "ok");
  }
});

Deno.test("RingStore still reports a damaged record when the damage itself has been erased", () => {
  const { bench, start } = damageBench();
  const copy = damaged(bench, [{ kind: "flip", address: start + 20, mask: 4 }]);
  for (let round = 0; round < 400; round++) {
    copy.put({ class: "preshared-key", name: text("b"), value: text(`round ${round}`) });
  }
  copy.boot();
  assertEquals(copy.store.get("preshared-key", text("a")), { type: "damaged" });
  assertEquals(runToEnd(copy.store.delete("preshared-key", text("a"))), { type: "stored" });
  copy.boot();
  assertEquals(copy.store.health().state, "ok");
});

Deno.test("RingStore trusts no older value when a record cannot even say which slot it was for", () => {
  const { bench, start } = damageBench();
  const copy = damaged(bench, [{ kind: "flip", address: start, mask: 0x11 }]);
  const { unidentifiedDamage, damaged: names } = copy.store.health();
  assertEquals(unidentifiedDamage, 1);
  assertEquals(names.map(({ name }) => new TextDecoder().decode(name)), ["a", "b"]);
  assertEquals(copy.store.get("preshared-key", text("c")), { type: "found", value: text("value of c") });
});

Deno.test("RingStore takes the last record for whole if one bit of it is wrong, and writes it anew", () => {
  const { bench } = damageBench();
  const before = bench.flash.image();
  bench.put({ class: "tunnel-address", name: text("t"), value: text("the last one") });
  const [last] = diffImages(before, bench.flash.image(), 8);
  assert(last !== undefined);
  for (let bit = 8 * last.address; bit < 8 * (last.address + last.after.length); bit++) {
    const copy = damaged(bench, [{ kind: "flip", address: bit >>> 3, mask: 1 << (bit & 7) }]);
    for (let boot = 0; boot < 2; boot++) {
      const answer = copy.store.get("tunnel-address", text("t"));
      assertEquals(answer, { type: "found", value: text("the last one") }, `bit ${bit}`);
      assertEquals(copy.store.health().state, "ok");
      copy.put({ class: "tunnel-address", name: text("u"), value: text(`after boot ${boot}`) });
      copy.boot();
    }
  }
});

Deno.test("RingStore: one lost bit in the last record can still be put right if one of what the mount wrote is lost, too", () => {
  const { bench } = damageBench();
  const before = bench.flash.image();
  const value = text("the last one");
  bench.put({ class: "tunnel-address", name: text("t"), value });
  const [last] = diffImages(before, bench.flash.image(), 8);
  assert(last !== undefined);
  // A cell that should be 1 and is 0: no program can bring it back, and it stays as it is.
  const lost = last.after.findIndex((byte) => (byte & 0x10) !== 0);
  const first = damaged(bench, [{ kind: "flip", address: last.address + lost, mask: 0x10 }]);
  const mounted = first.flash.image();
  const writes = diffImages(bench.flash.image(), mounted, 8).filter(({ address }) => address !== last.address + lost);
  assert(writes.length > 0);
  assertEquals(first.put({ class: "tunnel-address", name: text("u"), value }), { type: "stored" });
  for (const { address, after } of writes) {
    for (let bit = 8 * address; bit < 8 * (address + after.length); bit++) {
      const copy = damaged(first, [{ kind: "flip", address: bit >>> 3, mask: 1 << (bit & 7) }]);
      const place = `bit ${bit}`;
      for (const name of ["t", "u"]) assertEquals(copy.get("tunnel-address", name), { type: "found", value }, place);
    }
  }
});

Deno.test("RingStore survives the loss of a header: what needs its open id is reported, the rest is there", () => {
  const bench = new Bench(8, 4, { maxNameBytes: 8, maxValueBytes: 80 });
  bench.boot();
  bench.put({ class: "tunnel-address", name: text("plain"), value: text("192.0.2.1") });
  bench.put({ class: "preshared-key", name: text("sealed"), value: text("a key") });
  for (let round = 0; round < 45; round++) {
    bench.put({ class: "persistent-logon", name: text("filler"), value: new Uint8Array(80).fill(round) });
  }
  for (const sector of [0, 1]) {
    const copy = new Bench(9, 4, { maxNameBytes: 8, maxValueBytes: 80 }, bench.flash.image());
    copy.flash.inject({ kind: "flip", address: sector * 4096 + 13, mask: 0xff });
    copy.boot();
    const plain = copy.store.get("tunnel-address", text("plain"));
    assertEquals(plain, { type: "found", value: text("192.0.2.1") }, `sector ${sector}`);
    const filler = copy.store.get("persistent-logon", text("filler"));
    assertEquals(filler, { type: "found", value: new Uint8Array(80).fill(44) }, `sector ${sector}`);
    assertEquals(copy.store.get("preshared-key", text("sealed")).type, sector === 0 ? "damaged" : "found");
  }
});

Deno.test("RingStore: one lost bit in the last record of a full store is put right, boot after boot", () => {
  const options = { maxNameBytes: 100, maxValueBytes: 200 };
  const bench = new Bench(20, 4, options);
  bench.boot();
  const name = (number: number) => Uint8Array.of(number, ...new Uint8Array(99));
  const value = (round: number) => new Uint8Array(200).fill(round);
  const capacity = bench.store.capacity();
  for (let number = 0; number < capacity; number++) {
    bench.put({ class: "persistent-logon", name: name(number), value: value(1) });
  }
  const before = bench.flash.image();
  bench.put({ class: "persistent-logon", name: name(0), value: value(0xa5) });
  const [last] = diffImages(before, bench.flash.image(), 208);
  assert(last !== undefined);
  for (let bit = 8 * last.address; bit < 8 * (last.address + last.after.length); bit++) {
    const copy = new Bench(21, 4, options, bench.flash.image());
    copy.flash.inject({ kind: "flip", address: bit >>> 3, mask: 1 << (bit & 7) });
    for (let boot = 0; boot < 3; boot++) {
      assertEquals(copy.boot().type, "mounted", `bit ${bit}`);
      for (let number = 0; number < capacity; number++) {
        const expected = number === 0 ? value(0xa5) : boot > 0 && number === 1 ? value(boot + 1) : value(1);
        const found = copy.store.get("persistent-logon", name(number));
        assertEquals(found, { type: "found", value: expected }, `bit ${bit}, boot ${boot}, record ${number}`);
      }
      const { type } = copy.put({ class: "persistent-logon", name: name(1), value: value(boot + 2) });
      assertEquals(type, "stored");
    }
  }
});

Deno.test("RingStore: a sector that is lost costs what was only there, however long the log goes on", () => {
  for (const sectorCount of [3, 4, 8]) {
    const options = { maxNameBytes: 8, maxValueBytes: 60 };
    const bench = new Bench(22, sectorCount, options);
    bench.boot();
    const names = Array.from({ length: 12 * (sectorCount - 2) }, (_, index) => Uint8Array.of(index, 1));
    for (let round = 0; round < 7; round++) {
      for (const name of names) bench.put({ class: "persistent-logon", name, value: new Uint8Array(60).fill(round) });
    }
    for (let lost = 0; lost < sectorCount; lost++) {
      const image = bench.flash.image().fill(0, lost * 4096, (lost + 1) * 4096);
      const copy = new Bench(23, sectorCount, options, image);
      copy.boot();
      const present = () => names.filter((name) => copy.store.get("persistent-logon", name).type === "found").length;
      const damagedAtFirst = copy.store.health();
      const before = present();
      if (before < names.length) assert(damagedAtFirst.state === "degraded", `sector ${lost} of ${sectorCount}`);
      const opened = () => copy.flash.counters.erases;
      // One sector after the other is opened until the ring has turned.
      for (let turn = 0; turn < sectorCount; turn++) {
        for (const start = opened(); opened() === start;) {
          copy.put({ class: "tunnel-address", name: text("t"), value: copy.random.bytes(60) });
        }
        copy.boot();
        assertEquals(present(), before, `sector ${lost} of ${sectorCount}, ${turn + 1} sectors later`);
        if (damagedAtFirst.unidentifiedDamage > 0) {
          assert(copy.store.health().unidentifiedDamage > 0, "the loss is forgotten");
        }
      }
      runToEnd(copy.store.clearSecrets());
      copy.boot();
      assertEquals(copy.store.health().unidentifiedDamage > 0, damagedAtFirst.unidentifiedDamage > 0);
      runToEnd(copy.store.forgetLosses());
      copy.boot();
      assertEquals(copy.store.health().unidentifiedDamage, 0);
      assertEquals(present(), before, "a record is forgotten with the losses");
    }
  }
});

Deno.test("RingStore: a record lost with its name is reported until losses are forgotten, and its slot is nobody's", () => {
  const bench = new Bench(24, 3);
  bench.boot();
  const before = bench.flash.image();
  bench.put({ class: "preshared-key", name: text("lost"), value: text("a key") });
  const [record] = diffImages(before, bench.flash.image(), 16);
  assert(record !== undefined);
  bench.put({ class: "preshared-key", name: text("other"), value: text("another key") });
  const flip = (offset: number): FlashFault => ({ kind: "flip", address: record.address + offset, mask: 0x18 });
  const copy = damaged(bench, [flip(8), flip(12), flip(20)]);
  for (let round = 0; round < 500; round++) {
    assertEquals(copy.store.health().unidentifiedDamage, 1, `round ${round}`);
    assertEquals(copy.get("preshared-key", "lost"), { type: "absent" });
    const { type } = copy.put({ class: "tunnel-address", name: text(`t${round % 5}`), value: copy.random.bytes(16) });
    assertEquals(type, "stored");
    if (round % 50 === 0) copy.boot();
  }
  assertEquals(copy.get("preshared-key", "other").type, "found");
  // It may have been a tunnel address: that the keys are gone does not end it, however often the ring turns.
  for (let clear = 0; clear < 3; clear++) {
    assertEquals(runToEnd(copy.store.clearSecrets()), { type: "stored" });
    assertEquals(copy.store.health().unidentifiedDamage, 1);
    copy.boot();
    assertEquals(copy.store.health().unidentifiedDamage, 1);
  }
  assertEquals(runToEnd(copy.store.forgetLosses()), { type: "stored" });
  assertEquals(copy.store.health().state, "ok");
  copy.boot();
  assertEquals(copy.store.health().state, "ok");
  assertEquals(runToEnd(copy.store.forgetLosses()), { type: "unchanged" });
  assertEquals(copy.get("tunnel-address", "t3").type, "found");
});

Deno.test("RingStore: when it is full, a damaged record keeps its room, so that it can be set again", () => {
  for (const sectorCount of [3, 4, 6]) {
    const options = { maxNameBytes: 30, maxValueBytes: 90 };
    const bench = new Bench(25, sectorCount, options);
    bench.boot();
    const name = (number: number) => Uint8Array.of(number, ...new Uint8Array(29));
    const put = (target: Bench, number: number, fill: number) =>
      target.put({ class: "preshared-key", name: name(number), value: new Uint8Array(90).fill(fill) }).type;
    const places: number[] = [];
    const capacity = bench.store.capacity();
    for (let number = 0; number < capacity; number++) {
      const before = bench.flash.image();
      assertEquals(put(bench, number, 1), "stored");
      places.push(diffImages(before, bench.flash.image(), 100)[0]?.address ?? 0);
    }
    assertEquals(put(bench, capacity, 1), "full");
    const copy = new Bench(26, sectorCount, options, bench.flash.image());
    copy.flash.inject({ kind: "flip", address: (places[0] ?? 0) + 60, mask: 1 });
    copy.boot();
    assertEquals(copy.store.get("preshared-key", name(0)), { type: "damaged" });
    assertEquals(put(copy, capacity, 1), "full");
    assertEquals(put(copy, 0, 2), "stored");
    assertEquals(copy.store.health().state, "ok");
    assertEquals(copy.store.size, capacity);
  }
});

Deno.test("RingStore.mount() says that something was lost if there is something on the part, but no log", () => {
  const image = new Uint8Array(3 * 4096).fill(0xff);
  image.fill(0x5a, 5000, 5100);
  const bench = new Bench(27, 3, {}, image);
  for (let boot = 0; boot < 3; boot++) {
    const report = bench.boot();
    assertEquals([report.type, report.type === "mounted" && report.formatted], ["mounted", boot === 0]);
    assertEquals([bench.store.health().state, bench.store.health().unidentifiedDamage], ["degraded", 1]);
  }
  assertEquals(runToEnd(bench.store.clearSecrets()), { type: "stored" });
  assertEquals(bench.store.health().unidentifiedDamage, 1);
  assertEquals(runToEnd(bench.store.forgetLosses()), { type: "stored" });
  bench.boot();
  assertEquals(bench.store.health().state, "ok");
});

Deno.test("RingStore.clearSecrets() that is cut off anywhere forgets no loss, and forgetLosses() none that it did not end", () => {
  const bench = new Bench(31, 4);
  bench.boot();
  const before = bench.flash.image();
  bench.put({ class: "tunnel-address", name: text("lost"), value: text("192.0.2.1") });
  const [record] = diffImages(before, bench.flash.image(), 16);
  assert(record !== undefined);
  bench.put({ class: "preshared-key", name: text("key"), value: text("a key") });
  bench.flash.inject({ kind: "flip", address: record.address + 8, mask: 0x18 });
  bench.flash.inject({ kind: "flip", address: record.address + 14, mask: 0x18 });
  const image = bench.flash.image();
  for (const method of ["clearSecrets", "forgetLosses"] as const) {
    let ended = 0;
    for (let cut = 0; cut < 60; cut++) {
      const copy = new Bench(60 + cut, 4, {}, image);
      copy.boot();
      assertEquals(copy.store.health().unidentifiedDamage, 1);
      // The first moments are those of small programs, the later ones of erases.
      copy.clock.cutAt = copy.clock.now + (cut < 30 ? 900 * cut : 1_100_000 * (cut - 29));
      try {
        runToEnd(copy.store[method]());
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
        copy.flash.powerOff();
      }
      copy.clock.cutAt = Infinity;
      copy.boot();
      const { unidentifiedDamage, damaged: names } = copy.store.health();
      assertEquals(names, []);
      if (unidentifiedDamage === 0) ended++;
    }
    assertEquals(method === "forgetLosses" ? ended > 10 && ended < 60 : ended === 0, true, `${method}: ${ended}`);
  }
});

Deno.test("RingStore.mount() says that the last write is in doubt if all of it was written, and not of one that was cut off", () => {
  const { bench } = damageBench();
  const before = bench.flash.image();
  bench.put({ class: "preshared-key", name: text("a"), value: text("the newest of a") });
  const [last] = diffImages(before, bench.flash.image(), 8);
  assert(last !== undefined);
  const boot = (image: Uint8Array) => {
    const report = new Bench(32, 3, {}, image).boot();
    assert(report.type === "mounted");
    return [report.interruptedWrite, report.doubtfulWrite];
  };
  assertEquals(boot(bench.flash.image()), [false, false]);
  for (let lost = 0; lost < 8 * last.after.length; lost += 5) {
    const image = bench.flash.image();
    for (const bit of [lost, (lost + 19) % (8 * last.after.length)]) {
      const at = last.address + (bit >>> 3);
      image[at] = (image[at] as number) ^ (1 << (bit & 7));
    }
    assertEquals(boot(image), [true, true], `bit ${lost}`);
  }
  for (let written = 1; written < last.after.length - 4; written++) {
    const image = bench.flash.image().fill(0xff, last.address + written, last.address + last.after.length);
    assertEquals(boot(image), [true, false], `${written} bytes`);
  }
});

Deno.test("RingStore.mount() refuses the log of a part that was divided in another way", () => {
  const bench = new Bench(28, 4);
  bench.boot();
  const image = bench.flash.image();
  const other = new Bench(29, 2 * 4, {}, new Uint8Array(8 * 4096).fill(0xff));
  other.flash.restore(Uint8Array.from({ length: 8 * 4096 }, (_, index) => image[index] ?? 0xff));
  assertEquals(other.boot(), {
    type: "failed",
    reason: "the log is for 4 sectors of 4096 bytes, the part has 8 of 4096",
  });
});

Deno.test("RingStore finds a record that begins with the last bytes of a page, as FF as what is before it", () => {
  // Payloads of 255 bytes have heads that begin with FF. The gap before the record is blank up to the end of the page.
  for (let shift = 0; shift < 12; shift++) {
    const options = { maxNameBytes: 8, maxValueBytes: 400 };
    const bench = new Bench(30 + shift, 3, options);
    bench.boot();
    // The first record ends so that the next begins near the end of the page, and is then erased as if it was lost.
    const first = 256 - 28 - 8 - 1 - 1 - shift;
    bench.put({ class: "persistent-logon", name: text("a"), value: new Uint8Array(first).fill(1) });
    bench.put({ class: "persistent-logon", name: text("b"), value: new Uint8Array(255 - 2).fill(2) });
    bench.put({ class: "persistent-logon", name: text("c"), value: text("the last") });
    const image = bench.flash.image().fill(0xff, 28, 28 + 8 + 1 + 1 + first);
    const copy = new Bench(50, 3, options, image);
    copy.boot();
    assertEquals(copy.get("persistent-logon", "b"), { type: "found", value: new Uint8Array(253).fill(2) }, `${shift}`);
    assertEquals(copy.get("persistent-logon", "c"), { type: "found", value: text("the last") });
  }
});
