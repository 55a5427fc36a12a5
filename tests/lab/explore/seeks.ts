/**
 * How well one travels in time: seeks to events in an order by chance, and
 * forks of one moment. `deno task seeks` measures all shipped scenarios.
 */

import { execute } from "../../../sim/lab/explore/execute.ts";
import { Session } from "../../../sim/lab/explore/session/session.ts";
import { bundleOf, decodeBundle, encodeBundle } from "../../../sim/lab/explore/tape/bundle.ts";
import { replay } from "../../../sim/lab/explore/replay.ts";
import type { ScenarioSource } from "../../../sim/lab/explore/tape/subject.ts";
import { SHIPPED_SCENARIOS } from "../../support/shipped_scenarios.ts";
import { prefixDigest, shipped, shuffled } from "./explored.ts";

/** What seeks have come to. */
export interface Seeks {
  readonly seeks: number;
  /** How often the trace was that of the whole run up to there. */
  readonly equalPrefixes: number;
  /** Of events done again for a seek, as a part of those of the whole run, the median. */
  readonly medianShare: number;
}

/** Seeks each `step`-th event of a scenario. */
export function measureSeeks(scenario: ScenarioSource, step: number): Seeks {
  const session = new Session({ scenario });
  const { events, dispatched, world: { recorder } } = session.outcome;
  const sequences = shuffled(Array.from({ length: Math.ceil(events / step) }, (_, index) => index * step), 7);
  let equalPrefixes = 0;
  const shares = sequences.map((sequence) => {
    const before = session.reexecuted;
    const world = session.at(session.momentOf(sequence));
    const length = world.recorder.length;
    if (length > sequence && world.digest() === prefixDigest(recorder, length)) equalPrefixes++;
    return (session.reexecuted - before) / dispatched;
  });
  return {
    seeks: sequences.length,
    equalPrefixes,
    medianShare: shares.toSorted((a, b) => a - b)[shares.length >> 1] ?? 1,
  };
}

/** What forks have come to. */
export interface Forks {
  readonly forks: number;
  /** How many are the run that they are forked from, up to there. */
  readonly equalPrefixes: number;
  /** How many are the same again, from their bundles. */
  readonly replayed: number;
  /** How many different futures there are. */
  readonly futures: number;
}

/** Forks a scenario in its middle. */
export function measureForks(scenario: ScenarioSource, forks: number): Forks {
  const plain = execute({ scenario });
  const sequence = plain.events >> 1;
  const at = { cycle: plain.world.recorder.at(sequence).cycle, sequence };
  const prefix = prefixDigest(plain.world.recorder, sequence + 1);
  const digests = new Set<string>();
  let [equalPrefixes, replayed] = [0, 0];
  for (let fork = 0; fork < forks; fork++) {
    const subject = { scenario, recipe: [{ at, salt: `fork ${fork}` }] };
    const outcome = execute(subject);
    if (prefixDigest(outcome.world.recorder, sequence + 1) === prefix) equalPrefixes++;
    if (replay(decodeBundle(encodeBundle(bundleOf(subject, outcome)))).agrees) replayed++;
    digests.add(outcome.digest);
  }
  return { forks, equalPrefixes, replayed, futures: digests.size };
}

if (import.meta.main) {
  let isWrong = false;
  for (const name of SHIPPED_SCENARIOS) {
    const { seeks, equalPrefixes, medianShare } = measureSeeks(shipped(name), 3);
    console.log(`${name}: ${seeks} seeks, ${equalPrefixes} equal prefixes, median share ${medianShare.toFixed(3)}`);
    if (equalPrefixes !== seeks || medianShare > 0.3) isWrong = true;
  }
  const forks = measureForks(shipped("key_survives_power_cycle.yaml"), 1000);
  console.log(`forks: ${JSON.stringify(forks)}`);
  if ([forks.equalPrefixes, forks.replayed, forks.futures].some((count) => count !== forks.forks)) isWrong = true;
  if (isWrong) Deno.exit(1);
}
