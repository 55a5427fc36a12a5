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

Deno.test("architecture: every file is in a room, and every room has a file", () => {
  const used = new Set(files.map((file) => roomOf(file)?.path ?? `no room holds ${file}`));
  assertEquals([...used].toSorted(), ROOMS.map(({ path }) => path).toSorted());
  assertEquals(roomOf("firmware/adapter.ts")?.path, "firmware");
  assertEquals(roomOf("firmware/ike/engine.ts")?.path, "firmware/ike");
  assertEquals(roomOf("sim/lab/world/target.ts")?.path, "sim/lab/world/target.ts");
});

Deno.test("architecture: the table itself has no arrow that points back", () => {
  ROOMS.forEach(({ path, mayImport }, index) => {
    for (const imported of Object.keys(mayImport)) {
      const place = ROOMS.findIndex((room) => room.path === imported);
      assert(place >= 0 && place < index, `${path} -> ${imported}`);
    }
  });
});

Deno.test("architectureViolations() finds what is planted, and nothing else", () => {
  const planted: [from: string, to: string, problem: string][] = [
    ["sim/kernel/kernel.ts", "sim/trace/recorder.ts", "sim/kernel may not import from sim/trace"],
    ["sim/kernel/kernel.ts", "firmware/ike/engine.ts", "sim/kernel may not import from firmware/ike"],
    ["sim/shape/shape.ts", "sim/kernel/kernel.ts", "sim/shape may not import from sim/kernel"],
    ["sim/trace/pcapng.ts", "sim/network/network.ts", "sim/trace may not import from sim/network"],
    ["sim/parts/ram.ts", "firmware/adapter.ts", "sim/parts may not import from firmware"],
    ["firmware/ike/engine.ts", "sim/kernel/kernel.ts", "firmware/ike may not import from sim/kernel"],
    ["firmware/ike/engine.ts", "sim/parts/ram.ts", "firmware/ike sees of sim/parts only"],
    ["firmware/boot.ts", "host/miniport/miniport.ts", "firmware may not import from host"],
    ["host/miniport/miniport.ts", "firmware/commands.ts", "host may not import from firmware"],
    ["host/miniport/miniport.ts", "firmware/ike/identification_types.ts", "host may not import from firmware/ike"],
    ["firmware/manual/interface.ts", "firmware/ike/engine.ts", "firmware/manual sees of firmware/ike only"],
    ["firmware/ike/engine.ts", "firmware/manual/interface.ts", "firmware/ike may not import from firmware/manual"],
    ["host/iscsidsc/iscsidsc.ts", "sim/network/network.ts", "host sees of sim/network only"],
    ["host/iscsidsc/iscsidsc.ts", "sim/lab/world/world.ts", "host may not import from sim/lab/world"],
    [
      "sim/lab/world/target.ts",
      "firmware/cache/key_table.ts",
      "sim/lab/world/target.ts may not import from firmware/cache",
    ],
    ["sim/lab/world/world.ts", "sim/lab/command/cli.ts", "sim/lab/world may not import from sim/lab/command"],
    ["sim/lab/world/world.ts", "sim/lab/scenario/runner.ts", "sim/lab/world may not import from sim/lab/scenario"],
    [
      "sim/lab/world/target.ts",
      "firmware/session/session_manager.ts",
      "sees of firmware/session only phase1_runner.ts",
    ],
    ["firmware/session/session_manager.ts", "firmware/adapter.ts", "firmware/session may not import from firmware"],
    ["sim/new_room/file.ts", "sim/kernel/kernel.ts", "in no room"],
    ["sim/lab/world/world.ts", "tests/kernel/kernel_test.ts", "in no room"],
  ];
  for (const [from, to, problem] of planted) {
    const [found = "", ...more] = architectureViolations([{ from, specifier: "x", to }]);
    assert(found.startsWith(`${from} imports ${to}: `) && found.includes(problem) && more.length === 0, found);
  }
  const packages: [from: string, specifier: string][] = [
    ["sim/kernel/kernel.ts", "node:fs"],
    ["sim/kernel/kernel.ts", "yaml"],
    ["sim/shape/shape.ts", "yaml"],
    ["sim/kernel/kernel.ts", "https://example.com/x.ts"],
    ["host/iscsidsc/iscsidsc.ts", "node:sqlite"],
    ["sim/trace/trace_file.ts", "cbor-x"],
  ];
  for (const [from, specifier] of packages) {
    assertEquals(architectureViolations([{ from, specifier }]).length, 1, `${from} ${specifier}`);
  }
  assertEquals(
    architectureViolations([
      { from: "host/miniport/mailbox.ts", specifier: "x", to: "firmware/manual/interface.ts" },
      { from: "host/initiator_service/sqlite_key_store.ts", specifier: "node:sqlite" },
      { from: "sim/lab/world/target.ts", specifier: "x", to: "firmware/ike/engine.ts" },
      { from: "sim/lab/command/cli.ts", specifier: "x", to: "sim/lab/scenario/runner.ts" },
    ]),
    [],
  );
});
