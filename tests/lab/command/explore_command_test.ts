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
  const campaign = ["explore", "--seeds", "801..920", "--with", module];
  const all = hbasim(...campaign, "--jobs", "2", "--out", whole);
  assertEquals(all.code, 1, all.stdout + all.stderr);
  assertMatch(all.stdout, /^120 seeds, \d+ failed, \d+ of 900 cells seen, \d+ of \d+ probes reached$/m);
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

Deno.test("an invariant that does not end is told with its seed, and what is not reached makes a campaign blind", () => {
  using folder = temporaryFolder();
  const module = (name: string, text: string) => {
    Deno.writeTextFileSync(`${folder.path}/${name}.ts`, text);
    return `${folder.path}/${name}.ts`;
  };
  const endless = module(
    "endless",
    'export const invariants = { "it ends": ({ seed }) => { for (; seed === "2";); return true; } };',
  );
  const hung = hbasim("explore", "--seeds", "1..4", "--jobs", "1", "--patience", "5", "--with", endless);
  assertEquals(hung.code, 1, hung.stderr);
  assertMatch(hung.stdout, /^FAIL {2}seed 2 has not ended after 5 s: /m);
  const vain = module(
    "vain",
    'export const probes = { "pigs fly": () => false, "time goes on": ({ now }) => now > 0 };',
  );
  const told = hbasim("explore", "--seeds", "1..2", "--with", vain);
  assertEquals(told.code, 0, told.stderr);
  assertMatch(told.stdout, /^not reached: .*pigs fly$/m);
  assert(!told.stdout.includes("time goes on"), told.stdout);
  assertEquals(hbasim("explore", "--seeds", "1..2", "--with", vain, "--all-probes").code, 3);
});

Deno.test("what cannot be used is refused before anything runs", () => {
  using folder = temporaryFolder();
  const empty = `${folder.path}/empty.ts`;
  Deno.writeTextFileSync(empty, "export {};");
  const [wrong, latin] = ["wrong.ts", "latin.yaml"].map((name) => `${folder.path}/${name}`) as [string, string];
  Deno.writeTextFileSync(wrong, "export {};\nname: a test\n");
  Deno.writeFileSync(latin, Uint8Array.from("name: t\xe4st", (each) => each.charCodeAt(0)));
  const rows: readonly (readonly [said: string, ...args: string[]])[] = [
    ["--seeds", "--seeds", "0..3"],
    ["--seeds", "--seeds", "9..3"],
    ["--seeds", "--seeds", "many"],
    ["--jobs", "--jobs", "65"],
    ["--patience", "--patience", "soon"],
    ["--shard", "--shard", "3/2", "--out", folder.path],
    ["--shard goes with --out", "--shard", "1/2"],
    ["--until", "--until", "tomorrow"],
    ["--until does not go with --shard", "--until", "plateau", "--shard", "1/2", "--out", folder.path],
    ["it exports neither world nor invariants nor probes", "--with", empty],
    ["--with", "--with", `${folder.path}/nowhere.ts`],
    ["wrong.ts:2:9", "--with", wrong],
    ["explore takes", "--inevitable", empty, wrong],
    ["explore takes", "--verify-minimal", folder.path, wrong],
    ...(["--certify", "--ties"] as const).map((mode) =>
      ["latin.yaml:1:8: this byte is not UTF-8", mode, "1", latin] as const
    ),
    ["latin.yaml:1:8: this byte is not UTF-8", "--inevitable", latin],
    ["no results in it", "--merge", folder.path],
    ["cannot read", "nowhere.yaml"],
    ["explore takes one file", "a.yaml", "b.yaml"],
  ];
  for (const [said, ...args] of rows) {
    const { code, stderr, stdout } = hbasim("explore", ...args);
    assertEquals(code, 2, `${args.join(" ")}: ${stdout}${stderr}`);
    assertStringIncludes(stderr, said);
    assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  }
});

Deno.test("a scenario file is read in one way whatever is asked of it: each mistake has its place", () => {
  const rows: readonly (readonly [text: string, said: RegExp])[] = [
    ["name: {a: b: c\n", /:1:11: /],
    ["garbage", /:1:1: a text of 7 characters is not accepted here; expected a mapping/],
    ["", /:1:1: nothing is not accepted here; expected a mapping/],
    ["null\n", /:1:1: nothing is not accepted here; expected a mapping/],
    ["[1, 2]\n", /:1:1: a list is not accepted here; expected a mapping/],
    [HEAD, /:1:1: a mapping without the field "steps" is not accepted here; expected a list of one step/],
    [`${HEAD}steps:\n  - jump: {}\n`, /:5:5: steps\[0\]: an unknown name of 4 characters is not accepted here/],
  ];
  using folder = temporaryFolder();
  const file = `${folder.path}/wrong.bundle`;
  for (const [text, said] of rows) {
    Deno.writeTextFileSync(file, text);
    const ways = [
      ["debug", file],
      ...[[], ["--certify", "1"], ["--inevitable"]].map((way) => ["explore", ...way, file]),
    ];
    const told = new Set(ways.map((way) => {
      const { code, stderr } = hbasim(...way);
      assertEquals(code, 2, `${way.join(" ")}: ${stderr}`);
      return stderr;
    }));
    assertEquals(told.size, 1, [...told].join("\n"));
    for (const stderr of told) assertMatch(stderr, said);
  }
});

Deno.test("of a file with cases one is varied, certified, or refused before anything runs", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/mat.yaml`;
  Deno.writeTextFileSync(
    file,
    `${HEAD}cases: { right: { status: ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE }, wrong: { status: SUCCESS } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
  - getKey: { adapter: hba0, id: 192.0.2.11 }
    expect: { status: $status }
`,
  );
  for (const way of [[file], ["--certify", "1", file], ["--ties", "1", file], ["--inevitable", file]]) {
    const { code, stderr, stdout } = hbasim("explore", ...way);
    assertEquals([code, stdout], [2, ""], stderr);
    assertMatch(
      stderr,
      /^hbasim: ".*mat\.yaml" has 2 cases; expected the name of one, as ".*mat\.yaml\[right\]": right or wrong\n$/,
    );
  }
  const right = hbasim("explore", `${file}[right]`, "--seeds", "1..10");
  assertEquals(right.code, 0, right.stdout + right.stderr);
  assertStringIncludes(right.stdout, "10 seeds, 0 failed");
  const wrong = hbasim("explore", `${file}[wrong]`, "--seeds", "1..3");
  assertEquals(wrong.code, 1, wrong.stderr);
  assertStringIncludes(wrong.stdout, "FAIL  getKey: expected SUCCESS, but found");
  assertEquals(hbasim("explore", "--certify", "1", `${file}[right]`).code, 0);
  assertEquals(hbasim("explore", "--inevitable", `${file}[wrong]`).code, 1);
  const none = hbasim("explore", `${file}[left]`);
  assertEquals(none.code, 2);
  assertStringIncludes(none.stderr, 'has no case "left"');
});

Deno.test("what a module of the user's exports is looked at: a mistake in it is bad input, not a finding", () => {
  using folder = temporaryFolder();
  const told = (text: string, ...more: readonly string[]) => {
    const module = `${folder.path}/own${text.length}.mjs`;
    Deno.writeTextFileSync(module, text);
    const { code, stderr } = hbasim("explore", "--seeds", "3..4", "--with", module, ...more);
    assertEquals(code, 2, stderr);
    assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
    return stderr;
  };
  assertMatch(told("export const world = 5;"), /^hbasim: --with ".*own\d+\.mjs": world: 5, expected a function/);
  assertStringIncludes(told("export const probes = { x: 3 };"), 'probes["x"]: 3, expected a function of the world');
  assertStringIncludes(told("export const invariants = [() => true];"), "invariants: a list, expected");
  assertStringIncludes(
    told("export const world = () => undefined;"),
    "hbasim: seed 3: world: the function returned nothing",
  );
  assertStringIncludes(
    told("export const world = () => { throw new Error('none for you'); };", "--jobs", "1"),
    "hbasim: seed 3: world: the function threw Error: none for you",
  );
});
