/**
 * Sweeps: stories of several rounds. In each a kind of step meets a kind of
 * fault, then the world is healed and looked at: so one run has several trials
 * of which none hides what another has broken, and in a third of them comes a login
 * in the end that must survive its wire. Which
 * kinds meet is not left to chance: one round after the other takes the next
 * pair of a table. A sweep is a pure function of its seed.
 *
 * @module
 */

import { RandomStreams } from "../../../kernel/random.ts";
import { CHAOS, HEALING } from "../oracle/healing.ts";
import { drawSetting } from "./calls.ts";
import { drawKeys, storyOf } from "./draw_story.ts";
import { FAULT_KINDS, mayMiss } from "./fault_kinds.ts";
import { drawLast, healing } from "./healing.ts";
import { OPERATIONS } from "./operations.ts";
import { drawScope, type Scope, type Written } from "./scope.ts";
import type { WrittenScenario } from "./story.ts";

/** How many rounds a sweep has. */
const ROUNDS = 2;

type OperationName = keyof typeof OPERATIONS;
type FaultName = keyof typeof FAULT_KINDS;

/**
 * Steps in which nobody calls or comes back, or that only pass time: what a fault could strike is in the others. And one
 * in which all lies in a moment that a fault would shift.
 */
const STILL: readonly OperationName[] = [
  "pass",
  "bad line",
  "deaf target",
  "a saved login is logged out when it is due",
];
/** Steps in which something is sent. */
const ON_WIRE: readonly OperationName[] = [
  "login",
  "login, interrupted",
  "logins queue",
  "saved logins",
  "several at once",
  "log out",
];

/** A kind of step and a kind of fault, by their names. */
export type Meeting = readonly [operation: OperationName, fault: FaultName];

/** What may meet in a round. */
export const MEETINGS: readonly Meeting[] = namesOf(OPERATIONS)
  .filter((name) => !STILL.includes(name))
  .flatMap((name) =>
    namesOf(FAULT_KINDS)
      .filter((fault) => ON_WIRE.includes(name) || !isOnWire(fault))
      .map((fault) => [name, fault] as const)
  );

/** From one round to the next the table goes on by so many places: so neighbours differ in both. */
const STRIDE = 61;

/** What meets in the rounds of a seed. */
export function meetingsOf(seed: number): readonly Meeting[] {
  return Array.from({ length: ROUNDS }, (_, round) => {
    return MEETINGS[((seed * ROUNDS + round) * STRIDE) % MEETINGS.length] as Meeting;
  });
}

/** Draws the sweep of a seed. */
export function drawSweep(seed: number): WrittenScenario {
  const scope = drawScope(new RandomStreams(`sweep ${seed}`).stream("workload"));
  const rounds = meetingsOf(seed).map((meeting, index) => drawRound(scope, meeting, index + 1));
  const last = scope.random.chance(1, 3) ? drawLast(scope) : [];
  return storyOf(scope, `sweep ${seed}`, seed, [...rounds.flat(), ...last], drawKeys(scope));
}

function drawRound(scope: Scope, [operation, fault]: Meeting, round: number): readonly Written[] {
  const before = round === 1 || scope.random.chance(1, 3) ? [drawSetting(scope)] : [];
  const struck = OPERATIONS[operation].draw(scope).map((step: Written) => ({
    ...step,
    faults: [...faultsOf(step), mayMiss(FAULT_KINDS[fault](scope))],
  }));
  // The targets know what is set now, so that logins come about.
  const targets = Object.entries(drawKeys(scope)).map(([name, keys]) => [name, { keys }]);
  const learning = { change: { targets: Object.fromEntries(targets) } };
  return [
    round === 1 ? learning : { ...learning, name: `${CHAOS} ${round}` },
    ...before,
    ...struck,
    healing(scope, `${HEALING} ${round}`),
  ];
}

function faultsOf({ faults }: Written): readonly unknown[] {
  return Array.isArray(faults) ? faults : [];
}

function isOnWire(fault: FaultName): boolean {
  return fault.startsWith("datagram");
}

function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>): readonly Name[] {
  return Object.keys(table) as Name[];
}
