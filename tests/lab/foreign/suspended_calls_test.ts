/** The page that holds suspended calls: what has no room there, and what is not the module's. */

import { assertEquals, assertThrows } from "@std/assert";
import { ForeignModuleError } from "../../../sim/lab/foreign/foreign_module_error.ts";
import { ForeignStore, storeProgram } from "../../../sim/lab/foreign/foreign_store.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { finish, FOLDER, meansOf } from "./stores.ts";
import { build, missingTool } from "./toolchain.ts";

const SOURCE = new URL("edges.c", import.meta.url).pathname;

/** Mounts a store, at once or suspended at each import. */
function mount(output: string, isSuspended: boolean): string {
  const means = meansOf(function* () {
    if (isSuspended) yield;
  });
  const store = new ForeignStore(storeProgram({ name: "edges.wasm", bytes: Deno.readFileSync(output) }), means);
  return finish(store.mount()).type;
}

/** Builds a store that goes to one of the edges. */
function edge(folder: string, ...flags: readonly string[]): string {
  const output = `${folder}/edges.wasm`;
  build(SOURCE, output, [`-I${FOLDER.pathname}`, ...flags]);
  return output;
}

const told = (output: string) => assertThrows(() => mount(output, true), ForeignModuleError).message;

Deno.test("a stack with more than the room for it is told, with file and function", () => {
  const missing = missingTool();
  if (missing !== undefined) return console.log(`skipped: ${missing}`);
  using folder = temporaryFolder();
  const deep = (depth: number, ...flags: readonly string[]) => edge(folder.path, `-DDEPTH=${depth}`, ...flags);
  const message = "needs more than 65528 bytes to be suspended in hba.flash_read; " +
    "expected fewer calls within one another, or fewer variables in them";
  const fits = deep(2000);
  assertEquals([mount(fits, true), mount(fits, false)], ["mounted", "mounted"]);
  const traps = deep(9000);
  assertEquals(mount(traps, false), "mounted");
  assertEquals(told(traps), `edges.wasm: deeper: ${message}`);
  // Behind the room is more of the module's: nothing traps there.
  assertEquals(told(deep(9000, "-DGROWS")), `edges.wasm: store_mount: ${message}`);
});

Deno.test("memory.size tells of no page that holds suspended calls, and what C writes there is told", () => {
  const missing = missingTool();
  if (missing !== undefined) return console.log(`skipped: ${missing}`);
  using folder = temporaryFolder();
  const whole = edge(folder.path, "-DBEYOND=0");
  assertEquals([mount(whole, true), mount(whole, false)], ["mounted", "mounted"]);
  assertEquals(
    told(edge(folder.path, "-DBEYOND=1")),
    "edges.wasm: store_mount: wrote behind its memory, which ends at 65536; expected no write into the page of suspended calls",
  );
});

Deno.test("what only spends time comes to an end, suspended or not", () => {
  const missing = missingTool();
  if (missing !== undefined) return console.log(`skipped: ${missing}`);
  using folder = temporaryFolder();
  const output = edge(folder.path, "-DSPENDS=90000");
  for (const isSuspended of [false, true]) {
    const { message } = assertThrows(() => mount(output, isSuspended), ForeignModuleError);
    assertEquals(
      /^edges.wasm: store_mount: runs for 10000\d{5} cycles and learns of nothing/.test(message),
      true,
      message,
    );
  }
});
