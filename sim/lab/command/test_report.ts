/**
 * What `hbasim test` says: failed files first, then the others, then totals.
 *
 * @module
 */

import { shortened } from "../../kernel/given.ts";
import { grouped } from "../../kernel/grouped.ts";
import type { Verdict } from "../scenario/report.ts";
import { missesText, simulatedText, verdictText } from "../scenario/report_words.ts";
import { renderNext } from "./again.ts";
import type { CaseResult, TestedCase } from "./test_job.ts";

/** How the report is written. */
export interface TestReportOptions {
  /** Whether it says how long things took here; without, the same files give the same bytes. */
  readonly times: boolean;
  /** Whether every file is named that is all right. */
  readonly all: boolean;
}

/** A file with what came of its cases, in order. */
export interface FileResult {
  readonly file: string;
  readonly type: CaseResult["type"];
  readonly cases: readonly CaseResult[];
  /** How long all of them took here. */
  readonly milliseconds: number;
}

const SLOWEST = 3;
/** How many files are named that are all right, unless all are asked for. */
const MOST_GOOD = 10;
/** How many cases are named that fail as another does. */
const MOST_NAMED = 10;

/** Results by file, in their order. A file is bad if one of its cases is, and failed if one has. */
export function byFile(results: readonly CaseResult[]): readonly FileResult[] {
  return [...grouped(results, ({ file }) => file)].map(([file, cases]) => {
    const has = (type: CaseResult["type"]) => cases.some((each) => each.type === type);
    return {
      file,
      cases,
      type: has("bad") ? "bad" : has("failed") ? "failed" : "ok",
      milliseconds: cases.reduce((sum, each) => sum + each.milliseconds, 0),
    };
  });
}

/** The report as lines. */
export function* renderTests(files: readonly FileResult[], { times, all }: TestReportOptions): Generator<string> {
  const took = ({ milliseconds }: FileResult) => times ? `${(milliseconds / 1000).toFixed(1)} s`.padStart(9) : "";
  for (const each of files) {
    if (each.type === "bad") yield* [`BAD   ${each.file}  not run${took(each)}`, ...mistakesOf(each)];
    if (each.type === "failed") yield* [`FAIL  ${headOf(each)}${took(each)}`, ...failuresOf(each)];
  }
  const good = files.filter(({ type }) => type === "ok");
  const named = all ? good.length : MOST_GOOD;
  for (const each of good.slice(0, named)) yield `ok    ${headOf(each)}${took(each)}  ${simulated(tested(each))}`;
  if (good.length > named) yield `      … ${good.length - named} more (--all)`;
  const cases = files.flatMap(tested);
  const failed = cases.filter(({ type }) => type === "failed").length;
  const count = (type: CaseResult["type"]) => files.filter((each) => each.type === type).length;
  const judged = cases.reduce((sum, each) => sum + each.judged, 0);
  const misses = missesOf(cases);
  yield `${files.length} files: ${count("ok")} ok, ${count("failed")} failed, ${count("bad")} bad; ` +
    `${cases.length} cases: ${cases.length - failed} ok, ${failed} failed; ${judged} expectations${
      misses === 0 ? "" : `; ${missesText(misses)}`
    }`;
  if (!times) return;
  const slowest = files.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, SLOWEST);
  yield `slowest: ${slowest.map((each) => `${each.file}${took(each).replace(/^ +/, " ")}`).join(", ")}`;
}

function missesOf(cases: readonly TestedCase[]): number {
  return cases.reduce((sum, { missesAllowed }) => sum + missesAllowed, 0);
}

/** How long the cases took in their worlds, and how much of what was to go wrong in them did not, and need not have. */
function simulated(cases: readonly TestedCase[]): string {
  const misses = missesOf(cases);
  const time = simulatedText(cases.reduce((sum, { simulatedNanoseconds }) => sum + simulatedNanoseconds, 0n));
  return misses === 0 ? time : `${time}, ${missesText(misses)}`;
}

function tested({ cases }: FileResult): readonly TestedCase[] {
  return cases.filter((each) => each.type !== "bad");
}

/** A file and its scenario's name, with the cases if there are several. */
function headOf(each: FileResult): string {
  const cases = tested(each);
  const [first] = cases;
  const failed = cases.filter(({ type }) => type === "failed").length;
  const count = cases.length > 1 || first?.case !== ""
    ? `  ${failed > 0 ? `${failed} of ` : ""}${cases.length} cases`
    : "";
  return `${each.file}  ${shortened(first?.name ?? "")}${count}`;
}

/** What is wrong with a file; what its cases have in common once. */
function mistakesOf({ cases }: FileResult): readonly string[] {
  const messages = cases.flatMap((each) => each.type === "bad" ? [each.message] : []);
  return indented([...new Set(messages)]);
}

/** Cases of a file that have failed: together those in which the same expectation fails first. */
export function failedAlike(result: FileResult): readonly (readonly TestedCase[])[] {
  const failed = tested(result).filter(({ type }) => type === "failed");
  const cause = ({ failures: [each], story }: TestedCase) =>
    each === undefined ? story.join("\n") : `${each.line} ${each.step}`;
  return [...grouped(failed, cause).values()];
}

/** Failed cases; those that fail alike are told together. */
function* failuresOf(result: FileResult): Generator<string> {
  for (const [first, ...others] of failedAlike(result)) {
    if (first === undefined) continue;
    yield* failureOf(first);
    const named = others.slice(0, MOST_NAMED).map((each) => each.case).join("; ");
    const more = others.length > MOST_NAMED ? ` and ${others.length - MOST_NAMED} more` : "";
    if (others.length > 0) yield `    also ${named}${more}`;
    yield* indented(nextOf(first));
  }
}

function* failureOf({ file, case: name, failures, story }: TestedCase): Generator<string> {
  for (const verdict of failures) yield `  ${placeOf(file, name, verdict)}`;
  yield* indented(story);
}

function placeOf(file: string, name: string, verdict: Verdict): string {
  return `${file}:${verdict.line}: ${name === "" ? "" : `[${name}] `}${verdictText(verdict)}`;
}

/** What to do about a case, and where it can be looked at. */
function nextOf(failed: TestedCase): readonly string[] {
  return [...renderNext(failed), ...(failed.page === undefined ? [] : [`page:  ${failed.page}`])];
}

function indented(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split("\n")).map((line) => `    ${line}`);
}

/** Whether a report says how long things took. */
type Timing = Pick<TestReportOptions, "times">;

/** The results as JUnit XML, as GitLab, Jenkins and GitHub's actions read it: a suite for each file, a test for each case. */
export function renderJunit(files: readonly FileResult[], timing: Timing): string {
  const suites = files.map(({ file, cases, milliseconds }) => {
    const count = (type: CaseResult["type"]) => cases.filter((each) => each.type === type).length;
    return `  <testsuite name="${escaped(file)}" tests="${cases.length}" failures="${count("failed")}" ` +
      `errors="${count("bad")}"${timeOf(milliseconds, timing)}>\n` +
      `${cases.map((each) => testOf(each, timing)).join("")}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("")}</testsuites>\n`;
}

/** The attribute for how long something took, in seconds. */
function timeOf(milliseconds: number, { times }: Timing): string {
  return times ? ` time="${(milliseconds / 1000).toFixed(3)}"` : "";
}

/** A test: GitLab keeps one of each class and name, so that the name has what varies in it. */
function testOf(result: CaseResult, timing: Timing): string {
  const file = escaped(result.file);
  const [name, body] = result.type === "bad"
    ? [
      result.file,
      `<error message="${escaped(result.message.split("\n")[0] ?? "")}">${escaped(result.message)}</error>`,
    ]
    : [result.case === "" ? result.name : `${result.name} [${result.case}]`, bodyOf(result)];
  return `    <testcase classname="${file}" name="${escaped(name)}" file="${file}"` +
    `${timeOf(result.milliseconds, timing)}>${body}</testcase>\n`;
}

function bodyOf(result: TestedCase): string {
  const { seed, digest, simulatedNanoseconds } = result;
  const properties = Object.entries({ seed, digest, simulatedNanoseconds })
    .map(([name, value]) => `<property name="${name}" value="${escaped(String(value))}"/>`).join("");
  const lines = [...failureOf(result), ...indented(nextOf(result))];
  const failure = result.type === "ok"
    ? ""
    : `<failure message="${escaped((lines[0] ?? "").trim())}">${escaped(lines.join("\n"))}</failure>`;
  return `<properties>${properties}</properties>${failure}`;
}

/** What XML 1.0 takes: other control characters have no form in it at all. */
function escaped(text: string): string {
  const named: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => named[character] ?? character)
    .replace(/[^\P{Cc}\t\n\r\x7f-\x9f]|[\ufffe\uffff]/gu, "\ufffd");
}

/** The results as JSON, case by case, without what is only for people. */
export function renderJson(files: readonly FileResult[], { times }: Timing): string {
  const results = files.flatMap(({ cases }) => cases).map(({ milliseconds, ...result }) =>
    times ? { ...result, milliseconds } : result
  );
  return JSON.stringify(results, (_name, value) => typeof value === "bigint" ? String(value) : value, 2);
}
