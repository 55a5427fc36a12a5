/**
 * Damage: each bit of a full image is turned over once, as lost charge or read
 * disturb does. The store may answer with the value, or say that the record
 * is damaged; it may not answer with anything else.
 *
 * @module
 */

import type { NvramStore } from "../../../../firmware/nvram/store.ts";
import { RandomStreams } from "../../../kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../kernel/untimed_clock.ts";
import { FlashPart } from "../../../parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../parts/flash/presets.ts";
import { campaignSealer, type CutConfiguration, CutHistory, type StoreFactory } from "./cut_history.ts";
import type { Violation } from "./cut_trial.ts";
import { MeteredFlash, mountOperations } from "./metered_flash.ts";
import { formatTrial } from "./trial_name.ts";
import type { StoreModel } from "./store_model.ts";

/** How many operations fill the image: the ring has turned more than twice. */
const FILLING_OPERATIONS = 3000;

/** What came of some flips. */
export interface FlipResult {
  /** How many bits were flipped. */
  readonly trials: number;
  /** How many commands the part was given. */
  readonly operations: number;
  /** What the oracle did not allow. */
  readonly violations: readonly Violation[];
  /** Flips after which some record was reported damaged. */
  readonly detected: number;
}

/** Bits of the image that is flipped: 64 KiB. */
export const FLIP_IMAGE_BITS: number = W25Q_REGION.geometry.sectorBytes * W25Q_REGION.geometry.sectorCount * 8;

/** This seed's store is full, and its records are long. */
export const FULL_STORE_SEED = 8;

/** Which bits are flipped, and before which store. */
export interface FlipOptions {
  /** Gives the image. */
  readonly seed: number;
  /** The first bit, counted from the beginning of the image. */
  readonly firstBit: number;
  /** Length of the range in bits. */
  readonly bits: number;
  /** Each so many-th bit of it. */
  readonly step: number;
  /** The store under test. */
  readonly makeStore: StoreFactory;
  /** Stop at the first violation. */
  readonly stopsAtViolation: boolean;
}

/** Flips some bits of an image, one at a time. */
export function flipTrials({ seed, firstBit, bits, step, makeStore, stopsAtViolation }: FlipOptions): FlipResult {
  const configuration = flippedConfiguration(seed, makeStore);
  const sealer = campaignSealer(seed);
  const history = new CutHistory(configuration, sealer);
  let model: StoreModel = new Map();
  let image: Uint8Array = new Uint8Array(0);
  for (let count = 0; count < FILLING_OPERATIONS; count++) {
    const { actions, before, image: imageBefore } = history.next();
    // A state between two operations of which the later one changed something.
    if (actions.length > 0) [model, image] = [before, imageBefore];
  }
  const random = new RandomStreams(seed).stream("flips");
  const clock = new UntimedClock();
  const part = new FlashPart({ preset: W25Q_REGION, clock, random });
  const flash = new MeteredFlash(part, clock);
  const workspace = part.image();
  const violations: Violation[] = [];
  let detected = 0;
  let trials = 0;
  for (let bit = firstBit; bit < firstBit + bits; bit += step) {
    part.restore(image);
    part.cells.flip(bit >>> 3, 1 << (bit & 7));
    const store = makeStore({
      flash,
      sealer,
      random: (lengthBytes) => random.bytes(lengthBytes),
      maxNameBytes: configuration.maxNameBytes,
      maxValueBytes: configuration.maxValueBytes,
      workspace,
    });
    trials++;
    flash.allow(mountOperations(flash.geometry));
    const detail = objection(store, model);
    if (store.health().damaged.length > 0) detected++;
    if (detail === undefined) continue;
    violations.push({
      trial: formatTrial({ seed, flippedBit: bit, thenClears: false }),
      rule: "a damaged value is reported, never replaced",
      detail,
    });
    if (stopsAtViolation) break;
  }
  return { trials, operations: flash.operations, violations, detected };
}

function flippedConfiguration(seed: number, makeStore: StoreFactory): CutConfiguration {
  const common = { seed, preset: W25Q_REGION, fillingOperations: 0, boots: true, makeStore, waives: [] };
  if (seed !== FULL_STORE_SEED) return { ...common, keys: 64, maxNameBytes: 24, maxValueBytes: 48 };
  // More than fit: it is full most of the time.
  return { ...common, keys: 250, maxNameBytes: 120, maxValueBytes: 400 };
}

/** What is wrong with a store on a part with a flip, if something is. */
function objection(store: NvramStore, model: StoreModel): string | undefined {
  try {
    const report = runToEnd(store.mount());
    return report.type === "failed" ? `the mount failed: ${report.reason}` : wrongAnswer(store, model);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.message;
  }
}

/** What a store says that is not so. */
export function wrongAnswer(store: NvramStore, model: StoreModel): string | undefined {
  const health = store.health();
  let present = 0;
  for (const record of model.values()) {
    const answer = store.get(record.class, record.name);
    if (answer.type !== "absent") present++;
    switch (answer.type) {
      case "found":
        if (!answer.value.every((byte, index) => byte === record.value[index])) return "another value was given";
        if (answer.value.length !== record.value.length) return "a value of another length was given";
        break;
      case "damaged":
        if (health.state !== "degraded") return "a record is damaged, but the store does not say so";
        break;
      case "absent":
        if (health.unidentifiedDamage === 0) return "a record is gone, and no damage is reported";
        break;
      default:
        answer satisfies never;
    }
  }
  // A record that was deleted may be reported as damaged, but not be given out.
  const known = store.entries().length + health.damaged.length;
  if (store.entries().length > present) return "a record is there that was deleted";
  return known < present ? "a record is neither there nor reported" : undefined;
}
