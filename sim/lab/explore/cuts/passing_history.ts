/**
 * The histories that trials with passing faults begin from.
 *
 * @module
 */

import { LEAST_SECTORS } from "../../../../firmware/nvram/ring_sectors.ts";
import type { Sealer } from "../../../../firmware/nvram/sealer.ts";
import type { RecordIdentity } from "../../../../firmware/nvram/store.ts";
import type { FlashRandom } from "../../../parts/flash/random.ts";
import {
  configurationOf,
  type CutConfiguration,
  CutHistory,
  FULL_SECTORS_SEED,
  type HistoryStep,
  SMALL_SECTORS_SEED,
  WORD_BYTES,
} from "./cut_history.ts";
import type { FaultTrialOptions } from "./fault_trials.ts";
import { SecretSearch } from "./secret_search.ts";

/** Which trials are run, and of which store. */
export type PassingTrialOptions = Omit<FaultTrialOptions, "faults">;

/** Operations of the history that images are taken from, and those before the first of them. */
const HISTORY_OPERATIONS = 90;
const FIRST_OPERATION = 1;
/** Some trials begin with a log that is as young as this. */
const YOUNG_OPERATIONS = 6;
/** Sectors of the rings. */
const SECTOR_COUNTS = [LEAST_SECTORS, 4, 6];

/** As other trials with faults have it, but rings of small sectors have fewer of them: a short one is soon all of it used. */
export function passingConfiguration({ seed, makeStore, waives }: PassingTrialOptions): CutConfiguration {
  const configuration = configurationOf(seed, makeStore, waives);
  if (seed < SMALL_SECTORS_SEED || seed >= FULL_SECTORS_SEED) return configuration;
  const sectorCount = SECTOR_COUNTS[Math.floor(seed / WORD_BYTES.length) % SECTOR_COUNTS.length] ?? LEAST_SECTORS;
  const { preset } = configuration;
  return { ...configuration, preset: { ...preset, geometry: { ...preset.geometry, sectorCount } } };
}

/** Steps of one history, to begin at. */
export class PassingHistory {
  /** The names of all records that there may be. */
  readonly identities: readonly RecordIdentity[];
  /** Every secret value that was sealed in it. */
  readonly boxes: SecretSearch;
  readonly #steps: readonly HistoryStep[];

  /**
   * Makes the history.
   *
   * @param configuration What the trials are about.
   * @param sealer Seals secret values.
   */
  constructor(configuration: CutConfiguration, sealer: Sealer) {
    const history = new CutHistory(configuration, sealer);
    const operations = configuration.fillingOperations + HISTORY_OPERATIONS;
    this.#steps = Array.from({ length: operations }, () => history.next());
    this.identities = history.identities;
    this.boxes = new SecretSearch(history.boxes);
  }

  /** A step to begin before, and those that came before it. */
  draw(
    isYoung: boolean,
    random: FlashRandom,
  ): { readonly step: HistoryStep; readonly before: readonly HistoryStep[] } {
    const index = FIRST_OPERATION + random.below(isYoung ? YOUNG_OPERATIONS : this.#steps.length - FIRST_OPERATION);
    return { step: this.#steps[index] as HistoryStep, before: this.#steps.slice(0, index) };
  }
}
