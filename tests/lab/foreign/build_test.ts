/** The modules that are checked in are what Debian's tools make of the sources. */

import { assert, assertEquals } from "@std/assert";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { ForeignStore, storeProgram } from "../../../sim/lab/foreign/foreign_store.ts";
import { build, missingTool } from "./toolchain.ts";
import { finish, FOLDER, meansOf, operations, shipped } from "./stores.ts";

const FIRMWARE = "firmware.hba.wasm";
const PLANTED = new URL("planted_firmware.c", import.meta.url).pathname;
const MOST_BYTES = 20 * 1024;

/** That of Debian, wherever others are. */
const RUSTC = "/usr/bin/rustc";
const RUST = "1.63";

/** Why there is no Rust for it. */
function missingRust(): string | undefined {
  try {
    const ask = (...args: string[]) => new TextDecoder().decode(new Deno.Command(RUSTC, { args }).outputSync().stdout);
    const version = ask("--version");
    if (!version.includes(` ${RUST}.`)) return `${RUSTC} is no version ${RUST}: ${version.trim()}`;
    Deno.statSync(ask("--print", "target-libdir", "--target", "wasm32-unknown-unknown").trim());
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `no ${RUSTC} with libstd-rust-dev-wasm32 on this machine`;
    throw error;
  }
}

/** Cycles of each of some operations. */
function cyclesOf(bytes: Uint8Array): number[] {
  let sum = 0;
  const store = new ForeignStore(
    storeProgram({ name: "rebuilt", bytes }),
    meansOf(function* (cycles): Task {
      sum += cycles;
    }),
  );
  finish(store.mount());
  return [...operations(store, 40)].map((operation) => {
    sum = 0;
    finish(operation);
    return sum;
  });
}

Deno.test("modules of scenarios/foreign are small", () => {
  for (const { name } of [...Deno.readDirSync(FOLDER)].filter(({ name }) => name.endsWith(".wasm"))) {
    assert(shipped(name).bytes.length <= MOST_BYTES, name);
  }
});

Deno.test("built again they are the same; cycles are the same however far wasm-opt goes", () => {
  const missing = missingTool();
  if (missing !== undefined) return console.log(`skipped: ${missing}`);
  using folder = temporaryFolder();
  const linked = `${folder.path}/linked.wasm`;
  const rebuilt = (name: string, flags: readonly string[], env: Record<string, string> = {}) => {
    const output = `${folder.path}/${name}`;
    build("store.c", output, flags, env);
    return Deno.readFileSync(output);
  };
  assertEquals(rebuilt("store.hba.wasm", [], { LINKED: linked }), shipped().bytes);
  assertEquals(Deno.readFileSync(linked), Deno.readFileSync(new URL("store.linked.wasm", import.meta.url)));
  for (const planted of ["HASTY", "EARLY"]) {
    const name = `store_${planted.toLowerCase()}.hba.wasm`;
    assertEquals(rebuilt(name, [`-D${planted}`]), shipped(name).bytes);
  }
  for (const [source, module] of [["firmware.c", FIRMWARE], [PLANTED, PLANTED.replace(/c$/, "wasm")]] as const) {
    const output = `${folder.path}/firmware.wasm`;
    build(source, output, ["-I."]);
    assertEquals(Deno.readFileSync(output), Deno.readFileSync(new URL(module, FOLDER)), source);
  }
  const cycles = cyclesOf(shipped().bytes);
  for (const level of ["-O0", "-O2"]) {
    assertEquals(cyclesOf(rebuilt(`store${level}.wasm`, [], { WASM_OPT_LEVEL: level })), cycles, level);
  }
});

Deno.test("the store in Rust built again is the same; cycles are the same however far wasm-opt goes", () => {
  const missing = missingTool() ?? missingRust();
  if (missing !== undefined) return console.log(`skipped: ${missing}`);
  using folder = temporaryFolder();
  const rebuilt = (name: string, env: Record<string, string> = {}) => {
    const output = `${folder.path}/${name}`;
    build("store.rs", output, [], { RUSTC, ...env });
    return Deno.readFileSync(output);
  };
  const name = "store_rust.hba.wasm";
  assertEquals(rebuilt(name), shipped(name).bytes);
  assertEquals(cyclesOf(rebuilt("O0.wasm", { WASM_OPT_LEVEL: "-O0" })), cyclesOf(shipped(name).bytes));
});
