/**
 * A boot cannot read the last record, which was written again, and gives the number of its slot to another name; later
 * boots read both. Nothing has freed the slot: the older name is lost, and that is told.
 */

import { assert, assertEquals } from "@std/assert";
import { runToEnd } from "../../../sim/kernel/untimed_clock.ts";
import { text } from "./bench.ts";
import { type Class, CLASSES, ReadLife } from "./read_life.ts";

/** A life whose last record, a new name, was written again as the first of a new sector; and where it stands there. */
function rewritten(recordClass: Class): { readonly life: ReadLife; readonly place: number } {
  for (let fillers = 1; fillers < 40; fillers++) {
    const life = new ReadLife(8);
    for (let count = 0; count < fillers; count++) life.put(recordClass, "filler");
    life.put(recordClass, "first");
    const before = [...life.flash.sectorErases];
    life.boot();
    const sector = [...life.flash.sectorErases].findIndex((erases, index) => erases > (before[index] ?? 0));
    if (sector >= 0) return { life, place: sector * life.geometry.sectorBytes + 32 };
  }
  throw new Error("no boot has opened a sector");
}

for (const recordClass of CLASSES) {
  Deno.test(`RingStore reports the name whose slot was given away while a boot could not read it, ${recordClass}`, () => {
    const { life, place } = rewritten(recordClass);
    life.put(recordClass, "filler");
    // Two bits behind its head, so that it cannot be put right.
    const flap = () => {
      const image = life.flash.image();
      for (const offset of [12, 13]) image[place + offset] = (image[place + offset] as number) ^ 0x10;
      return image;
    };
    const blind = new ReadLife(8, flap());
    assertEquals(blind.store.get(recordClass, text("first")).type, "absent");
    assert(blind.store.health().unidentifiedDamage > 0, "a loss is told while it is there");
    blind.put(recordClass, "second");

    const image = blind.flash.image();
    for (const offset of [12, 13]) image[place + offset] = (image[place + offset] as number) ^ 0x10;
    const seeing = new ReadLife(8, image);
    for (let boot = 0; boot < 2; boot++) {
      assertEquals(seeing.store.get(recordClass, text("second")).type, "found");
      const isThere = seeing.store.get(recordClass, text("first")).type === "found";
      assert(isThere || seeing.store.health().unidentifiedDamage > 0, "a name is gone, and nothing says so");
      for (let count = 0; count < 200; count++) seeing.put(recordClass, "filler");
      seeing.boot();
    }
    assertEquals(runToEnd(seeing.store.forgetLosses()).type, "stored");
    seeing.boot();
    assertEquals(seeing.store.health().state, "ok");
  });

  Deno.test(`RingStore: a slot that a delete or a clear has freed goes to another name without a report, ${recordClass}`, () => {
    const life = new ReadLife(8);
    for (let round = 0; round < 150; round++) {
      life.put(recordClass, `name ${round}`);
      if (round % 3 === 0) runToEnd(life.store.clearSecrets());
      runToEnd(life.store.delete(recordClass, text(`name ${round}`)));
      if (round % 7 === 0) life.boot();
      assertEquals(life.store.health().state, "ok", `round ${round}`);
    }
  });
}
