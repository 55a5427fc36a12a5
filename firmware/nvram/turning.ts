/**
 * Turning the ring: finding room for a record, and what has to be carried on
 * when the next sector is opened.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import type { Capacity } from "./capacity.ts";
import type { RecordContent } from "./carrier.ts";
import { CarryOver } from "./carry_over.ts";
import type { RecordPlace } from "./log_window.ts";
import type { Losses } from "./losses.ts";
import type { PendingRecord } from "./pending.ts";
import type { RingLog } from "./ring_log.ts";
import { Room } from "./room.ts";
import type { PendingScrub } from "./slot_reading.ts";
import type { SlotTable } from "./slot_table.ts";

/** What the turning of a ring has to do with. */
export interface TurningOptions {
  /** The log. */
  readonly log: RingLog;
  /** What is stored. */
  readonly slots: SlotTable;
  /** What is known to be lost. */
  readonly losses: Losses;
  /** How much always fits. */
  readonly capacity: Capacity;
  /** How many sectors the part has. */
  readonly sectorCount: number;
}

/** The turning of one ring. */
export class Turning {
  /** What the store may still take. */
  readonly room: Room;
  /** The erasing of old keys that is not finished yet. */
  scrub: PendingScrub | undefined = undefined;
  /** The last record of the log, if the next sector that is opened is to hold it again. */
  unsettled: PendingRecord | undefined = undefined;
  /** The slot of the record that is being written: nobody else's. */
  inFlight: number | undefined = undefined;
  readonly #options: TurningOptions;
  readonly #log: RingLog;

  /**
   * A ring of which nothing is known yet.
   *
   * @param options What it has to do with.
   */
  constructor(options: TurningOptions) {
    this.#options = options;
    this.#log = options.log;
    this.room = new Room(options.capacity, options.slots, options.log);
  }

  /** Begins anew, as a mount does. */
  adopt(scrub: PendingScrub | undefined): void {
    this.scrub = scrub;
    this.unsettled = undefined;
    this.inFlight = undefined;
    this.room.noteCramped(false);
  }

  /** Appends a record, opening sectors as needed. */
  *append(payloadBytes: number, content: (place: RecordPlace) => RecordContent): Task<RecordPlace | undefined> {
    let refusedSectors = 0;
    for (let turn = 0; turn <= this.#options.sectorCount; turn++) {
      const { refusals } = this.#log;
      const place = this.room.inHead(payloadBytes) ? yield* this.#log.append(payloadBytes, content) : undefined;
      if (place !== undefined) return place;
      // Two fresh sectors that do not take it are not two bad sectors: the part takes nothing.
      if (this.#log.refusals > refusals && turn > 0) refusedSectors++;
      if (refusedSectors === 2 || !(yield* this.advance())) break;
    }
    return yield* this.#log.salvage();
  }

  /**
   * Regains the sector to go on with if the next is bad, as soon as there is room for it: after one was retired, or after
   * a log that did not keep one. Something is written to the head then: the next mount would not believe it else, and go
   * back to the log that had no spare.
   */
  *regainSpare(): Task {
    let turn = 0;
    for (; this.#log.ring.lacksSpare && this.room.hasSpare(this.#log.retired.size); turn++) {
      if (turn === this.#options.sectorCount) this.room.noteCramped(true);
      if (!(yield* this.advance())) break;
    }
    if (turn > 0) yield* this.#log.own();
  }

  /**
   * Opens sectors until none is left that was written before the secrets were cleared.
   *
   * @returns False if a sector may still hold keys.
   */
  *finishScrub(): Task<boolean> {
    while (this.isScrubbing) if (!(yield* this.advance())) return false;
    this.scrub = undefined;
    return true;
  }

  /** Whether sectors are left that were written before the secrets were cleared. */
  get isScrubbing(): boolean {
    return this.scrub !== undefined && (this.#log.head?.header.sequence ?? 0) < this.scrub.untilSequence;
  }

  /**
   * Opens the next sector, freeing the oldest as far as it must.
   *
   * @returns False if the part does not take it.
   */
  *advance(): Task<boolean> {
    const { slots, losses, capacity } = this.#options;
    const taken = this.inFlight === undefined ? [] : [this.inFlight];
    const carryOver = new CarryOver({
      log: this.#log,
      slots,
      losses: (sector) => losses.lossesIn(sector, taken),
      scrub: this.scrub,
      isScrubbing: this.isScrubbing,
      unsettled: this.unsettled,
      reserveBytes: capacity.reserveBytes,
      hasSpare: (retiredSectors) => this.room.hasSpare(retiredSectors),
    });
    const freed = yield* this.#log.openNext(carryOver);
    if (freed === undefined) return false;
    this.unsettled = undefined;
    carryOver.adopt();
    const { scrubPlace } = carryOver;
    if (this.scrub !== undefined && scrubPlace !== undefined) this.scrub = { ...this.scrub, place: scrubPlace };
    losses.leave(freed);
    return true;
  }
}
