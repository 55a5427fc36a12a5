/**
 * How a run of the kernel ends, and who could not go on.
 *
 * @module
 */

/** One process that cannot go on, and what it waits for. */
export interface Standstill {
  /** The process's name. */
  readonly process: string;
  /** The name of what it waits for. */
  readonly waitingFor: string;
}

/** How a run ended. */
export type RunOutcome =
  /** The process that was run for is over. */
  | { readonly type: "done" }
  /** Nothing can run any more. Daemons are not listed. */
  | { readonly type: "idle"; readonly waiting: readonly Standstill[] }
  /** The cycle limit was reached with events still to come. */
  | { readonly type: "limit" };
