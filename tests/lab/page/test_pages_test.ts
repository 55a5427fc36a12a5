/** `hbasim test --html`: of each kind of failure one report, and the line that names it. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { buildPage } from "../../../sim/lab/page/build.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim, HEAD, startHbasim } from "../command/command_line.ts";

const SECRET = "a key nobody sees";

/** Three cases that fail alike, and one that holds. */
const FOUR = `name: four cases
matrix: { expected: [SUCCESS, NOT_FOUND, INVALID_PARAMETER, OUT_OF_RESOURCES] }
${HEAD.slice(HEAD.indexOf("adapters"))}steps:
  - { setKey: { adapter: hba0, id: 192.0.2.10, key: ${SECRET}, flags: [ike, main] }, expect: $expected }
`;

/** How many cases of a report the results name. */
function pagesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
}

Deno.test("hbasim test --html writes one report for each kind of failure, says where, and has no key in it", () => {
  buildPage();
  using folder = temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  // Names that differ in what no file's name should have: the reports do not replace each other.
  for (const name of ["a b.yaml", "a;b.yaml"]) Deno.writeTextFileSync(at(name), FOUR);
  Deno.writeTextFileSync(at("good.yaml"), FOUR.replace(/\[SUCCESS.*\]/, "[SUCCESS]"));
  Deno.writeTextFileSync(at("bad.yaml"), "step: 1\n");
  const given = ["test", folder.path, "--no-times", "--html", at("pages/deep")];
  const { code, stdout, stderr } = hbasim(...given, "--junit", at("out.xml"));
  assertEquals(code, 2, stderr);
  const pages = pagesIn(at("pages/deep"));
  assertEquals(pages.length, 2);
  for (const page of pages) {
    assertMatch(page, /^[\w.=-]+a_b\.yaml_expected=NOT_FOUND(-2)?\.html$/);
    const html = Deno.readTextFileSync(at(`pages/deep/${page}`));
    assertStringIncludes(html, "1 of 1 fail");
    assertStringIncludes(html, "found <strong");
    assert(!html.includes(SECRET));
    assertStringIncludes(stdout, `\n    page:  ${at("pages/deep")}/${page}\n`);
    assertStringIncludes(Deno.readTextFileSync(at("out.xml")), `page:  ${at("pages/deep")}/${page}`);
  }
  // The same once more, for programs: over the same files, which are replaced.
  const json = JSON.parse(hbasim(...given, "--json").stdout);
  const named = json.flatMap((each: { readonly page?: string }) => each.page ?? []);
  assertEquals(named.toSorted(), pages.map((page) => `${at("pages/deep")}/${page}`));
  assertEquals(pagesIn(at("pages/deep")), pages);
});

Deno.test("hbasim test --html DIR: a folder that cannot be made is told before anything runs", () => {
  buildPage();
  using folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/a.yaml`, FOUR);
  const { code, stdout, stderr } = hbasim("test", folder.path, "--html", `${folder.path}/a.yaml`);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /--html: cannot make the folder ".*a\.yaml": .+\n$/);
});

Deno.test("Ctrl-C in hbasim test as soon as its folder is made: it is told, and its files are written", async () => {
  buildPage();
  using folder = temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  const long = "{ getKey: { adapter: hba0, id: 192.0.2.10 }, expect: NOT_FOUND, repeat: 1000000 }";
  Deno.writeTextFileSync(at("a.yaml"), `${HEAD}steps:\n  - ${long}\n`);
  const process = startHbasim("test", "--html", at("pages"), "--junit", at("out.xml"), at("a.yaml"));
  while (!pagesIn(folder.path).includes("pages")) await new Promise((resolve) => setTimeout(resolve, 1));
  process.kill("SIGINT");
  await process.stdin.close();
  const { code, stderr } = await process.output();
  const told = new TextDecoder().decode(stderr);
  assertEquals(code, 130, told);
  assertStringIncludes(told, "hbasim: interrupted: 0 of 1 files have results");
  assertEquals(pagesIn(folder.path), ["a.yaml", "out.xml", "pages"]);
});
