/**
 * What the log asks of those who know what its records mean.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import type { Head } from "./head_word.ts";
import type { LogSector } from "./log_window.ts";

/** Where in a sector the next record goes. */
export interface SectorCursor {
  /** The sector. */
  readonly sector: LogSector;
  /** Offset of the next record, in bytes. */
  offset: number;
  /** Where the last one must end, in bytes. */
  end: number;
}

/** What a record says; asked for when its place is known. */
export interface RecordContent {
  /** Its head. */
  readonly head: Omit<Head, "payloadBytes">;
  /** Its payload. */
  readonly payload: Uint8Array;
}

/** Copies what is still needed into a sector that is being opened. */
export interface Carrier {
  /** A sector is being opened; copies for another one, which came to nothing, are forgotten. False gives it up. */
  begin(cursor: SectorCursor): Task<boolean>;
  /** Whether old keys are being erased: what an erase has left is looked for in all of the sector then. */
  readonly isScrubbing: boolean;
  /** How much room copies leave in a sector, in bytes, if the log need not end without it. */
  readonly reserveBytes: number;
  /** Whether a sector is to be kept free besides the one that is opened next: more is not needed than there is room for. */
  hasSpare(retiredSectors: number): boolean;
  /** Copies what is still needed of the oldest sector. False gives the new one up. */
  copy(cursor: SectorCursor, tail: LogSector): Task<boolean>;
}
