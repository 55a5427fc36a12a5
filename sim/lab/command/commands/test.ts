/**
 * `hbasim test`.
 *
 * @module
 */

import { quoted } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { BAD_INPUT, command, FAILS, HOLDS } from "../command.ts";
import { OutputFiles } from "../output_files.ts";
import { scenarioFiles } from "../scenario_folder.ts";
import { print } from "../terminal.ts";
import { parametersOf, SET_OPTION } from "../scenario_files.ts";
import { WORKERS_OPTION, workersOf } from "../worker_count.ts";
import { byFile, type FileResult, renderJson, renderJunit, renderTests } from "../test_report.ts";
import type { TestChoice } from "../test_file.ts";
import { testFiles } from "../test_files.ts";

/** Runs scenario files as tests. */
export const test = command({
  options: {
    workers: WORKERS_OPTION,
    filter: { value: "TEXT", about: "only cases whose name holds this text: replace.yaml[cut=5100us]" },
    tag: { value: "WORD", about: "only files that have this word among their tags" },
    set: SET_OPTION,
    junit: { value: "FILE", about: "write the results as JUnit XML" },
    json: { value: "FILE", about: "write the results as JSON" },
    "no-times": { about: "do not say how long things took: the same files give the same bytes" },
  },
  notes: ["Exit code: 2 a file cannot be understood, else 1 an expectation does not hold, else 0."],
  examples: [
    "test scenarios",
    "test scenarios --filter power --workers 4 --junit results.xml",
    "test scenarios --filter '[cut=5100us]'",
  ],
  async run(given, operands) {
    if (operands.length === 0) throw new InputError("test needs a scenario file or a folder of them");
    const { filter = "" } = given;
    const workers = workersOf(given.workers);
    const files = scenarioFiles(operands);
    const choice = { filter, tag: given.tag, set: parametersOf(given.set) };
    const outputs = new OutputFiles(files);
    try {
      if (given.junit !== undefined) outputs.prepare("--junit", given.junit);
      if (given.json !== undefined) outputs.prepare("--json", given.json);
      const results = byFile(await testFiles(files, choice, workers));
      if (results.length === 0) throw new InputError(nothingFound(operands, choice));
      for (const line of renderTests(results, { times: given["no-times"] !== true })) print(line);
      outputs.write("--junit", new TextEncoder().encode(renderJunit(results)));
      outputs.write("--json", new TextEncoder().encode(renderJson(results)));
      return codeOf(results);
    } finally {
      outputs.close();
    }
  },
});

function codeOf(results: readonly FileResult[]): number {
  if (results.some(({ type }) => type === "bad")) return BAD_INPUT;
  return results.some(({ type }) => type === "failed") ? FAILS : HOLDS;
}

function nothingFound(operands: readonly string[], { filter, tag }: Pick<TestChoice, "filter" | "tag">): string {
  const where = operands.map(quoted).join(", ");
  const wanted = [
    ...(filter === "" ? [] : [`--filter ${quoted(filter)}`]),
    ...(tag === undefined ? [] : [`--tag ${quoted(tag)}`]),
  ];
  return wanted.length === 0
    ? `no scenario file in ${where}; expected files that end in .yaml`
    : `${wanted.join(" ")}: no case in ${where} has it`;
}
