/** Every failure of a page can be made smaller, whatever its run was made with: cases, parameters, modules, a world before. */

import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { execute } from "../../../sim/lab/explore/execute.ts";
import { findingOf } from "../../../sim/lab/explore/search/finding.ts";
import { runTrial } from "../../../sim/lab/explore/search/trial.ts";
import { shrink } from "../../../sim/lab/explore/shrink/shrink.ts";
import { superfluousBy } from "../../../sim/lab/explore/shrink/shrinking.ts";
import { failsPlainly } from "../../../sim/lab/page/core/shrunk_run.ts";
import { signatureOf } from "../../../sim/lab/explore/search/signature_of.ts";
import { type Bundle, decodeBundle, encodeBundle } from "../../../sim/lab/explore/tape/bundle.ts";
import type { ScenarioSource } from "../../../sim/lab/explore/tape/subject.ts";
import { replay } from "../../../sim/lab/explore/replay.ts";
import { readStory, storyText } from "../../../sim/lab/explore/workload/story.ts";
import { writtenCase } from "../../../sim/lab/explore/workload/written_case.ts";
import { InputError } from "../../../sim/kernel/input_error.ts";
import { Laboratory } from "../../../sim/lab/page/core/laboratory.ts";
import { shrunkRun } from "../../../sim/lab/page/core/shrunk_run.ts";
import { watchRun } from "../../../sim/lab/page/content/run_content.ts";
import { Run } from "../../../sim/lab/page/app/run.ts";
import { plugAt } from "../../../sim/lab/page/playground/app/faults_by_hand.ts";
import { TOUR_LINE, TOUR_SCENARIO } from "../../../sim/lab/page/playground/app/tour.ts";
import { handEdit } from "../../../sim/lab/page/playground/core/hand_edit.ts";
import type { HandEdit } from "../../../sim/lab/page/playground/core/requests.ts";
import { POWER_CUT } from "./scenarios.ts";

function moduleOf(name: string, called = name): Readonly<Record<string, Uint8Array>> {
  return { [called]: Deno.readFileSync(new URL(`../../../scenarios/foreign/${name}`, import.meta.url)) };
}

/** A login that fails, in a file with something above its adapters. */
function failing({ above = "", store = "", mode = "main", wait = "1ms", key = "wrong" }): string {
  return `name: $5 for a login
${above}adapters: { hba0: { storage: nvram, ports: [192.0.2.10]${store} } }
targets: { disk: { address: 192.0.2.20, keys: { any: right } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: ${key}, flags: [ike, main] }
  - wait: ${wait}
  - { information: { adapter: hba0 } }
  - { login: { adapter: hba0, target: disk }, expect: { mode: ${mode} } }
`;
}

/** Makes the failure of a scenario smaller, as a page does. */
function shrunk(scenario: ScenarioSource): { readonly steps: readonly string[]; readonly bundle: Bundle } {
  const laboratory = new Laboratory();
  laboratory.answer({ type: "run", subject: { scenario } });
  const answer = laboratory.answer({ type: "shrink" });
  assert(answer.type === "shrunk" && answer.isMinimal);
  assert(!answer.made.content.summary.holds, "it still fails");
  return { steps: answer.steps, bundle: decodeBundle(answer.made.bundle) };
}

/** It fails in the same way, is run again to the same digest, and nothing can be left out. */
function assertSmallest(bundle: Bundle, before: ScenarioSource): void {
  const { subject: { scenario: { source, file, files, image }, tape = [], recipe = [] }, signature = "" } = bundle;
  assert(replay(bundle).agrees);
  assertEquals(signature, signatureOf(execute({ scenario: before })));
  const given = { ...(files === undefined ? {} : { files }), ...(image === undefined ? {} : { image }) };
  const story = readStory(source, file);
  assertEquals(superfluousBy(failsPlainly(), { signature, story, tape, recipe, given }), []);
}

const MATRIX = "matrix: { w: 1ms..3ms step 1ms }\n";
const WRONG = failing({});
const LATE: readonly (readonly [name: string, ScenarioSource])[] = [
  ["a case of a matrix", { file: "a.yaml", source: failing({ above: MATRIX, wait: "$w" }), case: "w=2ms" }],
  ["a parameter", { file: "a.yaml", source: failing({ above: "parameters: { w: 5ms }\n", wait: "$w" }) }],
  ["a parameter that was set", {
    file: "a.yaml",
    source: failing({ above: "parameters: { k: right }\n", key: "$k" }),
    set: { k: "$w" },
  }],
  ["a row of cases", {
    file: "a.yaml",
    source: failing({ above: "cases: { one: { m: main }, two: { m: aggressive } }\n", key: "right", mode: "$m" }),
    case: "two",
  }],
  ["a module as store", {
    file: "a.yaml",
    source: failing({ store: ", store: { module: store.hba.wasm }" }),
    files: moduleOf("store.hba.wasm"),
  }],
  ["a module by a name", {
    file: "a.yaml",
    source: failing({ above: "matrix: { m: [store.hba.wasm, other.wasm] }\n", store: ", store: { module: $m }" }),
    case: "m=store.hba.wasm",
    files: { ...moduleOf("store.hba.wasm"), ...moduleOf("store.hba.wasm", "other.wasm") },
  }],
];

Deno.test("what cases, parameters and modules fail with becomes the smallest run that fails alike", () => {
  for (const [name, scenario] of LATE) {
    const { steps, bundle } = shrunk(scenario);
    assertEquals(steps, ["setKey", "login"], name);
    assertSmallest(bundle, scenario);
    // A file of its own, of which nothing else is asked.
    assertEquals(bundle.subject.scenario.case, undefined, name);
    assertStringIncludes(bundle.subject.scenario.source, 'name: "$5 for a login"');
  }
});

Deno.test("a world that another has left behind is there in the smaller run", () => {
  const { world } = execute({ scenario: { file: "before.yaml", source: WRONG } });
  const source = WRONG.replace(/ {2}- setKey.*\n/, "");
  const scenario = { file: "a.yaml", source, image: world.image() };
  const { steps, bundle } = shrunk(scenario);
  assertEquals(steps, ["login"]);
  assertSmallest(bundle, scenario);
});

Deno.test("the end of the tour can be made smaller: the early store has lost a key", () => {
  const { file } = TOUR_SCENARIO;
  const files = moduleOf("store_early.hba.wasm");
  const edited = (source: string, edit: HandEdit) => {
    const { from, to, insert } = handEdit(source, edit);
    return source.slice(0, from) + insert + source.slice(to);
  };
  const [module = ""] = Object.keys(files);
  const early = edited(TOUR_SCENARIO.source, { kind: "store", adapter: "hba0", module });
  const run = new Run(watchRun({ scenario: { file, source: early, files } }).content);
  const answer = run.steps.find(({ line }) => line === TOUR_LINE)?.beyond ?? 0;
  const plug = plugAt(run, answer - 1, "hba0");
  assert(plug !== undefined);
  const scenario = { file, source: edited(early, { kind: "fault", fault: plug.fault }), files };
  assert(!execute({ scenario }).holds);
  const { steps, bundle } = shrunk(scenario);
  assert(steps.length < run.steps.length, steps.join());
  assertSmallest(bundle, scenario);
});

Deno.test("a plain failure ends at the bundle that an exploration would write of it", () => {
  for (const source of [POWER_CUT, WRONG]) {
    const scenario = { file: "run.yaml", source };
    const { signature = "" } = runTrial({ scenario }, {});
    const small = shrink({ signature, story: readStory(source, "run.yaml"), tape: [] });
    assertEquals(encodeBundle(shrunk(scenario).bundle), findingOf(0, small, (subject) => runTrial(subject)).bundle);
  }
});

Deno.test("a case is written out as it was read, and is the same run", () => {
  const source = failing({ above: "matrix: { seed: [3, 4], n: 1..2 }\n", key: '"$$n"' })
    .replace("wait: 1ms", "sequence: [wait: 1ms]\n    repeat: $n");
  const scenario = { file: "a.yaml", source, case: "seed=4,n=2" };
  const story = writtenCase(scenario);
  assertEquals([story["seed"], story["matrix"], story.steps[1]?.["repeat"]], ["4", undefined, 2]);
  assertEquals(
    execute({ scenario: { file: "b.yaml", source: storyText(story) } }).digest,
    execute({ scenario }).digest,
  );
  // A number is a text where a key stands: it keeps its own.
  const hex = failing({ key: "0x00ff00ff" });
  assertStringIncludes(storyText(writtenCase({ file: "a.yaml", source: hex })), 'key: "0x00ff00ff"');
});

Deno.test("a case that cannot be written out is told in one line, without a file that nobody has", () => {
  const source = failing({ store: ", store: { module: store.hba.wasm }" });
  const subject = { scenario: { file: "a.yaml", source } };
  const outcome = execute({ scenario: { file: "a.yaml", source: WRONG } });
  const { message } = assertThrows(() => shrunkRun(subject, outcome, () => {}), InputError);
  assertMatch(message, /^the failure cannot be made smaller: .*store\.hba\.wasm/);
  assert(!message.includes("\n") && !message.includes("story.yaml"), message);
});
