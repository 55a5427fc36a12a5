/**
 * A slot that has passed to another name, which a boot could not read: it has carried the name that it knew, alone. What
 * can be read again then is a value of the one name, and behind it the other: it is nobody's value under that.
 */

import { assertEquals } from "@std/assert";
import { RecordKind } from "../../../firmware/nvram/head_word.ts";
import { PROGRAM_UNITS } from "../../../firmware/nvram/sector_header.ts";
import { text } from "./bench.ts";
import { mountedLog } from "./one_sector_log.ts";

const VALUE = new Uint8Array(20).fill(66);
const LATER = new Uint8Array(20).fill(1);

for (const programBytes of PROGRAM_UNITS) {
  for (
    const [one, other] of [
      ["tunnel-address", "tunnel-address"],
      ["group-key", "tunnel-address"],
      ["persistent-logon-part", "preshared-key"],
    ] as const
  ) {
    const records = [
      { kind: RecordKind.full, slot: 0, class: one, name: "one", value: VALUE },
      { kind: RecordKind.name, slot: 0, class: other, name: "other", carried: true },
    ];

    Deno.test(`RingStore on words of ${programBytes}: the value of a ${one} is not given for a ${other} whose name stands behind it`, () => {
      const store = mountedLog(programBytes, records);
      assertEquals(store.get(other, text("other")).type, "damaged");
      assertEquals(store.get(one, text("one")).type, "absent");
      assertEquals(store.health().unidentifiedDamage, 1);
    });

    Deno.test(`RingStore on words of ${programBytes}: a value behind the name of a ${other} that has a ${one}'s slot is its own`, () => {
      const value = { kind: RecordKind.value, slot: 0, class: other, name: "other", value: LATER };
      const store = mountedLog(programBytes, [...records, value]);
      assertEquals(store.get(other, text("other")), { type: "found", value: LATER });
    });
  }
}
