import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { readShipped, SHIPPED_SCENARIOS } from "../../support/shipped_scenarios.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { RUNTIMES } from "./runtimes.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const SCENARIOS: Readonly<Record<string, string>> = Object.fromEntries(
  SHIPPED_SCENARIOS.map((name) => [name, readShipped(name)]),
);

/** Runs all scenarios and tells their digests. It brings the scenarios along: not every runtime has files. */
const PROGRAM = `
import { runScenarioText } from ${JSON.stringify(`${ROOT}sim/lab/scenario/mod.ts`)};
const scenarios = ${JSON.stringify(SCENARIOS)};
globalThis.answer = () => Object.entries(scenarios)
  .map(([file, text]) => file + " " + runScenarioText(text, file).digest).join(", ");
`;

const digest = (file: string, seed: string) => runScenarioText(SCENARIOS[file] ?? "", file, { seed }).digest;
const digests = () =>
  Object.entries(SCENARIOS).map(([file, text]) => `${file} ${runScenarioText(text, file).digest}`).join(", ");

Deno.test("The same seed gives the same digest twice in one process; another seed gives another", () => {
  for (const file of Object.keys(SCENARIOS)) {
    assertEquals(digest(file, "1"), digest(file, "1"), file);
    assertNotEquals(digest(file, "1"), digest(file, "2"), file);
  }
});

Deno.test("All scenarios give the same digests on every runtime", async (t) => {
  const expected = digests();
  assert(Object.keys(SCENARIOS).length >= 12);
  using folder = temporaryFolder();
  const program = await bundle(folder.path);
  for (const [name, runtime] of Object.entries(RUNTIMES)) {
    const answer = await runtime(program, folder.path);
    if ("skipped" in answer) console.log(`skipped: ${name}: ${answer.skipped}`);
    await t.step({
      name,
      ignore: "skipped" in answer,
      fn: () => assertEquals("said" in answer ? answer.said : "", expected),
    });
  }
});

/** The program as one module of web-standard JavaScript. */
async function bundle(folder: string): Promise<string> {
  Deno.writeTextFileSync(`${folder}/entry.ts`, PROGRAM);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--config", `${ROOT}deno.json`, "--platform", "browser"],
      ...["-o", `${folder}/program.mjs`, `${folder}/entry.ts`],
    ],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return Deno.readTextFileSync(`${folder}/program.mjs`);
}
