/**
 * `hbasim schema`.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { scenarioSchema } from "../../scenario/scenario_schema.ts";
import { command, HOLDS } from "../command.ts";
import { print } from "../terminal.ts";

/** Prints the JSON Schema of scenario files. */
export const schema = command({
  options: {},
  notes: [
    "Editors with the YAML language server take it from a first line in the scenario:",
    "# yaml-language-server: $schema=schema.json",
  ],
  examples: ["schema >schema.json"],
  run(_given, operands) {
    if (operands.length > 0) throw new InputError("schema takes nothing");
    print(JSON.stringify(scenarioSchema(), undefined, 2));
    return HOLDS;
  },
});
