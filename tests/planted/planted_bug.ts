/**
 * A planted bug: one replacement of text in the product, small and plausible,
 * that breaks something which a user could observe.
 *
 * @module
 */

/** What a bug is about. */
export type Family =
  /** The order in which flash, RAM and the generational GUID, or store and adapter, follow a change. */
  | "ordering"
  /** Which of several keys counts. */
  | "precedence"
  /** Repetition of messages of IKE, and what an unaccepted message may change. */
  | "retransmission"
  /** Statuses, and the channel by which they come: WMI, mailbox, SRB, the service's calls. */
  | "status"
  /** Completions and endings that come late, twice, or not at all. */
  | "completion"
  /** Keys that are left in memory where nothing needs them any more. */
  | "zeroisation"
  /** Locks, and wake-ups that are lost. */
  | "lock"
  /** What is given back, or begun anew, after a reset or a start. */
  | "replay";

/** What it takes to see a bug, beside the right calls. */
export interface Needs {
  /** How many accidents or faults, at least; with 2 they have to overlap. */
  readonly faults: 0 | 1 | 2;
  /** 1 if things that happen at one moment in two components must come in one particular order. */
  readonly ties: 0 | 1;
}

/** A planted bug. */
export interface PlantedBug {
  /** A short name, unique within a set. */
  readonly name: string;
  /** What it is about. */
  readonly family: Family;
  /** The file to change, from the root of the repository. */
  readonly file: string;
  /** The text to replace: it occurs exactly once in the file. */
  readonly find: string;
  /** What comes in its place. */
  readonly replace: string;
  /** What an engineer would have got wrong, and which observable guarantee breaks. */
  readonly why: string;
  /** What it takes to see it. */
  readonly needs: Needs;
}
