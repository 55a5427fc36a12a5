/**
 * A boot that cannot read one sector knows a record by the slot that it had before, and is told to delete it: what that
 * ends is the record, wherever it lies by now.
 */

import { assert, assertEquals } from "@std/assert";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { text } from "./bench.ts";
import { type Class, CLASSES, ReadLife } from "./read_life.ts";

function remove(life: ReadLife, recordClass: Class, name: string): void {
  assertEquals(runToEnd(life.store.delete(recordClass, text(name))).type, "stored");
}

/** A life in which the slot of "moved" was given to "other", in a sector of its own. */
function movedLife(programBytes: number, recordClass: Class): { readonly life: ReadLife; readonly sector: number } {
  const life = new ReadLife(programBytes);
  life.put(recordClass, "moved");
  life.turn(recordClass);
  const sector = life.newest;
  remove(life, recordClass, "moved");
  life.put(recordClass, "other");
  return { life, sector };
}

/** "moved" is deleted in a boot that cannot read a sector; the next one reads all. */
function deletedBlindly(life: ReadLife, recordClass: Class, sector: number): ReadLife {
  const image = life.flash.image();
  const [start, end] = [1024 * sector, 1024 * (sector + 1)];
  image.fill(0xff, start + 32, end);
  const blind = new ReadLife(life.geometry.programBytes, image);
  assertEquals(blind.store.get(recordClass, text("moved")).type, "damaged");
  remove(blind, recordClass, "moved");
  const later = blind.flash.image();
  later.set(life.flash.image().subarray(start, end), start);
  return new ReadLife(life.geometry.programBytes, later);
}

for (const programBytes of [1, 8, 32]) {
  for (const recordClass of CLASSES) {
    const on = `RingStore on words of ${programBytes}, ${recordClass}`;
    Deno.test(`${on}: what a boot deletes by its older slot stays deleted when its newer one is read again`, () => {
      const { life, sector } = movedLife(programBytes, recordClass);
      life.put(recordClass, "moved");
      remove(life, recordClass, "other");
      life.turn(recordClass);
      const seeing = deletedBlindly(life, recordClass, sector);
      for (let boot = 0; boot < 3; boot++) {
        assertEquals(seeing.store.get(recordClass, text("moved")).type, "absent");
        seeing.boot();
      }
      assertEquals(seeing.store.health().unidentifiedDamage, 0);
    });

    Deno.test(`${on}: of a record whose slot a boot frees for another name, it is told that it is lost`, () => {
      const { life, sector } = movedLife(programBytes, recordClass);
      life.turn(recordClass);
      const seeing = deletedBlindly(life, recordClass, sector);
      assertEquals(seeing.store.get(recordClass, text("other")).type, "absent");
      assert(seeing.store.health().unidentifiedDamage > 0);
    });

    Deno.test(`${on}: an older slot that a delete record has ended is no loss when its name leaves the log`, () => {
      const life = new ReadLife(programBytes);
      life.put(recordClass, "moved");
      life.turn(recordClass);
      life.put(recordClass, "moved");
      life.turn(recordClass);
      const image = life.flash.image();
      image.fill(0xff, 32, 1024);
      const blind = new ReadLife(programBytes, image);
      blind.put(recordClass, "moved");
      remove(blind, recordClass, "moved");
      const later = blind.flash.image();
      later.set(life.flash.image().subarray(0, 1024));
      const seeing = new ReadLife(programBytes, later);
      assertEquals(seeing.store.health().duplicates, 1);
      for (let sector = 0; sector < 8; sector++) {
        assertEquals(seeing.boot().health().unidentifiedDamage, 0);
        assertEquals(seeing.store.health().duplicates, 0);
        seeing.turn(recordClass);
      }
      assertEquals(seeing.store.get(recordClass, text("moved")).type, "absent");
    });
  }
}
