/**
 * `hbasim check`.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { command, HOLDS } from "../command.ts";
import { parametersOf, readScenarios, SET_OPTION } from "../scenario_files.ts";
import { print } from "../terminal.ts";

/** Reads scenarios and builds their worlds, and runs nothing. */
export const check = command({
  options: { set: SET_OPTION, quiet: { about: "say nothing of files that are right" } },
  examples: ["check scenarios/key_survives_power_cycle.yaml"],
  run({ quiet, set }, files) {
    if (files.length === 0) throw new InputError("check needs a scenario file");
    const cases = readScenarios(files, parametersOf(set));
    for (const file of new Set(cases.map((each) => each.file))) {
      const count = cases.filter((each) => each.file === file).length;
      if (quiet !== true) print(`${file}: nothing to object${count === 1 ? "" : ` in ${count} cases`}`);
    }
    return HOLDS;
  },
});
