import { assert, assertEquals } from "@std/assert";
import { encodeClass } from "../../../firmware/nvram/log_format.ts";
import type { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { isSecret, type RecordClass } from "../../../firmware/nvram/store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { Bench, hex, text } from "./bench.ts";
import { FormatReader, type Reading } from "./format_reader.ts";

/** As FORMAT.md numbers them; written again here, because numbers on flash never change. */
const CLASS_NUMBERS: Readonly<Record<RecordClass, number>> = {
  "preshared-key": 0,
  "group-key": 1,
  "tunnel-address": 2,
  "generational-guid": 3,
  "persistent-logon": 4,
};
const CLASSES = Object.keys(CLASS_NUMBERS) as RecordClass[];
const ROOT_KEY = new Uint8Array(32).fill(9);
const OPTIONS = { maxNameBytes: 40, maxValueBytes: 100 };

const read = (image: Uint8Array) => new FormatReader(ROOT_KEY).read(image, 4096);

/** What a store says, as the reader does. */
function readingOf(store: RingStore): Reading {
  const records = new Map<string, Uint8Array | "damaged">();
  const key = (recordClass: RecordClass, name: Uint8Array) => [CLASSES.indexOf(recordClass), ...name].join();
  for (const { class: recordClass, name, value } of store.entries()) records.set(key(recordClass, name), value);
  const { damaged, unidentifiedDamage } = store.health();
  for (const { class: recordClass, name } of damaged) records.set(key(recordClass, name), "damaged");
  return { records, hasUnknownLosses: unidentifiedDamage > 0 };
}

function lines({ records, hasUnknownLosses }: Reading): string[] {
  const values = [...records].map(([key, value]) => `${key} ${value === "damaged" ? value : hex(value)}`);
  return [...values.sort(), `unknown losses: ${hasUnknownLosses}`];
}

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

Deno.test("FORMAT.md numbers the classes as the store does, and says which are secret", () => {
  const numbered = CLASSES.map((recordClass) => `${CLASS_NUMBERS[recordClass]} ${recordClass}`).join(", ");
  const secret = CLASSES.filter(isSecret).map((recordClass) => CLASS_NUMBERS[recordClass]).join(" and ");
  const document = Deno.readTextFileSync(new URL("../../../firmware/nvram/FORMAT.md", import.meta.url));
  const said = /Classes: .*? are secret\./.exec(document.replace(/\s+/g, " "))?.[0];
  assertEquals(said, `Classes: ${numbered}. Classes ${secret} are secret.`);
  for (const recordClass of CLASSES) assertEquals(encodeClass(recordClass), CLASS_NUMBERS[recordClass]);
});

Deno.test("FORMAT.md says enough to read a region without the store", () => {
  const bench = new Bench(5, 4, OPTIONS);
  bench.boot();
  exercise(bench, 600, 300, (step) => {
    if (step % 50 === 0) assertEquals(lines(read(bench.flash.image())), lines(readingOf(bench.store)), `step ${step}`);
  });
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
  assertEquals(hex(image.subarray(0, 4)), "524b" + "02" + "00");
  assertEquals(hex(image.subarray(20, 24)), "0000" + "10" + "03");
  assertEquals(hex(image.subarray(32, 38)), "020100" + "07" + "0102");
  assertEquals(read(image).records, new Map([["2,7", Uint8Array.of(1, 2)]]));
  bench.put({ class: "preshared-key", name: text("a"), value: text("a key") });
  assertEquals(read(bench.flash.image()).records.get("0,97"), text("a key"));
});
