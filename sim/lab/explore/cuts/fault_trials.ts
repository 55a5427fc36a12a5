/**
 * Trials with faults in a living store: a cell is dead, a program or an erase
 * fails, a bit turns over, power goes, and the store goes on, boots, clears its
 * secrets, and goes on.
 *
 * What a store refuses has not happened, what it acknowledges stays, what was
 * deleted stays deleted, what was cleared is gone from the image, two boots
 * without writes agree, one bad sector is no reason to stop, and nothing takes
 * without end. Where the fault is in bits that were written already the store
 * may say that a record is damaged, but it may not give another value.
 *
 * @module
 */

import type { NvramRecord, NvramStore, RecordIdentity } from "../../../../firmware/nvram/store.ts";
import { runToEnd, UntimedClock } from "../../../kernel/untimed_clock.ts";
import { FlashPart } from "../../../parts/flash/flash_part.ts";
import { AilingFlash, PowerLoss } from "./ailing_flash.ts";
import { campaignSealer, configurationOf, CutHistory, type HistoryStep, type StoreFactory } from "./cut_history.ts";
import type { CutConfiguration } from "./cut_history.ts";
import type { Violation } from "./cut_trial.ts";
import { LEAST_SECTORS } from "../../../../firmware/nvram/ring_sectors.ts";
import { drawFault, type FaultKind, flipInNewestHeader, headerFlips, isStretch } from "./fault_draw.ts";
import { callOperations, MeteredFlash, mountOperations } from "./metered_flash.ts";
import { NotingSealer } from "./noting_sealer.ts";
import { brokenRule, type NumberedTrials, Objection, runNumbered, type TrialRunner } from "./numbered_trials.ts";
import type { RingRule } from "./ring_rules.ts";
import { SecretSearch } from "./secret_search.ts";
import { agrees, applyToModel, applyToStore, changeModel, describeDifference, modelKey } from "./store_model.ts";
import type { StoreModel, StoreOperation } from "./store_model.ts";
import { formatTrial } from "./trial_name.ts";
import { TrialRandom } from "./trial_random.ts";

/** Operations of the history that images are taken from, and of those before them, once the store is filled. */
const HISTORY_OPERATIONS = 90;
const FIRST_OPERATION = 10;
/** Enough to turn the ring of a full store; others would not turn in any time. */
const GOING_ON_WRITES_IF_FULL = 24;
const GOING_ON_WRITES = 8;
/** Tells the random numbers of these trials from those of others ("faul"). */
const FAULTS = 0x6661_756c;

/** Which trials are run, and of which store. */
export interface FaultTrialOptions extends NumberedTrials {
  /** Gives geometry and history. */
  readonly seed: number;
  /** Faults in each trial. */
  readonly faults: number;
  /** The store under test. */
  readonly makeStore: StoreFactory;
  /** Rules that it is let off. */
  readonly waives: readonly RingRule[];
}

/** Runs trials. */
export function faultTrials(options: FaultTrialOptions): ReturnType<typeof runNumbered> {
  return runNumbered(new FaultTrialRunner(options), options);
}

class FaultTrialRunner implements TrialRunner {
  readonly #options: FaultTrialOptions;
  readonly #configuration: CutConfiguration;
  readonly #history: readonly HistoryStep[];
  readonly #identities: readonly RecordIdentity[];
  readonly #historyBoxes: SecretSearch;
  readonly #random = new TrialRandom();
  readonly #openIds = new TrialRandom();
  readonly #part: FlashPart;
  readonly #workspace: Uint8Array;
  readonly #sealer: NotingSealer;
  readonly #flash: AilingFlash;
  readonly #meter: MeteredFlash;
  #store: NvramStore;
  #model = new Map<string, NvramRecord>();
  /** Bits that were written already may be wrong: damage may be reported. */
  #mayDamage = false;
  #kinds: FaultKind[] = [];
  /** What a write that was cut off, and has not happened, would have made of some records. */
  #undone = new Map<string, NvramRecord | undefined>();
  /** A header is lost that may have said that such a write never counts (FORMAT.md, Limits). */
  #isEndLost = false;

  constructor(options: FaultTrialOptions) {
    this.#options = options;
    this.#configuration = configurationOf(options.seed, options.makeStore, options.waives);
    const sealer = campaignSealer(options.seed);
    this.#sealer = new NotingSealer(sealer);
    const history = new CutHistory(this.#configuration, sealer);
    const operations = this.#configuration.fillingOperations + HISTORY_OPERATIONS;
    this.#history = Array.from({ length: operations }, () => history.next()).slice(
      FIRST_OPERATION - HISTORY_OPERATIONS,
    );
    this.#identities = history.identities;
    this.#historyBoxes = new SecretSearch(history.boxes);
    const { preset } = this.#configuration;
    const clock = new UntimedClock();
    this.#part = new FlashPart({ preset, clock, random: this.#random });
    this.#workspace = this.#part.image();
    this.#flash = new AilingFlash(this.#part, this.#random);
    this.#meter = new MeteredFlash(this.#flash, clock);
    this.#store = this.#makeStore();
  }

  /** How many commands the part was given in all trials. */
  get operations(): number {
    return this.#meter.operations;
  }

  run(number: number): Violation | undefined {
    this.#random.begin(this.#options.seed, number, FAULTS, 1);
    const { seed, faults } = this.#options;
    try {
      this.#live();
      return undefined;
    } catch (error) {
      const { rule, detail } = brokenRule(error);
      const trial = formatTrial({ seed, faultTrial: number, faults });
      return { trial, rule, detail: `${this.#kinds.join(" and ") || "no fault yet"}; ${detail}` };
    }
  }

  #live(): void {
    const random = this.#random;
    // Not the first boots: there is something to lose.
    const step = this.#history[random.below(this.#history.length)] as HistoryStep;
    this.#part.restore(step.image, step.programmed);
    this.#flash.heal();
    this.#model = new Map(step.before);
    // Open ids do not differ from trial to trial: what is sealed for one place can be remembered.
    this.#openIds.begin(this.#options.seed, step.index, FAULTS, 1);
    this.#sealer.forget();
    this.#mayDamage = false;
    this.#kinds = [];
    this.#undone.clear();
    this.#isEndLost = false;
    // A fault comes before the boot or into the living store.
    const comesLate = random.below(2) === 0;
    if (!comesLate) this.#inject();
    this.#boot();
    if (comesLate) this.#inject();
    const operations = 3 + random.below(10);
    // What a cut has left cannot be settled while the part takes nothing (FORMAT.md, Limits).
    const isCut = random.below(2) === 0 && !this.#kinds.some(isStretch);
    const cutIn = isCut ? random.below(operations) : -1;
    for (let count = 0; count < operations; count++) this.#operate(this.#draw(), count === cutIn);
    const flips = headerFlips(this.#kinds);
    if (flips > 0) {
      flipInNewestHeader(this.#part, flips, random);
      this.#mayDamage = true;
      this.#isEndLost = true;
    }
    for (let boot = 0; boot < 2; boot++) this.#boot();
    const isStopping = this.#kinds.some((kind) => isStretch(kind) || kind === "dead cells and a flip");
    if (isStopping || this.#options.faults > 1 || this.#options.waives.includes("goes on with a bad sector")) return;
    this.#goesOn();
    if (this.#configuration.fillingOperations > 0) this.#losesAnother();
  }

  #inject(): void {
    for (let count = 0; count < this.#options.faults; count++) {
      const kind = drawFault(this.#part, this.#flash, this.#random);
      this.#kinds.push(kind);
      this.#mayDamage ||= kind === "flip" || kind === "weak pulse";
    }
  }

  #makeStore(): NvramStore {
    const { maxNameBytes, maxValueBytes, makeStore } = this.#configuration;
    const random = (lengthBytes: number) => this.#openIds.bytes(lengthBytes);
    const parts = { flash: this.#meter, sealer: this.#sealer, random, maxNameBytes, maxValueBytes };
    return makeStore({ ...parts, workspace: this.#workspace });
  }

  #draw(): StoreOperation {
    const random = this.#random;
    const choice = random.below(24);
    const identity = this.#identities[random.below(this.#identities.length)] as RecordIdentity;
    // Boots before the next change leave heads that begin with a fence: those that a clear or another boot has opened.
    const isFenced = headerFlips(this.#kinds) > 0;
    if (choice < (isFenced ? 3 : 1)) return { kind: "clear secrets" };
    // What a boot takes for the end of the log shows in a stretch only if there is one in it.
    const boots = isFenced || this.#kinds.includes("one bit short") ? 9 : 3;
    if (choice < boots) return { kind: "boot" };
    if (choice < boots + 3) return { kind: "delete", identity };
    const value = random.bytes(8 + random.below(this.#configuration.maxValueBytes - 7));
    return { kind: "put", record: { ...identity, value } };
  }

  #operate(operation: StoreOperation, isCut: boolean): void {
    if (operation.kind === "boot" && !isCut) return this.#boot();
    if (isCut) this.#flash.cutAfter = this.#random.below(this.#random.below(2) === 0 ? 60 : 300);
    try {
      if (operation.kind === "boot") this.#store = this.#makeStore();
      this.#meter.allow(callOperations(this.#meter.geometry));
      const status = runToEnd(applyToStore(this.#store, operation));
      this.#flash.cutAfter = Infinity;
      if (status === "stored" || status === "unchanged" || status === "unscrubbed") this.#happen(operation);
      this.#check(this.#model, `${operation.kind} answered ${status}`);
      const isCleared = status === "stored" || status === "unchanged";
      if (operation.kind === "clear secrets" && isCleared) this.#requireCleared();
    } catch (error) {
      if (!(error instanceof PowerLoss)) throw error;
      // Power may go again while it recovers.
      if (this.#random.below(3) === 0) this.#flash.cutAfter = this.#random.below(80);
      try {
        this.#mount();
      } catch (again) {
        if (!(again instanceof PowerLoss)) throw again;
        this.#mount();
      }
      this.#flash.cutAfter = Infinity;
      if (this.#hasHappened(operation)) this.#happen(operation);
      else {
        const after = applyToModel(this.#model, operation);
        for (const key of this.#changedBy(after)) this.#undone.set(key, after.get(key));
      }
      this.#check(this.#model, `${operation.kind} was cut off`);
    }
  }

  #happen(operation: StoreOperation): void {
    if (this.#undone.size > 0) {
      for (const key of this.#changedBy(applyToModel(this.#model, operation))) this.#undone.delete(key);
    }
    changeModel(this.#model, operation);
  }

  #changedBy(after: StoreModel): readonly string[] {
    return [...this.#model.keys(), ...after.keys()].filter((key) => this.#model.get(key) !== after.get(key));
  }

  /** Whether an operation that was cut off has happened. */
  #hasHappened(operation: StoreOperation): boolean {
    const before = this.#model;
    const after = applyToModel(before, operation);
    if (!this.#mayDamage) return agrees(this.#store, after);
    // With damage about, only the record in flight tells.
    for (const key of this.#changedBy(after)) {
      const [old, now] = [before.get(key), after.get(key)];
      const record = now ?? old;
      if (record === undefined) continue;
      const answer = this.#store.get(record.class, record.name);
      if (answer.type === "found") return now !== undefined && this.#store.holds(now);
      if (answer.type === "absent" && now === undefined) return true;
    }
    return false;
  }

  #mount(): void {
    this.#store = this.#makeStore();
    this.#meter.allow(mountOperations(this.#meter.geometry));
    const report = runToEnd(this.#store.mount());
    if (report.type === "failed") throw new Objection("the store mounts", report.reason);
    if (report.formatted) throw new Objection("a log is not formatted over", "no log was found");
  }

  #boot(): void {
    this.#mount();
    this.#check(this.#model, "after a boot");
  }

  #check(model: StoreModel, when: string): void {
    // What a cut has left half way may turn out damaged then (FORMAT.md, Limits).
    this.#mayDamage ||= this.#flash.hasLeftHalfWay;
    const health = this.#store.health();
    if (!this.#mayDamage) {
      if (!agrees(this.#store, model)) {
        throw new Objection("what was acknowledged stays", `${when}: ${describeDifference(this.#store, model)}`);
      }
      if (health.damaged.length + health.unidentifiedDamage === 0) return;
      throw new Objection("a part that refuses is not taken for damage", `${when}: ${health.damaged.length} records`);
    }
    for (const record of this.#store.entries()) {
      const expected = model.get(modelKey(record));
      const undone = this.#isEndLost ? this.#undone.get(modelKey(record)) : undefined;
      if (undone !== undefined && this.#store.holds(undone)) continue;
      if (expected === undefined) throw new Objection("what was deleted stays deleted", when);
      if (this.#store.holds(expected)) continue;
      throw new Objection("a damaged value is reported, never replaced", when);
    }
    if (health.unidentifiedDamage > 0) return;
    for (const record of model.values()) {
      if (this.#store.get(record.class, record.name).type !== "absent") continue;
      if (this.#isEndLost && this.#undone.has(modelKey(record))) continue;
      throw new Objection("a record that is gone is reported", when);
    }
  }

  #requireCleared(): void {
    const image = this.#part.cells.bytes;
    if (this.#historyBoxes.isIn(image) || new SecretSearch(this.#sealer.secretBoxes).isIn(image)) {
      throw new Objection("cleared secrets are not in the image", "a sealed value is still there");
    }
  }

  /**
   * A full store that has retired a sector may have none left to go on with. Once so much was deleted that it accepts
   * more again it has, even if power went just then: another bad sector is no reason to stop either.
   */
  #losesAnother(): void {
    const { sectorCount } = this.#meter.geometry;
    if (this.#mayDamage || this.#store.health().retiredSectors !== 1 || sectorCount - 2 < LEAST_SECTORS) return;
    const cutIn = this.#random.below(4);
    const sector = this.#random.below(sectorCount);
    for (const [count, record] of [...this.#model.values()].entries()) {
      this.#flash.eraseFailure = undefined;
      this.#operate({ kind: "delete", identity: record }, count === cutIn);
      if (this.#model.has(modelKey(record))) continue;
      this.#flash.eraseFailure = { sector, times: Infinity, failure: "not at all", reported: true };
      this.#operate({ kind: "put", record: { ...record, value: new Uint8Array(1) } }, false);
      if (this.#model.has(modelKey(record))) return this.#goesOn();
    }
  }

  /**
   * One bad sector, or one bad place, is no reason to stop, however full the store is: what it holds may change as long
   * as it gets no longer. A program that fails may cost the change it was for.
   */
  #goesOn(): void {
    const held = [...this.#model.values()];
    const [identity] = this.#identities as [RecordIdentity];
    let refusable = this.#kinds.includes("program failure") ? 1 : 0;
    const writes = this.#configuration.fillingOperations > 0 ? GOING_ON_WRITES_IF_FULL : GOING_ON_WRITES;
    for (let round = 0; round < writes; round++) {
      const { class: recordClass, name, value } = held[round % held.length] ??
        { ...identity, value: new Uint8Array(8) };
      const record = { class: recordClass, name, value: this.#random.bytes(value.length) };
      this.#meter.allow(callOperations(this.#meter.geometry));
      const { type } = runToEnd(this.#store.put(record));
      // What is damaged takes up as much as the longest.
      const isDone = type === "stored" || type === "unchanged" || (type === "full" && this.#mayDamage);
      if (!isDone && refusable-- === 0) throw new Objection("the store goes on", `put ${round} answered ${type}`);
      if (type === "stored") changeModel(this.#model, { kind: "put", record });
    }
    this.#boot();
  }
}
