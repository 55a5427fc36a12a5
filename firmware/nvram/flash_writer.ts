/**
 * Programs and erases that are believed only when they are read back.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import type { Task } from "../../sim/kernel/task.ts";
import { allocateBytes } from "../../sim/layout/slab.ts";
import type { NorFlash } from "../../sim/parts/flash/nor_flash.ts";
import type { Head } from "./head_word.ts";
import { encodeRecord } from "./log_format.ts";
import type { LogSector } from "./log_window.ts";
import { decodeHeader, encodeHeader, headerBytes, type SectorHeader } from "./sector_header.ts";
import { countOnes, DEAD_BITS, isBlank, roundUp } from "./words.ts";

/** How often the same bytes are driven: a part that takes only some of the bits takes others the next time. */
const DRIVE_ATTEMPTS = 6;

/** A place reads otherwise than it did when the region was read: reads went wrong for a while. */
export class Misread extends Error {}

/** Writes to the part, and counts what it does not take. */
export class FlashWriter {
  /** Unit of programming, in bytes. */
  readonly programBytes: number;
  readonly #flash: NorFlash;
  readonly #readBack: Uint8Array;
  #refusals = 0;
  /** The region as a mount has read it, as long as that may have gone wrong: the log may go on where it saw nothing. */
  read: Uint8Array | undefined = undefined;

  /**
   * A writer.
   *
   * @param flash The part.
   * @param longestBytes The longest that is written at once.
   */
  constructor(flash: NorFlash, longestBytes: number) {
    this.#flash = flash;
    this.programBytes = flash.geometry.programBytes ?? 1;
    this.#readBack = allocateBytes(roundUp(longestBytes, this.programBytes));
  }

  /** How often the part has refused an operation. */
  get refusals(): number {
    return this.#refusals;
  }

  /**
   * Erases the sector at an address.
   *
   * @param address Where it begins.
   * @param attempts How often that is tried.
   * @param shownBytes So much of it is read back; the place of its header by default.
   * @returns False if the part says each time that it did not, or what is read back shows it.
   */
  *erase(address: number, attempts: number, shownBytes?: number): Task<boolean> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      yield* this.#flash.writeEnable();
      const outcome = yield* this.#flash.sectorErase(address);
      if (outcome === "done" && (yield* this.looksErased(address, shownBytes))) return true;
      this.#refuse();
    }
    return false;
  }

  /** Programs bytes where the part reads blank, and reads them back. */
  *programBlank(address: number, bytes: Uint8Array): Task<boolean> {
    return (yield* this.#readsBlank(address, bytes.length)) && (yield* this.driveFirmly(address, bytes));
  }

  *#readsBlank(address: number, lengthBytes: number): Task<boolean> {
    if (isBlank(yield* this.#flash.read(address, lengthBytes))) return true;
    if (this.read !== undefined) throw new Misread();
    return this.#refuse();
  }

  /**
   * Programs a header, and judges it as a mount would: one wrong bit is allowed. A judge that was stricter would go on
   * in the old head, and the next mount would take the new one, and lose what was written since.
   *
   * @returns False if it cannot be read. Something of it may stand there even so.
   */
  *programHeader(address: number, header: SectorHeader): Task<boolean> {
    const bytes = encodeHeader(header);
    if (!(yield* this.#readsBlank(address, bytes.length))) return false;
    if (yield* this.driveFirmly(address, bytes)) return true;
    // Once more: a pulse may have been too weak.
    if (this.programBytes === 1) yield* this.drive(address, bytes);
    const there = yield* this.#flash.read(address, bytes.length);
    decodeHeader(there);
    return equalBytes(there, bytes);
  }

  /** Programs bytes, wherever some of them stand already, and reads them back. */
  *driveFirmly(address: number, bytes: Uint8Array): Task<boolean> {
    yield* this.drive(address, bytes);
    // A copy may be longer than any record of today: of version 2, or from when the limits were others.
    if (equalBytes(yield* this.#flash.read(address, bytes.length), bytes)) return true;
    return this.#refuse();
  }

  /**
   * Drives bytes that stand there already, so that none of their bits was left half way.
   *
   * @returns False if the part says each time that it did not.
   */
  *driveAgain(address: number, bytes: Uint8Array): Task<boolean> {
    for (let attempt = 0; attempt < DRIVE_ATTEMPTS; attempt++) {
      if (yield* this.drive(address, bytes)) return true;
    }
    return false;
  }

  /**
   * Programs bytes, page by page.
   *
   * @returns False if the part says that it did not; one without fail bits never does.
   */
  *drive(address: number, bytes: Uint8Array): Task<boolean> {
    const { pageBytes } = this.#flash.geometry;
    let isDone = true;
    for (let done = 0; done < bytes.length;) {
      const room = pageBytes - ((address + done) % pageBytes);
      const chunk = bytes.subarray(done, done + room);
      yield* this.#flash.writeEnable();
      if ((yield* this.#flash.pageProgram(address + done, chunk)) !== "done") isDone = false;
      done += chunk.length;
    }
    return isDone;
  }

  /**
   * Programs a record where the part reads blank, filled up with FF to a whole unit of programming.
   *
   * @param sector Where; the record is bound to its sequence.
   * @param offset Offset in the sector, in bytes.
   * @param head Its head.
   * @param payload Its payload.
   */
  *programRecord({ index, header }: LogSector, offset: number, head: Head, payload: Uint8Array): Task<boolean> {
    const record = encodeRecord(head, payload, header.sequence, offset);
    const padded = allocateBytes(roundUp(record.length, this.programBytes)).fill(0xff);
    padded.set(record);
    return yield* this.programBlank(index * this.#flash.geometry.sectorBytes + offset, padded);
  }

  /**
   * Makes sure that nothing can be read from a range any more, by zeros. Only where words may be programmed again.
   *
   * @param address Where the range begins.
   * @param lengthBytes Up to a sector.
   * @returns Whether next to no bit is left.
   */
  *kill(address: number, lengthBytes: number): Task<boolean> {
    if (this.programBytes !== 1) return false;
    const zeros = allocateBytes(lengthBytes);
    for (let attempt = 0; attempt < DRIVE_ATTEMPTS; attempt++) {
      yield* this.drive(address, zeros);
      if (countOnes(yield* this.#flash.read(address, lengthBytes)) <= DEAD_BITS) return true;
    }
    return false;
  }

  /**
   * Tries whether some words take zeros, but for a few dead cells: fewer than half of a byte.
   *
   * @param end Where the last word ends, which is tried first.
   * @param words How many.
   */
  *takesZeros(end: number, words: number): Task<boolean> {
    const zeros = allocateBytes(this.programBytes);
    let ones = 0;
    for (let word = 1; word <= words && ones < DEAD_BITS / 2; word++) {
      const at = end - word * this.programBytes;
      yield* this.drive(at, zeros);
      ones += countOnes(yield* this.#flash.read(at, this.programBytes));
    }
    if (ones < DEAD_BITS / 2) return true;
    return this.#refuse();
  }

  /**
   * Makes sure that no header can be read from the beginning of a sector any more, by whatever the part takes: zeros, or
   * another erase.
   */
  *annulHeader(address: number): Task<boolean> {
    if ((yield* this.looksErased(address)) || (yield* this.kill(address, headerBytes(this.programBytes)))) return true;
    return yield* this.erase(address, 1);
  }

  /**
   * Whether a sector is blank, but for a few dead cells.
   *
   * @param address Where it begins.
   * @param lengthBytes How much of it; the place of its header by default.
   */
  *looksErased(address: number, lengthBytes: number = headerBytes(this.programBytes)): Task<boolean> {
    let zeros = 0;
    for (let done = 0; done < lengthBytes; done += this.#readBack.length) {
      const there = this.#readBack.subarray(0, lengthBytes - done);
      yield* this.#flash.readInto(address + done, there);
      zeros += 8 * there.length - countOnes(there);
      if (zeros > DEAD_BITS) return false;
    }
    return true;
  }

  #refuse(): false {
    this.#refusals++;
    return false;
  }
}
