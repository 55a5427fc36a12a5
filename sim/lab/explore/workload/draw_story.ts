/**
 * Stories: chaos, then healing, then questions that a healed world must answer.
 * A story is a pure function of its seed.
 *
 * @module
 */

import { RandomStreams } from "../../../kernel/random.ts";
import { drawPair, FAULT_KINDS, mayMiss } from "./fault_kinds.ts";
import { drawChecks, healing } from "./healing.ts";
import { type DrawnOperation, OPERATIONS } from "./operations.ts";
import { drawScope, type Scope, type Written } from "./scope.ts";
import type { WrittenScenario } from "./story.ts";

/** The keys of the targets, by target and address of the adapter. */
export type TargetKeys = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The names of a table that are on: some, never none. */
function swarm<T>(scope: Scope, table: Readonly<Record<string, T>>): readonly T[] {
  return scope.some(Object.values(table));
}

/** Draws the story of a seed. */
export function drawStory(seed: number): WrittenScenario {
  const scope = drawScope(new RandomStreams(`story ${seed}`).stream("workload"));
  const operations = drawOperations(scope);
  const chaos = drawSteps(scope, operations, 2 + scope.random.below(scope.pick([2, 6])));
  const checks = drawChecks(scope);
  const keys = drawKeys(scope);
  const steps = [...withFaults(scope, chaos), healing(scope), ...checks];
  return storyOf(scope, `story ${seed}`, seed, steps, keys);
}

/** A story of steps that are drawn, in a world of adapters and of targets that know some keys. */
export function storyOf(
  { adapters, policy, isImpatient }: Scope,
  name: string,
  seed: number,
  steps: readonly Written[],
  targetKeys: TargetKeys,
): WrittenScenario {
  const targets = Object.entries(targetKeys).map(([name, keys], index): [string, Written] => {
    return [name, { address: `192.0.2.${20 + index}`, keys, policy }];
  });
  const written = [...adapters].map(([name, { addresses, ...others }]): [string, Written] => {
    return [name, { ...others, ports: addresses, policy }];
  });
  return {
    name,
    seed,
    allowNothing: true,
    ...(isImpatient ? { host: { timeouts: { login: "2s" } } } : {}),
    adapters: Object.fromEntries(written),
    targets: Object.fromEntries(targets),
    steps,
  };
}

/** Draws some steps of chaos, of which another swarm is on. */
export function drawChaos(scope: Scope, length: number): readonly Written[] {
  return withFaults(scope, drawSteps(scope, drawOperations(scope), length));
}

/** The kinds of steps that are on: settings always. */
function drawOperations(scope: Scope): readonly DrawnOperation[] {
  return [OPERATIONS.set, ...swarm(scope, OPERATIONS)];
}

function drawSteps(scope: Scope, operations: readonly DrawnOperation[], length: number): readonly Written[] {
  const total = operations.reduce((sum, { weight }) => sum + weight, 0);
  const steps: Written[] = [];
  while (steps.length < length) {
    let place = scope.random.below(total);
    steps.push(...operations.find(({ weight }) => (place -= weight) < 0)?.draw(scope) ?? []);
  }
  return steps;
}

/** Things go wrong while some of the steps are taken, mostly few of them. */
function withFaults(scope: Scope, steps: readonly Written[]): readonly Written[] {
  const { random } = scope;
  const kinds = swarm(scope, FAULT_KINDS);
  const odds = scope.pick([2, 4, 8]);
  return steps.map((step) => {
    if (!random.chance(1, odds)) return step;
    const faults = random.chance(1, 4)
      ? random.chance(2, 3) ? drawPair(scope).map(mayMiss) : [drawFault(scope, kinds), drawFault(scope, kinds)]
      : [drawFault(scope, kinds)];
    const others = Array.isArray(step["faults"]) ? step["faults"] : [];
    return { ...step, faults: [...others, ...faults] };
  });
}

/** Draws a fault. That it never happens is no failure of a story that was drawn. */
export function drawFault(
  scope: Scope,
  kinds: readonly ((scope: Scope) => Written)[] = Object.values(FAULT_KINDS),
): Written {
  return mayMiss(scope.pick(kinds)(scope));
}

/**
 * The targets know a key of each address of an adapter and of each name that it may have: that which was set for it last,
 * or mostly one of the last keys.
 */
export function drawKeys(scope: Scope): TargetKeys {
  const keys = scope.keys.length === 0 ? ["a key of nobody"] : scope.keys;
  const draw = (id: string) => {
    const [itsOwn, late] = [scope.random.chance(1, 2), scope.random.chance(3, 4)];
    return (itsOwn ? scope.lastKeyFor(id) : undefined) ?? scope.pick(late ? keys.slice(-3) : keys);
  };
  const names = new Set(scope.whom.flatMap(({ id }) => id.endsWith(".example") ? [id] : []));
  const known = [...[...scope.adapters.values()].flatMap(({ addresses }) => addresses), ...names];
  const of = () => Object.fromEntries(known.map((each) => [each, draw(each)]));
  return { disk: of(), tape: of() };
}
