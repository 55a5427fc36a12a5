/**
 * A sector of which the body reads as if it were erased, while its header reads well: the next header says that the log
 * has ended further on, so what stood there is lost. No older value is given out for one of it, and what was deleted or
 * stored there is told to be lost, as long as nobody says otherwise.
 */

import { assert, assertEquals } from "@std/assert";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { text } from "./bench.ts";
import { type Class, CLASSES, ReadLife } from "./read_life.ts";

/** A sector with the newest value of a name, the only record of another and the end of a third, and one behind it. */
function lived(programBytes: number, recordClass: Class) {
  const life = new ReadLife(programBytes);
  for (const name of ["updated", "deleted"]) life.put(recordClass, name);
  life.turn(recordClass);
  const sector = life.newest;
  for (const name of ["updated", "added"]) life.put(recordClass, name);
  assertEquals(runToEnd(life.store.delete(recordClass, text("deleted"))).type, "stored");
  life.turn(recordClass);
  assertEquals((sector + 1) % 8, life.newest);
  return { life, start: 1024 * sector, programBytes };
}

for (const programBytes of [1, 8, 32]) {
  for (const recordClass of CLASSES) {
    const how = `on words of ${programBytes}, ${recordClass}`;
    Deno.test(`RingStore ${how} tells that a sector has lost its body, and gives out nothing older for certain`, () => {
      const { life, start } = lived(programBytes, recordClass);
      for (const from of [32, 64, 256]) {
        const image = life.flash.image();
        image.fill(0xff, start + from, start + 1024);
        const blind = new ReadLife(programBytes, image);
        for (let boot = 0; boot < 2; boot++) {
          const { store } = blind;
          assert(
            store.health().unidentifiedDamage > 0,
            `from ${from}, boot ${boot}: nothing says that something is gone`,
          );
          const answers = ["updated", "deleted", "added"].map((name) => store.get(recordClass, text(name)).type);
          if (from === 32) assertEquals(answers, ["damaged", "damaged", "absent"], `boot ${boot}`);
          blind.boot();
        }
        assertEquals(runToEnd(blind.store.forgetLosses()).type, "stored");
        assertEquals(blind.boot().health().unidentifiedDamage, 0);
      }
    });

    Deno.test(`RingStore ${how} goes on to tell that a slot was given away while its sector could not be read`, () => {
      const { life, start } = lived(programBytes, recordClass);
      const image = life.flash.image();
      image.fill(0xff, start + 32, start + 1024);
      const blind = new ReadLife(programBytes, image);
      for (const name of ["b", "c", "d"]) blind.put(recordClass, name);
      // The sector can be read again.
      const later = blind.flash.image();
      later.set(life.flash.image().subarray(start, start + 1024), start);
      const seeing = new ReadLife(programBytes, later);
      const isTold = () =>
        seeing.store.get(recordClass, text("added")).type === "found" || seeing.store.health().unidentifiedDamage > 0;
      for (let turn = 0; turn < 20; turn++) {
        assert(isTold(), `turn ${turn}: a name is gone, and nothing says so`);
        seeing.turn(recordClass);
        seeing.boot();
      }
    });
  }
}
