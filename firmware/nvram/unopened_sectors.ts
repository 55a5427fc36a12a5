/**
 * Sectors that were begun and did not open. Nothing that such an attempt has left may be believed later: not its header
 * by a mount, while something is acknowledged in the head, and not its copies, when the sector is opened after all.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import type { FlashWriter } from "./flash_writer.ts";
import type { LogWindow } from "./log_window.ts";
import type { RegionReader } from "./region_reader.ts";

/** So many words show that a sector takes programs; together they have more bits than a few dead cells. */
const TRIED_WORDS = 4;

/** The sectors of one part that did not open. */
export class UnopenedSectors {
  readonly #writer: FlashWriter;
  readonly #sectorBytes: number;
  readonly #reader: RegionReader;
  /** Those that a mount might take for the head. */
  rivals = new Set<number>();
  /** Those that hold something without an older header: it has the sequence that the sector will have again. */
  #unfinished = new Set<number>();

  /**
   * There are none.
   *
   * @param writer Writes to the part.
   * @param sectorBytes Its sector size.
   * @param reader Reads the region as a mount does.
   */
  constructor(writer: FlashWriter, sectorBytes: number, reader: RegionReader) {
    this.#writer = writer;
    this.#sectorBytes = sectorBytes;
    this.#reader = reader;
  }

  /** Takes over what was found. */
  adopt({ rivals, unfinished }: LogWindow): void {
    this.rivals = new Set(rivals);
    this.#unfinished = new Set(unfinished);
  }

  /** Whether a mount might take one for the head: nothing may be acknowledged in the one that is. */
  get mayLead(): boolean {
    return this.rivals.size > 0;
  }

  /** A sector is open: it is newer than all that were passed over. */
  opened(index: number): void {
    this.rivals.clear();
    this.#unfinished.delete(index);
  }

  /**
   * Makes sure that no mount takes a sector for the head.
   *
   * @returns False if one might.
   */
  *annul(index: number): Task<boolean> {
    this.rivals.add(index);
    if (!(yield* this.#writer.annulHeader(index * this.#sectorBytes))) return false;
    this.rivals.delete(index);
    return true;
  }

  /**
   * Makes none of a sector that did not open as it should, at once: two that look like one of a later version would be
   * taken for it (FORMAT.md, Reading).
   *
   * @param index Which.
   * @param isTold Whether its header can be read.
   * @returns True if the part does not take that, and each mount will take the sector for the head. So it is: if it went
   * later, a record would count that was refused at the end of the old head. Where words are no longer than a byte that
   * is written over, and mounts may differ: not all can drive a header again.
   */
  *leads(index: number, isTold: boolean): Task<boolean> {
    if ((yield* this.annul(index)) || !isTold || this.#writer.programBytes === 1) return false;
    const { sectors } = yield* this.#reader.foresee();
    return sectors.at(-1)?.index === index;
  }

  /** Makes sure that no mount takes any of some sectors for newer than the one before them. */
  *annulBehind(indexes: readonly number[]): Task<boolean> {
    for (const index of indexes) if (this.rivals.has(index) && !(yield* this.annul(index))) return false;
    return true;
  }

  /**
   * Erases a sector. The header of an older one shows that by its going, which is seen before anything is written: what a
   * sector that was not erased takes would verify behind a later erase that was half done. Where none was, all of the
   * sector is read.
   *
   * @param index Which.
   * @param attempts How often that is tried.
   * @param leastBytes How much is read even so; the place of its header by default.
   */
  *erase(index: number, attempts: number, leastBytes?: number): Task<boolean> {
    const isUnfinished = this.#unfinished.has(index);
    const shownBytes = isUnfinished ? this.#sectorBytes : leastBytes;
    if (!(yield* this.#writer.erase(index * this.#sectorBytes, attempts, shownBytes))) return false;
    if (isUnfinished) this.rivals.delete(index);
    this.#unfinished.add(index);
    return true;
  }

  /** Tries whether a sector takes an erase, and then programs, in its last words. */
  *canWrite(index: number): Task<boolean> {
    if (!(yield* this.erase(index, 1))) return false;
    return yield* this.#writer.takesZeros((index + 1) * this.#sectorBytes, TRIED_WORDS);
  }
}
