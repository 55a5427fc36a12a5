/**
 * `hbasim test`.
 *
 * @module
 */

import { quoted } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { BAD_INPUT, command, FAILS, HOLDS } from "../command.ts";
import { fitting, WIDE_OPTION } from "../fitting.ts";
import { interruptedCode, type InterruptionWish, listenForInterruption, saysInterrupted } from "../interruption.ts";
import { OutputFiles } from "../output_files.ts";
import { namedCases, scenarioFiles } from "../scenario_folder.ts";
import { ClosedPipeError, print, tell } from "../terminal.ts";
import { readFilter, whyNone } from "../case_filter.ts";
import { parametersOf, SET_OPTION } from "../case_names.ts";
import { WORKERS_OPTION, workersOf } from "../worker_count.ts";
import {
  byFile,
  type FileResult,
  renderJson,
  renderJunit,
  renderTests,
  type TestReportOptions,
} from "../test_report.ts";
import type { CaseResult, TestChoice } from "../test_job.ts";
import { testFiles } from "../test_files.ts";
import type { TestPages } from "../test_pages.ts";
import { changedFiles, looksOf } from "../watch_files.ts";

/** Runs scenario files as tests. */
export const test = command({
  options: {
    workers: WORKERS_OPTION,
    filter: {
      value: "TEXT",
      about: "only cases whose name holds this text, or of which this is so: cut=5ms, replace.yaml[cut=5ms,seed=1]",
    },
    tag: { value: "WORD", about: "only files that have this word among their tags" },
    set: SET_OPTION,
    junit: { value: "FILE", about: "write the results as JUnit XML" },
    html: {
      value: "DIR",
      about: "of each failure, and of one of those that fail alike, a report for a browser, keys as fingerprints",
    },
    json: { about: "as one JSON document in place of the report: the results, case by case" },
    ...WIDE_OPTION,
    all: { about: "name every file that is all right, not the first ten only", without: ["json"] },
    watch: { about: "go on, and test again what changes, until Ctrl-C", without: ["json"] },
    "no-times": { about: "do not say, nor write, how long things took: the same files give the same bytes" },
  },
  notes: [
    "FILE may be one case of a file, as run takes it: replace.yaml[cut=5100us].",
    "Exit code: 2 a file cannot be understood, else 1 an expectation does not hold, else 0.",
    "Ctrl-C ends it early with 130: what has ended until then is reported and written.",
  ],
  examples: [
    "test scenarios",
    "test scenarios --filter power --workers 4 --junit results.xml",
    "test --json --no-times scenarios >results.json",
    "test scenarios --filter cut=5100us",
    "test scenarios --html failures",
  ],
  async run(given, operands) {
    if (operands.length === 0) throw new InputError("test needs a scenario file or a folder of them");
    const { filter = "", junit, html, json } = given;
    readFilter(filter);
    const choice = { filter, tag: given.tag, set: parametersOf(given.set) };
    // Before anything is written: whoever ends it from here on is told of that.
    const interruption = listenForInterruption();
    try {
      const round: Round = {
        operands,
        choice,
        named: namedCases(operands),
        workers: workersOf(given.workers),
        options: { times: given["no-times"] !== true, all: given.all === true },
        json: json === true,
        wide: given.wide,
        junit,
        pages: html === undefined ? undefined : await pagesIn(html, choice.set),
      };
      if (given.watch === true) return await watch(round, interruption);
      const files = scenarioFiles(operands);
      const { signal } = interruption;
      return await report(round, files, signal, () => testFiles(files, round, round.workers, signal));
    } finally {
      interruption.close();
    }
  },
});

/** How files are tested and reported. */
interface Round {
  readonly operands: readonly string[];
  readonly choice: TestChoice;
  /** The cases that are named, by the paths of their files. */
  readonly named: ReadonlyMap<string, readonly string[]>;
  readonly workers: number;
  readonly options: TestReportOptions;
  /** Whether the report is for programs. */
  readonly json: boolean;
  /** Whether lines may be wider than the terminal. */
  readonly wide: true | undefined;
  /** The file for JUnit XML. */
  readonly junit: string | undefined;
  /** What writes reports for a browser. */
  readonly pages: TestPages | undefined;
}

/** Whoever wants no pages need not wait until all that makes them is loaded. */
async function pagesIn(folder: string, set: TestChoice["set"]): Promise<TestPages> {
  const { TestPages } = await import("../test_pages.ts");
  return new TestPages(folder, set);
}

/** Reports results, and writes them where they are asked for. */
async function report(
  { operands, choice, options, junit, pages, json, wide }: Round,
  files: readonly string[],
  interruption: AbortSignal,
  test: () => Promise<readonly CaseResult[]>,
): Promise<number> {
  const outputs = new OutputFiles(files);
  try {
    if (junit !== undefined) outputs.prepare("--junit", junit);
    const tested = byFile(await test());
    const results = pages?.write(tested) ?? tested;
    const isInterrupted = interruption.aborted;
    if (results.length === 0 && !isInterrupted) throw new InputError(nothingFound(operands, choice, files));
    const say = outputs.usesStandardOutput ? tell : print;
    const fit = fitting(wide);
    if (json) say(renderJson(results, options));
    else for (const line of renderTests(results, options)) say(fit(line));
    outputs.write("--junit", new TextEncoder().encode(renderJunit(results, options)));
    if (!isInterrupted) return codeOf(results);
    tell(
      `hbasim: interrupted: ${results.length} of ${files.length} files have results, which may be those of some cases`,
    );
    return interruptedCode(interruption);
  } finally {
    outputs.close();
  }
}

/**
 * Tests files, and again those that change, until the user stops it.
 *
 * @param first Listens already, for the first time that they are tested.
 */
async function watch(round: Round, first: InterruptionWish): Promise<number> {
  let interruption = first;
  let files = scenarioFiles(round.operands);
  /** A file that is gone may be one that is just being written; if it stays away it is a bad one. */
  const list = () => {
    try {
      return scenarioFiles(round.operands);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return files;
    }
  };
  const known = new Map<string, readonly CaseResult[]>();
  for (let changed: readonly string[] = files;;) {
    files = list();
    const looks = looksOf(files);
    const { signal } = interruption;
    try {
      const code = await report(round, files, signal, async () => {
        const again = files.filter((file) => changed.includes(file));
        for (const file of again) known.set(file, []);
        for (const { file, cases } of byFile(await testFiles(again, round, round.workers, signal))) {
          known.set(file, cases);
        }
        return files.flatMap((file) => known.get(file) ?? []);
      });
      if (saysInterrupted(code)) return code;
    } catch (error) {
      if (!(error instanceof InputError) || error instanceof ClosedPipeError) throw error;
      tell(`hbasim: ${error.message}`);
    } finally {
      // While nothing is tested, Ctrl-C ends it at once.
      interruption.close();
    }
    print(`watching ${files.length} files; Ctrl-C ends`);
    changed = await changedFiles(looks, list);
    print(`\n--- ${changed.join(", ")}`);
    interruption = listenForInterruption();
  }
}

function codeOf(results: readonly FileResult[]): number {
  if (results.some(({ type }) => type === "bad")) return BAD_INPUT;
  return results.some(({ type }) => type === "failed") ? FAILS : HOLDS;
}

function nothingFound(
  operands: readonly string[],
  { filter, tag }: Pick<TestChoice, "filter" | "tag">,
  files: readonly string[],
): string {
  const where = operands.map(quoted).join(", ");
  const wanted = [
    ...(filter === "" ? [] : [`--filter ${quoted(filter)}`]),
    ...(tag === undefined ? [] : [`--tag ${quoted(tag)}`]),
  ];
  return wanted.length === 0
    ? `no scenario file in ${where}; expected files that end in .yaml`
    : `${wanted.join(" ")}: no case in ${where} has it${whyNone(readFilter(filter), files)}`;
}
