/** Adapters whose key store is a module: in worlds of programs, in scenario files, in bundles. */

import { assert, assertEquals, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { execute } from "../../../sim/lab/explore/execute.ts";
import { explore } from "../../../sim/lab/explore/search/explore.ts";
import { withFlashParts } from "../../../sim/lab/explore/search/flash_parts.ts";
import { replay } from "../../../sim/lab/explore/replay.ts";
import { bundleOf, decodeBundle, encodeBundle } from "../../../sim/lab/explore/tape/bundle.ts";
import { storeProgram } from "../../../sim/lab/foreign/foreign_store.ts";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { caseNames } from "../../../sim/lab/scenario/open_scenario.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { scenario } from "../../../sim/lab/scenario/story.ts";
import { World } from "../../../sim/lab/world/world.ts";
import { WorldOptionsError } from "../../../sim/lab/world/world_options_error.ts";
import { hbasim } from "../command/command_line.ts";
import { call, i32, loop, prepared, SCRATCH, store32, UNREACHABLE } from "./assembler.ts";
import { FOLDER, shipped } from "./stores.ts";

const SOURCE = Deno.readTextFileSync(new URL("c_store.yaml", FOLDER));
const FILES = { "store.hba.wasm": shipped().bytes };

/** A scenario whose store is a module that was planted. */
function run(module: Uint8Array, steps = "[setGroupKey: { key: a key }]") {
  const text = `name: planted
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10], store: { module: planted.wasm } }
steps: ${steps}
`;
  return runScenarioText(text, "planted.yaml", { files: { "planted.wasm": module } });
}

/** What a file is refused with. */
function refused(files: Readonly<Record<string, Uint8Array>>, source = SOURCE): string {
  return assertThrows(() => {
    runScenarioText(source, "c_store.yaml", { files, case: "cut=1ms" });
  }, ScenarioError).message;
}

Deno.test("c_store.yaml holds in all cases, twice with one digest", () => {
  const cases = caseNames(SOURCE, "c_store.yaml");
  assertEquals(cases.length, 5);
  for (const name of cases) {
    const { verdicts } = runScenarioText(SOURCE, "c_store.yaml", { files: FILES, case: name });
    assertEquals(verdicts.filter(({ holds }) => !holds), [], name);
  }
  const digest = (seed: string) => {
    return runScenarioText(SOURCE, "c_store.yaml", { files: FILES, case: "cut=1ms", seed }).digest;
  };
  assertEquals(digest("1"), digest("1"));
  assertNotEquals(digest("1"), digest("2"));
});

Deno.test("a store with a planted bug loses the key that was acknowledged when power goes between header and data", () => {
  const files = { "store.hba.wasm": shipped("store_hasty.hba.wasm").bytes };
  const source = SOURCE.replace(/cut: .*/, `cut: [${Array.from({ length: 40 }, (_, index) => `${440 + index}ms`)}]`);
  const lost = caseNames(source, "c_store.yaml").filter((name) =>
    !runScenarioText(source, "c_store.yaml", { files, case: name }).holds
  );
  assert(lost.length > 0, "no cut found it");
});

Deno.test("a world takes a module as bytes or as a program, and its flash can be looked at", () => {
  const program = storeProgram(shipped());
  const digests = [shipped().bytes, program, program].map((module) => {
    const world = new World({ adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)], store: { module } }] });
    world.powerOn();
    world.settle();
    const { records = [], badSectors } = world.adapters.get("hba0")?.contents() ?? {};
    assertEquals(records.map((record) => record.class), ["generational-guid"]);
    assertEquals(badSectors, 0);
    return world.digest();
  });
  assertEquals(new Set(digests).size, 1);
});

Deno.test("a story of a program takes the files of its modules when it runs", () => {
  const story = scenario({
    name: "a module",
    adapters: { hba0: { storage: "nvram", ports: ["192.0.2.10"], store: { module: "store.hba.wasm" } } },
    steps: [{ setGroupKey: { key: "for all" } }, { powerCycle: { adapter: "hba0" } }],
  });
  assert(story.run({ files: FILES }).holds);
  assertStringIncludes(
    assertThrows(() => story.run(), ScenarioError).message,
    'adapters.hba0.store.module: there is no "store.hba.wasm" among the files of the run',
  );
});

Deno.test("a module that is none is refused before anything runs: file, line, place, given, accepted", () => {
  const place = "c_store.yaml:7:65: adapters.hba0.store.module: ";
  assertStringIncludes(
    refused({ "store.hba.wasm": new Uint8Array(4) }),
    `${place}store.hba.wasm: module: no WebAssembly module of version 1 at byte 0`,
  );
  assertStringIncludes(refused({}), `${place}there is no "store.hba.wasm" among the files of the run`);
  assertStringIncludes(
    refused({ "store.hba.wasm": prepared({ code: { hba_abi: i32(2) } }) }),
    `${place}store.hba.wasm: hba_abi: version 2`,
  );
  assertStringIncludes(
    refused(FILES, SOURCE.replace("storage: nvram", "storage: ram")),
    "a key store with storage: ram is not accepted here; expected storage: nvram, or no key store",
  );
  const adapters = [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)], store: { module: new Uint8Array(4) } }];
  assertThrows(() => new World({ adapters }), WorldOptionsError, "adapters[0].store.module: module: no WebAssembly");
});

Deno.test("what a module does wrong in a run is a verdict that names file and function; an endless loop ends, too", () => {
  const failures = {
    "planted.wasm: store_put: unreachable at 0x": { store_put: [UNREACHABLE] },
    "planted.wasm: store_mount: runs for 1": { store_mount: loop() },
    "planted.wasm: hba.flash_program: no write enable": { store_mount: call("flash_program", 0, SCRATCH, 4) },
  };
  for (const [message, code] of Object.entries(failures)) {
    const { holds, verdicts } = run(prepared({ code }));
    assertEquals(holds, false);
    assertStringIncludes(verdicts.find((each) => !each.holds)?.actual ?? "", message);
  }
});

Deno.test("lines of its log are notes of the trace; a store that cannot mount is a failed adapter", () => {
  const text = [...store32(SCRATCH, 0x69_68), ...call("log", SCRATCH, 2), ...i32(0)];
  const { world } = run(prepared({ code: { store_mount: text } }));
  const notes = [...world.recorder.events()].filter(({ component, fields }) =>
    component === "hba0" && fields["text"] === "logs: hi"
  );
  assertEquals(notes.length, 1);
  assertEquals(run(prepared({ code: { store_mount: i32(-1) } })).holds, false);
});

Deno.test("explore says what it cannot do with a module of a file, and takes one of a program", () => {
  const { code, stderr } = hbasim("explore", "scenarios/foreign/c_store.yaml", "--seeds", "1..2");
  assertEquals(code, 2);
  assertStringIncludes(stderr, ": an adapter has a module as its store or firmware; expected a file without one");
  const module = storeProgram(shipped());
  // In the first of these the host asks how the store is while a put is under way.
  const { runs, failures } = explore({
    seeds: { first: 110, last: 112 },
    world: withFlashParts(() => ({ store: { module } })),
  });
  assertEquals([runs.length, failures.map(({ signature }) => signature)], [3, []]);
});

Deno.test("a bundle holds the modules of its scenario, and replays", () => {
  const subject = { scenario: { file: "c_store.yaml", source: SOURCE, case: "cut=4ms", files: FILES } };
  const bundle = decodeBundle(encodeBundle(bundleOf(subject, execute(subject))));
  assertEquals(bundle.subject.scenario.files?.["store.hba.wasm"]?.length, FILES["store.hba.wasm"].length);
  assert(replay(bundle).agrees);
});
