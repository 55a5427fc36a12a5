/**
 * Clearing after damage: each bit of an image is turned over once, then the
 * secrets are cleared, the losses are forgotten, and more is stored.
 *
 * A clear that says that it is done leaves nothing of a sealed value in the
 * image, whatever the flip has hidden from it. What was no secret stays as it
 * is: a record that was lost does not become one that never was.
 *
 * @module
 */

import { isSecret, type NvramRecord, type NvramStore } from "../../../../firmware/nvram/store.ts";
import { RandomStreams } from "../../../kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../kernel/untimed_clock.ts";
import { FlashPart } from "../../../parts/flash/flash_part.ts";
import { campaignSealer, configurationOf, CutHistory, type HistoryStep } from "./cut_history.ts";
import type { Violation } from "./cut_trial.ts";
import { type FlipOptions, wrongAnswer } from "./flip_trials.ts";
import { callOperations, MeteredFlash, mountOperations } from "./metered_flash.ts";
import { NotingSealer } from "./noting_sealer.ts";
import { SecretSearch } from "./secret_search.ts";
import { applyToModel, modelKey, type StoreModel, type StoreOperation } from "./store_model.ts";
import { formatTrial } from "./trial_name.ts";

/** Operations of the history that the image is taken from: the ring has turned. */
const HISTORY_OPERATIONS = 90;
/** Records that are stored at the end. */
const LAST_WRITES = 6;

/** Bits of the image of a seed. */
function clearedImageBits({ seed, makeStore }: Pick<FlipOptions, "seed" | "makeStore">): number {
  const { geometry } = configurationOf(seed, makeStore).preset;
  return 8 * geometry.sectorBytes * geometry.sectorCount;
}

/** Flips some bits of an image, one at a time, and clears the secrets after each. Bits behind its end are left out. */
export function clearTrials(
  options: FlipOptions,
): { readonly trials: number; readonly operations: number; readonly violations: readonly Violation[] } {
  const { seed, firstBit, bits, step, stopsAtViolation } = options;
  const runner = new ClearTrialRunner(options);
  const violations: Violation[] = [];
  let trials = 0;
  const end = Math.min(firstBit + bits, clearedImageBits(options));
  for (let bit = firstBit; bit < end; bit += step) {
    trials++;
    const found = runner.run(bit);
    if (found === undefined) continue;
    violations.push({ trial: formatTrial({ seed, flippedBit: bit, thenClears: true }), ...found });
    if (stopsAtViolation) break;
  }
  return { trials, operations: runner.operations, violations };
}

type Finding = Pick<Violation, "rule" | "detail">;

class ClearTrialRunner {
  readonly #options: FlipOptions;
  readonly #sealer: NotingSealer;
  readonly #historyBoxes: SecretSearch;
  readonly #step: HistoryStep;
  readonly #lastWrites: readonly NvramRecord[];
  readonly #part: FlashPart;
  readonly #meter: MeteredFlash;
  readonly #workspace: Uint8Array;

  constructor(options: FlipOptions) {
    const { seed, makeStore } = options;
    const configuration = configurationOf(seed, makeStore);
    const sealer = campaignSealer(seed);
    const history = new CutHistory(configuration, sealer);
    for (let count = 0; count < HISTORY_OPERATIONS; count++) history.next();
    this.#step = history.next();
    const clock = new UntimedClock();
    this.#options = options;
    this.#sealer = new NotingSealer(sealer);
    this.#historyBoxes = new SecretSearch(history.boxes);
    this.#lastWrites = this.#step.followUps.slice(0, LAST_WRITES);
    const random = new RandomStreams(seed).stream("clears/flash");
    this.#part = new FlashPart({ preset: configuration.preset, clock, random });
    this.#meter = new MeteredFlash(this.#part, clock);
    this.#workspace = this.#part.image();
  }

  /** How many commands the part was given in all trials. */
  get operations(): number {
    return this.#meter.operations;
  }

  /** Runs the trial of a bit. */
  run(bit: number): Finding | undefined {
    this.#part.restore(this.#step.image, this.#step.programmed);
    this.#part.cells.flip(bit >>> 3, 1 << (bit & 7));
    this.#sealer.forget();
    try {
      return this.#live(bit);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { rule: "no exception, and an end", detail: error.message };
    }
  }

  #live(bit: number): Finding | undefined {
    // Open ids are a trial's own.
    const random = new RandomStreams(this.#options.seed).stream(`clears/${bit}`);
    let model = this.#step.before;
    let store = this.#mount(random);
    const lossesBefore = store.health().unidentifiedDamage;
    const cleared = this.#call(store.clearSecrets());
    model = applyToModel(model, { kind: "clear secrets" } satisfies StoreOperation);
    if (cleared !== "stored" && cleared !== "unchanged") return { rule: "secrets are cleared", detail: cleared };
    for (let boot = 0; boot < 2; boot++) {
      const wrong = this.#objection(store, model, lossesBefore);
      if (wrong !== undefined) return wrong;
      store = this.#mount(random);
    }
    const forgotten = this.#call(store.forgetLosses());
    if (forgotten !== (lossesBefore > 0 ? "stored" : "unchanged")) {
      return { rule: "losses are forgotten", detail: forgotten };
    }
    // What was lost without a name is not asked for any more.
    model = new Map([...model].filter(([, record]) => store.get(record.class, record.name).type !== "absent"));
    for (const record of this.#lastWrites) {
      const stored = this.#call(store.put(record));
      if (stored !== "stored" && stored !== "unchanged") return { rule: "the store goes on", detail: stored };
      model = new Map(model).set(modelKey(record), record);
    }
    return this.#objection(this.#mount(random), model, 0, false);
  }

  #objection(store: NvramStore, model: StoreModel, losses: number, isCleared = true): Finding | undefined {
    if (isCleared) {
      const image = this.#part.cells.bytes;
      const isLeft = this.#historyBoxes.isIn(image) || new SecretSearch(this.#sealer.secretBoxes).isIn(image);
      if (isLeft) return { rule: "cleared secrets are not in the image", detail: "a sealed value is still there" };
      const { damaged } = store.health();
      if (store.entries().some((record) => isSecret(record.class)) || damaged.some((each) => isSecret(each.class))) {
        return { rule: "cleared secrets are not in the store", detail: "a secret record is still there" };
      }
    }
    const { unidentifiedDamage } = store.health();
    if (unidentifiedDamage > 0 !== losses > 0) {
      return { rule: "a loss is reported until it is forgotten", detail: `${unidentifiedDamage}, was ${losses}` };
    }
    const detail = wrongAnswer(store, model);
    return detail === undefined ? undefined : { rule: "a damaged value is reported, never replaced", detail };
  }

  #mount(random: { bytes(lengthBytes: number): Uint8Array }): NvramStore {
    const { maxNameBytes, maxValueBytes } = configurationOf(this.#options.seed, this.#options.makeStore);
    const store = this.#options.makeStore({
      flash: this.#meter,
      sealer: this.#sealer,
      random: (lengthBytes) => random.bytes(lengthBytes),
      maxNameBytes,
      maxValueBytes,
      workspace: this.#workspace,
    });
    this.#meter.allow(mountOperations(this.#meter.geometry));
    const report = runToEnd(store.mount());
    if (report.type === "failed") throw new Error(`the mount failed: ${report.reason}`);
    return store;
  }

  #call(task: ReturnType<NvramStore["put"]>): string {
    this.#meter.allow(callOperations(this.#meter.geometry));
    return runToEnd(task).type;
  }
}
