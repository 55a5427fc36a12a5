/**
 * Whose a value is, of which only the slot is known: a slot passes from one record to another by two records, one that
 * frees it and one with the next name. If both may be lost, nobody may be given the value.
 */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { isSecret, type NvramRecord, type RecordClass } from "../../../firmware/nvram/store.ts";
import { NotingSealer } from "../../../sim/lab/explore/cuts/noting_sealer.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { headerBytes } from "../../../firmware/nvram/sector_header.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { diffImages } from "../../../sim/parts/flash/flash_state.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { hex, holds, sealer, text } from "./bench.ts";
import { lines, readingOf } from "./format_lines.ts";
import { FormatReader } from "./format_reader.ts";

const ROOT_KEY = new Uint8Array(32).fill(9);
const CLASSES = ["tunnel-address", "preshared-key", "persistent-logon-part"] as const satisfies RecordClass[];
const GEOMETRY = { sectorBytes: 512, pageBytes: 64 };
const SECTORS = 5;
const EVENTS = ["old", "deletion", "name", "value"] as const;
type Event = (typeof EVENTS)[number];
type Places = Readonly<Record<Event, number>>;

/** A store on a small part. */
class Ring {
  readonly noting: NotingSealer;
  readonly flash: FlashPart;
  readonly #random;
  store: RingStore;

  constructor(programBytes: number, sectorCount = SECTORS, noting = new NotingSealer(sealer), image?: Uint8Array) {
    this.noting = noting;
    const streams = new RandomStreams(image === undefined ? 1 : 2);
    this.#random = streams.stream("store");
    const preset = { ...W25Q_REGION, geometry: { ...GEOMETRY, sectorCount, programBytes } };
    const made = { preset, clock: new UntimedClock(), random: streams.stream("flash") };
    this.flash = new FlashPart({ ...made, ...(image && { image }) });
    this.store = this.boot();
  }

  boot(): RingStore {
    const random = (length: number) => this.#random.bytes(length);
    const sizes = { maxNameBytes: 8, maxValueBytes: 24 };
    this.store = new RingStore({ flash: this.flash, sealer: this.noting, random, ...sizes });
    assertEquals(runToEnd(this.store.mount()).type, "mounted");
    return this.store;
  }

  put(record: NvramRecord): void {
    assertEquals(runToEnd(this.store.put(record)), { type: "stored" }, record.class);
  }

  /** Opens so many sectors. */
  turn(sectors: number): void {
    for (let turn = 0; turn < sectors; turn++) {
      for (const { erases } = this.flash.counters; this.flash.counters.erases === erases;) {
        this.put(record("persistent-logon", "filler", this.#random.below(256)));
      }
    }
  }

  /** Where the first byte lies that something writes. */
  placeOf(write: () => void): number {
    const before = this.flash.image();
    write();
    const [first] = diffImages(before, this.flash.image(), 32);
    assert(first !== undefined, "something was written");
    return first.address;
  }

  /** What a boot of a copy finds, with two bits of each of these bytes wrong: the same as a reader of FORMAT.md. */
  damaged(addresses: readonly number[]): Ring {
    const image = this.flash.image();
    for (const address of addresses) image[address] = (image[address] as number) ^ 0x18;
    const expected = new FormatReader(ROOT_KEY).read(image.slice(), GEOMETRY.sectorBytes);
    const { programBytes = 1, sectorCount } = this.flash.geometry;
    const copy = new Ring(programBytes, sectorCount, this.noting, image);
    assertEquals(lines(readingOf(copy.store)), lines(expected), "FORMAT.md");
    return copy;
  }
}

const record = (recordClass: RecordClass, name: string, content: number): NvramRecord => (
  { class: recordClass, name: text(name), value: new Uint8Array(20).fill(content) }
);
const OTHER = record("tunnel-address", "other", 2);
/** Of a length that no name has: damage in it is never at the place of the record behind. */
const old = (recordClass: RecordClass) => record(recordClass, "old", 3);
const young = (recordClass: RecordClass) => record(recordClass, "new", 5);

/** How the records lie that pass a slot on: all in one sector or not; or no sector opens, and secrets are cleared. */
const LAYOUTS = ["one sector", "spread", "cleared"] as const;

/** A slot that passes from one record to another. */
function passSlot(
  oldClass: RecordClass,
  newClass: RecordClass,
  layout: (typeof LAYOUTS)[number],
  programBytes: number,
) {
  const ring = new Ring(programBytes);
  // What was cleared is still there then.
  const clear = () => {
    for (let sector = 1; sector < SECTORS; sector++) {
      ring.flash.inject({ kind: "erase failure", sector, times: 1e9, reported: true });
    }
    assertEquals(runToEnd(ring.store.clearSecrets()).type, "unscrubbed");
  };
  const remove = () => assertEquals(runToEnd(ring.store.delete(oldClass, text("old"))), { type: "stored" });
  const writes: Readonly<Record<Event, () => void>> = {
    old: () => ring.put(old(oldClass)),
    deletion: layout === "cleared" ? clear : remove,
    name: () => ring.put(record(newClass, "new", 4)),
    value: () => ring.put(young(newClass)),
  };
  ring.put(record("tunnel-address", "other", 1));
  const places = { old: 0, deletion: 0, name: 0, value: 0 };
  for (const event of EVENTS) {
    // The name and the deletion may lie in one sector: the ring is not much longer.
    if (layout === "spread" && event !== "name") ring.turn(1);
    places[event] = ring.placeOf(writes[event]);
  }
  ring.put(OTHER);
  return { ring, places };
}

/** What a store says is wrong of it, if something is. */
function objection({ store }: Ring, newClass: RecordClass, isCleared: boolean): string | undefined {
  const { state, unidentifiedDamage } = store.health();
  for (const { class: recordClass, name, value } of store.entries()) {
    const key = `${new TextDecoder().decode(name)}: ${hex(value)}`;
    const isAllowed = [young(newClass), OTHER].some((each) => {
      return each.class === recordClass && hex(each.name) === hex(name) && hex(each.value) === hex(value);
    });
    if (!isAllowed && !key.startsWith("filler")) return `${recordClass} ${key} was given`;
  }
  const isOver = isCleared && isSecret(newClass);
  for (const each of isOver ? [OTHER] : [young(newClass), OTHER]) {
    const name = new TextDecoder().decode(each.name);
    const { type } = store.get(each.class, each.name);
    if (type === "absent" && unidentifiedDamage === 0) return `${name} is lost, and nothing says so`;
    if (type === "damaged" && state !== "degraded") return `${name} is damaged, and the store is ${state}`;
  }
  if (isOver && store.get(newClass, text("new")).type === "found") return "a key that was cleared is there";
  return undefined;
}

/** What is damaged: all sets of the records that the slot passes on by, and all together. */
const DAMAGED = [
  ...Array.from({ length: 7 }, (_, bits) => EVENTS.slice(1).filter((_, bit) => ((bits + 1) >>> bit) & 1)),
  EVENTS,
];

/** Head: nobody can say what record it was; body: the head tells it. */
const DAMAGE = { head: 1, body: 5 } as const;

/** Damages what passed the slot on, and goes on with the store until all is well again. */
function attack(ring: Ring, places: Places, damage: readonly Event[], how: keyof typeof DAMAGE, rest: {
  readonly oldClass: RecordClass;
  readonly newClass: RecordClass;
  readonly clears: boolean;
  readonly turns: boolean;
}): string | undefined {
  const { oldClass, newClass, clears, turns } = rest;
  const copy = ring.damaged(damage.map((event) => places[event] + DAMAGE[how]));
  const isWrong = () => objection(copy, newClass, clears);
  let wrong = objection(copy, newClass, false);
  if (wrong !== undefined) return `at the first boot ${wrong}`;
  if (how === "body") {
    // What the head of each damaged record tells is enough to believe all others.
    if (!copy.store.holds(OTHER)) return "a record is lost that nothing happened to";
    const isNamed = !damage.includes("name") && !damage.includes("value");
    if (isNamed && !copy.store.holds(young(newClass))) return "the slot has its new name, and is not believed";
  }
  if (clears) {
    const { type } = runToEnd(copy.store.clearSecrets());
    const image = copy.flash.image();
    if (type !== "stored" && type !== "unchanged") return `the clear: ${type}`;
    if (copy.noting.secretBoxes.some((box) => holds(image, box))) return "a sealed key is left";
    wrong = isWrong();
    if (wrong !== undefined) return `after the clear ${wrong}`;
  }
  for (let sector = 0; sector < (turns ? SECTORS + 1 : 1); sector++) {
    copy.boot();
    wrong = isWrong();
    if (wrong !== undefined) return `${sector} sectors later ${wrong}`;
    if (turns) copy.turn(1);
  }
  // That the older name is set again ends no report of the other.
  copy.put(record(oldClass, "old", 6));
  const { state, unidentifiedDamage } = copy.store.health();
  const isThere = copy.store.get(newClass, text("new")).type;
  const isOver = clears && isSecret(newClass);
  if (!isOver && isThere === "absent" && unidentifiedDamage === 0) return "an older name that is set ends the report";
  if (!isOver && isThere === "damaged") assertEquals(state, "degraded");
  for (const each of [young(newClass), OTHER, record("persistent-logon", "filler", 7)]) {
    if (!copy.store.holds(each)) copy.put(each);
  }
  runToEnd(copy.store.forgetLosses());
  for (let boot = 0; boot < 2; boot++) {
    if (copy.store.health().state !== "ok") return "all is set again, and it is degraded";
    const values = [record(oldClass, "old", 6), young(newClass), OTHER].map((each) => copy.store.holds(each));
    if (values.includes(false)) return `what was set again is lost: ${values}`;
    copy.boot();
  }
  return undefined;
}

for (const programBytes of [1, 8]) {
  Deno.test(`RingStore gives nobody the value of a slot whose owner is lost, words of ${programBytes}`, () => {
    const wrong: string[] = [];
    const attacks = CLASSES.flatMap((oldClass) =>
      CLASSES.flatMap((newClass) => LAYOUTS.map((layout) => ({ oldClass, newClass, layout })))
    );
    for (const { oldClass, newClass, layout } of attacks) {
      // Only the secret ones are cleared.
      if (layout === "cleared" && !isSecret(oldClass)) continue;
      const { ring, places } = passSlot(oldClass, newClass, layout, programBytes);
      for (const damage of DAMAGED) {
        for (const how of ["body", "head"] as const) {
          for (const [clears, turns] of [[false, false], [false, true], [true, false], [true, true]] as const) {
            const said = attack(ring, places, damage, how, { oldClass, newClass, clears, turns });
            const rest = `${clears ? ", cleared" : ""}${turns ? ", turned" : ""}`;
            if (said !== undefined) {
              wrong.push(`${oldClass} to ${newClass}, ${layout}, ${how} of ${damage}${rest}: ${said}`);
            }
          }
        }
      }
    }
    assertEquals(wrong, []);
  });
}

Deno.test("RingStore: a damaged full record does no harm to the name of its slot, which nothing has freed", () => {
  const ring = new Ring(1);
  const put = (content: number) => ring.put(record("tunnel-address", "plain", content));
  put(1);
  const update = ring.placeOf(() => put(2));
  ring.put(OTHER);
  const damagedOnce = ring.damaged([update + DAMAGE.body]);
  assertEquals(damagedOnce.store.get("tunnel-address", text("plain")), { type: "damaged" });
  // It is written anew with its name.
  const place = damagedOnce.placeOf(() => damagedOnce.put(record("tunnel-address", "plain", 3)));
  damagedOnce.put(record("tunnel-address", "plain", 4));
  const damagedTwice = damagedOnce.damaged([place + DAMAGE.body]);
  assert(damagedTwice.store.holds(record("tunnel-address", "plain", 4)), "the value behind it is not believed");
  assertEquals(damagedTwice.store.health().state, "ok");
});

Deno.test("RingStore: of values behind what nobody can account for, boxes tell whose they are, and no others", () => {
  for (const recordClass of CLASSES) {
    const ring = new Ring(1);
    ring.put(record(recordClass, "a", 1));
    const place = ring.placeOf(() => ring.put(OTHER));
    ring.put(record(recordClass, "a", 2));
    const { store } = ring.damaged([place + DAMAGE.head]);
    const isSealedClass = recordClass !== "tunnel-address";
    assertEquals(store.holds(record(recordClass, "a", 2)), isSealedClass, recordClass);
    assertEquals(store.get(recordClass, text("a")).type, isSealedClass ? "found" : "absent");
    assertEquals(store.health().unidentifiedDamage, isSealedClass ? 1 : 2);
  }
});

Deno.test("RingStore: one lost record of any kind does no harm to names, two may be what gives a slot away", () => {
  const ring = new Ring(8, 16);
  const put = (content: number) => ring.put(record("tunnel-address", "plain", content));
  /** Boots until the last record was written again as the first of the next sector; where that lies. */
  const bootIntoNext = () => {
    let erases: number;
    do {
      ring.put(record("persistent-logon", "filler", ring.flash.counters.programs & 0xff));
      erases = ring.flash.counters.erases;
      ring.boot();
    } while (ring.flash.counters.erases === erases);
    const view = new DataView(ring.flash.image().buffer);
    const sequences = Array.from(
      { length: 16 },
      (_, sector) => view.getUint32(sector * GEOMETRY.sectorBytes + 4, true),
    )
      .map((sequence) => sequence === 0xffff_ffff ? 0 : sequence);
    return sequences.indexOf(Math.max(...sequences)) * GEOMETRY.sectorBytes + headerBytes(8);
  };
  put(1);
  put(2);
  const first = bootIntoNext();
  const between = ring.placeOf(() => put(3));
  const second = bootIntoNext();
  const value = record("tunnel-address", "plain", 4);
  ring.put(value);
  ring.put(OTHER);
  const answer = (...places: number[]) => {
    const { store } = ring.damaged(places.map((each) => each + DAMAGE.body));
    assert(store.health().unidentifiedDamage > 0);
    return store.holds(value);
  };
  assert(answer(first) && answer(second));
  // A value that came between them tells that the first did not free its slot.
  assert(answer(first, second));
  assert(!answer(first, between, second));
});

Deno.test("RingStore: a loss that was noted in a slot that was free is none of the name that it had before", () => {
  const ring = new Ring(1);
  ring.put(record("tunnel-address", "first", 1));
  const update = ring.placeOf(() => ring.put(record("tunnel-address", "first", 2)));
  ring.put(OTHER);
  ring.turn(1);
  ring.put(old("tunnel-address"));
  const deletion = ring.placeOf(() => runToEnd(ring.store.delete("tunnel-address", text("old"))));
  ring.turn(1);
  const copy = ring.damaged([update + DAMAGE.head]);
  assertEquals(copy.store.health().unidentifiedDamage, 1);
  // The sector that said so is free again: the loss has the slot now that was deleted.
  copy.turn(1);
  const later = copy.damaged([deletion + DAMAGE.body]);
  assertEquals(later.store.get("tunnel-address", text("old")), { type: "absent" });
  assertEquals(later.store.health().unidentifiedDamage, 1);
});

Deno.test("RingStore reports a plain record whose name is lost, although secrets were cleared since", () => {
  for (const boots of [1, 8]) {
    const ring = new Ring(1, 7);
    ring.put(record("preshared-key", "key", 1));
    ring.turn(4);
    const place = ring.placeOf(() => ring.put(record("tunnel-address", "plain", 1)));
    assertEquals(runToEnd(ring.store.clearSecrets()), { type: "stored" });
    assertEquals(ring.store.health().state, "ok");
    const copy = ring.damaged([place + DAMAGE.body]);
    for (let boot = 0; boot < boots; boot++) {
      assertEquals(copy.store.get("tunnel-address", text("plain")), { type: "absent" });
      assertEquals(copy.store.health().unidentifiedDamage, 1, `${boot} sectors later`);
      copy.turn(1);
      copy.boot();
    }
  }
});
