/** Cycles are those of the instructions, however they are counted; a call can be kept and put back in its middle. */

import { assert, assertEquals } from "@std/assert";
import type { Task } from "../../../sim/kernel/task.ts";
import { ENTRY_BYTES, STORE_EXPORTS } from "../../../sim/lab/foreign/abi.ts";
import type { ForeignProgram } from "../../../sim/lab/foreign/foreign_program.ts";
import { ForeignStore, storeProgram } from "../../../sim/lab/foreign/foreign_store.ts";
import { StoreImports } from "../../../sim/lab/foreign/store_imports.ts";
import { ForeignInstance } from "../../../sim/lab/foreign/suspendable.ts";
import { Interpreter } from "./interpreter.ts";
import { finish, meansOf, operations, shipped } from "./stores.ts";

const OPERATIONS = 340;

/** What each operation of the history took, and what the part holds at the end. */
interface Count {
  readonly cycles: readonly number[];
  readonly image: Uint8Array;
}

function counted(
  spendOf: (add: (cycles: number) => void) => (cycles: number) => Task,
  programOf: (add: (cycles: number) => void) => ForeignProgram = () => storeProgram(shipped()),
): Count {
  let sum = 0;
  const add = (cycles: number) => void (sum += cycles);
  const means = meansOf(spendOf(add));
  const store = new ForeignStore(programOf(add), means);
  finish(store.mount());
  const cycles = [sum];
  for (const operation of operations(store, OPERATIONS)) {
    sum = 0;
    finish(operation);
    cycles.push(sum);
  }
  return { cycles, image: means.flash.image() };
}

/** A program whose instances are interpreted: the adapter cannot tell. */
function interpreted(add: (cycles: number) => void): ForeignProgram {
  const program = storeProgram(shipped());
  const linked = Deno.readFileSync(new URL("store.linked.wasm", import.meta.url));
  program.instantiate = (imports) => {
    const given = imports as Record<string, (...parameters: number[]) => number>;
    // What the module spends by itself are no instructions.
    const spends = (cycles = 0) => (add(cycles), given["core_spend"]?.(cycles) ?? 0);
    const interpreter = new Interpreter(linked, { ...given, core_spend: spends });
    const names = Object.keys(STORE_EXPORTS);
    return {
      ...Object.fromEntries(names.map((name) => [name, (...parameters: number[]) => {
        const result = interpreter.call(name, ...parameters);
        // Questions take no time.
        if (!name.startsWith("hba_")) add(interpreter.cycles);
        interpreter.cycles = 0;
        return result;
      }])),
      memory: {
        buffer: interpreter.memory.buffer,
        grow: () => interpreter.memory.length / 65_536 - 1,
      } as unknown as WebAssembly.Memory,
      __stack_pointer: { value: 0 } as WebAssembly.Global,
      hba_budget: { value: 0 } as WebAssembly.Global,
    };
  };
  return program;
}

const noting = (add: (cycles: number) => void) =>
  function* (cycles: number): Task {
    add(cycles);
  };

Deno.test("cycles of more than 300 operations: never suspended, suspended at each import, and one instruction at a time", () => {
  const straight = counted(noting);
  const suspended = counted((add) =>
    function* (cycles) {
      add(cycles);
      yield;
    }
  );
  assertEquals(suspended, straight);

  assertEquals(counted(() => function* () {}, interpreted), straight);
  assert(straight.cycles.filter((each) => each > 10_000).length > 300, "operations do something");
});

Deno.test("a store that forgets has nothing, and answers that it is not mounted", () => {
  const store = new ForeignStore(storeProgram(shipped()), meansOf(function* () {}));
  finish(store.mount());
  const record = { class: "preshared-key", name: Uint8Array.of(1), value: Uint8Array.of(2, 3) } as const;
  assertEquals(finish(store.put(record)), { type: "stored" });
  assert(store.holds(record));
  store.forget();
  assertEquals(store.get("preshared-key", record.name), { type: "absent" });
  assertEquals([store.size, finish(store.put(record))], [0, { type: "corrupted" }]);
  assertEquals(finish(store.mount()).type, "mounted");
  assert(store.holds(record));
});

Deno.test("how a store is can be asked at any moment of a call, which goes on as it would have", () => {
  const run = (asks: boolean) => {
    const means = meansOf(function* () {
      yield;
    });
    const store = new ForeignStore(storeProgram(shipped()), means);
    finish(store.mount());
    let moments = 0;
    for (const operation of operations(store, 40)) {
      while (operation.next().done !== true) {
        moments++;
        if (asks) assertEquals([store.health().state, store.capacity([]) > 0], ["ok", true]);
      }
    }
    assert(moments > 50);
    return means.flash.image();
  };
  assertEquals(run(true), run(false));
});

/** A store's instance with what it works on, some records in it. */
function begun(spend: (cycles: number) => Task = function* () {}) {
  // A generator is no part of a snapshot.
  const means = { ...meansOf(spend), random: (lengthBytes: number) => new Uint8Array(lengthBytes).fill(9) };
  const refuse = (place: string, given: string, accepted: string): never => {
    throw new Error(`${place}: ${given}, ${accepted}`);
  };
  const imports = new StoreImports(means, refuse);
  const instance = new ForeignInstance(storeProgram(shipped()), imports.functions, means.spend);
  imports.memory = instance;
  return { ...means, instance };
}

Deno.test("a call that was kept in its middle goes on elsewhere, byte for byte", () => {
  const waiting = function* (): Task {
    yield;
  };
  const one = begun(waiting);
  finish(one.instance.call("store_mount"));
  const entry = one.instance.callNow("hba_scratch");
  one.instance.part(entry, ENTRY_BYTES, "entry").fill(7);
  assertEquals(finish(one.instance.call("store_put", 2, entry + 12, 4, entry + 284, 40)), 0);
  assertEquals(finish(one.instance.call("store_put", 0, entry + 12, 4, entry + 284, 40)), 0);
  const call = one.instance.call("store_clear_secrets");
  const forks: { readonly kept: ReturnType<ForeignInstance["snapshot"]>; readonly image: Uint8Array }[] = [];
  const places = new Set<string>();
  let step = call.next();
  for (; step.done !== true; step = call.next()) {
    const kept = one.instance.snapshot();
    if (kept.waiting !== undefined) places.add(one.instance.waitingFor ?? "nothing");
    assertEquals(one.instance.snapshot(), kept, "whoever looks where it waits leaves no trace");
    // Where C has come back, only its last cycles are left.
    if (kept.waiting !== undefined) forks.push({ kept, image: one.flash.image() });
  }
  assertEquals(step.value, 0);
  assert(forks.length > 10);
  const place = "hba.flash_program in write() < move() < commit() < store_clear_secrets()";
  assert(places.has(place), [...places].join(", "));
  assertEquals(one.instance.waitingFor, undefined);
  const [memory, image] = [one.instance.memory.slice(), one.flash.image()];

  // One instance takes all forks one after the other; what it was before does not matter.
  const other = begun(waiting);
  for (const { kept, image: before } of forks) {
    other.flash.restore(before);
    if (/program|erase/.test(kept.waiting?.importName ?? "")) finish(other.flash.writeEnable());
    const rest = other.instance.restore(kept);
    assert(rest !== undefined);
    assertEquals(finish(rest), 0);
    assertEquals(other.flash.image(), image);
    assertEquals(other.instance.memory, memory);
  }
});
