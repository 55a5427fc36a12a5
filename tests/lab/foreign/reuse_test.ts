/** What has lost its power runs again as a new instance does: byte for byte, cycle for cycle; or it does not run again. */

import { assert, assertEquals } from "@std/assert";
import type { Task } from "../../../sim/kernel/task.ts";
import { runJob } from "../../../sim/lab/explore/cuts/cut_campaign.ts";
import { campaignOf } from "../../../sim/lab/explore/cuts/module_campaign.ts";
import type { ForeignProgram } from "../../../sim/lab/foreign/foreign_program.ts";
import { ForeignStore, storeProgram } from "../../../sim/lab/foreign/foreign_store.ts";
import type { ModuleOwner } from "../../../sim/lab/foreign/module_body.ts";
import { type Code, DROP, i32, prepared, UNREACHABLE } from "./assembler.ts";
import { finish, meansOf, operations, shipped } from "./stores.ts";

const NOBODY: ModuleOwner = { settle: () => 0, answer: () => 0, suspend: () => 0 };
const waiting = function* (): Task {
  yield;
};

/** Counts the instances that are made of a program. */
function counting(program: ForeignProgram): { instances: number } {
  const count = { instances: 0 };
  const instantiate = program.instantiate.bind(program);
  program.instantiate = (imports) => {
    count.instances++;
    return instantiate(imports);
  };
  return count;
}

/** Cycles of each of some operations, and what the part holds then. */
function lived(program: ForeignProgram) {
  let sum = 0;
  const means = meansOf(function* (cycles) {
    sum += cycles;
    yield;
  });
  const store = new ForeignStore(program, means);
  finish(store.mount());
  const cycles = [...operations(store, 60)].map((operation) => {
    finish(operation);
    return sum;
  });
  store.forget();
  return { cycles, image: means.flash.image() };
}

Deno.test("power that goes anywhere in a call leaves nothing: memory, variables and cycles are those of a new instance", () => {
  for (const name of ["store.hba.wasm", "store_rust.hba.wasm"]) {
    const fresh = storeProgram(shipped(name)).take(NOBODY).state();
    const expected = lived(storeProgram(shipped(name)));
    const program = storeProgram(shipped(name));
    const count = counting(program);
    for (let steps = 0; steps < 40; steps++) {
      const store = new ForeignStore(program, meansOf(waiting));
      finish(store.mount());
      finish(store.put({ class: "preshared-key", name: Uint8Array.of(1), value: new Uint8Array(40).fill(steps) }));
      const call = store.clearSecrets();
      for (let step = 0; step < steps && call.next().done !== true;) step++;
      store.forget();
      const body = program.take(NOBODY);
      assertEquals(body.state(), fresh, `${name}: after ${steps} steps`);
      program.giveBack(body);
      assert(body.memory.every((byte) => byte === 0), "keys are gone");
    }
    assertEquals(lived(program), expected);
    assertEquals(count.instances, 1, "one has done it all");
  }
});

/** How many instances two boots take: the first does something, and power goes. */
function instancesOf(bytes: Uint8Array, act: (store: ForeignStore) => void = () => {}): number {
  const program = storeProgram({ name: "planted.wasm", bytes });
  const count = counting(program);
  for (let boot = 0; boot < 2; boot++) {
    const store = new ForeignStore(program, meansOf(function* () {}));
    try {
      finish(store.mount());
      act(store);
    } catch {
      // It has lost its power, whatever it has done.
    }
    store.forget();
  }
  return count.instances;
}

Deno.test("what cannot be made as new does not run again", () => {
  const state = (code: Code) => ({ asyncify_get_state: { parameters: [], results: [0x7f], code } });
  const good = { functions: state(i32(0)) };
  const [growing, twoVariables] = [[...i32(1), 0x40, 0, DROP, ...i32(0)], [i32(0), i32(0)]];
  assertEquals(instancesOf(prepared(good)), 1);
  assertEquals(instancesOf(prepared({ ...good, code: { store_mount: [UNREACHABLE] } })), 1, "a trap");
  assertEquals(instancesOf(prepared({ ...good, code: { store_mount: growing } })), 2, "memory has grown");
  assertEquals(instancesOf(prepared({ functions: state(i32(1)) })), 2, "a stack that is being unwound");
  assertEquals(instancesOf(prepared()), 2, "nobody knows");
  // The two are as many as Asyncify has; this one has three.
  assertEquals(instancesOf(prepared({ ...good, variables: twoVariables })), 1);
  assertEquals(instancesOf(prepared({ ...good, variables: [...twoVariables, i32(0)] })), 2, "variables of its own");
});

Deno.test("a campaign finds with instances that run again what it finds with new ones", () => {
  for (const name of ["store.hba.wasm", "store_hasty.hba.wasm"]) {
    const program = storeProgram(shipped(name));
    const ofNew = {
      ...campaignOf(shipped(name)),
      makeStore: ({ flash, sealer, random }: Parameters<ReturnType<typeof campaignOf>["makeStore"]>[0]) =>
        new ForeignStore(program, { flash, sealer, random, *spend() {} }),
    };
    const jobs = [
      { kind: "single cuts", seed: 1, first: 0, operations: 8, step: 37 },
      { kind: "random cuts", seed: 4, operations: 20, cuts: 2, trials: 20 },
      { kind: "write faults", seed: 5001, first: 0, trials: 12, faults: 2 },
    ] as const;
    const found = jobs.map((job) => runJob(job, campaignOf(shipped(name))));
    assertEquals(found, jobs.map((job) => runJob(job, ofNew)));
    assertEquals(found.some(({ violations }) => violations.length > 0), name === "store_hasty.hba.wasm");
  }
});
