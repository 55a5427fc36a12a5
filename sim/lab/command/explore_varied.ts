/**
 * The scenario of which `hbasim explore FILE` runs variations.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { storyText } from "../explore/workload/story.ts";
import { writtenCase } from "../explore/workload/written_case.ts";
import { caseOperand } from "./case_names.ts";
import type { Campaign } from "./explore_job.ts";
import { onlyCase } from "./run_subject.ts";
import { readScenarios } from "./scenario_files.ts";

/**
 * Reads it. Its variations are files of their own: of one that has cases, the chosen one is written out, and nothing
 * lies beside them.
 *
 * @param operand A file, or a case of one.
 * @throws {InputError} It cannot be run, has several cases of which none is named, or names a module.
 */
export function readVaried(operand: string): NonNullable<Campaign["file"]> {
  const { file } = caseOperand(operand);
  const cases = readScenarios([operand]);
  if (cases.every(({ opened: { files } }) => Object.keys(files).length === 0)) {
    const scenario = onlyCase(file, cases);
    // What has no cases is told as it was written.
    return { name: operand, source: scenario.case === undefined ? scenario.source : storyText(writtenCase(scenario)) };
  }
  throw new InputError(
    `${
      quoted(file)
    }: an adapter has a module as its store or firmware; expected a file without one, and --with a module of TypeScript ` +
      "whose `world` puts it in: withFlashParts(() => ({ store: { module } }))",
  );
}
