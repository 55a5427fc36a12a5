/** Sectors that the part refuses, and what a turn of the ring may not lose or leave for it. */

import { assert, assertEquals } from "@std/assert";
import { CarryOver } from "../../../firmware/nvram/carry_over.ts";
import type { LogSector } from "../../../firmware/nvram/log_window.ts";
import { RegionReader } from "../../../firmware/nvram/region_reader.ts";
import { RingLog } from "../../../firmware/nvram/ring_log.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { decodeHeader, encodeHeader } from "../../../firmware/nvram/sector_header.ts";
import { SlotTable } from "../../../firmware/nvram/slot_table.ts";
import { AilingFlash } from "../../../sim/lab/explore/cuts/ailing_flash.ts";
import { NotingSealer } from "../../../sim/lab/explore/cuts/noting_sealer.ts";
import { SecretSearch } from "../../../sim/lab/explore/cuts/secret_search.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import type { FlashOutcome } from "../../../sim/parts/flash/nor_flash.ts";
import { diffImages } from "../../../sim/parts/flash/flash_state.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { hex, sealer, text } from "./bench.ts";

const HEADER = {
  version: 3,
  logSectors: 2,
  eraseCount: 1,
  openId: new Uint8Array(8).fill(7),
  previousEnd: 0,
  sectorBytes: 1024,
  sectorCount: 8,
  programBytes: 16,
  tellsRetired: false,
};

/** A part that leaves sectors as they are when they are to be erased, so many times each. */
class Refusing extends AilingFlash {
  readonly erases = new Map<number, number>();

  override *sectorErase(address: number): Task<FlashOutcome> {
    const sector = Math.floor(address / this.geometry.sectorBytes);
    const times = this.erases.get(sector) ?? 0;
    if (times === 0) return yield* super.sectorErase(address);
    this.erases.set(sector, times - 1);
    return "erase failed";
  }
}

/** A store on 8 sectors of 1 KiB, on a part with fail bits. */
class Worn {
  readonly noting = new NotingSealer(sealer);
  readonly flash: FlashPart;
  readonly refusing: Refusing;
  readonly #random;
  store: RingStore;

  constructor(image?: Uint8Array, programBytes = 16) {
    const streams = new RandomStreams(1);
    this.#random = streams.stream("store");
    const geometry = { sectorBytes: 1024, sectorCount: 8, pageBytes: 256, programBytes };
    const preset = { ...W25Q_REGION, geometry, commands: { failBits: true } };
    const made = { preset, clock: new UntimedClock(), random: streams.stream("flash") };
    this.flash = new FlashPart({ ...made, ...(image && { image }) });
    this.refusing = new Refusing(this.flash, streams.stream("failures"));
    this.store = this.boot();
  }

  boot(): RingStore {
    const random = (lengthBytes: number) => this.#random.bytes(lengthBytes);
    const sizes = { maxNameBytes: 12, maxValueBytes: 60 };
    this.store = new RingStore({ flash: this.refusing, sealer: this.noting, random, ...sizes });
    assertEquals(runToEnd(this.store.mount()).type, "mounted");
    return this.store;
  }

  put(name: string): Uint8Array {
    const value = this.#random.bytes(40);
    assertEquals(runToEnd(this.store.put({ class: "preshared-key", name: text(name), value })).type, "stored");
    return value;
  }

  puts(count: number): void {
    for (let index = 0; index < count; index++) this.put(`k${index % 3}`);
  }

  get(name: string): string {
    const found = this.store.get("preshared-key", text(name));
    return found.type === "found" ? hex(found.value) : found.type;
  }
}

Deno.test("RingStore.clearSecrets() says that keys may be left while any retired sector holds one, not the last alone", () => {
  let left = 0;
  for (const [dead, cured] of [[0, 3], [2, 6], [5, 1]] as const) {
    const bench = new Worn();
    bench.puts(120);
    bench.refusing.erases.set(dead, Infinity);
    bench.puts(90);
    // Retired, too, but takes erases again by the time of the clear.
    bench.refusing.erases.set(cured, 4);
    bench.puts(90);
    assertEquals(bench.store.health().retiredSectors, 2);
    const { type } = runToEnd(bench.store.clearSecrets());
    const search = new SecretSearch(bench.noting.secretBoxes);
    const isLeft = search.isIn(bench.flash.image());
    if (isLeft) left++;
    assertEquals(type, isLeft ? "unscrubbed" : "stored", `sectors ${dead} and ${cured}`);
  }
  assertEquals(left, 3);
});

Deno.test("CarryOver forgets what it has copied into a sector that was refused", () => {
  const { flash, refusing } = new Worn();
  const sectorOf = (index: number): LogSector => {
    const header = decodeHeader(encodeHeader({ ...HEADER, sequence: index + 1 }));
    assert(header !== undefined);
    return { index, header, condition: "whole" };
  };
  const [tail, other, refused, opened] = [sectorOf(1), sectorOf(2), sectorOf(5), sectorOf(6)];
  const slots = new SlotTable(sealer, 60, 16);
  const log = new RingLog({
    flash: refusing,
    random: (lengthBytes) => new Uint8Array(lengthBytes),
    maxRecordBytes: 128,
    reader: new RegionReader({ flash: refusing, workspace: undefined, omittedRules: new Set() }),
  });
  for (const [number, sector] of [tail, other].entries()) {
    const place = { sector, offset: 32 };
    const value = { stored: new Uint8Array(20).fill(number), place };
    slots.set({ number, identity: { class: "tunnel-address", name: text(`key ${number}`) }, namePlace: place, value });
  }
  const options = {
    log,
    slots,
    losses: () => [],
    scrub: undefined,
    isScrubbing: false,
    unsettled: undefined,
    reserveBytes: 0,
  };
  const carryOver = new CarryOver({ ...options, hasSpare: () => true });
  const cursorIn = (sector: LogSector) => ({ sector, offset: 32, end: 1024 });
  for (const { index } of [refused, opened]) {
    runToEnd(flash.writeEnable());
    runToEnd(flash.sectorErase(1024 * index));
  }
  const first = cursorIn(refused);
  assert(
    runToEnd(carryOver.begin(first)) && runToEnd(carryOver.copy(first, tail)) && runToEnd(carryOver.copy(first, other)),
  );
  // Behind the list of what was refused the next one has room for less.
  const second = cursorIn(opened);
  assert(runToEnd(carryOver.begin(second)) && runToEnd(carryOver.copy(second, tail)));
  carryOver.adopt();
  const places = [...slots.values()].map(({ namePlace, value }) => [namePlace.sector, value?.place.sector]);
  assertEquals(places, [[opened, opened], [other, other]]);
});

for (const programBytes of [1, 16]) {
  Deno.test(`RingStore on words of ${programBytes}: a last record that was written again in the next sector may read as it likes in its old place`, () => {
    let moved = 0;
    const bench = new Worn(undefined, programBytes);
    for (let count = 0; count < 60; count++) {
      const before = bench.flash.image();
      const value = hex(bench.put("k"));
      const image = bench.flash.image();
      const [record] = diffImages(before, image, 32);
      if (record?.kind !== "programmed") continue;
      const next = new Worn(image, programBytes);
      // The part does not drive it again, and says so.
      if (programBytes === 1) {
        next.flash.inject({
          kind: "program failure",
          address: record.address,
          lengthBytes: 1,
          times: 6,
          reported: true,
        });
        next.boot();
      }
      const isOpened = next.flash.sectorErases.some((erases) => erases > 0);
      if (!isOpened) continue;
      moved++;
      const weak = next.flash.image();
      for (const bit of [0x10, 0x08]) weak[record.address] = (weak[record.address] as number) ^ bit;
      const again = new Worn(weak, programBytes);
      assertEquals([again.get("k"), again.store.health().state], [value, "ok"], `after ${count} changes`);
    }
    assert(moved > 2, `${moved} were written to another sector`);
  });
}

Deno.test("RingStore gives the slot of a record that is being written to no report of a loss", () => {
  const bench = new Worn();
  bench.put("first");
  const before = bench.flash.image();
  bench.put("first");
  const [record] = diffImages(before, bench.flash.image(), 32);
  assert(record !== undefined);
  bench.put("first");
  // Nobody knows whose it was, nor how long.
  const image = bench.flash.image();
  for (const bit of [0x10, 0x08]) image[record.address] = (image[record.address] as number) ^ bit;
  const damaged = new Worn(image);
  for (let count = 0; count < 100; count++) {
    const value = hex(damaged.put(`new ${count}`));
    const again = new Worn(damaged.flash.image());
    for (const { store } of [damaged, again]) {
      assert(store.health().unidentifiedDamage > 0, `the loss is forgotten with new record ${count}`);
    }
    assertEquals([damaged.get(`new ${count}`), again.get(`new ${count}`)], [value, value]);
    assertEquals(runToEnd(damaged.store.delete("preshared-key", text(`new ${count}`))).type, "stored");
  }
});
