/** Random histories of settings that one adapter refuses, with accidents between and in them (`refusal_histories.ts`). */

import { assertEquals } from "@std/assert";
import { CampaignMemory } from "../../sim/lab/world/campaign_memory.ts";
import { runRefusals } from "./refusal_histories.ts";

const HISTORIES = 250;

Deno.test(`${HISTORIES} random histories of what an adapter refuses leave each adapter with what the rules say, in its order`, () => {
  const campaign = new CampaignMemory();
  for (let number = 0; number < HISTORIES; number++) assertEquals(runRefusals(number, campaign), undefined);
});
