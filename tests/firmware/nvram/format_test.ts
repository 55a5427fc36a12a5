import { assert, assertEquals } from "@std/assert";
import { crc32c } from "../../../firmware/nvram/crc32c.ts";
import { encodeClass } from "../../../firmware/nvram/log_format.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { isSealed, isSecret, type RecordClass } from "../../../firmware/nvram/store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q64JV } from "../../../sim/parts/flash/presets.ts";
import { Bench, hex, sealer, text } from "./bench.ts";
import { lines, readingOf } from "./format_lines.ts";
import { FormatReader } from "./format_reader.ts";

/** As FORMAT.md numbers them; written again here, because numbers on flash never change. */
const CLASS_NUMBERS: Readonly<Record<RecordClass, number>> = {
  "preshared-key": 0,
  "group-key": 1,
  "tunnel-address": 2,
  "generational-guid": 3,
  "persistent-logon": 4,
  "persistent-logon-part": 5,
};
const CLASSES = Object.keys(CLASS_NUMBERS) as RecordClass[];
const ROOT_KEY = new Uint8Array(32).fill(9);
const OPTIONS = { maxNameBytes: 40, maxValueBytes: 100 };

const read = (image: Uint8Array, sectorBytes = 4096, word = 1) =>
  new FormatReader(ROOT_KEY).read(image, sectorBytes, word);

/** Random operations and boots. */
function exercise(bench: Bench, steps: number, clearAt: number, onStep: (step: number) => void = () => {}): void {
  const { random } = bench;
  for (let step = 1; step <= steps; step++) {
    const recordClass = CLASSES[random.below(CLASSES.length)] as RecordClass;
    const name = new Uint8Array(random.below(4)).fill(random.below(4));
    if (random.below(8) === 0) runToEnd(bench.store.delete(recordClass, name));
    else bench.put({ class: recordClass, name, value: random.bytes(random.below(100)) });
    if (step === clearAt) runToEnd(bench.store.clearSecrets());
    if (random.below(20) === 0) bench.boot();
    onStep(step);
  }
}

Deno.test("FORMAT.md numbers the classes as the store does, and says which are secret or sealed", () => {
  const numbered = CLASSES.map((recordClass) => `${CLASS_NUMBERS[recordClass]} ${recordClass}`).join(", ");
  const secret = CLASSES.filter(isSecret).map((recordClass) => CLASS_NUMBERS[recordClass]).join(" and ");
  const document = Deno.readTextFileSync(new URL("../../../firmware/nvram/FORMAT.md", import.meta.url));
  const said = /Classes: .*? are secret[;.]/.exec(document.replace(/\s+/g, " "))?.[0];
  assertEquals(said, `Classes: ${numbered}. Classes ${secret} are secret;`);
  const sealed = CLASSES.filter((each) => isSealed(each) && !isSecret(each)).map((each) => CLASS_NUMBERS[each]);
  assertEquals(/secret; (\d+) is sealed as they are/.exec(document.replace(/\s+/g, " "))?.[1], sealed.join());
  for (const recordClass of CLASSES) assertEquals(encodeClass(recordClass), CLASS_NUMBERS[recordClass]);
});

Deno.test("FORMAT.md says enough to read a region without the store", () => {
  const bench = new Bench(5, 4, OPTIONS);
  bench.boot();
  exercise(bench, 600, 300, (step) => {
    if (step % 50 === 0) assertEquals(lines(read(bench.flash.image())), lines(readingOf(bench.store)), `step ${step}`);
  });
});

Deno.test("FORMAT.md says enough to read regions of all words, with bad sectors, and to find the same damage in them", () => {
  let unknownLosses = 0;
  for (const programBytes of [1, 4, 8, 16, 32]) {
    const seed = programBytes;
    const preset = { ...W25Q64JV, geometry: { sectorBytes: 1024, sectorCount: 6, pageBytes: 64, programBytes } };
    const streams = new RandomStreams(seed);
    const random = streams.stream("store");
    const open = (flash: FlashPart) => {
      const options = { maxNameBytes: 8, maxValueBytes: 40 };
      return new RingStore({ flash, sealer, random: (length) => random.bytes(length), ...options });
    };
    const part = (image?: Uint8Array) => {
      const clock = new UntimedClock();
      return new FlashPart({ preset, clock, random: streams.stream("flash"), ...(image && { image }) });
    };
    const flash = part();
    flash.inject({ kind: "erase failure", sector: 3, times: 1e9, reported: true });
    let store = open(flash);
    runToEnd(store.mount());
    for (let step = 0; step < 400; step++) {
      const recordClass = CLASSES[random.below(CLASSES.length)] as RecordClass;
      const name = new Uint8Array(random.below(3)).fill(random.below(2));
      if (random.below(8) === 0) runToEnd(store.delete(recordClass, name));
      else runToEnd(store.put({ class: recordClass, name, value: random.bytes(random.below(40)) }));
      if (random.below(10) === 0) {
        store = open(flash);
        runToEnd(store.mount());
      }
      const place = `words of ${programBytes}, step ${step}`;
      assertEquals(lines(read(flash.image(), 1024)), lines(readingOf(store)), place);
      if (step % 4 !== 0) continue;
      const image = flash.image();
      const at = random.below(image.length);
      for (let flips = 1 + random.below(3); flips > 0; flips--) {
        const address = Math.min(image.length - 1, at + random.below(12));
        image[address] = (image[address] as number) ^ (1 << random.below(8));
      }
      // Now and then no header is left at all.
      const isBare = step % 40 === 0;
      for (let sector = 0; isBare && sector < 6; sector++) {
        for (const at of [9, 20]) image[1024 * sector + at] = (image[1024 * sector + at] as number) ^ 0x24;
      }
      const expected = lines(read(image.slice(), 1024, programBytes));
      const damaged = open(part(image));
      runToEnd(damaged.mount());
      assertEquals(lines(readingOf(damaged)), expected, `${place}, damage at ${at}`);
      if (expected.includes("unknown losses: true")) unknownLosses++;
    }
    assertEquals(store.health().retiredSectors, 1);
  }
  assert(unknownLosses > 10, `only ${unknownLosses} unknown losses`);
});

Deno.test("FORMAT.md says enough to find the same damage as the store", () => {
  let damagedReadings = 0;
  let unknownLosses = 0;
  for (const sectorCount of [3, 4, 5]) {
    const bench = new Bench(sectorCount, sectorCount, OPTIONS);
    bench.boot();
    exercise(bench, 90 * sectorCount, 90 * sectorCount - 40);
    const image = bench.flash.image();
    const random = new RandomStreams(sectorCount).stream("damage");
    for (let trial = 0; trial < 700; trial++) {
      const copy = image.slice();
      const at = random.below(image.length);
      // One bit, two bits near each other, several, or a whole page.
      for (let flips = [1, 2, 2, 8][trial % 4] as number; flips > 0; flips--) {
        const address = Math.min(image.length - 1, at + random.below(flips > 2 ? 60 : 12));
        copy[address] = (copy[address] as number) ^ (1 << random.below(8));
      }
      if (trial % 50 === 0) copy.fill(trial % 100 === 0 ? 0 : 0xff, at - (at % 256), at - (at % 256) + 256);
      const expected = read(copy.slice());
      const damaged = new Bench(99, sectorCount, OPTIONS, copy);
      damaged.boot();
      assertEquals(
        lines(readingOf(damaged.store)),
        lines(expected),
        `${sectorCount} sectors, trial ${trial}, at ${at}`,
      );
      if ([...expected.records.values()].includes("damaged")) damagedReadings++;
      if (expected.hasUnknownLosses) unknownLosses++;
    }
  }
  assert(damagedReadings > 200 && unknownLosses > 100, `${damagedReadings} damaged, ${unknownLosses} unknown`);
});

Deno.test("FORMAT.md's record looks as it says", () => {
  const bench = new Bench(6, 4);
  bench.boot();
  bench.put({ class: "tunnel-address", name: Uint8Array.of(7), value: Uint8Array.of(1, 2) });
  const image = bench.flash.image();
  assertEquals(hex(image.subarray(0, 4)), "524b" + "03" + "00");
  assertEquals(hex(image.subarray(20, 24)), "0000" + "10" + "03");
  assertEquals(hex(image.subarray(32, 36)), "12" + "07" + "0102");
  assertEquals(read(image).records, new Map([["2,7", Uint8Array.of(1, 2)]]));
  bench.put({ class: "preshared-key", name: text("a"), value: text("a key") });
  assertEquals(read(bench.flash.image()).records.get("0,97"), text("a key"));
});

/** The image as version 2 would have it: of words of one byte only the version differs. */
function asVersion2(image: Uint8Array): Uint8Array {
  const old = image.slice();
  for (let start = 0; start < old.length; start += 4096) {
    if (old[start] !== 0x52 || old[start + 1] !== 0x4b) continue;
    old[start + 2] = 2;
    new DataView(old.buffer).setUint32(start + 24, crc32c(old, start, start + 24), true);
  }
  return old;
}

Deno.test("RingStore mounts a log of version 2, with all that is in it, and carries it over", () => {
  const bench = new Bench(7, 4, OPTIONS);
  bench.boot();
  exercise(bench, 500, 200);
  const image = asVersion2(bench.flash.image());
  assertEquals(lines(read(image)), lines(readingOf(bench.store)), "the reader reads version 2");
  const copy = new Bench(8, 4, OPTIONS, image);
  assertEquals(copy.boot().type, "mounted");
  const before = lines(readingOf(copy.store));
  assertEquals(before, lines(readingOf(bench.store)));
  const versions = () => [0, 1, 2, 3].map((sector) => copy.flash.image()[4096 * sector + 2]);
  assertEquals(versions().filter((version) => version === 3).length, 1, `versions ${versions()}`);
  for (let boot = 0; boot < 3; boot++) {
    assertEquals(lines(read(copy.flash.image())), before);
    copy.boot();
    assertEquals(lines(readingOf(copy.store)), before);
  }
  for (const start = copy.flash.counters.erases; copy.flash.counters.erases < start + 4;) {
    copy.put({ class: "persistent-logon", name: text("filler"), value: copy.random.bytes(100) });
  }
  assertEquals(versions(), [3, 3, 3, 3]);
  assertEquals(copy.store.health().state, "ok");
  assertEquals(copy.flash.counters.impossibleBits, 0);
});

Deno.test("RingStore.mount() leaves alone what is, or looks like, a later version", () => {
  const bench = new Bench(9, 4, OPTIONS);
  bench.boot();
  exercise(bench, 500, 200);
  const image = bench.flash.image();
  for (const isReadable of [true, false]) {
    const later = image.slice();
    for (let start = 0; start < later.length; start += 4096) {
      later[start + 2] = 4;
      const sum = isReadable ? crc32c(later, start, start + 24) : 0x1234_5678;
      new DataView(later.buffer).setUint32(start + 24, sum, true);
    }
    const copy = new Bench(10, 4, OPTIONS, later);
    const reason = isReadable ? "the log has format 4" : "the region looks like format 4";
    assertEquals(copy.boot(), { type: "failed", reason: `${reason}, this firmware reads 2 and 3` });
    assertEquals(copy.put({ class: "group-key", name: text(""), value: text("k") }), { type: "corrupted" });
    assertEquals(copy.flash.image(), later);
  }
});
