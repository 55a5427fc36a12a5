/** A carried clear secrets record frees nothing, so nothing hangs on one that is damaged: no slot was freed by it. */

import { assertEquals } from "@std/assert";
import { RecordKind } from "../../../firmware/nvram/head_word.ts";
import { PROGRAM_UNITS } from "../../../firmware/nvram/sector_header.ts";
import { text } from "./bench.ts";
import { mountedLog } from "./one_sector_log.ts";

const VALUE = new Uint8Array(20).fill(7);

for (const programBytes of PROGRAM_UNITS) {
  for (const recordClass of ["preshared-key", "tunnel-address", "persistent-logon-part"] as const) {
    for (const carried of [true, false]) {
      const isKept = carried || recordClass !== "preshared-key";
      const which = carried ? "carried clear" : "clear";
      Deno.test(`RingStore on words of ${programBytes}: behind a ${which} that is damaged a ${recordClass} is ${isKept ? "there" : "lost"}`, () => {
        const full = { kind: RecordKind.full, slot: 0, class: recordClass, name: "k", value: VALUE };
        const clear = {
          kind: RecordKind.clearSecrets,
          slot: 0,
          value: Uint8Array.of(1, 0, 0, 0),
          carried,
          isDamaged: true,
        };
        const store = mountedLog(programBytes, [full, clear, { ...full, slot: 1, name: "other" }]);
        assertEquals(store.get(recordClass, text("k")).type, isKept ? "found" : "damaged");
        assertEquals(store.get(recordClass, text("other")).type, "found");
      });
    }

    // The name of which has left its sector, and is carried behind it.
    Deno.test(`RingStore on words of ${programBytes}: behind a carried clear that is damaged a ${recordClass} is there whose name comes later`, () => {
      const value = { kind: RecordKind.value, slot: 0, class: recordClass, name: "k", value: VALUE };
      const clear = {
        kind: RecordKind.clearSecrets,
        slot: 0,
        value: Uint8Array.of(1, 0, 0, 0),
        carried: true,
        isDamaged: true,
      };
      const name = { kind: RecordKind.name, slot: 0, class: recordClass, name: "k", carried: true };
      assertEquals(mountedLog(programBytes, [value, clear, name]).get(recordClass, text("k")).type, "found");
    });
  }
}
