/** The interface: listed, documented, and changed only with a word about it. */

import { assert, assertEquals, assertGreater, assertLess, assertMatch } from "@std/assert";
import { listing } from "../../.ci/package/api.ts";
import { VERSION } from "../../sim/lab/command/version.ts";
import { apiProblems } from "./api_rule.ts";

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

Deno.test("the interface is the one that tests/package/api.txt lists, but for what CHANGELOG.md tells", () => {
  const found = listing();
  assertGreater(found.split("\n").length, 500);
  assertEquals(apiProblems(read("tests/package/api.txt"), found, read("CHANGELOG.md")), []);
});

Deno.test("apiProblems() finds each change that the top section does not name, and no other", () => {
  const listed =
    "@a/b f: function\n  function f(): void;\n@a/b C: class\n  class C\n    x: number;\n@a/b g: function\n  g\n";
  const older = "## [0.1.0] - 2026-01-01\n\n### Changed\n\n- `C`, `f`, `g`, `h`\n";
  const log = (text: string) => `# Changelog\n\n## [Unreleased]\n\n### Changed\n\n${text}\n\n${older}`;
  const changed = listed.replace("x: number", "x: string");
  const gone = listed.replace(/@a\/b C[^@]*/, "");
  const added = `${listed}@a/b h: function\n  h\n`;
  assertEquals(apiProblems(listed, listed, log("")), []);
  for (const [found, name, change] of [[changed, "C", "has changed"], [gone, "C", "is gone"], [added, "h", "is new"]]) {
    const problem = `@a/b ${name} ${change}: name \`${name}\` in the top section of CHANGELOG.md`;
    assertEquals(apiProblems(listed, found ?? "", log("- nothing")), [problem]);
    assertEquals(apiProblems(listed, found ?? "", log(`- ${name} without quotes, \`${name}x\``)), [problem]);
    assertEquals(apiProblems(listed, found ?? "", log(`### A table\n\n- \`${name}\``)), [problem]);
    assertEquals(apiProblems(listed, found ?? "", log(`- \`${name}\` is another`)), []);
  }
  // A released section is closed.
  const released = `# Changelog\n\n${older}`;
  assertEquals(apiProblems(listed, listed, released), []);
  assertEquals(apiProblems(listed, changed, released), [
    "@a/b C has changed: open a section [Unreleased] in CHANGELOG.md",
  ]);
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
