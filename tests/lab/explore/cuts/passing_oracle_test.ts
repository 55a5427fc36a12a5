import { assert, assertEquals } from "@std/assert";
import type { NvramRecord } from "../../../../firmware/nvram/store.ts";
import { Objection } from "../../../../sim/lab/explore/cuts/numbered_trials.ts";
import { type AskedStore, PassingOracle } from "../../../../sim/lab/explore/cuts/passing_oracle.ts";
import { modelKey, type StoreModel } from "../../../../sim/lab/explore/cuts/store_model.ts";

const OLD: NvramRecord = { class: "tunnel-address", name: new Uint8Array([1]), value: new Uint8Array([1, 2]) };
const NEW: NvramRecord = { ...OLD, value: new Uint8Array([3, 4]) };
const HELD: StoreModel = new Map([[modelKey(OLD), OLD]]);
const PUT = { kind: "put", record: NEW } as const;
const DELETE = { kind: "delete", identity: OLD } as const;

/** What a store says of the one name that there is, and of how many losses it tells. */
function answering(content: NvramRecord | "absent" | "damaged", losses = 0): AskedStore {
  return {
    entries: () => typeof content === "string" ? [] : [content],
    get: () => typeof content === "string" ? { type: content } : { type: "found", value: content.value },
    health: () => ({
      state: "ok",
      damaged: content === "damaged" ? [OLD] : [],
      unidentifiedDamage: losses,
      refusals: 0,
      duplicates: 0,
      retiredSectors: 0,
    }),
  };
}

function ruleBroken(oracle: PassingOracle, store: AskedStore, isSettled = true): string | undefined {
  try {
    oracle.check(store, "", isSettled);
    return undefined;
  } catch (error) {
    assert(error instanceof Objection);
    return error.rule;
  }
}

function oracleOf({ mayLose }: { readonly mayLose: boolean }): PassingOracle {
  const oracle = new PassingOracle(HELD, []);
  oracle.mayLose = mayLose;
  return oracle;
}

Deno.test("PassingOracle allows a loss only where bits may be wrong, and only if it is told", () => {
  const [firm, losing] = [oracleOf({ mayLose: false }), oracleOf({ mayLose: true })];
  assertEquals(ruleBroken(firm, answering(OLD)), undefined);
  assertEquals(ruleBroken(firm, answering("absent")), "what was acknowledged stays");
  assertEquals(ruleBroken(firm, answering(NEW)), "what was acknowledged stays");
  assertEquals(ruleBroken(firm, answering("damaged")), "a part that refuses is not taken for damage");
  assertEquals(ruleBroken(firm, answering(OLD, 1)), "a part that refuses is not taken for damage");
  assertEquals(ruleBroken(losing, answering("damaged")), undefined);
  assertEquals(ruleBroken(losing, answering("absent", 1)), undefined);
  assertEquals(ruleBroken(losing, answering("absent")), "a record that is gone is reported");
  assertEquals(ruleBroken(losing, answering(NEW)), "a damaged value is reported, never replaced");
});

Deno.test("PassingOracle lets no value come back that was replaced or deleted, unless a mount is in doubt", () => {
  for (
    const [operation, rule] of [
      [PUT, "a damaged value is reported, never replaced"],
      [DELETE, "what was deleted stays deleted"],
    ] as const
  ) {
    const oracle = oracleOf({ mayLose: true });
    oracle.happen(operation);
    assertEquals(ruleBroken(oracle, answering(OLD)), rule);
    const report = { type: "mounted", records: 1, readBytes: 0, formatted: false, interruptedWrite: true } as const;
    oracle.noteMount({ ...report, doubtfulWrite: true });
    assertEquals(ruleBroken(oracle, answering(OLD)), undefined);
    // What is acknowledged later is not in doubt.
    oracle.happen(operation);
    assertEquals(ruleBroken(oracle, answering(OLD)), rule);
  }
});

Deno.test("PassingOracle holds a store to what it has said of a write that was cut off, once the part is itself", () => {
  const oracle = oracleOf({ mayLose: true });
  oracle.mayHappen(PUT);
  for (const content of [OLD, NEW, OLD]) assertEquals(ruleBroken(oracle, answering(content), false), undefined);
  assertEquals(ruleBroken(oracle, answering(OLD)), undefined);
  assertEquals(ruleBroken(oracle, answering(NEW)), "a damaged value is reported, never replaced");
  oracle.isEndInDoubt = true;
  assertEquals(ruleBroken(oracle, answering(NEW)), undefined);
});

Deno.test("PassingOracle does not ask for what was forgotten, and lets it come again", () => {
  const oracle = oracleOf({ mayLose: true });
  oracle.forget(answering("absent"));
  for (const content of [OLD, "absent"] as const) {
    assertEquals(ruleBroken(oracle, answering(content), false), undefined);
  }
  const deleted = oracleOf({ mayLose: true });
  deleted.forget(answering("absent"));
  deleted.happen(DELETE);
  assertEquals(ruleBroken(deleted, answering(OLD)), "what was deleted stays deleted");
});
