/**
 * How well one travels in time: seeks to events in an order by chance, and
 * forks of one moment, here and on other runtimes. `deno task seeks` measures
 * all shipped scenarios.
 */

import { Session } from "../../../sim/lab/explore/session/session.ts";
import type { ScenarioSource } from "../../../sim/lab/explore/tape/subject.ts";
import { SHIPPED_SCENARIOS } from "../../support/shipped_scenarios.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { bundleProgram, RUNTIMES } from "../world/runtimes.ts";
import { shipped, shuffled } from "./explored.ts";
import { measureForks } from "./forks.ts";
import { prefixDigest } from "./prefix_digest.ts";

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

const FORKED = shipped("key_survives_power_cycle.yaml");
const FORKS = 1000;

/** Forks on every runtime: what each says of them. */
async function forksElsewhere(): Promise<Readonly<Record<string, string>>> {
  using folder = temporaryFolder();
  const program = await bundleProgram(
    `import { measureForks } from ${JSON.stringify(new URL("./forks.ts", import.meta.url).pathname)};
globalThis.answer = () => JSON.stringify(measureForks(${JSON.stringify(FORKED)}, ${FORKS}));`,
    folder.path,
  );
  const said: Record<string, string> = {};
  for (const name of ["Node.js", "Chromium"]) {
    const answer = await RUNTIMES[name]?.(program, folder.path);
    if (answer === undefined) throw new Error(`no runtime ${name}`);
    if ("said" in answer) said[name] = answer.said;
    else console.log(`skipped: ${name}: ${answer.skipped}`);
  }
  return said;
}

if (import.meta.main) {
  let isWrong = false;
  for (const name of SHIPPED_SCENARIOS) {
    const { seeks, equalPrefixes, medianShare } = measureSeeks(shipped(name), 3);
    console.log(`${name}: ${seeks} seeks, ${equalPrefixes} equal prefixes, median share ${medianShare.toFixed(3)}`);
    if (equalPrefixes !== seeks || medianShare > 0.3) isWrong = true;
  }
  const forks = measureForks(FORKED, FORKS);
  const here = JSON.stringify(forks);
  console.log(`forks: ${here}`);
  if ([forks.equalPrefixes, forks.replayed, forks.futures].some((count) => count !== forks.forks)) isWrong = true;
  for (const [name, said] of Object.entries(await forksElsewhere())) {
    console.log(`forks on ${name}: ${said === here ? "the same" : said}`);
    if (said !== here) isWrong = true;
  }
  if (isWrong) Deno.exit(1);
}
