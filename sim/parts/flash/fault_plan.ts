/**
 * The faults of one part that are still to come, by what they hang on.
 *
 * @module
 */

import type { FaultAnchor, FaultEffect, FaultKind, FaultyPart, StruckBytes } from "./fault_kind.ts";
import { type FlashFault, kindOf } from "./faults.ts";

type Operation = Exclude<FaultAnchor, "now">;

interface PlannedFault {
  readonly kind: FaultKind;
  readonly fault: FlashFault;
  timesLeft: number;
}

/** The faults of one part. */
export class FaultPlan {
  readonly #part: FaultyPart;
  /** Nothing is planned, as in most parts: asked at every program and erase of a campaign. */
  #isSound = true;
  readonly #planned: Record<Operation, PlannedFault[]> = {
    "program": [],
    "erase": [],
    "program cut": [],
    "erase cut": [],
    "status cut": [],
  };

  /**
   * A part without faults.
   *
   * @param part Its inside.
   */
  constructor(part: FaultyPart) {
    this.#part = part;
  }

  /**
   * Injects a fault: now, or when the operation comes that it hangs on.
   *
   * @throws {FlashFaultError} It does not fit the part.
   */
  inject(fault: FlashFault): void {
    const kind = kindOf(fault);
    kind.check(fault, this.#part.geometry);
    if (kind.anchor === "now") {
      kind.inject(fault, this.#part, undefined);
      return;
    }
    this.#isSound = false;
    // Of two faults of one kind that strike all of the part the later one holds; narrower ones are asked before them.
    const planned = this.#planned[kind.anchor].filter((other) => !(kind.strikesAll && other.kind === kind));
    planned.push({ kind, fault, timesLeft: kind.times?.(fault) ?? Infinity });
    this.#planned[kind.anchor] = planned.toSorted((a, b) => Number(a.kind.strikesAll) - Number(b.kind.strikesAll));
  }

  /** What the first fault does that strikes an operation, used up by one time; `undefined` if none does. */
  strike<A extends Operation>(anchor: A, operation: StruckBytes): FaultEffect<A> | undefined {
    if (this.#isSound) return undefined;
    for (const planned of this.#planned[anchor]) {
      const { kind, fault, timesLeft } = planned;
      if (timesLeft === 0 || !kind.strikes(fault, operation, this.#part.geometry)) continue;
      // The list of an anchor holds only kinds with that anchor.
      const effect = kind.inject(fault, this.#part, operation) as FaultEffect<A> | undefined;
      if (effect === undefined) continue;
      planned.timesLeft--;
      return effect;
    }
    return undefined;
  }
}
