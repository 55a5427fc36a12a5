/**
 * What `hbasim test` says: failed files first, then the others, then totals.
 *
 * @module
 */

import { inShell } from "./shell_word.ts";
import type { FileResult, TestedFile } from "./test_file.ts";

/** How the report is written. */
export interface TestReportOptions {
  /** Whether it says how long things took here; without, the same files give the same bytes. */
  readonly times: boolean;
}

const SLOWEST = 3;

/** The report as lines. */
export function* renderTests(results: readonly FileResult[], { times }: TestReportOptions): Generator<string> {
  const took = ({ milliseconds }: FileResult) => times ? `${(milliseconds / 1000).toFixed(1)} s`.padStart(9) : "";
  for (const result of results) {
    if (result.type === "bad") yield* [`BAD   ${result.file}  not run${took(result)}`, ...indented([result.message])];
    if (result.type === "failed") yield* [`FAIL  ${result.file}  ${result.name}${took(result)}`, ...failureOf(result)];
  }
  for (const result of results) {
    if (result.type === "ok") yield `ok    ${result.file}  ${result.name}${took(result)}`;
  }
  const count = (type: FileResult["type"]) => results.filter((each) => each.type === type).length;
  const judged = results.reduce((sum, each) => sum + (each.type === "bad" ? 0 : each.judged), 0);
  yield `${results.length} files: ${count("ok")} ok, ${count("failed")} failed, ${count("bad")} bad; ` +
    `${judged} expectations`;
  if (!times) return;
  const slowest = results.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, SLOWEST);
  yield `slowest: ${slowest.map((each) => `${each.file}${took(each).replace(/^ +/, " ")}`).join(", ")}`;
}

function* failureOf({ file, failures, story }: TestedFile): Generator<string> {
  for (const { line, step, expected, actual } of failures) {
    yield `  ${file}:${line}: ${step}: expected ${expected}, but found ${actual}`;
  }
  yield* indented(story);
  yield `    again: hbasim run ${inShell(file)}`;
}

function indented(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split("\n")).map((line) => `    ${line}`);
}

/** The results as JUnit XML, as GitLab, Jenkins and GitHub's actions read it: a suite for each file. */
export function renderJunit(results: readonly FileResult[]): string {
  const suites = results.map((result) => {
    const seconds = (result.milliseconds / 1000).toFixed(3);
    const [name, body] = result.type === "bad"
      ? [
        result.file,
        `<error message="${escaped(result.message.split("\n")[0] ?? "")}">${escaped(result.message)}</error>`,
      ]
      : [result.name, bodyOf(result)];
    const [failures, errors] = [result.type === "failed" ? 1 : 0, result.type === "bad" ? 1 : 0];
    const file = escaped(result.file);
    return `  <testsuite name="${file}" tests="1" failures="${failures}" errors="${errors}" time="${seconds}">\n` +
      `    <testcase classname="${file}" name="${
        escaped(name)
      }" file="${file}" time="${seconds}">${body}</testcase>\n` +
      `  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("")}</testsuites>\n`;
}

function bodyOf(result: TestedFile): string {
  const { seed, digest, simulatedNanoseconds } = result;
  const properties = Object.entries({ seed, digest, simulatedNanoseconds })
    .map(([name, value]) => `<property name="${name}" value="${escaped(String(value))}"/>`).join("");
  const lines = [...failureOf(result)];
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

/** The results as JSON, without what is only for people. */
export function renderJson(results: readonly FileResult[]): string {
  return `${JSON.stringify(results, (_name, value) => typeof value === "bigint" ? String(value) : value, 2)}\n`;
}
