/** Calls too deep to be suspended: their stack has more than the room for it. */

import { assertEquals, assertThrows } from "@std/assert";
import { ForeignModuleError } from "../../../sim/lab/foreign/foreign_module_error.ts";
import { ForeignStore, storeProgram } from "../../../sim/lab/foreign/foreign_store.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { finish, FOLDER, meansOf } from "./stores.ts";
import { build, missingTool } from "./toolchain.ts";

const SOURCE = new URL("deep.c", import.meta.url).pathname;

/** Mounts a store whose calls are so deep, at once or suspended at each import. */
function mount(output: string, isSuspended: boolean): string {
  const means = meansOf(function* () {
    if (isSuspended) yield;
  });
  const store = new ForeignStore(storeProgram({ name: "deep.wasm", bytes: Deno.readFileSync(output) }), means);
  return finish(store.mount()).type;
}

Deno.test("a stack with more than the room for it is told, with file and function", () => {
  const missing = missingTool();
  if (missing !== undefined) return console.log(`skipped: ${missing}`);
  using folder = temporaryFolder();
  const deep = (depth: number, ...flags: readonly string[]) => {
    const output = `${folder.path}/deep.wasm`;
    build(SOURCE, output, [`-I${FOLDER.pathname}`, `-DDEPTH=${depth}`, ...flags]);
    return output;
  };
  const told = (output: string) => assertThrows(() => mount(output, true), ForeignModuleError).message;
  const message = "needs more than 65528 bytes to be suspended in hba.flash_read; " +
    "expected fewer calls within one another, or fewer variables in them";
  const fits = deep(2000);
  assertEquals([mount(fits, true), mount(fits, false)], ["mounted", "mounted"]);
  const traps = deep(9000);
  assertEquals(mount(traps, false), "mounted");
  assertEquals(told(traps), `deep.wasm: deeper: ${message}`);
  // Behind the room is more of the module's: nothing traps there.
  assertEquals(told(deep(9000, "-DGROWS")), `deep.wasm: store_mount: ${message}`);
});
