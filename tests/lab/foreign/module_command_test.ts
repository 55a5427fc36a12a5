/** `hbasim module`. */

import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { FIRMWARE_IMPORTS } from "../../../sim/lab/foreign/abi.ts";
import { ForeignModuleError } from "../../../sim/lab/foreign/foreign_module_error.ts";
import { ForeignStore, storeProgram } from "../../../sim/lab/foreign/foreign_store.ts";
import { prepareModule } from "../../../sim/lab/foreign/prepare.ts";
import { hbasim } from "../command/command_line.ts";
import { linked } from "./assembler.ts";
import { finish, meansOf } from "./stores.ts";
import { missingTool } from "./toolchain.ts";

const LINKED = new URL("store.linked.wasm", import.meta.url).pathname;

Deno.test("hbasim module meters a module, and prints the command that makes it suspendable", () => {
  using folder = temporaryFolder();
  const output = `${folder.path}/store.metered.wasm`;
  const { code, stdout } = hbasim("module", LINKED, "-o", output);
  assertEquals(code, 0);
  assertEquals(Deno.readFileSync(output), prepareModule("store", Deno.readFileSync(LINKED)));
  const imports = "hba.flash_read,hba.flash_write_enable,hba.flash_program,hba.flash_erase,hba.flash_status," +
    "hba.core_spend,hba.preempt,hba.wait,hba.post,hba.dma_read,hba.dma_write,hba.ike_open,hba.ike_close";
  assertEquals(
    stdout,
    "wasm-opt -g --enable-mutable-globals -ocimfs=0 --asyncify " +
      `--pass-arg=asyncify-imports@${imports} -Os '${output}' -o '${folder.path}/store.hba.wasm'\n`,
  );
  assertEquals(hbasim("module", "--imports").stdout, `${imports}\n`);
  assertEquals(hbasim("module", LINKED, "--output", output, "--quiet").stdout, "");
  assertEquals(JSON.parse(hbasim("module", LINKED, "-o", output, "--json").stdout), {
    output,
    bytes: Deno.readFileSync(output).length,
    next: stdout.trimEnd(),
  });
  assertEquals(JSON.parse(hbasim("module", "--imports", "--json").stdout), { imports: imports.split(",") });
  for (const [name, { suspends }] of Object.entries(FIRMWARE_IMPORTS)) {
    assertEquals(imports.split(",").includes(`hba.${name}`), suspends, name);
  }
});

Deno.test("hbasim module refuses what it cannot use, and writes nothing then", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/bad.wasm`;
  const output = `${folder.path}/out.wasm`;
  Deno.writeFileSync(file, linked({ functions: { store_put: undefined } }));
  for (
    const [args, message] of [
      [[file, "-o", output], "bad.wasm: exports: no store_put; expected a function store_put (HBA_OUT in the header)"],
      [[LINKED], "module needs a place for what it writes: -o OUT"],
      [["-o", output], "module takes one module: module IN -o OUT"],
      [[LINKED, file, "-o", output], "module takes one module"],
      [[LINKED, "-o", LINKED], "which is read; expected a file of its own"],
      [[LINKED, "--imports"], "--imports prints what is the same for all modules"],
      [[`${folder.path}/none.wasm`, "-o", output], "cannot read"],
      [[LINKED, "-o", `${folder.path}/no/folder.wasm`], "cannot write"],
      [[LINKED, "-x"], 'module has no option "-x"'],
      [
        ["deno.json", "--symbols", "deno.json", "--at", "1"],
        '"deno.json": no WebAssembly module of version 1 at byte 0',
      ],
      [[LINKED, "-o", "-", "--json"], "--json goes to standard output"],
      [[LINKED, "-o", output, "--json", "--quiet"], "--quiet does not go with --json"],
    ] as const
  ) {
    const { code, stderr } = hbasim("module", ...args);
    assertEquals(code, 2, args.join(" "));
    assertStringIncludes(stderr, message);
  }
  assert(![...Deno.readDirSync(folder.path)].some(({ name }) => name !== "bad.wasm"));
});

/** `store_put` loads from behind the memory, whose size it asks for: the line that a trap is to be traced to. */
const TRAPPING = `#include "hba_store.h"
int hba_abi(void) { return 1; }
static struct hba_entry scratch;
void *hba_scratch(void) { return &scratch; }
int store_mount(void) { return 1; }
int store_remove(hba_u32 a, const hba_u8 *b, hba_u32 c) { return a && b && c; }
int store_clear_secrets(void) { return 1; }
int store_get(hba_u32 a, const hba_u8 *b, hba_u32 c, hba_u8 *d, hba_u32 e) { return a && b && c && d && e ? -1 : -1; }
int store_entry(hba_u32 a, struct hba_entry *b) { return a && b ? -1 : -1; }
int store_capacity(hba_u32 a, hba_u32 b) { return a && b; }
int store_health(hba_u32 a) { return a & 0; }
static volatile hba_u32 pages;
#define SIZE __builtin_wasm_memory_size(0)
static __attribute__((noinline)) int far(const hba_u8 *value) {
  pages = SIZE + 3 * SIZE + 5 * SIZE + 7 * SIZE + 9 * SIZE + 11 * SIZE + 13 * SIZE;
  pages = *(const volatile int *)(value + 0x7f000000);
  pages = 1;
  return 2;
}
int store_put(hba_u32 a, const hba_u8 *b, hba_u32 c, const hba_u8 *value, hba_u32 d) {
  hba_core_spend(a + c + d + (b != 0));
  return far(value);
}
`;
const TRAP_LINE = 16;

Deno.test("hbasim module --symbols: from the offset of a trap to the line of the source, through metering and wasm-opt", () => {
  const missing = missingTool();
  if (missing !== undefined) return console.log(`skipped: ${missing}`);
  using folder = temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  Deno.writeTextFileSync(at("trap.c"), TRAPPING);
  const source = new URL("../../../scenarios/foreign", import.meta.url).pathname;
  const shell = (command: string) => {
    const { success, stderr } = new Deno.Command("sh", { args: ["-c", command], cwd: folder.path }).outputSync();
    assert(success, new TextDecoder().decode(stderr));
  };
  const compile =
    `clang --target=wasm32 -mcpu=mvp -mmutable-globals -O0 -ffreestanding -I${source} -c trap.c -o trap.o`;
  const link = "wasm-ld --no-entry --stack-first --max-memory=4194304 --export=__stack_pointer trap.o -o trap.wasm";
  shell(`${compile} && ${link}`);
  const withoutLines = hbasim("module", at("trap.wasm"), "-o", at("trap.metered.wasm"), "--symbols", at("trap.map"));
  assertEquals(withoutLines.code, 2);
  assertStringIncludes(withoutLines.stderr, ".debug_line: no such section; expected clang -g, and no strip");
  shell(`${compile} -g && ${link}`);
  const { code, stdout } = hbasim(
    "module",
    at("trap.wasm"),
    "-o",
    at("trap.metered.wasm"),
    "--symbols",
    at("trap.map"),
  );
  assertEquals(code, 0);
  shell(stdout);

  const bytes = Deno.readFileSync(at("trap.hba.wasm"));
  const store = new ForeignStore(storeProgram({ name: "trap.hba.wasm", bytes }), meansOf(function* () {}));
  finish(store.mount());
  const { message } = assertThrows(
    () => finish(store.put({ class: "preshared-key", name: Uint8Array.of(1), value: Uint8Array.of(2) })),
    ForeignModuleError,
  );
  const [, offset = ""] = / at (0x[0-9a-f]+); expected code that does not trap$/.exec(message) ?? [];
  const ask = (...args: string[]) => hbasim("module", at("trap.hba.wasm"), "--symbols", ...args);
  const map = at("trap.hba.map");
  assertMatch(ask(map, "--at", offset).stdout, new RegExp(`^far: .*trap\\.c:${TRAP_LINE}\n$`));
  assertEquals(JSON.parse(ask(map, "--at", offset, "--json").stdout).line, TRAP_LINE);
  for (
    const [args, refusal] of [
      [[map, "--at", "0x7fffffff"], "offset 0x7fffffff: no code; expected an offset as a trap tells it"],
      [[map, "--at", "here"], '--at "here": expected an offset in bytes'],
      [[at("trap.c"), "--at", offset], "symbols: no JSON; expected the source map that wasm-opt -osm has written"],
      [[at("none.map"), "--at", offset], "cannot read"],
      [[map, "--at", offset, "-o", at("x")], "--at does not go with --output"],
    ] as const
  ) {
    const refused = ask(...args);
    assertEquals(refused.code, 2, args.join(" "));
    assertStringIncludes(refused.stderr, refusal);
  }
});
