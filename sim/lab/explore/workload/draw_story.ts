/**
 * Stories: chaos, then healing, then questions that a healed world must answer.
 * A story is a pure function of its seed.
 *
 * @module
 */

import { RandomStreams } from "../../../kernel/random.ts";
import { HEALING } from "../oracle/world_oracle.ts";
import { FAULT_KINDS, mayMiss } from "./fault_kinds.ts";
import { type DrawnOperation, drawSetting, OPERATIONS } from "./operations.ts";
import { drawScope, type Scope, type Whom, type Written } from "./scope.ts";
import type { WrittenScenario } from "./story.ts";

/** The smallest Diffie-Hellman group: what it takes is real time, and no story is about it. */
const POLICY = { suites: ["aes128-sha1-modp768"] };

/** The keys of the targets, by target and address of the adapter. */
type TargetKeys = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The names of a table that are on: some, never none. */
function swarm<T>(scope: Scope, table: Readonly<Record<string, T>>): readonly T[] {
  return scope.some(Object.values(table));
}

/** Draws the story of a seed. */
export function drawStory(seed: number): WrittenScenario {
  const scope = drawScope(new RandomStreams(`story ${seed}`).stream("workload"));
  const operations = drawOperations(scope);
  const chaos = drawSteps(scope, operations, 3 + scope.random.below(scope.pick([4, 10])));
  const checks = drawChecks(scope);
  const keys = drawTargets(scope);
  const targets = Object.entries(keys).map(([name, keys], index): [string, Written] => {
    return [name, { address: `192.0.2.${20 + index}`, keys, policy: POLICY }];
  });
  const adapters = [...scope.adapters].map(([name, { storage, address }]): [string, Written] => {
    return [name, { storage, ports: [address], policy: POLICY }];
  });
  return {
    name: `story ${seed}`,
    seed,
    allowNothing: true,
    adapters: Object.fromEntries(adapters),
    targets: Object.fromEntries(targets),
    steps: [...withFaults(scope, chaos), healing(scope, Object.keys(keys)), ...checks],
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
    const count = random.chance(1, 4) ? 2 : 1;
    return { ...step, faults: Array.from({ length: count }, () => drawFault(scope, kinds)) };
  });
}

/** Draws a fault. That it never happens is no failure of a story that was drawn. */
export function drawFault(
  scope: Scope,
  kinds: readonly ((scope: Scope) => Written)[] = Object.values(FAULT_KINDS),
): Written {
  return mayMiss(scope.pick(kinds)(scope));
}

/** Mostly the targets know one of the last keys. */
function drawTargets(scope: Scope): TargetKeys {
  const keys = scope.keys.length === 0 ? ["a key of nobody"] : scope.keys;
  const draw = () => scope.pick(scope.random.chance(3, 4) ? keys.slice(-3) : keys);
  const of = () => Object.fromEntries([...scope.adapters.values()].map(({ address }) => [address, draw()]));
  return { disk: of(), tape: of() };
}

function drawChecks(scope: Scope): readonly Written[] {
  const { random } = scope;
  const logsIn = random.chance(1, 3);
  const logins = () =>
    !logsIn ? [] : [...scope.adapters.keys()].map((adapter): Written => {
      return { login: { adapter, target: scope.pick(["disk", "tape"]) }, expect: "any" };
    });
  const again = random.chance(1, 2) ? [{ rebootHost: {} }, { wait: "1s" }, ...questions(scope), ...logins()] : [];
  const last = random.chance(1, 2) ? [drawSetting(scope), ...questions(scope), ...logins()] : [];
  return [...logins(), ...again, ...last];
}

/**
 * The steps that heal a world: what has gone wrong is over, everything is on, and each key has been asked for, by which
 * the service notices what another tool has done to a cache.
 */
function healing(scope: Scope, targets: readonly string[]): Written {
  const allHeard = Object.fromEntries(targets.map((name) => [name, { silent: false }]));
  return {
    name: HEALING,
    sequence: [
      { change: { network: { loss: "0%", jitter: "0s" }, targets: allHeard } },
      ...[...scope.adapters.keys()].map((adapter) => ({ powerOn: { adapter, mayMiss: true } })),
      { startService: { mayMiss: true } },
      { wait: "10s" },
      ...questions(scope),
    ],
  };
}

/** Each adapter is asked for all that the story is about. */
function questions({ adapters, whom }: Scope): readonly Written[] {
  return [...adapters].flatMap(([adapter, { address }]) => whom.map((each) => question(adapter, address, each)));
}

/** GetIScsiIKEInfo for somebody's key. */
function question(adapter: string, address: string, { id, port }: Whom): Written {
  return {
    getKey: { adapter, ...(port === "all" ? {} : { port }), id: id === "own" ? address : id },
    expect: "any",
  };
}
