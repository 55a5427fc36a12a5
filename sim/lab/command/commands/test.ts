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
import type { FileResult } from "../test_file.ts";
import { WORKERS_OPTION, workersOf } from "../worker_count.ts";
import { renderJson, renderJunit, renderTests } from "../test_report.ts";
import { testFiles } from "../test_files.ts";

/** Runs scenario files as tests. */
export const test = command({
  options: {
    workers: WORKERS_OPTION,
    filter: { value: "TEXT", about: "only files whose path holds this text" },
    junit: { value: "FILE", about: "write the results as JUnit XML" },
    json: { value: "FILE", about: "write the results as JSON" },
    "no-times": { about: "do not say how long things took: the same files give the same bytes" },
  },
  notes: ["Exit code: 2 a file cannot be understood, else 1 an expectation does not hold, else 0."],
  examples: ["test scenarios", "test scenarios --filter power --workers 4 --junit results.xml"],
  async run(given, operands) {
    if (operands.length === 0) throw new InputError("test needs a scenario file or a folder of them");
    const { filter = "" } = given;
    const workers = workersOf(given.workers);
    const files = scenarioFiles(operands).filter((file) => file.includes(filter));
    if (files.length === 0) throw new InputError(nothingFound(operands, filter));
    const outputs = new OutputFiles(files);
    try {
      if (given.junit !== undefined) outputs.prepare("--junit", given.junit);
      if (given.json !== undefined) outputs.prepare("--json", given.json);
      const results = await testFiles(files, workers);
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

function nothingFound(operands: readonly string[], filter: string): string {
  const where = operands.map(quoted).join(", ");
  return filter === ""
    ? `no scenario file in ${where}; expected files that end in .yaml`
    : `--filter ${quoted(filter)}: no scenario file in ${where} has it in its path`;
}
