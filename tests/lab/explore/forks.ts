/** Forks of one moment: each has the past of the run that it is forked from, and a future that is the same again. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { execute } from "../../../sim/lab/explore/execute.ts";
import { replay } from "../../../sim/lab/explore/replay.ts";
import { bundleOf, decodeBundle, encodeBundle } from "../../../sim/lab/explore/tape/bundle.ts";
import type { ScenarioSource } from "../../../sim/lab/explore/tape/subject.ts";
import { prefixDigest } from "./prefix_digest.ts";

/** What forks have come to. */
export interface Forks {
  readonly forks: number;
  /** How many are the run that they are forked from, up to there. */
  readonly equalPrefixes: number;
  /** How many are the same again, from their bundles. */
  readonly replayed: number;
  /** How many different futures there are. */
  readonly futures: number;
  /** A digest of the digests of all. */
  readonly digest: string;
}

/** Forks a scenario in its middle. */
export function measureForks(scenario: ScenarioSource, forks: number): Forks {
  const plain = execute({ scenario });
  const sequence = plain.events >> 1;
  const at = { cycle: plain.world.recorder.at(sequence).cycle, sequence };
  const prefix = prefixDigest(plain.world.recorder, sequence + 1);
  const digests: string[] = [];
  let [equalPrefixes, replayed] = [0, 0];
  for (let fork = 0; fork < forks; fork++) {
    const subject = { scenario, recipe: [{ at, salt: `fork ${fork}` }] };
    const outcome = execute(subject);
    if (prefixDigest(outcome.world.recorder, sequence + 1) === prefix) equalPrefixes++;
    if (replay(decodeBundle(encodeBundle(bundleOf(subject, outcome)))).agrees) replayed++;
    digests.push(outcome.digest);
  }
  const digest = bytesToHex(sha256(utf8ToBytes(digests.join())));
  return { forks, equalPrefixes, replayed, futures: new Set(digests).size, digest };
}
