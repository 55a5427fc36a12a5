/** A key store in C++: its constructors run once, before all else, and take time. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import type { Task } from "../../../sim/kernel/task.ts";
import { ForeignModuleError } from "../../../sim/lab/foreign/foreign_module_error.ts";
import { ForeignStore, storeProgram } from "../../../sim/lab/foreign/foreign_store.ts";
import { prepareModule } from "../../../sim/lab/foreign/prepare.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { linked, prepared } from "./assembler.ts";
import { finish, FOLDER, meansOf } from "./stores.ts";
import { build, missingTool } from "./toolchain.ts";

const SOURCE = new URL("constructed.cpp", import.meta.url).pathname;
/** What the constructor of the source takes, at least. */
const CONSTRUCTOR_CYCLES = 100_000;

/** What a store says of itself in two boots, and how long they took. */
function logsOf(bytes: Uint8Array, spend: (cycles: number) => Task) {
  const logs: string[] = [];
  let cycles = 0;
  const means = meansOf(function* (more) {
    cycles += more;
    yield* spend(more);
  });
  const program = storeProgram({ name: "constructed.wasm", bytes });
  const store = new ForeignStore(program, { ...means, onLog: (text) => logs.push(text) });
  for (let boot = 0; boot < 2; boot++) {
    finish(store.mount());
    if (boot === 0) assert(cycles > CONSTRUCTOR_CYCLES, `${cycles}`);
    for (const last of [1, 2]) {
      const record = { class: "tunnel-address", name: Uint8Array.of(0, last), value: new Uint8Array() } as const;
      assertEquals(finish(store.put(record)).type, "stored");
    }
    store.forget();
  }
  return { logs, cycles };
}

Deno.test("constructors of C++ run once at each boot, in time, suspended or not", () => {
  const missing = missingTool();
  if (missing !== undefined) return console.log(`skipped: ${missing}`);
  using folder = temporaryFolder();
  const output = `${folder.path}/constructed.wasm`;
  build(SOURCE, output, [`-I${FOLDER.pathname}`]);
  const bytes = Deno.readFileSync(output);
  const once = ["constructions 1", "constructions 1", "records 1", "constructions 1", "records 2"];
  const atOnce = logsOf(bytes, function* () {});
  assertEquals(atOnce.logs, [...once, ...once]);
  assertEquals(
    logsOf(bytes, function* () {
      yield;
    }),
    atOnce,
  );
});

Deno.test("a constructor without an end, or one that calls, is told before the first boot", () => {
  const missing = missingTool();
  if (missing !== undefined) return console.log(`skipped: ${missing}`);
  using folder = temporaryFolder();
  const told = (flag: string) => {
    const output = `${folder.path}/${flag}.wasm`;
    build(SOURCE, output, [`-I${FOLDER.pathname}`, `-D${flag}`]);
    const bytes = Deno.readFileSync(output);
    return assertThrows(() => storeProgram({ name: "planted.wasm", bytes }), ForeignModuleError).message;
  };
  assertMatch(told("ENDLESS"), /^planted.wasm: \S+: runs for 100\d{7} cycles/);
  assertEquals(
    told("EARLY"),
    "planted.wasm: hba.flash_geometry: a call by a constructor; expected none before the mount",
  );
});

Deno.test("a module that was linked so that each export runs all constructors is refused", () => {
  const missing = missingTool();
  if (missing !== undefined) return console.log(`skipped: ${missing}`);
  using folder = temporaryFolder();
  const [object, output] = [`${folder.path}/object.o`, `${folder.path}/linked.wasm`];
  const run = (tool: string, args: string[]) => assert(new Deno.Command(tool, { args }).outputSync().success, tool);
  const target = ["--target=wasm32", "-mcpu=mvp", "-mmutable-globals", "-Oz", "-ffreestanding"];
  const flags = ["-fno-rtti", "-fno-c++-static-destructors", `-I${FOLDER.pathname}`];
  run("clang", [...target, ...flags, "-c", SOURCE, "-o", object]);
  const link = ["--no-entry", "--stack-first", "--max-memory=4194304", "--export=__stack_pointer"];
  run("wasm-ld", [...link, object, "-o", output]);
  assertEquals(
    assertThrows(() => prepareModule("linked.wasm", Deno.readFileSync(output)), ForeignModuleError).message,
    "linked.wasm: export hba_abi: runs all constructors at each call; " +
      "expected wasm-ld --export=__wasm_call_ctors: they run once, before hba_abi",
  );
});

Deno.test("an export that is called as the constructors are is one of theirs, or refused", () => {
  const constructors = (results: readonly number[], code: readonly number[]) => ({
    functions: { __wasm_call_ctors: { parameters: [], results, code } },
  });
  const name = "planted.wasm";
  assertEquals(storeProgram({ name, bytes: prepared(constructors([], [])) }).name, name);
  assertThrows(
    () => prepareModule(name, linked(constructors([0x7f], [0x41, 0]))),
    ForeignModuleError,
    "planted.wasm: export __wasm_call_ctors: () -> (i32); expected () -> ()",
  );
});
