/**
 * Stories: chaos, then healing, then questions that a healed world must answer.
 * A story is a pure function of its seed.
 *
 * @module
 */

import { RandomStreams } from "../../../kernel/random.ts";
import { HEALING } from "../oracle/world_oracle.ts";
import { FAULT_KINDS } from "./fault_kinds.ts";
import { OPERATIONS } from "./operations.ts";
import { ALL_WHOM, Scope, type Whom, type Written, type WrittenAdapter } from "./scope.ts";

/** A story. */
export interface Workload {
  /** What all its chance follows from. */
  readonly seed: number;
  /** The adapters by name. */
  readonly adapters: ReadonlyMap<string, WrittenAdapter>;
  /** The keys of the targets, by target and address of the adapter. */
  readonly targets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What happens, with what goes wrong meanwhile. */
  readonly chaos: readonly Written[];
  /** What is asked of the healed world. */
  readonly checks: readonly Written[];
}

/** The names of a table that are on: some, never none. */
function swarm<T>(scope: Scope, table: Readonly<Record<string, T>>): readonly T[] {
  return scope.some(Object.values(table));
}

/** Draws the story of a seed. */
export function drawWorkload(seed: number): Workload {
  const scope = new Scope(new RandomStreams(`story ${seed}`).stream("workload"));
  const { random } = scope;
  const operations = [OPERATIONS.set, ...swarm(scope, OPERATIONS)];
  const total = operations.reduce((sum, { weight }) => sum + weight, 0);
  const chaos: Written[] = [];
  const length = 3 + random.below(scope.pick([4, 10]));
  while (chaos.length < length) {
    let place = random.below(total);
    chaos.push(...operations.find(({ weight }) => (place -= weight) < 0)?.draw(scope) ?? []);
  }
  const checks = drawChecks(scope);
  return { seed, adapters: scope.adapters, targets: drawTargets(scope), chaos: withFaults(scope, chaos), checks };
}

/** Things go wrong while some of the steps are taken, mostly few of them. */
function withFaults(scope: Scope, steps: readonly Written[]): readonly Written[] {
  const { random } = scope;
  const kinds = swarm(scope, FAULT_KINDS);
  const odds = scope.pick([2, 4, 8]);
  return steps.map((step) => {
    if (!random.chance(1, odds)) return step;
    const count = random.chance(1, 4) ? 2 : 1;
    return { ...step, faults: Array.from({ length: count }, () => mayMiss(scope.pick(kinds)(scope))) };
  });
}

/** A fault that never happens is no failure of a story that was drawn. */
function mayMiss(fault: Written): Written {
  return Object.fromEntries(Object.entries(fault).map(([kind, fields]) => [kind, { ...Object(fields), mayMiss: true }]));
}

/** Mostly the targets know one of the last keys. */
function drawTargets(scope: Scope): Workload["targets"] {
  const keys = scope.keys.length === 0 ? ["a key of nobody"] : scope.keys;
  const draw = () => scope.pick(scope.random.chance(3, 4) ? keys.slice(-3) : keys);
  const of = () => Object.fromEntries([...scope.adapters.values()].map(({ address }) => [address, draw()]));
  return { disk: of(), tape: of() };
}

function drawChecks(scope: Scope): readonly Written[] {
  const { random } = scope;
  const logsIn = random.chance(1, 3);
  const round = () =>
    [...scope.adapters].flatMap(([adapter, { address }]): readonly Written[] => [
      ...scope.whom.map((whom) => question(adapter, address, whom)),
      ...(logsIn ? [{ login: { adapter, target: scope.pick(["disk", "tape"]) }, expect: "any" }] : []),
    ]);
  const again = random.chance(1, 2) ? [{ rebootHost: {} }, { wait: "1s" }, ...round()] : [];
  return [...round(), ...again];
}

/**
 * The steps that heal a world: what has gone wrong is over, everything is on, and each key has been asked for, by which
 * the service notices what another tool has done to a cache.
 */
export function healingOf({ adapters, targets }: Pick<Workload, "adapters" | "targets">): Written {
  return {
    sequence: [
      { change: { network: { loss: "0%", jitter: "0s" }, targets: allHeard(targets) } },
      ...[...adapters.keys()].map((adapter) => ({ powerOn: { adapter } })),
      { startService: {} },
      { wait: "10s" },
      ...[...adapters].flatMap(([adapter, { address }]) => ALL_WHOM.map((whom) => question(adapter, address, whom))),
    ],
    name: HEALING,
  };
}

/** GetIScsiIKEInfo for somebody's key. */
function question(adapter: string, address: string, { id, port }: Whom): Written {
  return {
    getKey: { adapter, ...(port === "all" ? {} : { port }), id: id === "own" ? address : id },
    expect: "any",
  };
}

function allHeard(targets: Workload["targets"]): Written {
  return Object.fromEntries(Object.keys(targets).map((name) => [name, { silent: false }]));
}
