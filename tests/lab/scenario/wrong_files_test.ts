/** Every mistake of every wrong file is answered with its place, what was given and what is accepted. */

import { assertEquals, assertGreater, assertThrows } from "@std/assert";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { checkScenario } from "../../../sim/lab/scenario/runner.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim } from "../command/command_line.ts";
import { WRONG_FILES } from "./wrong_files.ts";

/** The sentences of a message, without the lines of the file that it shows. */
function sentences(message: string): string[] {
  return message.split("\n").filter((line) => !line.startsWith("    "));
}

Deno.test("each mistake of 60 wrong files is told with place, given and accepted, and no other", () => {
  assertGreater(WRONG_FILES.length, 60);
  for (const [source, ...said] of WRONG_FILES) {
    const { message } = assertThrows(() => checkScenario(source, "f.yaml"), ScenarioError, undefined, source);
    const expected = said.map((each) => `f.yaml:${each}`);
    assertEquals(sentences(message), expected, source);
  }
});

Deno.test("hbasim check tells the mistakes of all of them at once, runs nothing, and exits with 2", () => {
  using folder = temporaryFolder();
  const files = WRONG_FILES.map(([source], index) => {
    const file = `${folder.path}/${String(index).padStart(2, "0")}.yaml`;
    Deno.writeTextFileSync(file, source);
    return file;
  });
  const { code, stdout, stderr } = hbasim("check", ...files);
  assertEquals([code, stdout], [2, ""]);
  const expected = WRONG_FILES.flatMap(([, ...said], index) => said.map((each) => `${files[index]}:${each}`));
  const last = `${files.length} files, ${expected.length} mistakes; nothing was run`;
  assertEquals(sentences(stderr.trimEnd()), [...expected, last]);
});
