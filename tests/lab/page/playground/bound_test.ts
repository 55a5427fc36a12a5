/** What a run may take, whoever wrote its scenario. */

import { assert } from "@std/assert";
import { Laboratory } from "../../../../sim/lab/page/core/laboratory.ts";
import { Playground } from "../../../../sim/lab/page/playground/core/playground.ts";
import { ENDLESS } from "./bad_input.ts";

Deno.test("left alone, a scenario that does not end ends at its bound", () => {
  const scenario = { file: "endless.yaml", source: ENDLESS };
  const answer = new Playground(new Laboratory()).answer({ type: "run", subject: { scenario, mostEvents: 2_000 } });
  assert(answer.type === "opened");
  const { verdicts, holds } = answer.made.content.summary;
  assert(!holds && verdicts.some(({ actual }) => actual.includes("a runaway: more than 2000 events")));
});
