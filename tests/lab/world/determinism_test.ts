import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { execute } from "../../../sim/lab/explore/execute.ts";
import { bundleOf, decodeBundle, encodeBundle } from "../../../sim/lab/explore/tape/bundle.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { readShipped, SHIPPED_SCENARIOS } from "../../support/shipped_scenarios.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { bundleProgram, RUNTIMES } from "./runtimes.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const SCENARIOS: Readonly<Record<string, string>> = Object.fromEntries(
  SHIPPED_SCENARIOS.map((name) => [name, readShipped(name)]),
);

/** The same with a key store and with a whole firmware in C. */
const IN_C = [
  { file: "c_store.yaml", module: "store.hba.wasm", case: "cut=4ms" },
  { file: "c_firmware.yaml", module: "firmware.hba.wasm", case: undefined },
].map((each) => ({
  ...each,
  text: readShipped(`foreign/${each.file}`),
  bytes: Deno.readFileSync(`${ROOT}scenarios/foreign/${each.module}`),
}));

/** A run whose ties chance has broken, and forks of it. */
const BUNDLES = bundles();

/**
 * Runs all scenarios and bundles, and tells their digests. It brings them along: not every runtime has files.
 */
const PROGRAM = `
import { runScenarioText } from ${JSON.stringify(`${ROOT}sim/lab/scenario/mod.ts`)};
import { decodeBundle, replay } from ${JSON.stringify(`${ROOT}sim/lab/explore/mod.ts`)};
const scenarios = ${JSON.stringify(SCENARIOS)};
const bundles = ${JSON.stringify(BUNDLES.map((bytes) => [...bytes]))};
const inC = ${JSON.stringify(IN_C.map((each) => ({ ...each, bytes: [...each.bytes] })))};
const answerOfC = ({ file, text, module, bytes, ...rest }) => file + " " + runScenarioText(text, file, {
  ...rest,
  files: { [module]: Uint8Array.from(bytes) },
  ...(globalThis.compiled === undefined ? {} : { compiled: globalThis.compiled }),
}).digest;
globalThis.answer = () => [
  ...inC.map(answerOfC),
  ...Object.entries(scenarios).map(([file, text]) => file + " " + runScenarioText(text, file).digest),
  ...bundles.map((bytes) => "bundle " + replay(decodeBundle(Uint8Array.from(bytes))).digest),
].join(", ");
`;

function bundles(): Uint8Array[] {
  const file = "power_cut_during_set.yaml";
  const subject = { scenario: { file, source: SCENARIOS[file] ?? "" } };
  const strategy = { tie: (pending: readonly unknown[], cycle: number) => cycle % pending.length };
  const { tape, world: { recorder } } = execute(subject, { strategy });
  assert(tape.length > 5);
  const at = { cycle: recorder.at(300).cycle, sequence: 300 };
  return Array.from({ length: 6 }, (_, index) => {
    const fork = { ...subject, tape, recipe: index === 0 ? [] : [{ at, salt: `fork ${index}` }] };
    return encodeBundle(bundleOf(fork, execute(fork)));
  });
}

const digest = (file: string, seed: string) => runScenarioText(SCENARIOS[file] ?? "", file, { seed }).digest;
const digestOfC = ({ file, text, module, bytes, case: name }: typeof IN_C[number]) => {
  const options = name === undefined ? {} : { case: name };
  return `${file} ${runScenarioText(text, file, { ...options, files: { [module]: bytes } }).digest}`;
};
const digests = () =>
  [
    ...IN_C.map(digestOfC),
    ...Object.entries(SCENARIOS).map(([file, text]) => `${file} ${runScenarioText(text, file).digest}`),
    ...BUNDLES.map((bytes) => `bundle ${decodeBundle(bytes).digest}`),
  ].join(", ");

Deno.test("The same seed gives the same digest twice in one process; another seed gives another", () => {
  for (const file of Object.keys(SCENARIOS)) {
    assertEquals(digest(file, "1"), digest(file, "1"), file);
    assertNotEquals(digest(file, "1"), digest(file, "2"), file);
  }
});

Deno.test("All scenarios, and bundles with ties and forks, give the same digests on every runtime", async (t) => {
  const expected = digests();
  assert(Object.keys(SCENARIOS).length >= 12);
  using folder = temporaryFolder();
  const program = await bundleProgram(PROGRAM, folder.path);
  for (const { module, bytes } of IN_C) Deno.writeFileSync(`${folder.path}/${module}`, bytes);
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
