/**
 * Random histories with an oracle of their own: nothing that was acknowledged
 * is lost, whatever overlaps; and faults of that kind are found.
 */

import { assertEquals } from "@std/assert";
import { projectFolder, textsMissing } from "../support/planted_copy.ts";
import { assertFound, explore, PATIENCE } from "./histories/explorations.ts";
import { PLANTED_FAULTS } from "./histories/planted_faults.ts";

const HISTORIES = 5000;
const PROCESSES = 2;

/** Every so-manieth planted fault is looked for at each commit, all of them by `deno task nightly`. */
const STRIDE = 7;

Deno.test(`${HISTORIES} random histories lose or replace nothing that was acknowledged`, async () => {
  const share = HISTORIES / PROCESSES;
  const shares = Array.from({ length: PROCESSES }, (_, index) => explore(projectFolder(), index * share, share));
  const explorations = await Promise.all(shares);
  const histories = explorations.reduce((sum, each) => sum + each.histories, 0);
  const found = explorations.filter((each) => each.found !== undefined).map((each) => each.found);
  console.log(`histories: ${histories}, violations: ${found.length}`);
  assertEquals(found, []);
  assertEquals(histories, HISTORIES);
});

Deno.test("the text of each planted fault stands in its file once", () => {
  assertEquals(Object.values(PLANTED_FAULTS).flatMap(textsMissing), []);
});

for (const name of Object.keys(PLANTED_FAULTS).filter((_, index) => index % STRIDE === 0)) {
  Deno.test(`The histories find within ${PATIENCE}: ${name}`, () => assertFound(name));
}
