/**
 * Programs and erases that are to fail: planned one by one, or because a
 * sector has worn out.
 *
 * @module
 */

import type { FlashFault } from "./faults.ts";

/** Programs of a range or erases of a sector that fail. */
export type PlannedFailure = Extract<FlashFault, { kind: "program failure" | "erase failure" }>;

/** The failures of one part that are still to come. */
export class FailurePlan {
  readonly #failures: { readonly failure: PlannedFailure; timesLeft: number }[] = [];

  /** Plans a failure. */
  add(failure: PlannedFailure): void {
    this.#failures.push({ failure, timesLeft: failure.times });
  }

  /** The failure that hits a program, if there is one, used up by one time. */
  takeProgram(address: number, lengthBytes: number): PlannedFailure | undefined {
    return this.#take((failure) =>
      failure.kind === "program failure" && address + lengthBytes > failure.address &&
      address < failure.address + failure.lengthBytes
    );
  }

  /** The failure that hits an erase of a sector, if there is one, used up by one time. */
  takeErase(sector: number): PlannedFailure | undefined {
    return this.#take((failure) => failure.kind === "erase failure" && failure.sector === sector);
  }

  #take(hits: (failure: PlannedFailure) => boolean): PlannedFailure | undefined {
    if (this.#failures.length === 0) return undefined;
    const planned = this.#failures.find(({ failure, timesLeft }) => timesLeft > 0 && hits(failure));
    if (planned !== undefined) planned.timesLeft--;
    return planned?.failure;
  }
}
