/** More histories than a commit waits for, and a copy of the project for each fault that they must find: `deno task nightly`. */

import { assertFound, assertHold, PATIENCE } from "./histories/explorations.ts";
import { PLANTED_FAULTS } from "./histories/planted_faults.ts";

const FIRST = 3000;
const HISTORIES = 20_000;

Deno.test(`${HISTORIES} random histories more lose or replace nothing that was acknowledged`, () =>
  assertHold(FIRST, HISTORIES));

for (const name of Object.keys(PLANTED_FAULTS)) {
  Deno.test(`The histories find within ${PATIENCE}: ${name}`, () => assertFound(name));
}
