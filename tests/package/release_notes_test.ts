import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ROOT } from "../rules/source_files.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";

const CHANGELOG = `# Changelog

## [Unreleased]

not yet

## [1.0.10] - 2026-03-01

### Added

- ten

## [1.0.1] - 2026-02-01

- one

## [1.0.0] - 2026-01-01
`;

/** Asks the script in a folder that has only it and a change log. */
function notesOf(version: string): { readonly code: number; readonly stdout: string; readonly stderr: string } {
  using folder = temporaryFolder();
  Deno.mkdirSync(`${folder.path}/.ci`);
  Deno.copyFileSync(new URL(".ci/release_notes", ROOT), `${folder.path}/.ci/release_notes`);
  Deno.writeTextFileSync(`${folder.path}/CHANGELOG.md`, CHANGELOG);
  const { code, stdout, stderr } = new Deno.Command("bash", { args: [`${folder.path}/.ci/release_notes`, version] })
    .outputSync();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

Deno.test("a release is told of by its own section of the change log, and by no other", () => {
  assertEquals(notesOf("1.0.10").stdout.trim(), "### Added\n\n- ten");
  assertEquals(notesOf("1.0.1").stdout.trim(), "- one");
});

Deno.test("there is no release without a word about it", () => {
  for (const version of ["1.0.0", "2.0.0", "1x0x1"]) {
    const { code, stderr } = notesOf(version);
    assert(code !== 0, version);
    assertStringIncludes(stderr, `nothing under ## [${version}]`);
  }
});
