/**
 * Runs histories by their numbers and prints the first violation as JSON, or
 * how many were run: `deno run -A explore.ts FIRST COUNT`.
 *
 * @module
 */

import { CampaignMemory } from "../../../sim/lab/world/campaign_memory.ts";
import { historyOf } from "./numbered.ts";
import { outcomeOf } from "./runner.ts";

/** Of so many histories one is run again with a trace, and must come to the same. */
const SAMPLE_EVERY = 100;

function explore(first: number, count: number): unknown {
  const campaign = new CampaignMemory();
  for (let number = first; number < first + count; number++) {
    const found = check(number, campaign);
    if (found !== undefined) return { histories: number - first + 1, found: { number, ...found } };
  }
  return { histories: count };
}

/** An exception is a violation, too: a call that does not end, or a host that breaks. */
function check(number: number, campaign: CampaignMemory): object | undefined {
  try {
    const outcome = outcomeOf(historyOf(number), campaign);
    if (number % SAMPLE_EVERY !== 0) return outcome.violation;
    const [short, inFull] = [outcome, outcomeOf(historyOf(number))].map((each) => JSON.stringify(each));
    return short === inFull ? outcome.violation : { what: `${short} as one of a campaign, ${inFull} in full` };
  } catch (error) {
    return { what: error instanceof Error ? `${error.message} ${error.stack}` : String(error) };
  }
}

const [first = 0, count = 1] = Deno.args.map(Number);
console.log(JSON.stringify(explore(first, count)));
