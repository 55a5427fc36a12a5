/** What `hbasim run` says of scenarios that are wrong, or in which something went wrong that nobody judged. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { hbasim, HEAD, withFile } from "./command_line.ts";

const TARGET = "targets:\n  disk: { address: 192.0.2.20, keys: { any: k } }\n";
const SET_KEY = "  - setKey: { adapter: hba0, id: 192.0.2.10, key: k }\n";

/** Runs a scenario that must be refused with exit code 2 before anything runs; what it says. */
function refusal(content: string | Uint8Array): string {
  let said = "";
  withFile(content, (file) => {
    const { code, stdout, stderr } = hbasim("run", file);
    assertEquals(code, 2, stderr.slice(0, 500));
    assertEquals(stdout.slice(0, 80), "", "it ran");
    assert(!stderr.includes("    at "), "a stack trace is shown");
    said = stderr;
  });
  return said;
}

Deno.test("hbasim run: a call that fails and is not judged is a failure, and is named", () => {
  const steps = "steps:\n" +
    "  - wmi: { adapter: hba0, method: 99, hex: FF }\n" +
    "  - mailbox: { adapter: hba0, command: 0xff }\n" +
    "  - mailbox: { adapter: hba0, command: setPresharedKeyForId, hex: 00 }\n" +
    "  - information: { adapter: hba0 }\n";
  withFile(HEAD + steps, (file) => {
    const { code, stdout } = hbasim("run", "--quiet", file);
    assertEquals(code, 1, stdout);
    const failures = stdout.split("\n").filter((line) => line.startsWith("FAIL"));
    assertEquals(failures.map((line) => /line +(\d+) +(\w+)/.exec(line)?.slice(1)), [
      ["5", "wmi"],
      ["6", "mailbox"],
      ["7", "mailbox"],
    ]);
  });
});

Deno.test(
  "hbasim run refuses a file that is not UTF-8, with the place of the first such byte, and not with it",
  () => {
    const text = `${HEAD}${TARGET}steps:\n${SET_KEY}`;
    // Latin-1: the key of the target is "clé".
    const bytes = new TextEncoder().encode(text.replace("any: k }", 'any: "cl?" }'));
    bytes[bytes.indexOf("?".charCodeAt(0))] = 0xe9;
    const said = refusal(bytes);
    assertMatch(said, /scenario\.yaml:5\b/);
    assertMatch(said, /UTF-8/);
    assert(!/cl\ufffd|clé/.test(said), "the key is shown");
  },
);

Deno.test("hbasim run refuses what only the last step gets wrong before anything runs", () => {
  const last: readonly (readonly [string, RegExp])[] = [
    ["login: { adapter: hba0, target: disc }", /scenario\.yaml:8:\d+: .*target: "disc" .*expected one of disk/],
    ["login: { adapter: hba7, target: disk }", /scenario\.yaml:8:\d+: .*adapter: "hba7" .*expected one of hba0/],
    ["reset: { adapter: hba7 }", /scenario\.yaml:8:\d+: .*adapter: "hba7" .*expected one of hba0/],
    ["expect: { sessions: { of: disc } }", /scenario\.yaml:8:\d+: .*of: "disc" .*did you mean disk/],
    [
      "damage: { adapter: hba0, flip: { address: 999999999, mask: 1 } }",
      /scenario\.yaml:8:47: .*flip\.address: 999999999 .*expected 0 to/,
    ],
    [
      "sequence: [{ setKey: { adapter: hba7, id: 192.0.2.10, key: k } }]",
      /scenario\.yaml:8:\d+: .*adapter: "hba7" .*expected one of hba0/,
    ],
  ];
  for (const [step, expected] of last) {
    assertMatch(refusal(`${HEAD}${TARGET}steps:\n${SET_KEY}  - ${step}\n`), expected);
  }
});

Deno.test("hbasim run says where in the file parts of the world contradict one another", () => {
  const steps = `steps:\n${SET_KEY}`;
  const sameAddress = TARGET.replace("192.0.2.20", "192.0.2.10");
  assertMatch(refusal(HEAD + sameAddress + steps), /scenario\.yaml:5:\d+: .*192\.0\.2\.10 occurs twice/);
  const sameName = TARGET.replace("disk:", "hba0:");
  assertMatch(refusal(HEAD + sameName + steps), /scenario\.yaml:5:\d+: .*"hba0" occurs twice/);
});

Deno.test("hbasim run refuses a file that is nested too deeply as such", () => {
  for (const depth of [20_000, 1_000_000]) {
    const said = refusal(`name: ${"[".repeat(depth)}`);
    assertMatch(said, /scenario\.yaml:1:\d+: .*expected/);
    assert(!/call stack/i.test(said), said.slice(0, 200));
    assertMatch(said, /nest|deep|level/i);
    assert(said.length < 1000, "the file is not repeated");
  }
});
