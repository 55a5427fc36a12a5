/** From which moment on a failure is inevitable: the window is small, and has in it what did the damage. */

import { assert, assertEquals } from "@std/assert";
import { inevitable } from "../../../../sim/lab/explore/certify/inevitable.ts";
import { knownFailures } from "./inevitable_bugs.ts";
import { found } from "./inevitable_table.ts";
import { SET_AND_LOGIN } from "./planted_faults.ts";

Deno.test("faults, chance and ties that decide lie in the window, which is a twentieth of the run at the most", () => {
  const all = knownFailures();
  assertEquals(all.length, 10);
  // The others are in the table, which is printed at night.
  for (const known of all.filter((_, index) => [1, 6, 8].includes(index))) {
    const { what, isInside, share, result } = found(known);
    assert(isInside && share <= 0.05, `${what}: ${share}, ${isInside}`);
    const last = result?.curve.at(-1);
    assertEquals([last?.failed, last?.most], [12, 1], what);
    assert((last?.least ?? 1) < 0.8, "twelve forks prove no more");
    assert(result !== undefined && (result.curve[0]?.failed ?? 12) < 12, what);
    // What is told leads from the window to the end of the run.
    const { knee, path, events } = result;
    assertEquals([path[0]?.sequence, path.at(-1)?.sequence], [(knee?.from ?? 0) + 1, events - 1], what);
  }
});

Deno.test("a fault that stands beside a step is a decision, too", () => {
  const lost = "faults: [{ lose: { from: hba0, to: disk, datagram: 1..9, mayMiss: true } }], login:";
  const source = SET_AND_LOGIN.source.replace("login:", lost);
  const result = inevitable({ scenario: { file: "beside.yaml", source } }, { forks: 4, moments: 4 });
  assert(result?.knee !== undefined && result.knee.from > 200, JSON.stringify(result?.knee));
});

Deno.test("what fails in any case is inevitable from the beginning; what does not fail is not told", () => {
  const source = SET_AND_LOGIN.source.replace("keys: { 192.0.2.10: the key", "keys: { 192.0.2.10: not the key");
  const result = inevitable({ scenario: { file: "always.yaml", source } }, { forks: 3, moments: 2 });
  assertEquals([result?.knee, result?.curve[0]?.failed], [undefined, 3]);
  assertEquals(inevitable({ scenario: SET_AND_LOGIN }, { forks: 3 }), undefined);
});
