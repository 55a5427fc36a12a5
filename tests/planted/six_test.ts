/** Six of the planted bugs, of six families: each is found with a few seeds, with which nothing is wrong without it. */

import { assert, assertEquals } from "@std/assert";
import { projectFolder, runProgram, withPlantedFaults } from "../support/planted_copy.ts";
import type { Family } from "./planted_bug.ts";
import { PLANTED_BUGS } from "./planted_bugs.ts";
import type { Sought } from "./seek.ts";

/** Bugs that are found soon; none of them is held out. */
const SIX: readonly string[] = [
  "A: interrupted-login-told-as-success",
  "B: persistent-set-keeps-its-voucher",
  "A: last-message-sent-once",
  "A: mailbox-not-looked-at-again",
  "A: volatile-key-vouched-for",
  "A: all-ports-before-exact-port",
];

/** Within how many seeds. */
const SEEDS = 40;

async function seek(folder: string): Promise<Sought> {
  return JSON.parse(await runProgram(folder, `${folder}/tests/planted/seek.ts`, ["portfolio", `${SEEDS}`]));
}

const bugs = PLANTED_BUGS.filter(({ set, name }) => SIX.includes(`${set}: ${name}`));

Deno.test("six bugs of six families, none of them held out", () => {
  assertEquals(bugs.length, 6);
  assertEquals(new Set(bugs.map(({ family }): Family => family)).size, 6);
  assertEquals(bugs.filter(({ isHeldOut }) => isHeldOut), []);
});

Deno.test(`nothing is found in the product as it is with the same ${SEEDS} seeds`, async () => {
  assertEquals(await seek(projectFolder()), { executions: SEEDS });
});

for (const { set, name, file, find, replace } of bugs) {
  Deno.test(`${SEEDS} seeds find the bug "${name}" of set ${set}`, async () => {
    const { seed, signature } = await withPlantedFaults([{ file, text: find, fault: replace }], seek, [
      "tests/planted",
    ]);
    assert(seed !== undefined && signature !== undefined, `not found: ${name}`);
  });
}
