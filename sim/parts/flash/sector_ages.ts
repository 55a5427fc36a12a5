/**
 * What reads, time and erases do to each sector, slowly.
 *
 * - Reads disturb: cells beside those that are read gain charge, and read 0 in
 *   the end. No serial NOR sheet gives a figure; both the growth and what wear
 *   changes are assumed.
 * - Charge is lost with time, and programmed cells read as erased in the end:
 *   20 years for a fresh part, about one for a worn one (JESD47, and figures of
 *   several sheets); the growth beyond is assumed.
 * - Sectors are not alike: the endurance of a sheet is what the worst one has.
 *
 * @module
 */

import type { Clock } from "../../kernel/task.ts";
import type { FlashCells } from "./cells.ts";
import { flipSome } from "./cut_effects.ts";
import type { FlashGeometry } from "./nor_flash.ts";
import type { FlashRandom } from "./random.ts";

/** What has become of the sectors, as plain data: a number for each. */
export interface FlashAges {
  /** Reads since the last erase. */
  readonly reads: readonly number[];
  /** Bits that these have turned. */
  readonly disturbedBits: readonly number[];
  /** Whole seconds since the last erase. */
  readonly seconds: readonly number[];
  /** Bits that have lost their charge since. */
  readonly lostBits: readonly number[];
  /** How much longer than promised a sector lives, of what is possible: 0 to 2^32 - 1. Empty while nobody has asked. */
  readonly luck: readonly number[];
}

/** A fresh part keeps its data so long: 20 years, as sheets say. */
const FRESH_RETENTION_HOURS = 175_200;
/** A part at the end of its life keeps a hundredth of the reads and a twentieth of the time. Assumed. */
const WORN_READS_SHARE = 100;
const WORN_HOURS_SHARE = 20;

const SECONDS_PER_HOUR = 3600;

/** What ages hang on. */
export interface SectorAgesOptions {
  readonly geometry: FlashGeometry;
  readonly cells: FlashCells;
  readonly random: FlashRandom;
  /** How often each sector was erased. */
  readonly sectorErases: ArrayLike<number>;
  /** How many erases the sheet promises. */
  readonly enduranceCycles: number;
  readonly clock: Clock;
}

/** The ages of the sectors of a part. */
export class SectorAges {
  readonly #options: SectorAgesOptions;
  readonly #reads: Float64Array;
  readonly #disturbedBits: Float64Array;
  /** When each sector was erased, in seconds of simulated time; before its beginning if it has lain for long. */
  readonly #erasedAt: Float64Array;
  readonly #lostBits: Float64Array;
  #luck: readonly number[] = [];
  #readsLimit = Infinity;
  #retentionHours = Infinity;

  /**
   * Sectors that were erased just now.
   *
   * @param options What their ages hang on.
   */
  constructor(options: SectorAgesOptions) {
    this.#options = options;
    const { sectorCount } = options.geometry;
    this.#reads = new Float64Array(sectorCount);
    this.#disturbedBits = new Float64Array(sectorCount);
    this.#erasedAt = new Float64Array(sectorCount);
    this.#lostBits = new Float64Array(sectorCount);
  }

  /** From now on reads disturb: the first bit of a fresh sector turns at so many reads, the next at each doubling. */
  disturbByReads(reads: number): void {
    this.#readsLimit = reads;
  }

  /** From now on charge is lost: the first bit of a fresh sector after so many hours, then with the square of the time. */
  loseCharge(hours: number): void {
    this.#retentionHours = hours;
  }

  /** The part lies for some hours, without power. */
  lie(hours: number): void {
    if (this.#retentionHours === Infinity) this.#retentionHours = FRESH_RETENTION_HOURS;
    for (let sector = 0; sector < this.#erasedAt.length; sector++) {
      this.#erasedAt[sector] = (this.#erasedAt[sector] as number) - hours * SECONDS_PER_HOUR;
      this.#loseBits(sector);
    }
  }

  /** How often a sector can be erased, if it can be `limit` times at least, and `spreadPercent` more at the best. */
  endurance(sector: number, limit: number, spreadPercent: number): number {
    const { geometry: { sectorCount }, random } = this.#options;
    if (this.#luck.length === 0) this.#luck = Array.from({ length: sectorCount }, () => random.next());
    return Math.floor(limit * (1 + (spreadPercent / 100) * ((this.#luck[sector] as number) / 2 ** 32)));
  }

  /** How far a sector is on the way to the end of its life, from 0 to 1. */
  wear(sector: number): number {
    const { sectorErases, enduranceCycles } = this.#options;
    return Math.min(1, (sectorErases[sector] ?? 0) / enduranceCycles);
  }

  /** Something is about to be read. */
  noteRead(address: number, lengthBytes: number): void {
    if (this.#readsLimit === Infinity && this.#retentionHours === Infinity) return;
    const { sectorBytes } = this.#options.geometry;
    for (let sector = Math.floor(address / sectorBytes); sector * sectorBytes < address + lengthBytes; sector++) {
      this.#reads[sector] = (this.#reads[sector] as number) + 1;
      this.#disturbBits(sector);
      this.#loseBits(sector);
    }
  }

  /** A sector was erased. */
  noteErase(sector: number): void {
    this.#reads[sector] = 0;
    this.#disturbedBits[sector] = 0;
    this.#erasedAt[sector] = this.#now();
    this.#lostBits[sector] = 0;
  }

  /** All of it, for a later run. */
  state(): FlashAges {
    const now = this.#now();
    return {
      reads: [...this.#reads],
      disturbedBits: [...this.#disturbedBits],
      seconds: Array.from(this.#erasedAt, (erasedAt) => Math.floor(now - erasedAt)),
      lostBits: [...this.#lostBits],
      luck: this.#luck,
    };
  }

  /** Goes on from an earlier run. */
  adopt({ reads, disturbedBits, seconds, lostBits, luck }: FlashAges): void {
    const now = this.#now();
    this.#reads.set(reads);
    this.#disturbedBits.set(disturbedBits);
    this.#erasedAt.set(seconds.map((each) => now - each));
    this.#lostBits.set(lostBits);
    this.#luck = luck;
  }

  #now(): number {
    const { now, frequencyHz } = this.#options.clock;
    return now / frequencyHz;
  }

  #disturbBits(sector: number): void {
    const reads = this.#reads[sector] as number;
    let due = 0;
    for (let limit = this.#aged(this.#readsLimit, WORN_READS_SHARE, sector); limit <= reads; limit *= 2) due++;
    this.#turn(this.#disturbedBits, sector, due, 1);
  }

  #loseBits(sector: number): void {
    const hours = (this.#now() - (this.#erasedAt[sector] as number)) / SECONDS_PER_HOUR;
    const times = Math.floor(hours / this.#aged(this.#retentionHours, WORN_HOURS_SHARE, sector));
    // No more than there are: of charge that is long due the square would be no number that a state can hold.
    this.#turn(this.#lostBits, sector, Math.min(times * times, 8 * this.#options.geometry.sectorBytes), 0);
  }

  /** What is left of a limit at a sector's wear; in between along a straight line. */
  #aged(limit: number, wornShare: number, sector: number): number {
    const wear = this.wear(sector);
    return limit === Infinity ? limit : limit * (1 - wear) + (limit / wornShare) * wear;
  }

  #turn(turned: Float64Array, sector: number, due: number, value: 0 | 1): void {
    const before = turned[sector] as number;
    if (due <= before) return;
    const { cells, random, geometry: { sectorBytes } } = this.#options;
    turned[sector] = due;
    flipSome(cells, sector * sectorBytes, sectorBytes, due - before, value, random);
  }
}
