/**
 * `hbasim check`.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { openScenario } from "../../scenario/scenario.ts";
import { worldOf } from "../../scenario/world_of_scenario.ts";
import { BAD_INPUT, command, HOLDS } from "../command.ts";
import { readText } from "../input_files.ts";
import { print, tell } from "../terminal.ts";

/** Reads scenarios and builds their worlds, and runs nothing. */
export const check = command({
  about: "read scenario files and say what is wrong with them, without a run",
  operands: "FILE...",
  options: { quiet: { about: "say nothing of files that are right" } },
  examples: ["check scenarios/key_survives_power_cycle.yaml"],
  run({ quiet }, files) {
    if (files.length === 0) throw new InputError("check needs a scenario file");
    let code = HOLDS;
    for (const file of files) {
      try {
        worldOf(openScenario(readText(file), file), {});
        if (quiet !== true) print(`${file}: nothing to object`);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        tell(error.message);
        code = BAD_INPUT;
      }
    }
    return code;
  },
});
