/**
 * A boot that could not read a record has it set again, in another slot, and deleted: it stays deleted where the first
 * one reads right again.
 */

import { assert, assertEquals } from "@std/assert";
import { RecordKind } from "../../../firmware/nvram/head_word.ts";
import { PROGRAM_UNITS } from "../../../firmware/nvram/sector_header.ts";
import { text } from "./bench.ts";
import { mountedLog } from "./one_sector_log.ts";

const OLD = new Uint8Array(20).fill(1);
const NEW = new Uint8Array(20).fill(2);

for (const programBytes of PROGRAM_UNITS) {
  for (const recordClass of ["preshared-key", "tunnel-address", "persistent-logon-part"] as const) {
    const of = `RingStore on words of ${programBytes}`;
    const full = (slot: number, value: Uint8Array) => {
      return { kind: RecordKind.full, slot, class: recordClass, name: "k", value };
    };
    const value = (slot: number) => ({ ...full(slot, NEW), kind: RecordKind.value });
    const deleted = (slot: number) => ({ kind: RecordKind.delete, slot });
    const other = { ...full(2, OLD), name: "other" };
    const valueOf = (records: Parameters<typeof mountedLog>[1]) => {
      const store = mountedLog(programBytes, [other, ...records]);
      assertEquals(store.get(recordClass, text("other")), { type: "found", value: OLD });
      return store.get(recordClass, text("k"));
    };

    Deno.test(`${of}: a ${recordClass} that was deleted is not back with the record of another slot that is older`, () => {
      assertEquals(valueOf([full(0, OLD), full(1, NEW), deleted(1)]).type, "absent");
      assertEquals(valueOf([full(1, OLD), full(0, NEW), deleted(0)]).type, "absent");
      assertEquals(valueOf([full(1, OLD), full(0, OLD), value(0), deleted(0)]).type, "absent");
    });

    Deno.test(`${of}: a ${recordClass} stays when the older of its two slots is deleted`, () => {
      assertEquals(valueOf([full(0, OLD), full(1, NEW), deleted(0)]), { type: "found", value: NEW });
      assertEquals(valueOf([full(1, OLD), full(0, OLD), value(1), deleted(0)]), { type: "found", value: NEW });
    });

    Deno.test(`${of}: a ${recordClass} that was deleted is not back with an older record whose name is in doubt`, () => {
      const lost = { ...full(3, OLD), name: "lost", isDamaged: true };
      const again = { kind: RecordKind.log, slot: 1, value: new Uint8Array(20), isDamaged: true };
      for (const doubt of [[lost, again, again], [again, again]]) {
        const store = mountedLog(programBytes, [full(0, OLD), ...doubt, value(0), full(1, NEW), deleted(1), other]);
        assertEquals(store.get(recordClass, text("k")).type, "absent");
        assert(store.health().unidentifiedDamage > 0);
      }
    });
  }
}
