/** `hbasim module`. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { FIRMWARE_IMPORTS } from "../../../sim/lab/foreign/abi.ts";
import { prepareModule } from "../../../sim/lab/foreign/prepare.ts";
import { hbasim } from "../command/command_line.ts";
import { linked } from "./assembler.ts";

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
      [[LINKED, "-o", "-", "--json"], "--json goes to standard output"],
      [[LINKED, "-o", output, "--json", "--quiet"], "--quiet shortens what people read"],
    ] as const
  ) {
    const { code, stderr } = hbasim("module", ...args);
    assertEquals(code, 2, args.join(" "));
    assertStringIncludes(stderr, message);
  }
  assert(![...Deno.readDirSync(folder.path)].some(({ name }) => name !== "bad.wasm"));
});
