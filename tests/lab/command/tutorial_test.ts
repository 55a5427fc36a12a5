/**
 * The first hour that README tells is one that a newcomer has: every command, in an empty folder, prints what is shown.
 *
 * WRITE_TUTORIAL=1 deno test -A tests/lab/command/tutorial_test.ts puts into README what the commands print now.
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { sectionOf, sessionOf, typed, withSession } from "../../support/console_session.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const README = `${ROOT}README.md`;
const TITLE = "The first hour";

/** A folder in which the command is found, as an installation makes one. */
function installed(folder: string): string {
  const program = `exec "${Deno.execPath()}" run --no-check --allow-all "${ROOT}sim/lab/command/hbasim.ts" "$@"\n`;
  Deno.mkdirSync(`${folder}/bin`);
  Deno.writeTextFileSync(`${folder}/bin/hbasim`, `#!/bin/sh\n${program}`, { mode: 0o755 });
  return `${folder}/bin`;
}

Deno.test("README: the first hour is what the commands print, in an empty folder, to the byte", () => {
  using programs = temporaryFolder();
  using folder = temporaryFolder();
  const readme = Deno.readTextFileSync(README);
  const section = sectionOf(readme, TITLE);
  const shown = sessionOf(section);
  const went = typed(shown, folder.path, installed(programs.path));
  if (Deno.env.get("WRITE_TUTORIAL") === "1") {
    Deno.writeTextFileSync(README, readme.replace(section, () => withSession(section, went)));
    return;
  }
  assertEquals(went, shown);
  // It is the hour that it says it is: three mistakes told, then a run that holds, one that fails, why, and the same again.
  const all = went.map(({ printed }) => printed);
  assertEquals(all.find((each) => each.includes(" is not accepted here"))?.match(/ is not accepted here/g)?.length, 3);
  assert(all.some((each) => /^all \d+ expectations hold/m.test(each)));
  const failed = all.find((each) => /expectations do not hold/.test(each)) ?? "";
  for (const name of ["why", "again"]) {
    const [, printed = "nothing"] = new RegExp(`^${name}: +(.*)$`, "m").exec(failed) ?? [];
    assert(went.some(({ command }) => command.startsWith(printed)), `${printed} is not typed as it was printed`);
  }
  assertNotEquals(failed, "");
});

Deno.test("README: a key store in C, from an empty folder to the call that lost a key, is what the commands print", () => {
  using programs = temporaryFolder();
  using folder = temporaryFolder();
  Deno.mkdirSync(`${folder.path}/node_modules/@hba`, { recursive: true });
  Deno.symlinkSync(ROOT, `${folder.path}/node_modules/@hba/sim`);
  const readme = Deno.readTextFileSync(README);
  const section = sectionOf(readme, "A key store in C");
  const shown = sessionOf(section);
  const went = typed(shown, folder.path, installed(programs.path));
  if (Deno.env.get("WRITE_TUTORIAL") === "1") {
    Deno.writeTextFileSync(README, readme.replace(section, () => withSession(section, went)));
    return;
  }
  assertEquals(went, shown);
  // What is found is what is typed again, and it is a key that was acknowledged, lost in store_put.
  const found = went.map(({ printed }) => /^smallest: (\S+): .* is missing/.exec(printed)?.[1]).find((each) => each);
  assert(went.some(({ command, printed }) => command.includes(`--replay ${found} >`) && printed === "1\n"));
  assert(went.some(({ printed }) => printed.includes("< store_put() (")));
  assert(went.some(({ printed }) => printed.startsWith(`${found}: nothing to object`)));
});

Deno.test("a session is read with the further lines of its commands, and written as it was", () => {
  const text =
    "## A\n\nSay:\n\n```console\n$ cat << 'END'\n> one\n> END\none\n$ false\n```\n\nThen:\n\n```console\n$ echo $?\n1\n```\n";
  const session = sessionOf(sectionOf(`# T\n\n${text}\n## B\n`, "A"));
  assertEquals(session.map(({ command }) => command), ["cat << 'END'\none\nEND", "false", "echo $?"]);
  assertEquals(withSession(text, session), text);
  using folder = temporaryFolder();
  assertEquals(typed(session, folder.path, folder.path), session);
  assertNotEquals(typed([{ command: "echo two", printed: "one\n" }], folder.path, folder.path)[0]?.printed, "one\n");
});
