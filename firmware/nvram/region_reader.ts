/**
 * Reading the region as a mount does. Whatever is acknowledged although the part did not take it as it should is judged
 * by this, too: a rule of its own would one day differ from the mount's, and what it acknowledged be lost.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import type { Task } from "../../sim/kernel/task.ts";
import type { NorFlash } from "../../sim/parts/flash/nor_flash.ts";
import { type LaterSector, laterSector } from "./later_version.ts";
import { type LogScan, scanLog } from "./log_scan.ts";
import type { MountRule } from "./mount_rules.ts";

/** How often a sector is read again before it counts as finished: each unstable bit shows in half of the reads. */
const STABLE_READS = 8;

/** What a region is read with. */
export interface RegionReaderOptions {
  /** The part. */
  readonly flash: NorFlash;
  /** Memory to read the region into, as long as the region; made each time if missing. */
  readonly workspace: Uint8Array | undefined;
  /** Rules that the mount leaves out. */
  readonly omittedRules: ReadonlySet<MountRule>;
}

/** Reads a region, and what it says. */
export class RegionReader {
  readonly #options: RegionReaderOptions;

  /**
   * A reader.
   *
   * @param options What it reads with.
   */
  constructor(options: RegionReaderOptions) {
    this.#options = options;
  }

  /** Reads every byte once. */
  *read(): Task<Uint8Array> {
    const { flash, workspace } = this.#options;
    const { sectorBytes, sectorCount } = flash.geometry;
    const region = workspace ?? new Uint8Array(sectorBytes * sectorCount);
    for (let start = 0; start < region.length; start += sectorBytes) {
      yield* flash.readInto(start, region.subarray(start, start + sectorBytes));
    }
    return region;
  }

  /**
   * What a mount finds.
   *
   * @param region The bytes; a bit that could be put right is put right in them.
   * @param drivesHeaders Whether the part takes a header once more; if it says that it does not, what is known to hang on
   * a header is judged as where words take one program.
   */
  scan(region: Uint8Array, drivesHeaders = true): LogScan {
    const { flash: { geometry }, omittedRules } = this.#options;
    const { sectorBytes, pageBytes, programBytes = 1 } = geometry;
    const repairsLast = !omittedRules.has("repair record");
    const settlesInPlace = drivesHeaders && (programBytes === 1 || omittedRules.has("settle header"));
    return scanLog({ region, sectorBytes, pageBytes, programBytes, repairsLast, settlesInPlace });
  }

  /** Reads the region as it is now, and says what a mount would find. */
  *foresee(): Task<LogScan> {
    return this.scan(yield* this.read());
  }

  /**
   * A sector that seems to be of a later version, and reads the same each time: one that does not was being erased or
   * written when power went, and is no finished sector of any version.
   *
   * @param region The bytes.
   * @param scan What was found in them.
   */
  *laterSector(region: Uint8Array, { sectors, retired }: LogScan): Task<LaterSector | undefined> {
    const { geometry } = this.#options.flash;
    const passedOver = new Set(retired);
    for (;;) {
      const later = laterSector({ region, geometry, sectors, passedOver });
      if (later === undefined || (yield* this.#isStable(later.index))) return later;
      passedOver.add(later.index);
    }
  }

  *#isStable(index: number): Task<boolean> {
    const { flash } = this.#options;
    const { sectorBytes } = flash.geometry;
    const first = yield* flash.read(index * sectorBytes, sectorBytes);
    const again = new Uint8Array(sectorBytes);
    for (let time = 0; time < STABLE_READS; time++) {
      yield* flash.readInto(index * sectorBytes, again);
      if (!equalBytes(first, again)) return false;
    }
    return true;
  }
}
