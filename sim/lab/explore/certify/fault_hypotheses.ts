/**
 * Which faults are tried at which operations: for each kind one of medium
 * strength, so that a certificate is about finitely many.
 *
 * @module
 */

import type { Anchor, Fault, FaultKind, Harm } from "../../faults/fault.ts";
import { type Operation, operationKey } from "./operations.ts";

/** A fault at an operation. */
export interface Hypothesis {
  /** The fault. */
  readonly fault: Fault;
  /** The operation that it strikes, as runs know it. */
  readonly operation: string;
  /** The event that led to the operation in the run in which it was noted; -1 if nothing did. */
  readonly event: number;
}

/** Where faults of a kind strike, and what they are. */
interface Strike {
  readonly at: readonly Anchor["at"][];
  readonly harm: (adapter: string) => Harm;
}

/** Later than anything that is quick, and sooner than any timer of a driver or of IKE; in nanoseconds. */
const LATE = 900_000;
/** How long power is away, in nanoseconds. */
const AWAY = 100_000_000;

const AT_WORK = ["command", "flashProgram", "flashErase"] as const;

/** What is tried of each kind; `undefined` for kinds of which no one harm stands for the others. */
const STRIKES: { readonly [K in FaultKind]: Strike | undefined } = {
  lose: { at: ["datagram"], harm: () => ({ kind: "lose" }) },
  duplicate: { at: ["datagram"], harm: () => ({ kind: "duplicate" }) },
  delay: { at: ["datagram"], harm: () => ({ kind: "delay", by: LATE }) },
  loseInterrupt: { at: ["interrupt"], harm: () => ({ kind: "loseInterrupt" }) },
  lateInterrupt: { at: ["interrupt"], harm: () => ({ kind: "lateInterrupt", by: LATE }) },
  loseDoorbell: { at: ["doorbell"], harm: () => ({ kind: "loseDoorbell" }) },
  refuseDma: { at: ["dma"], harm: () => ({ kind: "refuseDma" }) },
  powerCycle: { at: AT_WORK, harm: (adapter) => ({ kind: "powerCycle", adapter, off: AWAY }) },
  reset: { at: AT_WORK, harm: (adapter) => ({ kind: "reset", adapter, by: "firmware" }) },
  unplug: { at: AT_WORK, harm: (adapter) => ({ kind: "unplug", adapter, for: AWAY }) },
  killService: { at: ["commit"], harm: () => ({ kind: "killService" }) },
  rebootHost: { at: ["commit"], harm: () => ({ kind: "rebootHost", off: AWAY, orderly: false }) },
  powerOff: undefined,
  powerOn: undefined,
  startService: undefined,
  stopService: undefined,
  cutLink: undefined,
  damage: undefined,
  corrupt: undefined,
  truncate: undefined,
  mutate: undefined,
  corruptDma: undefined,
};

/** The kinds of faults that a certificate can be about. */
export const CERTIFIABLE_KINDS: readonly FaultKind[] = (Object.keys(STRIKES) as FaultKind[]).filter((kind) => {
  return STRIKES[kind] !== undefined;
});

/** What every expectation of a file has to survive, by the budget in the oracle's README.md. */
export const BUDGET_KINDS: readonly FaultKind[] = ["lose", "duplicate", "delay", "lateInterrupt"];

/** All faults of some kinds at operations of a run, in the order of the operations. */
export function hypothesesAt(operations: readonly Operation[], kinds: readonly FaultKind[]): readonly Hypothesis[] {
  return operations.flatMap((operation) => {
    const { anchor, event } = operation;
    return kinds.flatMap((kind): readonly Hypothesis[] => {
      const strike = STRIKES[kind];
      if (strike === undefined || !strike.at.includes(anchor.at)) return [];
      const harm = strike.harm("adapter" in anchor ? anchor.adapter : "");
      return [{ fault: { harm, anchor, mayMiss: true }, operation: operationKey(operation), event }];
    });
  });
}
