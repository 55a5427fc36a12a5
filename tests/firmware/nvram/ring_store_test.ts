import { assert, assertEquals, assertThrows } from "@std/assert";
import { RecordKind } from "../../../firmware/nvram/head_word.ts";
import { encodeRecord, recordBytesAt } from "../../../firmware/nvram/log_format.ts";
import { encodeHeader } from "../../../firmware/nvram/sector_header.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { NvramMisuseError, type RecordClass } from "../../../firmware/nvram/store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { diffImages } from "../../../sim/parts/flash/flash_state.ts";
import { Bench, hex, holds, nameOf, sealer, sorted, text } from "./bench.ts";
import { PowerCut } from "./cut_clock.ts";

Deno.test("RingStore keeps records over boots, in the order of their slots", () => {
  const bench = new Bench(1);
  assertEquals(bench.boot(), {
    type: "mounted",
    records: 0,
    readBytes: 4 * 4096,
    formatted: true,
    interruptedWrite: false,
    doubtfulWrite: false,
  });
  assertEquals(bench.put({ class: "preshared-key", name: text("a"), value: text("first") }), { type: "stored" });
  assertEquals(bench.put({ class: "group-key", name: text(""), value: text("group") }), { type: "stored" });
  assertEquals(bench.put({ class: "preshared-key", name: text("a"), value: text("second") }), { type: "stored" });
  assertEquals(bench.put({ class: "preshared-key", name: text("a"), value: text("second") }), { type: "unchanged" });
  const before = bench.content();
  assertEquals(bench.boot(), {
    type: "mounted",
    records: 2,
    readBytes: 4 * 4096,
    formatted: false,
    interruptedWrite: false,
    doubtfulWrite: false,
  });
  assertEquals(bench.content(), before);
  assertEquals(before.get(nameOf("preshared-key", text("a"))), hex(text("second")));
});

Deno.test("RingStore agrees with a map over thousands of operations and hundreds of boots", () => {
  const bench = new Bench(2, 4, { maxNameBytes: 8, maxValueBytes: 200 });
  bench.boot();
  const model = new Map<string, string>();
  const random = new RandomStreams(2).stream("test");
  const classes: RecordClass[] = ["preshared-key", "tunnel-address", "persistent-logon", "group-key"];
  for (let step = 0; step < 4000; step++) {
    const recordClass = classes[random.below(4)] as RecordClass;
    const name = Uint8Array.of(random.below(4));
    const key = nameOf(recordClass, name);
    switch (random.below(12)) {
      case 0:
        assertEquals(bench.boot().type, "mounted");
        break;
      case 1:
        assertEquals(runToEnd(bench.store.delete(recordClass, name)).type, model.delete(key) ? "stored" : "unchanged");
        break;
      case 2:
        if (random.below(20) > 0) break;
        assertEquals(runToEnd(bench.store.clearSecrets()).type, "stored");
        for (const each of [...model.keys()]) if (/-key/.test(each)) model.delete(each);
        break;
      default: {
        const value = random.bytes(random.below(200));
        bench.put({ class: recordClass, name, value });
        model.set(key, hex(value));
      }
    }
    if (step % 50 === 0) assertEquals(sorted(bench.content()), sorted(model), `step ${step}`);
  }
  assertEquals(bench.boot().type, "mounted");
  assertEquals(sorted(bench.content()), sorted(model));
  const { state, refusals } = bench.store.health();
  assertEquals([state, refusals], ["ok", 0]);
  assertEquals(bench.flash.counters.impossibleBits, 0);
  const erases = [...bench.flash.sectorErases];
  assert(Math.max(...erases) - Math.min(...erases) <= 1, `wear ${erases}`);
});

Deno.test("RingStore survives a cut at any moment of any operation, and a second one in the recovery", () => {
  const random = new RandomStreams(3).stream("cuts");
  let cuts = 0;
  for (let trial = 0; trial < 40; trial++) {
    const bench = new Bench(100 + trial, 3, { maxNameBytes: 32, maxValueBytes: 64 });
    bench.boot();
    const model = new Map<string, string>();
    for (let step = 0; step < 60; step++) {
      const name = Uint8Array.of(random.below(6));
      const key = nameOf("preshared-key", name);
      const value = random.bytes(16 + random.below(40));
      // Program and erase take very different times: aim at the first millisecond or at the whole of an advance.
      bench.clock.cutAt = bench.clock.now + random.below(random.below(2) === 0 ? 100_000 : 14_000_000);
      try {
        bench.put({ class: "preshared-key", name, value });
        model.set(key, hex(value));
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
        cuts++;
        bench.flash.powerOff();
        bench.clock.cutAt = bench.clock.now + random.below(4_000_000);
        try {
          bench.boot();
        } catch (again) {
          if (!(again instanceof PowerCut)) throw again;
          cuts++;
          bench.flash.powerOff();
        }
        bench.clock.cutAt = Infinity;
        bench.boot();
        const found = bench.content();
        const place = `trial ${trial}, step ${step}`;
        assert(
          [model.get(key), hex(value)].includes(found.get(key)),
          `${place}: the key in flight is neither old nor new`,
        );
        const settled = found.get(key);
        if (settled !== undefined) model.set(key, settled);
        assertEquals(sorted(found), sorted(model), place);
        bench.boot();
        assertEquals(sorted(bench.content()), sorted(model), `${place}: two boots disagree`);
        assertEquals(bench.store.health().damaged, [], place);
      }
      bench.clock.cutAt = Infinity;
    }
  }
  assert(cuts > 500, `only ${cuts} cuts`);
});

Deno.test("RingStore.clearSecrets() leaves no secret in the image, sealed or not, and everything else", () => {
  const bench = new Bench(4);
  bench.boot();
  const sealedForms: Uint8Array[] = [];
  for (let round = 0; round < 30; round++) {
    bench.put({ class: "preshared-key", name: text(`key ${round % 5}`), value: text(`a long secret number ${round}`) });
    const image = bench.flash.image();
    for (let start = 0; start + 64 <= image.length; start += 64) sealedForms.push(image.slice(start, start + 24));
  }
  bench.put({ class: "tunnel-address", name: text("gateway"), value: text("192.0.2.1") });
  assertEquals(runToEnd(bench.store.clearSecrets()), { type: "stored" });
  const image = bench.flash.image();
  assertEquals(bench.content(), new Map([[nameOf("tunnel-address", text("gateway")), hex(text("192.0.2.1"))]]));
  for (let round = 0; round < 30; round++) assert(!holds(image, text(`a long secret number ${round}`)));
  const ciphertexts = sealedForms.filter((bytes) => new Set(bytes).size > 16);
  assert(ciphertexts.length > 100);
  for (const ciphertext of ciphertexts.slice(0, 200)) assert(!holds(image, ciphertext));
  assertEquals(bench.boot().type, "mounted");
  assertEquals(bench.content().size, 1);
});

Deno.test("RingStore's capacity is exact: one more is refused and changes nothing, overwriting works", () => {
  const bench = new Bench(5, 3);
  bench.boot();
  const capacity = bench.store.capacity();
  const name = (number: number) => {
    const bytes = new Uint8Array(261);
    new DataView(bytes.buffer).setUint32(0, number);
    return bytes;
  };
  const value = (round: number) => new Uint8Array(264).fill(round);
  for (let number = 0; number < capacity; number++) {
    assertEquals(bench.put({ class: "preshared-key", name: name(number), value: value(1) }).type, "stored");
  }
  const before = bench.flash.image();
  assertEquals(bench.put({ class: "preshared-key", name: name(capacity), value: value(1) }), { type: "full" });
  assertEquals(bench.flash.image(), before);
  for (let round = 2; round < 40; round++) {
    for (let number = 0; number < capacity; number++) {
      assertEquals(bench.put({ class: "preshared-key", name: name(number), value: value(round) }).type, "stored");
    }
  }
  bench.boot();
  assertEquals(bench.content().size, capacity);
});

Deno.test("RingStore.clearSecrets() that was cut off is finished by the next mount, or has not begun", () => {
  const bench = new Bench(10);
  bench.boot();
  const boxes: Uint8Array[] = [];
  for (let round = 0; round < 12; round++) {
    const before = bench.flash.image();
    bench.put({ class: "preshared-key", name: text(`key ${round}`), value: text(`a long secret number ${round}`) });
    for (const { after } of diffImages(before, bench.flash.image(), 8)) boxes.push(after.slice(-24));
  }
  bench.put({ class: "tunnel-address", name: text("gateway"), value: text("192.0.2.1") });
  const image = bench.flash.image();
  let finished = 0;
  for (let cut = 0; cut < 40; cut++) {
    const copy = new Bench(11 + cut, 4, {}, image);
    copy.boot();
    copy.clock.cutAt = copy.clock.now + 1000 + cut * 1_100_000;
    assertThrows(() => runToEnd(copy.store.clearSecrets()), PowerCut);
    copy.flash.powerOff();
    copy.clock.cutAt = Infinity;
    copy.boot();
    const keys = copy.store.entries().filter((record) => record.class === "preshared-key").length;
    assert(keys === 0 || keys === 12, `${keys} keys are left`);
    if (keys === 0) {
      finished++;
      for (const box of boxes) assert(!holds(copy.flash.image(), box), `a box is left after cut ${cut}`);
    }
    assertEquals(copy.store.get("tunnel-address", text("gateway")).type, "found");
  }
  assert(finished > 30, `only ${finished} were finished`);
});

Deno.test("RingStore's guarantee holds for records of all sizes: what was accepted can always be changed", () => {
  for (let seed = 0; seed < 12; seed++) {
    const bench = new Bench(100 + seed, 3 + (seed % 4), { maxNameBytes: 40, maxValueBytes: 500 });
    bench.boot();
    const random = new RandomStreams(seed).stream("sizes");
    const names: Uint8Array[] = [];
    const value = () => random.bytes(random.below(2) === 0 ? 8 + random.below(22) : 500 - random.below(30));
    const model = new Map<string, Uint8Array>();
    for (let number = 0;; number++) {
      const name = Uint8Array.of(number, number >>> 8, ...random.bytes(random.below(38)));
      const content = random.bytes(500);
      const { type } = bench.put({ class: "preshared-key", name, value: content });
      if (type === "full") break;
      assertEquals(type, "stored");
      names.push(name);
      model.set(hex(name), content);
    }
    assert(names.length >= bench.store.capacity());
    for (let round = 0; round < 300; round++) {
      const name = names[random.below(names.length)] as Uint8Array;
      const content = value();
      const { type } = bench.put({ class: "preshared-key", name, value: content });
      assertEquals(type, "stored", `seed ${seed}, round ${round}`);
      model.set(hex(name), content);
      if (random.below(30) === 0) bench.boot();
    }
    bench.boot();
    const found = bench.store.entries().map((record) => [hex(record.name), hex(record.value)].join(" "));
    assertEquals(found.sort(), [...model].map(([name, content]) => `${name} ${hex(content)}`).sort());
  }
});

Deno.test("RingStore.mount() boots or reports whatever is in the region, and never hangs", () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = new RandomStreams(seed).stream("garbage");
    const image = random.bytes(3 * 4096);
    if (seed % 3 === 1) image.fill(0);
    if (seed % 3 === 2) image.fill(0xff, random.below(image.length));
    const bench = new Bench(seed, 3, {}, image);
    assertEquals(bench.boot().type, "mounted");
    assertEquals(bench.put({ class: "group-key", name: text(""), value: text("k") }), { type: "stored" });
    bench.boot();
    assertEquals(bench.store.get("group-key", text("")), { type: "found", value: text("k") });
  }
});

Deno.test("RingStore.mount() leaves a log of another version alone", () => {
  const image = new Uint8Array(3 * 4096).fill(0xff);
  const header = {
    version: 1,
    programBytes: 1,
    tellsRetired: false,
    logSectors: 1,
    sequence: 1,
    eraseCount: 1,
    openId: new Uint8Array(8),
    previousEnd: 0,
    sectorBytes: 4096,
    sectorCount: 3,
  };
  image.set(encodeHeader(header));
  const bench = new Bench(15, 3, {}, image);
  assertEquals(bench.boot(), { type: "failed", reason: "the log has format 1, this firmware reads 2 and 3" });
  assertEquals(bench.put({ class: "group-key", name: text(""), value: text("k") }), { type: "corrupted" });
  assertEquals(bench.flash.image(), image);
});

Deno.test("RingStore refuses a record that is longer than it was made for", () => {
  const bench = new Bench(16, 3, { maxNameBytes: 4, maxValueBytes: 8 });
  bench.boot();
  const put = (name: number, value: number) => () =>
    bench.put({ class: "group-key", name: new Uint8Array(name), value: new Uint8Array(value) });
  assertThrows(put(5, 8), NvramMisuseError, "name has 5 bytes, expected 0 to 4");
  assertThrows(put(4, 9), NvramMisuseError, "value has 9 bytes, expected 0 to 8");
  assertEquals(put(4, 8)(), { type: "stored" });
});

Deno.test("RingStore refuses a record of no class, and texts in the place of bytes", () => {
  const bench = new Bench(16, 3, { maxNameBytes: 4, maxValueBytes: 8 });
  bench.boot();
  const good = { class: "group-key", name: text("a"), value: text("k") };
  const put = (bad: object) => () =>
    runToEnd(Reflect.apply(RingStore.prototype.put, bench.store, [{ ...good, ...bad }]));
  const classes =
    "preshared-key, group-key, tunnel-address, generational-guid, persistent-logon, persistent-logon-part";
  for (const given of ["pre-shared-key", "toString", "", undefined]) {
    assertThrows(put({ class: given }), NvramMisuseError, `class is ${given}, expected ${classes}`);
  }
  assertThrows(put({ name: "a" }), NvramMisuseError, "name has 1 bytes, expected 0 to 4 in a Uint8Array");
  assertThrows(put({ value: "secret" }), NvramMisuseError, "value has 6 bytes, expected 0 to 8 in a Uint8Array");
  assertThrows(put({ value: [1, 2] }), NvramMisuseError, "value has 2 bytes");
  assertThrows(put({ value: Uint16Array.of(1) }), NvramMisuseError, "value has 1 bytes");
  assertThrows(put({ name: undefined }), NvramMisuseError, "expected 0 to 4 in a Uint8Array");
  assertEquals(bench.store.size, 0);
  assertEquals(put({})(), { type: "stored" });
});

Deno.test("RingStore's secrets cannot be moved to another slot or place, even with a checksum that fits", () => {
  const bench = new Bench(17, 3);
  bench.boot();
  bench.put({ class: "preshared-key", name: text("a"), value: text("a secret") });
  const region = bench.flash.image();
  const sector = region.subarray(0, 4096);
  const first = sector.slice(28, 28 + recordBytesAt(sector, 1, 28));
  const payload = first.subarray(4, first.length - 4);
  const elsewhere = 28 + first.length;
  const head = { kind: RecordKind.full, carried: false, slot: 5, payloadBytes: payload.length };
  const moved = payload.slice();
  moved[1] = "b".charCodeAt(0);
  region.set(encodeRecord(head, moved, 1, elsewhere), elsewhere);
  region.set(encodeRecord({ ...head, slot: 6 }, payload, 1, elsewhere + first.length), elsewhere + first.length);
  const copy = new Bench(18, 3, {}, region);
  copy.boot();
  assertEquals(copy.store.get("preshared-key", text("b")), { type: "damaged" });
  assertEquals(copy.store.get("preshared-key", text("a")), { type: "damaged" });
});

Deno.test("SecretboxSealer opens a box only for the record and at the place it was sealed for", () => {
  const place = { openId: new Uint8Array(8).fill(1), sequence: 7, offset: 24, slot: 3 };
  const record = (name: string) => ({ class: "preshared-key" as const, name: text(name) });
  const box = sealer.seal(record("a"), place, text("secret"));
  assertEquals(sealer.open(record("a"), place, box), text("secret"));
  assertEquals(sealer.verify(record("a"), place, box), true);
  assertEquals(sealer.verify(record("b"), place, box), false);
  assertEquals(sealer.open(record("b"), place, box), undefined);
  assertEquals(sealer.open({ ...record("a"), class: "group-key" }, place, box), undefined);
  assertEquals(sealer.open(record("a"), { ...place, offset: 32 }, box), undefined);
  assertEquals(sealer.open(record("a"), { ...place, slot: 4 }, box), undefined);
  assertEquals(sealer.open(record("a"), { ...place, sequence: 8 }, box), undefined);
  assertEquals(sealer.open(record("a"), { ...place, openId: new Uint8Array(8).fill(2) }, box), undefined);
});
