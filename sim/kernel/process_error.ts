/**
 * How a defect of a simulated program shows.
 *
 * @module
 */

import type { Cycle } from "./task.ts";

/** A task threw: the program under simulation is broken. */
export class ProcessError extends Error {
  /** The name of the process. */
  readonly process: string;
  /** The cycle in which it happened. */
  readonly cycle: Cycle;

  /** Used by the kernel. */
  constructor(process: string, cycle: Cycle, cause: unknown) {
    const text = cause instanceof Error ? cause.message : String(cause);
    super(`Process "${process}" failed in cycle ${cycle}: ${text}`, { cause });
    this.name = "ProcessError";
    this.process = process;
    this.cycle = cycle;
  }
}
