import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { SecretboxSealer } from "../../../firmware/nvram/sealer.ts";
import type { NvramRecord, RecordClass } from "../../../firmware/nvram/store.ts";
import { type RandomStream, RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { CutClock, PowerCut } from "./cut_clock.ts";

const sealer = new SecretboxSealer(new Uint8Array(32).fill(9));
const text = (value: string) => new TextEncoder().encode(value);

class Bench {
  readonly clock = new CutClock();
  readonly flash: FlashPart;
  readonly random: RandomStream;
  store: RingStore;

  constructor(seed: number, sectorCount = 4, readonly options: { maxNameBytes?: number; maxValueBytes?: number } = {}) {
    const streams = new RandomStreams(seed);
    this.random = streams.stream("store");
    const preset = { ...W25Q_REGION, geometry: { ...W25Q_REGION.geometry, sectorCount } };
    this.flash = new FlashPart({ preset, clock: this.clock, random: streams.stream("flash") });
    this.store = this.open();
  }

  open(): RingStore {
    return new RingStore({
      flash: this.flash,
      sealer,
      random: (length) => this.random.bytes(length),
      ...this.options,
    });
  }

  boot() {
    this.store = this.open();
    return runToEnd(this.store.mount());
  }

  put(record: NvramRecord) {
    return runToEnd(this.store.put(record));
  }

  content(): Map<string, string> {
    return new Map(this.store.entries().map((record) => [nameOf(record.class, record.name), hex(record.value)]));
  }
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const nameOf = (recordClass: RecordClass, name: Uint8Array) => `${recordClass}/${hex(name)}`;
const sorted = (map: Map<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

function holds(image: Uint8Array, needle: Uint8Array): boolean {
  for (let start = 0; start + needle.length <= image.length; start++) {
    let index = 0;
    while (index < needle.length && image[start + index] === needle[index]) index++;
    if (index === needle.length) return true;
  }
  return false;
}

Deno.test("RingStore keeps records over boots, in the order of their slots", () => {
  const bench = new Bench(1);
  assertEquals(bench.boot(), {
    type: "mounted",
    records: 0,
    readBytes: 4 * 4096,
    formatted: true,
    interruptedWrite: false,
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
  assertEquals(bench.store.health(), { state: "ok", damaged: [], unidentifiedDamage: 0, refusals: 0 });
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

Deno.test("RingStore never gives an older value for a damaged record: it names the record, and a new value heals it", () => {
  const bench = new Bench(6, 3);
  bench.boot();
  const put = (name: string, value: string) =>
    bench.put({ class: "preshared-key", name: text(name), value: text(value) });
  put("a", "old value of a");
  put("b", "value of b");
  const before = bench.flash.image();
  put("a", "new value of a");
  const address = bench.flash.image().findIndex((byte, index) => byte !== before[index]);
  put("c", "value of c");
  const image = bench.flash.image();
  for (let bit = 0; bit < (8 + 16 + 14) * 8; bit++) {
    const flipped = image.slice();
    flipped[address + (bit >> 3)] = (flipped[address + (bit >> 3)] as number) ^ (1 << (bit & 7));
    const damaged = new FlashPart({
      preset: { ...W25Q_REGION, geometry: bench.flash.geometry },
      clock: new CutClock(),
      random: bench.random,
      image: flipped,
    });
    const store = new RingStore({ flash: damaged, sealer, random: (length) => bench.random.bytes(length) });
    runToEnd(store.mount());
    const values = new Map(store.entries().map((record) => [hex(record.name), hex(record.value)]));
    const found = values.get(hex(text("a")));
    assert(found === undefined || found === hex(text("new value of a")), `bit ${bit}: an older value was given`);
    assertEquals(store.health().state, "degraded", `bit ${bit}`);
    assertEquals(values.get(hex(text("b"))), hex(text("value of b")), `bit ${bit}`);
    assertEquals(values.get(hex(text("c"))), hex(text("value of c")), `bit ${bit}`);
  }
});

Deno.test("SecretboxSealer opens a box only for the record and at the place it was sealed for", () => {
  const place = { openId: new Uint8Array(8).fill(1), sequence: 7, offset: 24, slot: 3 };
  const box = sealer.seal(text("a"), place, text("secret"));
  assertEquals(sealer.open(text("a"), place, box), text("secret"));
  assertEquals(sealer.open(text("b"), place, box), undefined);
  assertEquals(sealer.open(text("a"), { ...place, offset: 32 }, box), undefined);
  assertEquals(sealer.open(text("a"), { ...place, slot: 4 }, box), undefined);
  assertEquals(sealer.open(text("a"), { ...place, sequence: 8 }, box), undefined);
  assertEquals(sealer.open(text("a"), { ...place, openId: new Uint8Array(8).fill(2) }, box), undefined);
});
