/** The histories find each planted fault: a copy of the project and a process for each. `deno task nightly`. */

import { assertFound, PATIENCE } from "./histories/explorations.ts";
import { PLANTED_FAULTS } from "./histories/planted_faults.ts";

for (const name of Object.keys(PLANTED_FAULTS)) {
  Deno.test(`The histories find within ${PATIENCE}: ${name}`, () => assertFound(name));
}
