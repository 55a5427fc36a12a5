/**
 * `hbasim check`.
 *
 * @module
 */

import { grouped } from "../../../kernel/grouped.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { ScenarioError } from "../../scenario/mistake.ts";
import { BAD_INPUT, command, HOLDS } from "../command.ts";
import { parametersOf, SET_OPTION } from "../case_names.ts";
import { type ReadFiles, readFiles, readScenarios } from "../scenario_files.ts";
import { print } from "../terminal.ts";

/** Reads scenarios and builds their worlds, and runs nothing. */
export const check = command({
  options: {
    set: SET_OPTION,
    quiet: { about: "say nothing of files that are right", without: ["json"] },
    json: { about: "as one JSON document: the files with their cases, and all mistakes, each with its place" },
  },
  examples: ["check scenarios/key_survives_power_cycle.yaml", "check --json scenarios/*.yaml"],
  run({ quiet, set, json }, files) {
    if (files.length === 0) throw new InputError("check needs a scenario file");
    if (json === true) {
      const read = readFiles(files, parametersOf(set));
      print(JSON.stringify(documentOf(read), undefined, 2));
      return read.wrong.length === 0 ? HOLDS : BAD_INPUT;
    }
    const cases = readScenarios(files, parametersOf(set));
    for (const file of new Set(cases.map((each) => each.file))) {
      const count = cases.filter((each) => each.file === file).length;
      if (quiet !== true) print(`${file}: nothing to object${count === 1 ? "" : ` in ${count} cases`}`);
    }
    return HOLDS;
  },
});

/** Files that are right with the names of their cases, an empty one where there is one alone, and what is wrong with others. */
function documentOf({ cases, wrong }: ReadFiles): object {
  const files = [...grouped(cases, ({ file }) => file)].map(([file, all]) => ({
    file,
    cases: all.map(({ name }) => name),
  }));
  const mistakes = wrong.flatMap(({ file, error }): readonly object[] =>
    error instanceof ScenarioError ? error.mistakes : [{ file, message: error.message }]
  );
  return { files, mistakes };
}
