/** Every mistake of every wrong file is answered with its place, what was given and what is accepted. */

import { assert, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { told } from "../../../sim/lab/command/told_mistakes.ts";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { checkScenario } from "../../../sim/lab/scenario/open_scenario.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim } from "../command/command_line.ts";
import { WRONG_FILES } from "./wrong_files.ts";

/** The sentences of a message, without the lines of the file that it shows. */
function sentences(message: string): string[] {
  return message.split("\n").filter((line) => !line.startsWith("    "));
}

/** A sentence up to what is accepted. */
function beginning(sentence: string): string {
  return sentence.replace(/expected .*/, "");
}

/** Lists of more than 8 words. */
function wordLists(sentence: string): readonly string[] {
  const lists = sentence.match(/[^\s,;:()]+(?:, (?!or )[^\s,;:()]+)+(?:, or [^\s,;:()]+(?=$|[,;:)]))?/g) ?? [];
  return lists.map((list) => list.replace(", or ", ", ")).filter((list) => list.split(", ").length > 8);
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
  const printed = sentences(stderr.trimEnd());
  assertEquals(printed.map(beginning), [...expected, last].map(beginning));
  printed.forEach((sentence, index) => {
    const whole = expected[index] ?? last;
    if (wordLists(whole).length === 0) return assertEquals(sentence, whole);
    assertEquals(wordLists(sentence), [], "no list of more than 8 words");
    // What stands behind the list, as where a word belongs, is told.
    assertEquals(sentence.split("; ").at(-1)?.startsWith("expected"), whole.split("; ").at(-1)?.startsWith("expected"));
  });
});

Deno.test("where the command shortens a list of words, the page of help that it names has them all", () => {
  const pages = new Map<string, string>();
  const page = (topic: string) => {
    const known = pages.get(topic) ?? hbasim("help", topic).stdout;
    pages.set(topic, known);
    return known;
  };
  for (const [source, ...said] of WRONG_FILES) {
    const error = assertThrows(() => checkScenario(source, "f.yaml"), ScenarioError);
    const sentencesTold = sentences(told(error));
    said.forEach((whole, index) => {
      const lists = wordLists(whole);
      const topics = [...(sentencesTold[index] ?? "").matchAll(/hbasim help (\w+)/g)].map(([, topic = ""]) => topic);
      if (topics.length === 0) return;
      // Where several steps have the answers, it is the page of the step that is meant.
      const text = topics.flatMap((topic) => topic === "STEP" ? ["setKey"] : [topic]).map(page).join("\n");
      for (const word of lists.flatMap((list) => list.split(", "))) assert(text.includes(word), `${word} in ${topics}`);
    });
  }
  assert(pages.has("steps") && pages.has("file") && pages.has("information"), [...pages.keys()].join());
});
