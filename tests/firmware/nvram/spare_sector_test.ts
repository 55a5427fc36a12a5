/** The second free sector is kept, or won back, as long as what is stored leaves room for it. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { PowerCut } from "./cut_clock.ts";
import { FullBench } from "./full_bench.ts";

const SECTORS = 8;
const SECTOR_BYTES = 512;
/** The sector that is bad first. */
const RETIRED = 2;
const SIZES = { maxNameBytes: 12, maxValueBytes: 40 };

/** A full store that has retired a sector: it holds more than it accepts since, and has no spare one. */
function retiredBench(programBytes: number): FullBench {
  const geometry = { sectorCount: SECTORS, sectorBytes: SECTOR_BYTES, pageBytes: 64, programBytes };
  const bench = new FullBench(2, geometry, SIZES);
  noMoreErases(bench, RETIRED);
  const record = bench.anyRecord();
  for (let round = 0; bench.store.health().retiredSectors === 0; round++) {
    assert(round < 1000, "it is met some time");
    assertEquals(bench.change(record), "stored");
  }
  return bench;
}

function noMoreErases({ flash }: FullBench, sector: number): void {
  flash.inject({ kind: "erase failure", sector, times: Infinity, reported: true });
}

function noMorePrograms({ flash }: FullBench, sector: number): void {
  const address = sector * SECTOR_BYTES;
  flash.inject({ kind: "program failure", address, lengthBytes: SECTOR_BYTES, times: 1e9, reported: false });
}

/** The sector that was opened last. */
function headOf({ flash }: FullBench): number {
  const view = new DataView(flash.image().buffer);
  let head = 0;
  let newest = 0;
  for (let sector = 0; sector < SECTORS; sector++) {
    const isOpen = sector !== RETIRED && view.getUint16(sector * SECTOR_BYTES, true) === 0x4b52;
    const sequence = isOpen ? view.getUint32(sector * SECTOR_BYTES + 4, true) : 0;
    if (sequence > newest) [head, newest] = [sector, sequence];
  }
  return head;
}

function nextOf(sector: number): number {
  const next = (sector + 1) % SECTORS;
  return next === RETIRED ? nextOf(next) : next;
}

for (const programBytes of [4, 32]) {
  Deno.test(`RingStore keeps a spare sector beside the list of retired ones: any may be bad, words of ${programBytes}`, () => {
    for (let sector = 0; sector < SECTORS; sector++) {
      if (sector === RETIRED) continue;
      const bench = retiredBench(programBytes);
      bench.makeRoom();
      noMoreErases(bench, sector);
      // One record only changes: sectors full of what is needed go round.
      const record = bench.anyRecord();
      for (let round = 0; round < 150; round++) assertEquals(bench.change(record), "stored", `${sector} is bad, too`);
      assertEquals(bench.store.health().retiredSectors, 2);
      bench.requireAll(`${sector} is bad, too`);
    }
  });
}

/** Deletes the first record of a store; how many cycles that took. */
function deleteFirst(bench: FullBench): number {
  const start = bench.clock.now;
  const [first] = bench.records;
  assert(first !== undefined);
  const [key, record] = first;
  bench.records.delete(key);
  assertEquals(runToEnd(bench.store.delete(record.class, record.name)).type, "stored");
  return bench.clock.now - start;
}

/** More than a record takes, less than an erase. */
const ERASE_CYCLES = 5_000_000;

/** How many deletes win the spare sector back, and how long the last of them takes, in cycles. */
function regain(programBytes: number): { deletes: number; cycles: number } {
  const bench = retiredBench(programBytes);
  for (let deletes = 1;; deletes++) {
    const cycles = deleteFirst(bench);
    if (cycles > ERASE_CYCLES) return { deletes, cycles };
  }
}

/** All records can be changed, several times round the ring. */
function requireChanges(bench: FullBench, place: string): void {
  for (let round = 0; round < 60; round++) assertEquals(bench.change(), "stored", `${place}, round ${round}`);
  bench.requireAll(place);
}

for (const programBytes of [1, 8]) {
  Deno.test(`RingStore: power goes while the spare sector is won back, the mount does it, words of ${programBytes}`, () => {
    const { deletes, cycles } = regain(programBytes);
    for (let part = 0; part < 10; part++) {
      const place = `cut at ${part}/10`;
      const bench = retiredBench(programBytes);
      for (let count = 1; count < deletes; count++) deleteFirst(bench);
      // The record takes the first of them, and is of no matter here: what the cut does to the erase is.
      bench.clock.cutAt = bench.clock.now + 15_000 + Math.floor((part / 10) * (cycles - 15_000));
      assertThrows(() => deleteFirst(bench), PowerCut);
      bench.flash.powerOff();
      bench.clock.cutAt = Infinity;
      bench.boot();
      noMoreErases(bench, nextOf(headOf(bench)));
      requireChanges(bench, place);
    }
  });

  Deno.test(`RingStore: the sector that won the spare one back goes bad before anything is in it, words of ${programBytes}`, () => {
    const { deletes } = regain(programBytes);
    const bench = retiredBench(programBytes);
    for (let count = 0; count < deletes; count++) deleteFirst(bench);
    noMorePrograms(bench, headOf(bench));
    bench.boot();
    requireChanges(bench, "after the boot");
  });
}
