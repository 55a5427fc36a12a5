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
import { Scope, type Written, type WrittenAdapter } from "./scope.ts";

/** A story. */
export interface Workload {
  /** What all its chance follows from. */
  readonly seed: number;
  /** The adapters by name. */
  readonly adapters: ReadonlyMap<string, WrittenAdapter>;
  /** The keys of the targets, by target and address of the adapter. */
  readonly targets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What goes wrong while the chaos lasts. */
  readonly faults: readonly Written[];
  /** What happens. */
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
  const kinds = swarm(scope, FAULT_KINDS);
  const faults = Array.from({ length: random.below(4) }, () => scope.pick(kinds)(scope)).map(mayMiss);
  const checks = drawChecks(scope);
  return { seed, adapters: scope.adapters, targets: drawTargets(scope), faults, chaos, checks };
}

/** A fault that never happens is no failure of a story that was drawn. */
function mayMiss(fault: Written): Written {
  return Object.fromEntries(Object.entries(fault).map(([kind, fields]) => [kind, { ...Object(fields), mayMiss: true }]));
}

/** Mostly the targets know one of the last keys. */
function drawTargets(scope: Scope): Workload["targets"] {
  const keys = scope.keys;
  const draw = () => {
    const last = Math.min(keys.length, 3);
    return scope.random.chance(3, 4) && last > 0 ? keys[keys.length - 1 - scope.random.below(last)] : scope.pick(keys);
  };
  const of = () => Object.fromEntries([...scope.adapters.values()].map(({ address }) => [address, draw() ?? "a key"]));
  return { disk: of(), tape: of() };
}

function drawChecks(scope: Scope): readonly Written[] {
  const { random } = scope;
  const logsIn = random.chance(1, 3);
  const round = () =>
    [...scope.adapters].flatMap(([adapter, { address }]): readonly Written[] => [
      ...scope.whom.map(({ id, port }): Written => ({
        getKey: { adapter, ...(port === "all" ? {} : { port }), id: id === "own" ? address : id },
        expect: "any",
      })),
      ...(logsIn ? [{ login: { adapter, target: scope.pick(["disk", "tape"]) }, expect: "any" }] : []),
    ]);
  const again = random.chance(1, 2) ? [{ rebootHost: {} }, { wait: "1s" }, ...round()] : [];
  return [...round(), ...again];
}

/** The steps that heal a world: what has gone wrong is over, and everything is on. */
export function healingOf({ adapters, targets }: Workload): Written {
  return {
    sequence: [
      { change: { network: { loss: "0%", jitter: "0s" }, targets: allHeard(targets) } },
      ...[...adapters.keys()].map((adapter) => ({ powerOn: { adapter } })),
      { startService: {} },
      { wait: "10s" },
    ],
    name: HEALING,
  };
}

function allHeard(targets: Workload["targets"]): Written {
  return Object.fromEntries(Object.keys(targets).map((name) => [name, { silent: false }]));
}
