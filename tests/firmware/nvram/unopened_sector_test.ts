/** Sectors that do not open, and sectors that the log has left: nothing of them may come back or stay. */

import { assert, assertEquals } from "@std/assert";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { NotingSealer } from "../../../sim/lab/explore/cuts/noting_sealer.ts";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import type { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import type { FlashGeometry, FlashOutcome, NorFlash } from "../../../sim/parts/flash/nor_flash.ts";
import { Bench, holds, sealer, text } from "./bench.ts";

const SECTOR_BYTES = 4096;

/** A part on which two bits of one sector's header, left half way, read wrong for a while, and then right. */
class DoubtfulFlash implements NorFlash {
  readonly geometry: FlashGeometry;
  isDoubtful = true;
  #isWritten = false;
  readonly #goesBad: boolean;
  readonly #part: FlashPart;
  readonly #address: number;

  /**
   * @param part The part.
   * @param address A byte of the header.
   * @param goesBad Whether the sector takes no erase and no program any more once it has that header.
   */
  constructor(part: FlashPart, address: number, goesBad: boolean) {
    this.#goesBad = goesBad;
    this.geometry = part.geometry;
    this.#part = part;
    this.#address = address;
  }

  *read(address: number, lengthBytes: number): Task<Uint8Array> {
    const bytes = new Uint8Array(lengthBytes);
    yield* this.readInto(address, bytes);
    return bytes;
  }

  *readInto(address: number, target: Uint8Array): Task {
    yield* this.#part.readInto(address, target);
    const at = this.#address - address;
    const isWritten = at >= 0 && at < target.length && target[at] !== 0xff;
    if (this.isDoubtful && isWritten) target[at] = (target[at] as number) ^ 0x05;
  }

  readStatus = () => this.#part.readStatus();
  writeEnable = () => this.#part.writeEnable();

  *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    if (this.#isBadAt(address)) return "program failed";
    this.#isWritten ||= address <= this.#address && this.#address < address + bytes.length;
    return yield* this.#part.pageProgram(address, bytes);
  }

  *sectorErase(address: number): Task<FlashOutcome> {
    return this.#isBadAt(address) ? "erase failed" : yield* this.#part.sectorErase(address);
  }

  #isBadAt(address: number): boolean {
    const sector = (each: number) => Math.floor(each / this.geometry.sectorBytes);
    return this.#goesBad && this.#isWritten && sector(address) === sector(this.#address);
  }

  blockErase = (address: number) => this.#part.blockErase(address);
}

for (const [goesBad, expected] of [[false, "stored"], [true, "failed"]] as const) {
  const found = goesBad ? "cannot be undone" : "can be undone";
  Deno.test(`RingStore goes on in the head only if no header can turn up that would end it: one that ${found}`, () => {
    const bench = new Bench(80, 3);
    const flash = new DoubtfulFlash(bench.flash, SECTOR_BYTES + 4, goesBad);
    const open = () => {
      const store = new RingStore({ flash, sealer, random: (length) => bench.random.bytes(length) });
      assertEquals(runToEnd(store.mount()).type, "mounted");
      return store;
    };
    const store = open();
    const put = (name: string, lengthBytes: number) =>
      runToEnd(store.put({ class: "tunnel-address", name: text(name), value: bench.random.bytes(lengthBytes) })).type;
    let rounds = 0;
    while (put("filler", 256) === "stored") assert(++rounds < 100, "the head is full some time");
    assertEquals(put("small", 4), expected);
    const before = ["filler", "small"].map((name) => store.get("tunnel-address", text(name)));
    assertEquals(before.map(({ type }) => type), ["found", expected === "stored" ? "found" : "absent"]);
    flash.isDoubtful = false;
    const after = open();
    assertEquals(["filler", "small"].map((name) => after.get("tunnel-address", text(name))), before);
  });
}

Deno.test("RingStore leaves nothing of a key in a sector that it passes over", () => {
  const bench = new Bench(81, 6);
  const noting = new NotingSealer(sealer);
  const store = new RingStore({ flash: bench.flash, sealer: noting, random: (length) => bench.random.bytes(length) });
  runToEnd(store.mount());
  const put = (round: number) =>
    runToEnd(store.put({ class: "preshared-key", name: text(`${round % 3}`), value: bench.random.bytes(60) })).type;
  const sector = (index: number) => bench.flash.image().slice(index * SECTOR_BYTES, (index + 1) * SECTOR_BYTES);
  for (let round = 0; round < 400; round++) put(round);
  assert(noting.secretBoxes.some((box) => holds(sector(2), box)), "there are keys in it");
  bench.flash.inject({ kind: "erase failure", sector: 2, times: 1e9, reported: true });
  for (let round = 0; store.health().retiredSectors === 0; round++) {
    assert(round < 1000, "it is passed over some time");
    assertEquals(put(round), "stored");
  }
  assert(sector(2).every((byte) => byte === 0), "it is written over with zeros");
});

Deno.test("RingStore.clearSecrets() leaves no sealed key in a sector that the log has left", () => {
  const bench = new Bench(82, 5);
  const noting = new NotingSealer(sealer);
  const random = (length: number) => bench.random.bytes(length);
  const store = new RingStore({ flash: bench.flash, sealer: noting, random });
  runToEnd(store.mount());
  runToEnd(store.put({ class: "preshared-key", name: text("key"), value: random(60) }));
  runToEnd(store.delete("preshared-key", text("key")));
  const isLeft = (image: Uint8Array) => noting.secretBoxes.some((box) => holds(image, box));
  let leftByLog = 0;
  for (let round = 0; isLeft(bench.flash.image()); round++) {
    assert(round < 1000, "the key's sector is erased some time");
    const image = bench.flash.image();
    const copy = new Bench(83, 5, {}, image);
    copy.boot();
    assertEquals(runToEnd(copy.store.clearSecrets()), { type: "stored" }, `round ${round}`);
    assert(!isLeft(copy.flash.image()), `round ${round}`);
    const [head, logSectors] = newestSector(image);
    // The first sector holds it.
    if (head - logSectors + 1 > 0) leftByLog++;
    // Each with its name: a value alone might be a key's.
    runToEnd(store.delete("tunnel-address", text("filler")));
    runToEnd(store.put({ class: "tunnel-address", name: text("filler"), value: random(250) }));
  }
  assert(leftByLog > 0, "the log left it before it was erased");
});

/** The sector with the highest sequence, and how many the log spans. */
function newestSector(image: Uint8Array): readonly [index: number, logSectors: number] {
  const view = new DataView(image.buffer);
  let newest = 0;
  for (let index = 1; index * SECTOR_BYTES < image.length; index++) {
    const sequence = view.getUint32(index * SECTOR_BYTES + 4, true);
    if (sequence !== 0xffff_ffff && sequence > view.getUint32(newest * SECTOR_BYTES + 4, true)) newest = index;
  }
  return [newest, (image[newest * SECTOR_BYTES + 3] as number) + 1];
}
