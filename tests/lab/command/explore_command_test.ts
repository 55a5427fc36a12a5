/** `hbasim explore`: parts make the whole byte for byte, exit codes tell what was found, mistakes are told. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim, HEAD } from "./command_line.ts";

/** A part of one's own that is hasty, as a module for --with. */
const HASTY = `export { withCanary as world } from ${
  JSON.stringify(new URL("../../../sim/lab/explore/search/canary.ts", import.meta.url).href)
};`;

function filesOf(folder: string): Record<string, string> {
  const names = [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile).map(({ name }) => name).toSorted();
  return Object.fromEntries(names.map((name) => [name, Deno.readFileSync(`${folder}/${name}`).join()]));
}

Deno.test("parts on any number of threads make the whole, byte for byte; what is found is minimal", () => {
  using folder = temporaryFolder();
  const module = `${folder.path}/hasty.ts`;
  const [whole, parts] = [`${folder.path}/whole`, `${folder.path}/parts`];
  Deno.writeTextFileSync(module, HASTY);
  const campaign = ["explore", "--seeds", "101..220", "--with", module];
  const all = hbasim(...campaign, "--jobs", "2", "--out", whole);
  assertEquals(all.code, 1, all.stdout + all.stderr);
  assertMatch(all.stdout, /^120 seeds, \d+ failed, \d+ of 900 cells seen$/m);
  for (const [index, jobs] of [["2", "1"], ["1", "2"]] as const) {
    const part = hbasim(...campaign, "--jobs", jobs, "--shard", `${index}/2`, "--out", parts);
    assertMatch(part.stdout, new RegExp(`^part ${index} of 2: `), part.stderr);
  }
  const merged = hbasim("explore", "--with", module, "--merge", parts);
  assertEquals(merged.code, 1, merged.stderr);
  const results = (path: string) => Deno.readFileSync(`${path}/results.cbor`).join();
  assertEquals(results(parts), results(whole));
  assertEquals(filesOf(`${parts}/failures`), filesOf(`${whole}/failures`));
  const minimal = hbasim("explore", "--verify-minimal", whole, "--with", module);
  assertEquals(minimal.code, 0, minimal.stdout);
  assertMatch(minimal.stdout, /^([0-9a-f]{32}\.bundle: minimal\n)+$/);
  // The check can fail: without the part that is hasty nothing does.
  const held = hbasim("explore", "--verify-minimal", whole);
  assertEquals(held.code, 1);
  assertStringIncludes(held.stdout, "it does not fail as it did, but holds");
});

Deno.test("variations of a file: what it expects survives them, or the first that it does not is told", () => {
  using folder = temporaryFolder();
  const [good, bad] = [`${folder.path}/good.yaml`, `${folder.path}/bad.yaml`];
  const steps = "steps:\n  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }\n";
  Deno.writeTextFileSync(good, HEAD + steps);
  Deno.writeTextFileSync(bad, `${HEAD}${steps}  - { getKey: { adapter: hba0, id: 192.0.2.11 } }\n`);
  const holds = hbasim("explore", good, "--seeds", "1..30");
  assertEquals(holds.code, 0, holds.stdout + holds.stderr);
  assertStringIncludes(holds.stdout, "30 seeds, 0 failed");
  const fails = hbasim("explore", bad, "--seeds", "1..3");
  assertEquals(fails.code, 1, fails.stderr);
  assertStringIncludes(fails.stdout, "FAIL  getKey: expected SUCCESS, but found");
});

Deno.test("--certify: all hypotheses are executed, or a counterexample is told, small, and its bundle replays", () => {
  using folder = temporaryFolder();
  const [file, out] = [`${folder.path}/set.yaml`, `${folder.path}/out`];
  Deno.writeTextFileSync(
    file,
    `${HEAD}steps:
  - { setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] } }
  - { getKey: { adapter: hba0, id: 192.0.2.10 }, expect: { flags: [ike, main] } }
`,
  );
  const holds = hbasim("explore", file, "--certify", "1");
  assertEquals(holds.code, 0, holds.stderr);
  assertMatch(holds.stdout, /^no single fault of these kinds breaks this outcome: \d+ hypotheses, all executed/);
  const fails = hbasim("explore", file, "--certify", "1", "--faults", "loseInterrupt", "--out", out);
  assertEquals(fails.code, 1, fails.stderr);
  assertMatch(fails.stdout, /^COUNTEREXAMPLE {2}the \d+th interrupt of hba0: lost: line \d+, setKey, expected SUCCESS/);
  assert(!fails.stdout.includes("getKey"), "the counterexample is not small");
  const [, bundle = ""] = /^written to (.*)$/m.exec(fails.stdout) ?? [];
  assertEquals(hbasim("replay", "--quiet", bundle).code, 0);
});

Deno.test("what cannot be used is refused before anything runs", () => {
  using folder = temporaryFolder();
  const empty = `${folder.path}/empty.ts`;
  Deno.writeTextFileSync(empty, "export {};");
  const rows: readonly (readonly [said: string, ...args: string[]])[] = [
    ["--seeds", "--seeds", "0..3"],
    ["--seeds", "--seeds", "9..3"],
    ["--seeds", "--seeds", "many"],
    ["--jobs", "--jobs", "65"],
    ["--certify needs a scenario file", "--certify", "2"],
    ["expected 1 or 2, faults at once", "--certify", "3", "scenarios/key_survives_power_cycle.yaml"],
    ["--faults", "--certify", "1", "--faults", "fire", "scenarios/key_survives_power_cycle.yaml"],
    ["--lines", "--certify", "1", "--lines", "all", "scenarios/key_survives_power_cycle.yaml"],
    ["--ties needs a scenario file", "--ties", "all"],
    ['--ties "0"', "--ties", "0", "scenarios/key_survives_power_cycle.yaml"],
    ["--shard", "--shard", "3/2", "--out", folder.path],
    ["--shard needs --out", "--shard", "1/2"],
    ["--until", "--until", "tomorrow"],
    ["--until plateau needs all parts", "--until", "plateau", "--shard", "1/2", "--out", folder.path],
    ["it exports neither world nor invariants", "--with", empty],
    ["--with", "--with", `${folder.path}/nowhere.ts`],
    ["no results in it", "--merge", folder.path],
    ["cannot read", "nowhere.yaml"],
    ["explore takes one file", "a.yaml", "b.yaml"],
  ];
  for (const [said, ...args] of rows) {
    const { code, stderr, stdout } = hbasim("explore", ...args);
    assertEquals(code, 2, `${args.join(" ")}: ${stdout}${stderr}`);
    assertStringIncludes(stderr, said);
    assert(!stderr.includes("    at "), stderr);
  }
});
