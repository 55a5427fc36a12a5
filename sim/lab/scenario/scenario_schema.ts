/**
 * Scenario files as JSON Schema, for editors.
 *
 * @module
 */

import { type JsonSchema, jsonSchemaOf } from "../../shape/json_schema.ts";
import { SCENARIO } from "./scenario.ts";

/** The JSON Schema of scenario files. Made when it is asked for: no run needs it. */
export function scenarioSchema(): JsonSchema {
  return jsonSchemaOf(SCENARIO, "hbasim scenario");
}
