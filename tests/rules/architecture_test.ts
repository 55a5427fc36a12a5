import { assert, assertEquals } from "@std/assert";
import { architectureViolations, readImports, roomOf, ROOMS } from "./architecture.ts";
import { sourceFiles } from "./source_files.ts";

const files = sourceFiles("sim", "firmware", "host");

Deno.test("architecture: no import points back", () => {
  const imports = readImports(files);
  assertEquals(architectureViolations(imports), []);
});

Deno.test("architecture: deno info tells of every module, and of imports of types alone", () => {
  const imports = readImports(files);
  const withImports = new Set(imports.map(({ from }) => from));
  assert(files.filter((file) => withImports.has(file)).length > files.length / 2);
  // An import of types and nothing else.
  assert(imports.some(({ from, to }) => from === "sim/kernel/untimed_clock.ts" && to === "sim/kernel/task.ts"));
  assert(imports.some(({ from, specifier, to }) => {
    return from === "sim/kernel/random.ts" && specifier === "@noble/hashes/sha2.js" && to === undefined;
  }));
});

Deno.test("architecture: every file is in exactly one room", () => {
  for (const file of files) {
    assertEquals(ROOMS.filter(({ holds }) => holds.test(file)).length, 1, file);
  }
  assertEquals(roomOf("sim/cli.ts")?.name, "command line");
  assertEquals(roomOf("sim/world.ts")?.name, "world");
});

Deno.test("architecture: the table itself has no arrow that points back", () => {
  ROOMS.forEach(({ name, mayImport }, index) => {
    for (const imported of mayImport) {
      const place = ROOMS.findIndex((room) => room.name === imported);
      assert(place >= 0 && place < index, `${name} -> ${imported}`);
    }
  });
});

Deno.test("architectureViolations() finds what is planted, and nothing else", () => {
  const planted: [from: string, to: string, problem: string][] = [
    ["sim/kernel/kernel.ts", "sim/trace/recorder.ts", "kernel may not import from trace"],
    ["sim/kernel/kernel.ts", "firmware/ike/engine.ts", "kernel may not import from ike"],
    ["sim/trace/pcapng.ts", "sim/network/network.ts", "trace may not import from network"],
    ["sim/parts/ram.ts", "firmware/adapter.ts", "parts may not import from firmware"],
    ["firmware/ike/engine.ts", "sim/kernel/kernel.ts", "ike may not import from kernel"],
    ["firmware/ike/engine.ts", "sim/parts/ram.ts", "ike sees of parts only"],
    ["firmware/boot.ts", "host/miniport/miniport.ts", "firmware may not import from host"],
    ["host/miniport/miniport.ts", "firmware/commands.ts", "host may not import from firmware"],
    ["host/miniport/miniport.ts", "firmware/mailbox_layouts.ts", "host sees of manual only"],
    ["host/iscsidsc.ts", "sim/world.ts", "host may not import from world"],
    ["sim/target/target.ts", "firmware/key_table.ts", "target sees of firmware only"],
    ["sim/world.ts", "sim/cli.ts", "world may not import from command line"],
    ["sim/world.ts", "sim/scenario/runner.ts", "world may not import from scenario"],
    ["sim/new_room/file.ts", "sim/kernel/kernel.ts", "in no room"],
    ["sim/world.ts", "tests/kernel/kernel_test.ts", "in no room"],
  ];
  for (const [from, to, problem] of planted) {
    const [found = "", ...more] = architectureViolations([{ from, specifier: "x", to }]);
    assert(found.startsWith(`${from} imports ${to}: `) && found.includes(problem) && more.length === 0, found);
  }
  const packages: [from: string, specifier: string][] = [
    ["sim/kernel/kernel.ts", "node:fs"],
    ["sim/kernel/kernel.ts", "yaml"],
    ["sim/kernel/kernel.ts", "https://example.com/x.ts"],
    ["host/iscsidsc.ts", "node:sqlite"],
    ["sim/trace/trace_file.ts", "cbor-x"],
  ];
  for (const [from, specifier] of packages) {
    assertEquals(architectureViolations([{ from, specifier }]).length, 1, `${from} ${specifier}`);
  }
  assertEquals(
    architectureViolations([
      { from: "host/miniport/mailbox.ts", specifier: "x", to: "firmware/interface.ts" },
      { from: "host/initiator_service/sqlite_key_store.ts", specifier: "node:sqlite" },
      { from: "sim/target/target.ts", specifier: "x", to: "firmware/ike/engine.ts" },
      { from: "sim/cli.ts", specifier: "x", to: "sim/scenario/runner.ts" },
    ]),
    [],
  );
});
