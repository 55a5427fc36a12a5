/** Subjects that the tests of this folder share. */

import type { ScenarioSource } from "../../../sim/lab/explore/tape/subject.ts";
import { readShipped } from "../../support/shipped_scenarios.ts";

/** A shipped scenario. */
export function shipped(name: string): ScenarioSource {
  return { file: name, source: readShipped(name) };
}

/** A small world in which a key is set and used. */
export const LOGIN: ScenarioSource = {
  file: "login.yaml",
  source: `
name: a login
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
targets: { disk: { address: 192.0.2.20, keys: { 192.0.2.10: the key of a test } } }
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: the key of a test, flags: [ike, main, transport] }
  - { login: { adapter: hba0, target: disk }, expect: { mode: main } }
`,
};

/** Numbers from 0 to 1 that look random and are the same each time: Numerical Recipes' generator. */
export function drawing(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A strategy that breaks every tie by chance. */
export function shufflingTies(seed: number): { tie: (pending: readonly unknown[]) => number } {
  const draw = drawing(seed);
  return { tie: (pending) => Math.floor(draw() * pending.length) };
}

/** A list in an order that looks random. */
export function shuffled<T>(list: readonly T[], seed: number): T[] {
  const draw = drawing(seed);
  return list.map((value) => ({ value, key: draw() })).sort((a, b) => a.key - b.key).map(({ value }) => value);
}
