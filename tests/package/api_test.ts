/** The interface: listed, documented, and changed only with a word about it. */

import { assert, assertEquals, assertGreater, assertLess, assertMatch } from "@std/assert";
import { listing } from "../../.ci/package/api.ts";
import { apiProblems, recordOf, unrecorded } from "../../.ci/package/api_rule.ts";
import { VERSION } from "../../sim/lab/world/version.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const read = (path: string) => Deno.readTextFileSync(`${ROOT}${path}`);
const CONFIGURATION: { readonly version: string; readonly exports: Readonly<Record<string, string>> } = JSON.parse(
  read("deno.json"),
);

function deno(...args: string[]): { readonly success: boolean; readonly text: string } {
  const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, env: { NO_COLOR: "1" } })
    .outputSync();
  return { success, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test("the interface is the one that tests/package/api.txt lists: `deno task api` writes it", () => {
  const found = listing();
  assertGreater(found.split("\n").length, 500);
  assertEquals(unrecorded(read("tests/package/api.txt"), found, read("CHANGELOG.md")), []);
});

const LISTED =
  "@a/b f: function\n  function f(): void;\n@a/b C: class\n  class C\n    x: number;\n@a/b g: function\n  g\n";
const CHANGES = [
  [LISTED.replace("x: number", "x: string"), "C", "has changed"],
  [LISTED.replace(/@a\/b C[^@]*/, ""), "C", "is gone"],
  [`${LISTED}@a/b h: function\n  h\n`, "h", "is new"],
] as const;
const OLDER = "## [0.1.0] - 2026-01-01\n\n### Changed\n\n- `C`, `f`, `g`, `h`\n";
const log = (text: string) => `# Changelog\n\n## [Unreleased]\n\n### Changed\n\n${text}\n\n${OLDER}`;

Deno.test("apiProblems() finds each change that the top section does not name, and no other", () => {
  const record = recordOf(LISTED, log(""));
  assertEquals(apiProblems(record, LISTED, log("")), []);
  for (const [found, name, change] of CHANGES) {
    const problem = `@a/b ${name} ${change}: name \`${name}\` in the top section of CHANGELOG.md`;
    for (
      const text of ["- nothing", `- ${name} unquoted, \`${name}x\`, \`x.${name}\``, `### A table\n\n- \`${name}\``]
    ) {
      assertEquals(apiProblems(record, found, log(text)), [problem]);
    }
    assertEquals(apiProblems(record, found, log(`- \`${name}\` is another`)), []);
    assertEquals(apiProblems(record, found, log(`- \`${name}.x\` is another`)), []);
  }
  // A released section is closed.
  const released = `# Changelog\n\n${OLDER}`;
  assertEquals(apiProblems(record, LISTED, released), []);
  assertEquals(apiProblems(record, CHANGES[0][0], released), [
    "@a/b C has changed: open a section [Unreleased] in CHANGELOG.md",
  ]);
});

Deno.test("apiProblems() wants a word for each change: one that tells of something else does not do", () => {
  const before = log("- `C` is faster, `h` is planned");
  const record = recordOf(LISTED, before);
  const [[changed], , [added]] = CHANGES;
  const once = "name `C` in the top section of CHANGELOG.md once more: it stood there once before";
  assertEquals(apiProblems(record, changed, before), [`@a/b C has changed: ${once}`]);
  assertEquals(apiProblems(record, changed, log("- `C` is faster, and `C.x` a text")), []);
  // Nobody could name what is new before.
  assertEquals(apiProblems(record, added, before), []);
  // With a release the counts begin anew, whatever the section before had.
  const next = `${log("- `C.x` is a text")}`.replace(OLDER, `## [0.2.0]\n\n### Changed\n\n- \`C\`, \`C\`\n\n${OLDER}`);
  const released = recordOf(LISTED, log("- `C`, `C`").replace("[Unreleased]", "[0.2.0]"));
  assertEquals(apiProblems(released, changed, next), []);
  assertEquals(apiProblems(released, changed, next.replace("`C.x`", "x")).length, 1);
});

Deno.test("a record is the listing and the counts, and both are compared", () => {
  const text = log("- `C`, `C.x` and `g`");
  const record = recordOf(LISTED, text);
  assertEquals(record.split("\n").filter((line) => /told/.test(line)), [
    "@a/b C: class, told 2",
    "@a/b g: function, told 1",
  ]);
  assertEquals(record.replaceAll(/, told \d|^#.*\n/g, ""), LISTED);
  assertEquals(unrecorded(record, LISTED, text), []);
  for (const [found, name, change] of CHANGES) {
    assertEquals(unrecorded(record, found, text), [`@a/b ${name} ${change}`]);
  }
  assertEquals(unrecorded(record, LISTED, log("- `C`, `C.x` and g")), ["@a/b g is told 0, not 1"]);
  assertEquals(unrecorded(record, LISTED, text.replace("0.1.0", "0.1.1")), ["order or first line"]);
  // What a merge left is no record, and no change log.
  const conflict = "<<<<<<< HEAD\n=======\n>>>>>>> other\n";
  assertEquals(apiProblems(record + conflict, LISTED, text).length, 1);
  assertEquals(apiProblems(record, LISTED, text + conflict), ["CHANGELOG.md holds a conflict of a merge"]);
});

Deno.test("every door has its documentation, and an example in it; the first one has 80 names at the most", () => {
  const doors = Object.values(CONFIGURATION.exports);
  const { success, text } = deno("doc", "--lint", ...doors);
  assert(success, text);
  for (const door of doors) assertMatch(read(door).split("*/")[0] ?? "", /@example [^]*import [^]*@module/, door);
  assertLess(read("tests/package/api.txt").split("\n").filter((line) => line.startsWith("@hba/sim ")).length, 81);
});

Deno.test("deno publish has nothing to object to, and takes no test along", () => {
  const { success, text } = deno("publish", "--dry-run", "--allow-dirty");
  assert(success, text);
  assert(!/warning|error\[/i.test(text), text);
  const files = [...text.matchAll(/file:\/\/(\S+) \(/g)].map(([, file = ""]) => file.slice(ROOT.length));
  for (const file of ["deno.json", "README.md", "LICENSE", "CHANGELOG.md", ...Object.values(CONFIGURATION.exports)]) {
    assert(files.includes(file.replace(/^\.\//, "")), `${file} is missing`);
  }
  assertEquals(
    files.filter((file) =>
      !/^(sim|firmware|host|scenarios|compat\/std_cli)\/|^[^/]+\.(md|ts|json)$|^LICENSE$/.test(file)
    ),
    [],
  );
});

Deno.test("the command says the version of the package, and the change log begins with it or with what comes next", () => {
  assertEquals(VERSION, CONFIGURATION.version);
  const title = /^## \[(.*?)\]/m.exec(read("CHANGELOG.md"))?.[1];
  assert(title === "Unreleased" || title === VERSION, title);
});
