/**
 * Faults that cannot happen in a world, refused before anything runs.
 *
 * @module
 */

import { InputError } from "../../kernel/input_error.ts";
import type { World } from "../world/world.ts";
import type { Fault } from "./fault.ts";
import { malformedFault } from "./fault_reader.ts";
import type { Impossible } from "./impossible.ts";
import { impossibleFault } from "./possible.ts";
import { tellFault } from "./sentence.ts";

/** A fault that cannot happen in the world. */
export class FaultError extends InputError {
  /** What is wrong with it. */
  readonly impossible: Impossible;

  /**
   * Says what is wrong.
   *
   * @param fault The fault.
   * @param impossible What is wrong with it.
   */
  constructor(fault: Fault, impossible: Impossible) {
    const { field, given, accepted } = impossible;
    // Of what is no fault there may be no words.
    const what = malformedFault(fault) === undefined ? `"${tellFault(fault)}"` : "a fault";
    super(`Cannot plan ${what}: ${field === "" ? "" : `${field}: `}${given}, expected ${accepted}`);
    this.name = "FaultError";
    this.impossible = impossible;
  }
}

/**
 * Refuses faults that cannot happen in a world.
 *
 * @throws {FaultError} One of them cannot.
 */
export function refuseImpossible(faults: readonly Fault[], world: World): void {
  for (const fault of faults) {
    const impossible = impossibleFault(fault, world);
    if (impossible !== undefined) throw new FaultError(fault, impossible);
  }
}
