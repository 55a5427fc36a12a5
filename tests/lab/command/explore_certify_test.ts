/** `hbasim explore` with --certify and --ties: what it says, what it writes, what it refuses. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim, HEAD } from "./command_line.ts";

const SHIPPED = "scenarios/key_survives_power_cycle.yaml";

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
  const knee = hbasim("explore", "--inevitable", bundle);
  assertEquals(knee.code, 1, knee.stderr);
  assertMatch(knee.stdout, /^it is inevitable from event \d+ of \d+ on, and was not after event \d+/m);
});

Deno.test("--ties: all orders that can matter, or how many are left", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/ties.yaml`;
  Deno.writeTextFileSync(file, `${HEAD}steps: [{ setGroupKey: { key: a key } }]\n`);
  const all = hbasim("explore", file, "--ties", "all");
  assertEquals(all.code, 0, all.stderr);
  assertMatch(all.stdout, /^\d+ orders that can matter, in \d+ runs; none is left; \d+ ties by default$/m);
  const { orders, left } = JSON.parse(hbasim("explore", file, "--ties", "2", "--json").stdout);
  assertEquals([orders, left > 0], [2, true]);
});

Deno.test("what cannot be certified is refused before anything runs", () => {
  const rows: readonly (readonly [said: string, ...args: string[]])[] = [
    ["--certify needs a scenario file", "--certify", "2"],
    ["expected 1 or 2, faults at once", "--certify", "3", SHIPPED],
    ["--faults", "--certify", "1", "--faults", "fire", SHIPPED],
    ["--lines", "--certify", "1", "--lines", "all", SHIPPED],
    ["line 2 expects nothing", "--certify", "1", "--lines", "2", SHIPPED],
    ["--ties needs a scenario file", "--ties", "all"],
    ["the run does not fail", "--inevitable", SHIPPED],
    ['--ties "0"', "--ties", "0", SHIPPED],
  ];
  for (const [said, ...args] of rows) {
    const { code, stderr, stdout } = hbasim("explore", ...args);
    assertEquals(code, 2, `${args.join(" ")}: ${stdout}${stderr}`);
    assertStringIncludes(stderr, said);
  }
});
