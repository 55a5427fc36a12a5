/**
 * Which sectors of the ring are in the log, which are free, and which are used
 * no more.
 *
 * @module
 */

import type { LogSector } from "./log_window.ts";

/** Fewer sectors than this are no ring: with no more left, none is retired. */
export const LEAST_SECTORS = 3;

/** So many sectors are kept free besides the one that is opened next, to go on with if that is bad. */
export function spareSectors(goodSectors: number): number {
  return goodSectors > LEAST_SECTORS ? 1 : 0;
}

/** So many of the oldest sectors have their names written again with the next value. */
const LEAVING_SECTORS = 3;

/**
 * The sequence that a sector has if it is opened next; without a log it is the first turn of the ring.
 *
 * @param index Which.
 * @param head The newest sector of the log.
 * @param sectorCount How many sectors the part has.
 */
export function nextSequence(index: number, head: LogSector | undefined, sectorCount: number): number {
  return head === undefined ? index + 1 : head.header.sequence + ((index - head.index + sectorCount) % sectorCount);
}

/** The sectors of one part. */
export class RingSectors {
  readonly #sectorCount: number;
  #log: readonly LogSector[] = [];
  #retired: ReadonlySet<number> = new Set();

  /**
   * A ring without a log.
   *
   * @param sectorCount How many sectors the part has.
   */
  constructor(sectorCount: number) {
    this.#sectorCount = sectorCount;
  }

  /** The sectors of the log, oldest first. */
  get log(): readonly LogSector[] {
    return this.#log;
  }

  /** Sectors that are used no more. */
  get retired(): ReadonlySet<number> {
    return this.#retired;
  }

  /** The newest sector; `undefined` before the first is opened. */
  get head(): LogSector | undefined {
    return this.#log.at(-1);
  }

  get #good(): number {
    return this.#sectorCount - this.#retired.size;
  }

  /** Whether no sector would be free to go on with if the next one was bad, although there are enough of them. */
  get lacksSpare(): boolean {
    return this.#log.length > this.#good - 1 - spareSectors(this.#good);
  }

  /** Takes over what was found, or has become of it. */
  adopt(log: readonly LogSector[], retired: ReadonlySet<number>): void {
    this.#log = [...log];
    this.#retired = new Set(retired);
  }

  /** Whether there are enough sectors to retire some more. */
  canRetire(more: number): boolean {
    return this.#good - more >= LEAST_SECTORS;
  }

  /**
   * The sectors that are free, in the order of the ring.
   *
   * @param passed Those that are passed over.
   */
  free(passed: readonly number[]): readonly number[] {
    const start = this.head?.index ?? -1;
    const indexes: number[] = [];
    for (let step = 1; step <= this.#sectorCount; step++) {
      const index = (start + step) % this.#sectorCount;
      if (this.#retired.has(index) || passed.includes(index)) continue;
      if (this.#log.some((sector) => sector.index === index)) break;
      indexes.push(index);
    }
    return indexes;
  }

  /**
   * Whether a sector with a name is among the oldest of a log that has its full length, so that the name must be copied
   * soon, if not written again with a value. The longer ago its value was, the less likely is another one in time.
   *
   * @param sector Holds the name.
   * @param value Holds the value.
   */
  isLeaving(sector: LogSector, value: LogSector): boolean {
    const { length } = this.#log;
    if (length < this.#good - 1 - spareSectors(this.#good)) return false;
    const age = length - 1 - this.#log.indexOf(value);
    const place = this.#log.indexOf(sector);
    return place === 0 || place < Math.min(age, LEAVING_SECTORS);
  }
}
