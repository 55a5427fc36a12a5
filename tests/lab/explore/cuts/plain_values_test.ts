/** Values of keys and of parts of logins lie sealed on flash: a store that writes one as it is, is found. */

import { assert, assertEquals } from "@std/assert";
import type { Sealer } from "../../../../firmware/nvram/sealer.ts";
import type { RecordClass } from "../../../../firmware/nvram/store.ts";
import { runJob } from "../../../../sim/lab/explore/cuts/cut_campaign.ts";
import { ringStoreFactory } from "../../../../sim/lab/explore/cuts/cut_history.ts";

const OVERHEAD_BYTES = 12;
const JOB = { kind: "single cuts", seed: 1, first: 0, operations: 20, step: 97 } as const;

/** Seals all but some classes: of those it makes boxes that are the values. */
function leavesPlain(sealer: Sealer, classes: readonly RecordClass[]): Sealer {
  return {
    overheadBytes: OVERHEAD_BYTES,
    seal: (identity, place, value) => {
      if (!classes.includes(identity.class)) return sealer.seal(identity, place, value);
      const box = new Uint8Array(OVERHEAD_BYTES + value.length);
      box.set(value, OVERHEAD_BYTES);
      return box;
    },
    open: (identity, place, box) => {
      return classes.includes(identity.class) ? box.slice(OVERHEAD_BYTES) : sealer.open(identity, place, box);
    },
    verify: (identity, place, box) => classes.includes(identity.class) || sealer.verify(identity, place, box),
  };
}

Deno.test("a value of a class that lies sealed is not written as it is, whichever the class", () => {
  const found = (...classes: readonly RecordClass[]) => {
    const makeStore = ringStoreFactory();
    return runJob(JOB, {
      makeStore: (parts) => makeStore({ ...parts, sealer: leavesPlain(parts.sealer, classes) }),
    }).violations;
  };
  assertEquals(found(), []);
  assertEquals(found("persistent-logon", "tunnel-address", "generational-guid"), []);
  for (const recordClass of ["preshared-key", "group-key", "persistent-logon-part"] as const) {
    const [violation] = found(recordClass);
    assert(violation !== undefined, recordClass);
    assertEquals(violation.detail, "put: a value that is to lie sealed was written as it is", recordClass);
  }
});
