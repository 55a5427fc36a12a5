/** The scenario of the tour, and what is left of it when somebody pulls the plug or writes another store. */

import { assertEquals } from "@std/assert";
import { TOUR_SCENARIO } from "../../../../sim/lab/page/playground/app/tour.ts";
import { runScenarioText } from "../../../../sim/lab/scenario/mod.ts";

const EARLY = Deno.readFileSync(new URL("../../../../scenarios/foreign/store_early.hba.wasm", import.meta.url));

Deno.test("the scenario of the tour holds, with the plug pulled amid the write, too; the early store fails it", () => {
  const { source, file } = TOUR_SCENARIO;
  const torn = source.replace(
    "    expect: old or new",
    "    faults: [{ powerCycle: { adapter: hba0, flashProgram: 1, after: 20bytes } }]\n    expect: old or new",
  );
  assertEquals([source, torn].map((text) => runScenarioText(text, file).holds), [true, true]);
  const early = source.replace("192.0.2.10] }", "192.0.2.10], store: { module: store_early.hba.wasm } }");
  const files = { "store_early.hba.wasm": EARLY };
  const { verdicts } = runScenarioText(early, file, { files });
  assertEquals(verdicts.filter(({ holds }) => !holds).map(({ line, expected }) => [line, expected]), [
    [9, "old or new"],
  ]);
});
