/**
 * One trial: an operation is cut off, perhaps the mount after it, too; then
 * the store must mount, and hold what the oracle allows, and go on.
 *
 * @module
 */

import type { Sealer } from "../../../../firmware/nvram/sealer.ts";
import type { MountReport, NvramStore } from "../../../../firmware/nvram/store.ts";
import { isBlank } from "../../../../firmware/nvram/words.ts";
import { runToEnd, UntimedClock } from "../../../kernel/untimed_clock.ts";
import { FlashPart } from "../../../parts/flash/flash_part.ts";
import type { FlashCounters } from "../../../parts/flash/flash_state.ts";
import type { NorFlash } from "../../../parts/flash/nor_flash.ts";
import type { CutConfiguration, HistoryStep } from "./cut_history.ts";
import { actionAt, countCutPoints, cutAt, ERASE_POINTS } from "./cut_points.ts";
import { callOperations, MeteredFlash, mountOperations } from "./metered_flash.ts";
import { type FlashAction, RecordingFlash } from "./recording_flash.ts";
import type { RingRule } from "./ring_rules.ts";
import { SecretSearch } from "./secret_search.ts";
import { agrees, describeDifference, modelKey } from "./store_model.ts";
import { type Cut, formatTrial } from "./trial_name.ts";
import { TrialRandom } from "./trial_random.ts";

/** What the oracle did not allow. */
export interface Violation {
  /** The trial's name: runs it again. */
  readonly trial: string;
  /** Which rule was broken. */
  readonly rule: string;
  /** How; names only, no values. */
  readonly detail: string;
}

/** The state after all but the last cut of a trial, kept for the trials that share it. */
interface Prefix {
  readonly key: string;
  readonly image: Uint8Array;
  readonly programmed: ReturnType<FlashPart["cells"]["programmedRanges"]>;
  readonly weakBits: ReturnType<FlashPart["cells"]["weakBits"]>;
  readonly sectorErases: Uint32Array;
  readonly actions: readonly FlashAction[];
  readonly isTraceless: boolean;
}

/** Runs the trials of one configuration. */
export class TrialRunner {
  readonly #configuration: CutConfiguration;
  readonly #sealer: Sealer;
  readonly #random = new TrialRandom();
  readonly #openIds = new TrialRandom();
  readonly #part: FlashPart;
  readonly #recorder: RecordingFlash;
  readonly #meter: MeteredFlash;
  readonly #workspace: Uint8Array;
  #prefix: Prefix | undefined = undefined;
  /** A cut in a mount may have left nothing that can be read of words that have had their only program. */
  #isTraceless = false;
  #search: { readonly step: HistoryStep; readonly search: SecretSearch } | undefined = undefined;

  /**
   * A runner.
   *
   * @param configuration What the campaign is about.
   * @param sealer Seals secret values; the one that made the history.
   */
  constructor(configuration: CutConfiguration, sealer: Sealer) {
    this.#configuration = configuration;
    this.#sealer = sealer;
    const clock = new UntimedClock();
    this.#part = new FlashPart({ preset: configuration.preset, clock, random: this.#random });
    this.#meter = new MeteredFlash(this.#part, clock);
    this.#recorder = new RecordingFlash(this.#meter);
    this.#workspace = this.#part.image();
  }

  /** How many commands the part was given in all trials. */
  get operations(): number {
    return this.#meter.operations;
  }

  /**
   * How many points the mount has that follows some cuts; 1 if it does not come to its end.
   *
   * @param step The operation in flight.
   * @param cuts The cuts before that mount.
   */
  countRecoveryPoints(step: HistoryStep, cuts: readonly Cut[]): number {
    try {
      return countCutPoints(this.#after(step, cuts).actions);
    } catch (error) {
      // The trial itself will say so.
      if (error instanceof Error) return 1;
      throw error;
    }
  }

  /**
   * Runs a trial.
   *
   * @param step The operation in flight.
   * @param cuts One or more. A point beyond the last one counts as the last.
   * @returns `undefined` if the oracle allows all that was seen.
   */
  run(step: HistoryStep, cuts: readonly Cut[]): Violation | undefined {
    try {
      this.#cut(step, cuts);
      // The next mount programs the same words, and nobody can tell that of bits that read as they like (FORMAT.md, Limits).
      return this.#isTraceless ? undefined : this.#examine(step, cuts);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return this.#violation(step, cuts, "no exception", error.message);
    }
  }

  /** Leaves the part as the cuts leave it. */
  #cut(step: HistoryStep, cuts: readonly Cut[]): void {
    const last = cuts[cuts.length - 1] as Cut;
    let actions = step.actions;
    if (cuts.length === 1) {
      this.#part.restore(step.image, step.programmed);
      this.#part.sectorErases.set(step.sectorErases);
      this.#isTraceless = false;
    } else {
      const prefix = this.#after(step, cuts.slice(0, -1));
      this.#part.restore(prefix.image, prefix.programmed);
      for (const { address, mask } of prefix.weakBits) this.#part.cells.weaken(address, mask);
      this.#part.sectorErases.set(prefix.sectorErases);
      actions = prefix.actions;
      this.#isTraceless = prefix.isTraceless;
    }
    this.#reseed(step, cuts);
    const point = Math.min(last.point, countCutPoints(actions) - 1);
    const { erasedSectors } = cutAt(this.#part, actions, point, last.variant, this.#random);
    if (cuts.length > 1) this.#isTraceless ||= this.#leavesNoTrace(actions[actionAt(actions, point)?.index ?? -1]);
    for (const sector of erasedSectors) {
      this.#part.sectorErases[sector] = (this.#part.sectorErases[sector] as number) + 1;
    }
  }

  /** Whether a program that was cut off may read blank: all that was driven are bits that read as they like. */
  #leavesNoTrace(action: FlashAction | undefined): boolean {
    if (action?.kind !== "program" || (this.#part.geometry.programBytes ?? 1) === 1) return false;
    const { cells } = this.#part;
    const weak = new Map(cells.weakBits().map(({ address, mask }) => [address, mask]));
    let isBlank = true;
    let isOpen = false;
    for (let address = action.address; address < action.address + action.bytes.length; address++) {
      const mask = weak.get(address) ?? 0;
      isBlank &&= (cells.at(address) | mask) === 0xff;
      isOpen ||= mask !== 0;
    }
    return isBlank && isOpen;
  }

  /** The state after some cuts, and what the mount after them does. */
  #after(step: HistoryStep, cuts: readonly Cut[]): Prefix {
    const key = this.#nameOf(step, cuts);
    if (this.#prefix?.key === key) return this.#prefix;
    this.#cut(step, cuts);
    const image = this.#part.image();
    const programmed = this.#part.cells.programmedRanges();
    const weakBits = this.#part.cells.weakBits();
    const sectorErases = this.#part.sectorErases.slice();
    const isTraceless = this.#isTraceless;
    this.#recorder.take();
    this.#mount(this.#recorder);
    this.#prefix = { key, image, programmed, weakBits, sectorErases, actions: this.#recorder.take(), isTraceless };
    return this.#prefix;
  }

  #reseed(step: HistoryStep, cuts: readonly Cut[]): void {
    beginAt(this.#random, [
      this.#configuration.seed,
      step.index,
      ...cuts.flatMap(({ point, variant }) => [point, variant]),
    ]);
    // Open ids differ from those of the history, but not from trial to trial: sealed boxes can be remembered.
    beginAt(this.#openIds, [this.#configuration.seed, step.index, cuts.length, 1]);
  }

  /** A new store, and what its mount came to. */
  #mount(flash: NorFlash = this.#meter): { readonly store: NvramStore; readonly report: MountReport } {
    const { maxNameBytes, maxValueBytes, makeStore } = this.#configuration;
    const random = (lengthBytes: number) => this.#openIds.bytes(lengthBytes);
    const workspace = this.#workspace;
    const store = makeStore({ flash, sealer: this.#sealer, random, maxNameBytes, maxValueBytes, workspace });
    this.#meter.allow(mountOperations(flash.geometry));
    return { store, report: runToEnd(store.mount()) };
  }

  #examine(step: HistoryStep, cuts: readonly Cut[]): Violation | undefined {
    const violation = (rule: string, detail: string) => this.#violation(step, cuts, rule, detail);
    const { counters } = this.#part;
    const countedBefore = { ...counters };
    const isUnsettled = this.#part.cells.weakBits().length > 0;
    let { store, report } = this.#mount();
    if (report.type === "failed") return violation("the store mounts", report.reason);
    const unexpectedReads = this.#unexpectedReads(countedBefore, isUnsettled);
    if (unexpectedReads !== undefined) return violation("the mount reads each byte once", unexpectedReads);

    const isAfter = agrees(store, step.after);
    const model = isAfter ? step.after : step.before;
    if (!isAfter && !agrees(store, step.before)) {
      const detail = `against before: ${describeDifference(store, step.before)}; ` +
        `against after: ${describeDifference(store, step.after)}`;
      return violation("the operation in flight has happened or has not, and nothing else", detail);
    }
    // Where power goes in the very first erase, nobody can tell what was in that sector before; where it goes twice in the
    // first boots, nobody can tell what they have written from a log that is lost.
    const isInFirstErase = cuts.some(({ point }) => point > 0 && point < ERASE_POINTS);
    const unknown = isBlank(step.image) && (isInFirstErase || cuts.length > 1) ? cuts.length : 0;
    const health = store.health();
    if (health.damaged.length > 0 || health.unidentifiedDamage > unknown) {
      return violation("a cut is not taken for damage", `${health.damaged.length} records reported`);
    }
    // If no secret was there, nobody can tell whether it has happened.
    const isCleared = step.operation.kind === "clear secrets" && isAfter && step.before.size > step.after.size;
    if (isCleared && this.#holdsSecrets(step)) {
      return violation("cleared secrets are not in the image", "a sealed value is still there");
    }

    ({ store, report } = this.#mount());
    if (report.type === "failed") return violation("the store mounts again", report.reason);
    if (!agrees(store, model)) return violation("two boots without writes agree", describeDifference(store, model));

    const expected = new Map(model);
    for (const record of step.followUps) {
      this.#meter.allow(callOperations(this.#meter.geometry));
      const { type } = runToEnd(store.put(record));
      if (type === "stored") expected.set(modelKey(record), record);
      else if (type !== "unchanged" && type !== "full") return violation("the store goes on", `a put answered ${type}`);
    }
    ({ store, report } = this.#mount());
    if (report.type === "failed") return violation("the store mounts after more writes", report.reason);
    if (!agrees(store, expected)) return violation("what was acknowledged stays", describeDifference(store, expected));
    const lastHealth = store.health();
    if (lastHealth.damaged.length > 0 || lastHealth.unidentifiedDamage > unknown) {
      return violation("a cut is not taken for damage later", `${lastHealth.damaged.length} records reported`);
    }
    const impossibleBits = counters.impossibleBits - countedBefore.impossibleBits;
    if (impossibleBits !== 0 && this.#asks("programs zeros only")) {
      return violation("no bit is to turn from 0 to 1", `${impossibleBits} bits`);
    }
    const wear = wearSpread(this.#part.sectorErases);
    if (wear > 1 + cuts.length && this.#asks("wears evenly")) {
      return violation("sectors wear evenly", `erases differ by ${wear}`);
    }
    return undefined;
  }

  #asks(rule: RingRule): boolean {
    return !this.#configuration.waives.includes(rule);
  }

  /**
   * What a mount that erased nothing read, if that was not the region once; `undefined` if it was. Bits that read otherwise
   * the next time look like reads that went wrong, or make a sector look like one of a later version: a mount may begin
   * anew for them, once, and read sectors again to see whether they stay as they are (FORMAT.md, Mounting).
   */
  #unexpectedReads(before: FlashCounters, isUnsettled: boolean): string | undefined {
    const { counters, cells, geometry } = this.#part;
    if (counters.erases !== before.erases || !this.#asks("reads once")) return undefined;
    // The mount looks where it writes its mark before, and reads it back; where words take one program it writes more
    // elsewhere, and may have passed over a place as long.
    const settlesElsewhere = (geometry.programBytes ?? 1) > 1;
    const readBack = (settlesElsewhere ? 4 : 2) * (counters.programmedBytes - before.programmedBytes);
    const readBytes = counters.readBytes - before.readBytes;
    const regionBytes = cells.bytes.length;
    const more = readBytes - regionBytes;
    const isAgain = isUnsettled && more % geometry.sectorBytes <= readBack && more < 2 * regionBytes;
    if (more >= 0 && (more <= readBack || isAgain)) return undefined;
    return `${readBytes} bytes read, expected ${regionBytes}`;
  }

  /** Whether a piece of a sealed value is still in the image. */
  #holdsSecrets(step: HistoryStep): boolean {
    if (this.#search?.step !== step) this.#search = { step, search: new SecretSearch(step.boxes) };
    return this.#search.search.isIn(this.#part.cells.bytes);
  }

  #violation(step: HistoryStep, cuts: readonly Cut[], rule: string, detail: string): Violation {
    return { trial: this.#nameOf(step, cuts), rule, detail };
  }

  #nameOf({ index: operation }: HistoryStep, cuts: readonly Cut[]): string {
    const { seed, leftOut = [] } = this.#configuration;
    return formatTrial({ seed, operation, leftOut: leftOut.filter((index) => index < operation), cuts });
  }
}

/** Begins a stream anew from a path of any length. */
function beginAt(random: TrialRandom, path: readonly number[]): void {
  const words: [number, number, number, number] = [0, 0, 0, 0];
  path.forEach((value, index) => {
    words[index & 3] = Math.imul((words[index & 3] as number) ^ (value + 1), 0x9e37_79b1) ^ index;
  });
  random.begin(...words);
}

function wearSpread(sectorErases: Uint32Array): number {
  let least = Infinity;
  let most = 0;
  for (const erases of sectorErases) {
    least = Math.min(least, erases);
    most = Math.max(most, erases);
  }
  return most - least;
}
