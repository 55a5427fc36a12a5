/**
 * Failing runs of which it is known where they go wrong.
 *
 * @module
 */

import { certify } from "../../../../sim/lab/explore/certify/certify.ts";
import type { InevitableOptions } from "../../../../sim/lab/explore/certify/inevitable.ts";
import { tieOrders } from "../../../../sim/lab/explore/certify/tie_orders.ts";
import type { Subject } from "../../../../sim/lab/explore/tape/subject.ts";
import { Components } from "../../../../sim/trace/components.ts";
import type { TraceEvent } from "../../../../sim/trace/recorder.ts";
import type { World } from "../../../../sim/lab/world/world.ts";
import type { WorldOptions } from "../../../../sim/lab/world/world_options.ts";
import { PLANTED_FAULT_BUGS, type PlantedFaultBug, SET_AND_LOGIN } from "./planted_faults.ts";
import { PLANTED_TIE_BUGS, type PlantedTieBug, TIE_WORLD, WRONG } from "./planted_ties.ts";

/** A failing run. */
export interface KnownFailure {
  readonly what: string;
  readonly subject: Subject;
  readonly options: InevitableOptions;
}

/** The event with which it goes wrong: the last that was wrong in a program, or else the last datagram that was lost or came twice. */
export function culpritOf(events: Iterable<TraceEvent>): number {
  const all = [...events];
  const isHarm = ({ component, fields: { direction } }: TraceEvent) =>
    component === Components.network && direction !== "sent";
  return (all.findLast(({ fields }) => fields["text"] === WRONG) ?? all.findLast(isHarm))?.sequence ?? -1;
}

/** Bugs that a certificate finds soon: the faults are the decisions. */
const BY_FAULTS: readonly string[] = [
  "phase 1 gives up at the first silence",
  "phase 1 repeats once only",
  "a login is given 2.5 s",
  "repetitions of message 5 have a wrong bit",
  "a repetition that was received deafens",
  "after a repetition was sent, one that is received deafens",
];

function byFaults({ what, world }: PlantedFaultBug): KnownFailure {
  const options = { world: world() };
  const { counterexample } = certify({ scenario: SET_AND_LOGIN }, options);
  const tape = (counterexample?.faults ?? []).map((fault) => ({ decision: "fault", fault }) as const);
  return { what, subject: { scenario: SET_AND_LOGIN, tape }, options };
}

/** A wire that loses a third of all datagrams, and phase 1 that repeats once only: chance decides. */
function byChance(seed: number): KnownFailure {
  const world = (options: WorldOptions): WorldOptions => ({
    ...options,
    network: { ...options.network, lossPerMille: 300 },
    adapters: options.adapters.map((adapter) => ({
      ...adapter,
      phase1: { ...adapter.phase1, retransmission: { name: "short", delaysMilliseconds: [1000, 2000] } },
    })),
  });
  const source = `seed: ${seed}\n${SET_AND_LOGIN.source}`;
  return { what: `chance, seed ${seed}`, subject: { scenario: { file: "chance.yaml", source } }, options: { world } };
}

/** A tie decides, and the failure shows a second later. */
function byTie({ what, onWorld, failureOf }: PlantedTieBug): KnownFailure {
  const { failure } = tieOrders({ scenario: TIE_WORLD }, { most: 500, onWorld, failureOf });
  const invariants = {
    "nothing is wrong": ({ recorder }: World) =>
      ![...recorder.events()].some(({ fields }) => fields["text"] === WRONG) || "something is",
  };
  return { what, subject: { scenario: TIE_WORLD, tape: failure?.tape ?? [] }, options: { onWorld, invariants } };
}

/** Ten failing runs. */
export function knownFailures(): readonly KnownFailure[] {
  return [
    ...PLANTED_FAULT_BUGS.filter(({ what }) => BY_FAULTS.includes(what)).map(byFaults),
    ...[4, 6].map(byChance),
    ...PLANTED_TIE_BUGS.slice(2, 4).map(byTie),
  ];
}
