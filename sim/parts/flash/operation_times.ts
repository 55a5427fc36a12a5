/**
 * How long things take: by a column of the data sheet, or from the one to the
 * other with the wear of the sector, give or take a tenth by the seed.
 *
 * Sheets give what a fresh part takes and what no part takes longer; erase and
 * program times grow with cycles, not with age (Infineon FAQ on erase times;
 * Winbond application note on tPP). That the growth is even is assumed, and so
 * is the spread: a typical time is a mean, and single operations of a fresh part
 * take less. None takes longer than the maximum.
 *
 * @module
 */

import type { Clock, Cycles } from "../../kernel/task.ts";
import { type FlashCommandSet, PLAIN_COMMAND_SET } from "./command_set.ts";
import type { FlashDuration } from "./nor_flash.ts";
import type { FlashPreset } from "./presets.ts";
import type { FlashRandom } from "./random.ts";
import type { SectorAges } from "./sector_ages.ts";

/** Which column of the data sheet counts; `drawn` goes from one to the other with wear, and varies by seed. */
export type TimingColumn = "typical" | "maximum" | "drawn";

/** All columns. */
export const TIMING_COLUMNS: readonly TimingColumn[] = ["typical", "maximum", "drawn"];

/** Drawn times vary by so many percent to either side. */
const SPREAD_PERCENT = 10;

/** What times hang on. */
interface OperationTimesOptions {
  readonly preset: FlashPreset;
  readonly timing: TimingColumn;
  readonly random: FlashRandom;
  readonly clock: Clock;
  readonly ages: SectorAges;
}

/** The times of a part. */
export class OperationTimes {
  readonly #options: OperationTimesOptions;
  readonly #commands: FlashCommandSet;

  /**
   * Times.
   *
   * @param options What they hang on.
   */
  constructor(options: OperationTimesOptions) {
    this.#options = options;
    this.#commands = options.preset.commands ?? PLAIN_COMMAND_SET;
  }

  /** Whole cycles, one at least. */
  cycles(nanoseconds: number): Cycles {
    return Math.max(1, Math.ceil((nanoseconds * this.#options.clock.frequencyHz) / 1e9));
  }

  /** Some bytes on the bus. */
  transfer(bytes: number): Cycles {
    return this.cycles(bytes * this.#options.preset.timing.readByteNanoseconds);
  }

  /** A read. */
  read(lengthBytes: number): Cycles {
    const { readSetupNanoseconds, readByteNanoseconds } = this.#options.preset.timing;
    return this.cycles(readSetupNanoseconds + lengthBytes * readByteNanoseconds);
  }

  /** A page program. */
  program(address: number, lengthBytes: number): Cycles {
    const { programFirstByte, programNextByte, programPage } = this.#options.preset.timing;
    const total = (column: keyof FlashDuration) =>
      Math.min(programFirstByte[column] + (lengthBytes - 1) * programNextByte[column], programPage[column]);
    return this.#taken({
      typicalNanoseconds: total("typicalNanoseconds"),
      maximumNanoseconds: total("maximumNanoseconds"),
    }, address);
  }

  /** An erase of what a command erases, from an address; `undefined` if the part does not know the command. */
  erase(kind: "sector erase" | "half block erase" | "block erase" | "chip erase", address: number): Cycles | undefined {
    const { eraseSector, eraseBlock } = this.#options.preset.timing;
    const { halfBlockErase, chipErase } = this.#commands;
    const durations = {
      "sector erase": eraseSector,
      "half block erase": halfBlockErase,
      "block erase": eraseBlock,
      "chip erase": chipErase,
    };
    const duration = durations[kind];
    return duration === undefined ? undefined : this.#taken(duration, address);
  }

  /** A write of the status register; `undefined` if the part does not know the command. */
  statusWrite(): Cycles | undefined {
    const { statusWrite } = this.#commands;
    return statusWrite === undefined ? undefined : this.#taken(statusWrite, 0);
  }

  #taken({ typicalNanoseconds, maximumNanoseconds }: FlashDuration, address: number): Cycles {
    const { timing, random, ages, preset } = this.#options;
    switch (timing) {
      case "typical":
        return this.cycles(typicalNanoseconds);
      case "maximum":
        return this.cycles(maximumNanoseconds);
      case "drawn": {
        const wear = ages.wear(Math.floor(address / preset.geometry.sectorBytes));
        const worn = typicalNanoseconds + wear * (maximumNanoseconds - typicalNanoseconds);
        const percent = 100 - SPREAD_PERCENT + random.below(2 * SPREAD_PERCENT + 1);
        return this.cycles(Math.min(maximumNanoseconds, (worn * percent) / 100));
      }
      default:
        return timing satisfies never;
    }
  }
}
