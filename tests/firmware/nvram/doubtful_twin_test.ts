/**
 * A slot has passed to another name in a sector that cannot be read for a boot, and the name that is known of it has a newer
 * slot: what that boot deletes for it must not be the record of the other name.
 */

import { assert, assertEquals } from "@std/assert";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { RecordKind } from "../../../firmware/nvram/head_word.ts";
import { text } from "./bench.ts";
import { mountedLog } from "./one_sector_log.ts";
import { CLASSES, ReadLife } from "./read_life.ts";

for (const programBytes of [1, 8, 32]) {
  for (const recordClass of CLASSES) {
    const how = `on words of ${programBytes}, ${recordClass}`;
    Deno.test(`RingStore ${how} deletes no slot as an older one of a name that may be another's`, () => {
      const life = new ReadLife(programBytes);
      life.put(recordClass, "moved");
      life.turn(recordClass);
      const start = 1024 * life.newest;
      assertEquals(runToEnd(life.store.delete(recordClass, text("moved"))).type, "stored");
      life.put(recordClass, "other");
      life.turn(recordClass);
      life.put(recordClass, "moved");
      const image = life.flash.image();
      image.fill(0xff, start + 32, start + 1024);
      const blind = new ReadLife(programBytes, image);
      assertEquals(blind.store.get(recordClass, text("moved")).type, "found");
      assert(blind.store.health().unidentifiedDamage > 0);
      // The sector can be read again.
      const later = blind.flash.image();
      later.set(life.flash.image().subarray(start, start + 1024), start);
      const seeing = new ReadLife(programBytes, later);
      for (const name of ["moved", "other"]) {
        assertEquals(seeing.store.get(recordClass, text(name)), life.store.get(recordClass, text(name)), name);
      }
    });

    Deno.test(`RingStore ${how} takes no damage in a slot that may be another's for the newest of its name`, () => {
      const value = new Uint8Array(20).fill(1);
      const full = (slot: number, name: string) => ({ kind: RecordKind.full, slot, class: recordClass, name, value });
      // Slot 0 was given to "y", and then "x" was stored in slot 1.
      const records = [
        full(0, "x"),
        { kind: RecordKind.delete, slot: 0, isDamaged: true },
        { ...full(0, "y"), isDamaged: true },
        full(1, "x"),
        { kind: RecordKind.value, slot: 0, class: recordClass, name: "y", value, isDamaged: true },
        full(2, "last"),
      ];
      for (const order of [[0, 1, 3, 4, 5], [0, 1, 2, 3, 4, 5]]) {
        const store = mountedLog(programBytes, order.flatMap((index) => records[index] ?? []));
        assertEquals(store.get(recordClass, text("x")), { type: "found", value });
        assertEquals(store.health().unidentifiedDamage, 1);
      }
    });

    Deno.test(`RingStore ${how} does not go back to an older slot where the newer one of a name is lost, and in doubt`, () => {
      const value = new Uint8Array(20).fill(1);
      const full = (slot: number, name: string) => ({ kind: RecordKind.full, slot, class: recordClass, name, value });
      const store = mountedLog(programBytes, [
        full(0, "x"),
        full(1, "x"),
        { kind: RecordKind.delete, slot: 1, isDamaged: true },
        full(2, "last"),
      ]);
      assertEquals(store.get(recordClass, text("x")).type, "damaged");
    });

    Deno.test(`RingStore ${how} tells an older slot of a name as lost whose delete record is damaged`, () => {
      const value = new Uint8Array(20).fill(1);
      const full = (slot: number) => ({ kind: RecordKind.full, slot, class: recordClass, name: "k", value });
      const store = mountedLog(programBytes, [
        full(0),
        { kind: RecordKind.delete, slot: 0, isDamaged: true },
        full(1),
        { ...full(2), name: "last" },
      ]);
      assertEquals(store.get(recordClass, text("k")), { type: "found", value });
      const { duplicates, unidentifiedDamage } = store.health();
      assertEquals([duplicates, unidentifiedDamage], [0, 1]);
    });
  }
}
