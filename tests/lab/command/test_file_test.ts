/** What comes of the cases of one file. */

import { assert, assertEquals } from "@std/assert";
import { ProcessError } from "../../../sim/kernel/process_error.ts";
import { ChosenCases, testFile } from "../../../sim/lab/command/test_file.ts";
import { openCases } from "../../../sim/lab/scenario/open_scenario.ts";
import { runOpened } from "../../../sim/lab/scenario/runner.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { HEAD } from "./command_line.ts";

Deno.test("a case in which anything would do has judged nothing, fails, and says so", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/any.yaml`;
  Deno.writeTextFileSync(file, `${HEAD}steps:\n  - { setGroupKey: { key: k }, expect: any }\n`);
  const { results } = testFile({ file, begin: 0, filter: "", tag: undefined, set: {} });
  assertEquals(results.map((each) => each.type === "failed" && [each.judged, each.story]), [
    [0, ["nothing was judged; expected a step that can fail, or allowNothing: true"]],
  ]);
});

Deno.test("what the simulator throws in a case fails that case alone, with its message and the way to it", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/crash.yaml`;
  const matrix = "matrix: { word: [one, two, three] }\n";
  Deno.writeTextFileSync(file, `${HEAD}${matrix}steps:\n  - { setGroupKey: { key: k }, name: "$word" }\n`);
  const { chosen, results } = testFile({ file, begin: 0, filter: "", tag: undefined, set: {} }, (opened, options) => {
    if (opened.case !== "word=two") return runOpened(opened, options);
    throw new ProcessError("scenario", 7, new RangeError("a part of the world is broken"));
  });
  assertEquals([chosen, results.map(({ type }) => type)], [3, ["ok", "failed", "ok"]]);
  const [, crashed] = results;
  assert(crashed?.type === "failed");
  assertEquals(crashed.story, [
    'the simulator has failed: ProcessError: Process "scenario" failed in cycle 7: a part of the world is broken',
  ]);
  assertEquals(crashed.again, `hbasim run '${file}[word=two]'`);
});

Deno.test("a worker reads the cases of a file once, however many jobs it is given of it", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/many.yaml`;
  const steps = "steps:\n  - wait: $wait\n  - setGroupKey: { key: a key }\n";
  Deno.writeTextFileSync(file, `${HEAD}matrix: { wait: 1us..40us step 1us }\n${steps}`);
  let reads = 0;
  const cases = new ChosenCases((...given) => {
    reads++;
    return openCases(...given);
  });
  const jobs = [0, 8, 16, 24, 32].map((begin) => ({ file, begin, filter: "", tag: undefined, set: {} }));
  const results = jobs.flatMap((job) => testFile(job, runOpened, cases).results);
  assertEquals([results.length, new Set(results.map((each) => each.type === "ok" && each.case)).size, reads], [
    40,
    40,
    1,
  ]);
  testFile({ file, begin: 0, filter: "wait=3us", tag: undefined, set: {} }, runOpened, cases);
  assertEquals(reads, 2);
});
