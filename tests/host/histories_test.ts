/**
 * Random histories with an oracle of their own: nothing that was acknowledged
 * is lost, whatever overlaps; and faults of that kind are found.
 */

import { assertEquals } from "@std/assert";
import { textsMissing } from "../support/planted_copy.ts";
import { assertFound, assertHold, PATIENCE } from "./histories/explorations.ts";
import { PLANTED_FAULTS } from "./histories/planted_faults.ts";

/** Of each commit; `deno task nightly` runs those behind them. */
const HISTORIES = 3000;

/** Every so-manieth planted fault is looked for at each commit, all of them by `deno task nightly`. */
const STRIDE = 7;

Deno.test(`${HISTORIES} random histories lose or replace nothing that was acknowledged`, () =>
  assertHold(0, HISTORIES));

Deno.test("the text of each planted fault stands in its file once", () => {
  assertEquals(Object.values(PLANTED_FAULTS).flatMap(textsMissing), []);
});

for (const name of Object.keys(PLANTED_FAULTS).filter((_, index) => index % STRIDE === 0)) {
  Deno.test(`The histories find within ${PATIENCE}: ${name}`, () => assertFound(name));
}
