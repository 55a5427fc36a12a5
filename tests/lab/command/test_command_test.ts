/** `hbasim test`: all files of a folder, on threads, in an order of its own, with verdicts for machines. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim, HEAD } from "./command_line.ts";

const GOOD = `${HEAD}steps:\n  - setGroupKey: { key: a secret key }\n`;
const FAILING = `name: "<less> & \\"more\\""\n${HEAD.slice(HEAD.indexOf("adapters"))}` +
  `steps:\n  - setGroupKey: { key: a secret key }\n  - { setGroupKey: { key: a secret key }, expect: NOT_FOUND }\n`;

/** A folder of files, some of which fail. */
function withFolder(use: (folder: string) => void): void {
  using folder = temporaryFolder();
  Deno.mkdirSync(`${folder.path}/deep/er`, { recursive: true });
  for (let index = 0; index < 6; index++) Deno.writeTextFileSync(`${folder.path}/deep/er/good${index}.yaml`, GOOD);
  Deno.writeTextFileSync(`${folder.path}/failing.yml`, FAILING);
  Deno.writeTextFileSync(`${folder.path}/bad.yaml`, "name: a secret key\nstep: 1\n");
  Deno.writeTextFileSync(`${folder.path}/no_scenario.txt`, "name: x");
  use(folder.path);
}

Deno.test("hbasim test: what cannot be read and what fails first, then the others, then totals; 2 before 1 before 0", () => {
  withFolder((folder) => {
    const all = hbasim("test", folder);
    assertEquals(all.code, 2, all.stderr);
    const marks = all.stdout.split("\n").map((line) => /^(BAD|FAIL|ok)\b/.exec(line)?.[1]).filter((mark) => mark);
    assertEquals(marks, ["BAD", "FAIL", "ok", "ok", "ok", "ok", "ok", "ok"]);
    assertStringIncludes(all.stdout, "8 files: 6 ok, 1 failed, 1 bad; 8 expectations\n");
    assertStringIncludes(
      all.stdout,
      `  ${folder}/failing.yml:6: setGroupKey: expected ISDSC_NOT_FOUND, but found SUCCESS`,
    );
    // The story is that of the failing step, to its end, and the way to it.
    assertMatch(all.stdout, /the end of line 6: setGroupKey:\n +\d+ +[\d.]+ ms {2}\S/);
    assertMatch(
      all.stdout,
      /<- application: SetIScsiGroupPresharedKey = SUCCESS\n +again: hbasim run '.*failing\.yml'\n/,
    );
    assertEquals(hbasim("test", `${folder}/failing.yml`, `${folder}/deep`).code, 1);
    assertEquals(hbasim("test", `${folder}/deep`).code, 0);
    assertEquals(hbasim("test", folder, "--filter", "er/good").code, 0);
  });
});

Deno.test("hbasim test gives the same bytes on any number of threads, and no key in any of them", () => {
  withFolder((folder) => {
    const outputs = ["1", "2", "5"].map((workers) => {
      const files = ["--junit", `${folder}/out.xml`, "--json", `${folder}/out.json`];
      const { stdout } = hbasim("test", folder, "--no-times", "--workers", workers, ...files);
      const [xml, json] = ["out.xml", "out.json"].map((name) => Deno.readTextFileSync(`${folder}/${name}`));
      return {
        stdout,
        xml: xml?.replaceAll(/ time="[\d.]+"/g, ""),
        json: json?.replaceAll(/"milliseconds": [\d.]+/g, ""),
      };
    });
    assertEquals(outputs[1], outputs[0]);
    assertEquals(outputs[2], outputs[0]);
    // A name that holds the key is shown as what it is, a name; elsewhere there is none of it.
    assert(!JSON.stringify(outputs[0]).replaceAll("name: a secret key", "").includes("secret"));
  });
});

Deno.test("hbasim test writes JUnit XML with one failure, one error, and texts that XML takes", () => {
  withFolder((folder) => {
    hbasim("test", folder, "--junit", `${folder}/out.xml`);
    const xml = Deno.readTextFileSync(`${folder}/out.xml`);
    assertEquals([...xml.matchAll(/<testcase /g)].length, 8);
    assertEquals([...xml.matchAll(/<failure message="[^"<]*">/g)].length, 1);
    assertEquals([...xml.matchAll(/<error message="[^"<]*">/g)].length, 1);
    assertStringIncludes(xml, 'name="&lt;less&gt; &amp; &quot;more&quot;"');
    // Every tag that is opened is closed in order, and no bare & or < is left.
    const open: string[] = [];
    for (const [, end, tag, self] of xml.matchAll(/<(\/?)([a-z]+)(?: [a-zA-Z]+="[^"<]*")*(\/?)>/g)) {
      if (end === "/") assertEquals(open.pop(), tag);
      else if (self !== "/") open.push(tag as string);
    }
    assertEquals(open, []);
    assert(!/&(?!(amp|lt|gt|quot);)/.test(xml), xml);
  });
});

Deno.test("hbasim test refuses what it cannot do", () => {
  withFolder((folder) => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [["test"], /test needs a scenario file or a folder of them/],
      [["test", `${folder}/absent`], /cannot read ".*absent": there is no such file or folder/],
      [["test", folder, "--filter", "nothing like it"], /no scenario file in .* has it in its path/],
      [["test", folder, "--workers", "0"], /--workers "0": expected a number from 1 to 64/],
      [["test", folder, "--workers", "many"], /expected a number from 1 to 64/],
      [["test", folder, "--junit", `${folder}/bad.yaml`], /is .*, which is read; expected a file of its own/],
    ];
    for (const [args, said] of cases) {
      const { code, stdout, stderr } = hbasim(...args);
      assertEquals([code, stdout], [2, ""], stderr);
      assertMatch(stderr, said);
    }
  });
});
