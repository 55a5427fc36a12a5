/**
 * Reports for a browser, of cases that have failed under `hbasim test`.
 *
 * @module
 */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "../../kernel/given.ts";
import { bundleOf } from "../explore/tape/bundle.ts";
import { watchRun } from "../page/content/run_content.ts";
import { openCases } from "../scenario/open_scenario.ts";
import { commandAgain } from "./again.ts";
import { caseId } from "./case_names.ts";
import { filesBeside, readText } from "./input_files.ts";
import { replaceFile } from "./output_files.ts";
import { builtPage, reportPage, withMoment } from "./report_page.ts";
import { askSystem } from "./system_error.ts";
import type { CaseResult, TestedCase } from "./test_job.ts";
import { failedAlike, type FileResult } from "./test_report.ts";

const OPTION = "--html";
/** Names of files end at 255 bytes everywhere; a character has up to four, and something comes behind. */
const MOST_NAME_CHARACTERS = 50;

/** The pages of one run of the command. */
export class TestPages {
  readonly #names = new Set<string>();
  readonly #set: Readonly<Record<string, string>>;

  /**
   * Makes sure that they can be written.
   *
   * @param folder Where they go; it is made if it is not there.
   * @param set What was set for parameters.
   * @throws {InputError} It cannot be made, or the page was not built.
   */
  constructor(readonly folder: string, set: Readonly<Record<string, string>>) {
    this.#set = set;
    builtPage();
    askSystem(`${OPTION}: cannot make the folder ${quoted(folder)}`, () => mkdirSync(folder, { recursive: true }));
  }

  /**
   * Writes one for each kind of failure of a file, and notes it with the case whose run it shows.
   *
   * @throws {InputError} It cannot be written.
   */
  write(results: readonly FileResult[]): readonly FileResult[] {
    return results.map((result) => {
      const shown = new Map<CaseResult, TestedCase>(failedAlike(result).flatMap(([first]) => this.#pageOf(first)));
      return { ...result, cases: result.cases.map((each) => shown.get(each) ?? each) };
    });
  }

  /** Nothing where the file is another one by now, and what has failed in it is no more to be seen. */
  #pageOf(failed: TestedCase | undefined): readonly [before: TestedCase, after: TestedCase][] {
    if (failed === undefined || failed.digest === "") return [];
    const { file, case: name } = failed;
    const set = this.#set;
    const source = readText(file);
    const only = (each: string) => each === name;
    const [opened] = openCases(source, file, { set, only, readFile: filesBeside(file) });
    if (opened === undefined) return [];
    const subject = { scenario: { file, source, case: name, set, files: opened.files } };
    const { content, outcome } = watchRun(subject);
    if (outcome.digest !== failed.digest) return [];
    const again = commandAgain({ opened, file, set, options: { bundle: "run.bundle" } });
    const command = withMoment(again, "run.bundle");
    const html = reportPage({ content, bundle: bundleOf(subject, outcome), revealsKeys: false, command });
    const page = join(this.folder, this.#nameOf(caseId(file, name)));
    replaceFile(OPTION, page, new TextEncoder().encode(html));
    return [[failed, { ...failed, page }]];
  }

  /** A name that needs no quotes in a shell, and that no other case has. */
  #nameOf(id: string): string {
    const words = id.replace(/[^\p{L}\p{N}.=-]+/gu, "_").replace(/^[_.-]+|_+$/g, "");
    const short = Array.from(words).slice(-MOST_NAME_CHARACTERS).join("");
    let name = `${short}.html`;
    for (let count = 2; this.#names.has(name); count++) name = `${short}-${count}.html`;
    this.#names.add(name);
    return name;
  }
}
