/**
 * `hbasim check`.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { command, HOLDS } from "../command.ts";
import { readScenarios } from "../scenario_files.ts";
import { print } from "../terminal.ts";

/** Reads scenarios and builds their worlds, and runs nothing. */
export const check = command({
  options: { quiet: { about: "say nothing of files that are right" } },
  examples: ["check scenarios/key_survives_power_cycle.yaml"],
  run({ quiet }, files) {
    if (files.length === 0) throw new InputError("check needs a scenario file");
    for (const { file } of readScenarios(files)) if (quiet !== true) print(`${file}: nothing to object`);
    return HOLDS;
  },
});
