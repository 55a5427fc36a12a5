/** The command that answers why: of a scenario and of its trace the same, and clear words for what it cannot answer. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim } from "./command_line.ts";

const SCENARIO = "scenarios/wrong_key_at_target.yaml";

Deno.test("hbasim explain answers of a scenario and of its trace alike, by line, step and event, in words and as JSON", () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/run.cbor`;
  assertEquals(hbasim("run", "--quiet", "--trace", file, SCENARIO).code, 0);
  const source = Deno.readTextFileSync(SCENARIO).split("\n");
  const line = source.findIndex((each) => each.includes("login:")) + 1;
  const { code, stdout, stderr } = hbasim("explain", SCENARIO, String(line));
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^line \d+, c\d+\.s\d+ {2}application -> iscsidsc: LoginIScsiTarget/);
  assertStringIncludes(stdout, "the keys differ: ");
  assertEquals(hbasim("explain", file, String(line)).stdout, stdout);
  assertEquals(hbasim("explain", file, "login").stdout, stdout);
  const [explanation] = JSON.parse(hbasim("explain", file, String(line), "--json").stdout);
  assertEquals(explanation.outcome.status, "ISDSC_AUTHENTICATION_FAILURE");
  assertEquals(hbasim("explain", file, explanation.subject.at).stdout, stdout);
  assertEquals(hbasim("explain", file, explanation.outcome.at).stdout, stdout, "an answer is explained as its call");
  for (const key of ["the target's key", "the adapter's key"]) assert(!stdout.includes(key));
});

Deno.test("hbasim explain refuses what is not there, and says what is", () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[SCENARIO], /explain takes a scenario or a trace file, and a line, a step or an event's coordinate/],
    [[SCENARIO, "1"], /1: no step begins in this line; expected one of 13, 14, /],
    [
      [SCENARIO, "logout"],
      /"logout": no step is called so; expected a line, an event .* or one of power on, setKey, login/,
    ],
    [[SCENARIO, "login:9"], /"login:9": there are 4; /],
    [[SCENARIO, "c1.s1"], /"c1\.s1": the trace has no such event/],
    [["no such file", "1"], /cannot read "no such file"/],
  ];
  for (const [args, said] of cases) {
    const { code, stdout, stderr } = hbasim("explain", ...args);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, said);
  }
});
