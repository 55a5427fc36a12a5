/**
 * Trials with faults that pass: an area refuses programs for a boot and takes
 * them again, a sector cannot be read and then can, bits read otherwise, or a
 * mount comes to nothing in a bad supply. Before, meanwhile and afterwards
 * records are stored, deleted and cleared, losses forgotten, the ring turns,
 * and power goes.
 *
 * @module
 */

import { isSecret, type NvramRecord, type NvramStore, type RecordIdentity } from "../../../../firmware/nvram/store.ts";
import { runToEnd, UntimedClock } from "../../../kernel/untimed_clock.ts";
import { FlashPart } from "../../../parts/flash/flash_part.ts";
import { AilingFlash, PowerLoss } from "./ailing_flash.ts";
import { campaignSealer, type CutConfiguration } from "./cut_history.ts";
import type { Violation } from "./cut_trial.ts";
import { callOperations, MeteredFlash, mountOperations } from "./metered_flash.ts";
import { NotingSealer } from "./noting_sealer.ts";
import { brokenRule, Objection, runNumbered, type TrialRunner } from "./numbered_trials.ts";
import { drawPassingKind, type PassingKind, strike } from "./passing_draw.ts";
import { PassingFlash } from "./passing_flash.ts";
import { passingConfiguration, PassingHistory, type PassingTrialOptions } from "./passing_history.ts";
import { PassingOracle } from "./passing_oracle.ts";
import { SecretSearch } from "./secret_search.ts";
import { applyToStore, modelKey, type StoreOperation } from "./store_model.ts";
import { formatTrial } from "./trial_name.ts";
import { TrialRandom } from "./trial_random.ts";

/** Writes that turn the ring on by a sector or two. */
const TURNING_WRITES = 24;
const GOING_ON_WRITES = 4;
/** Tells the random numbers of these trials from those of others ("pass"). */
const PASSING = 0x7061_7373;

/** Runs trials. */
export function passingTrials(options: PassingTrialOptions): ReturnType<typeof runNumbered> {
  return runNumbered(new PassingTrialRunner(options), options);
}

class PassingTrialRunner implements TrialRunner {
  readonly #options: PassingTrialOptions;
  readonly #configuration: CutConfiguration;
  readonly #history: PassingHistory;
  readonly #random = new TrialRandom();
  readonly #openIds = new TrialRandom();
  readonly #part: FlashPart;
  readonly #workspace: Uint8Array;
  readonly #sealer: NotingSealer;
  readonly #ailing: AilingFlash;
  readonly #passing: PassingFlash;
  readonly #meter: MeteredFlash;
  #store: NvramStore;
  #oracle = new PassingOracle(new Map(), []);
  #kind: PassingKind | undefined = undefined;
  /** The last mount came to nothing: the part could not be read. */
  #isRefused = false;
  /** What reads as if it were erased cannot be cleared. */
  #readsErased = false;
  #wasCut = false;
  /** The fault is there, or what it has hidden may be hidden still. */
  #isStruck = false;
  /** The part has fail bits. */
  #reports = false;
  /** A loss was told that is there for good. */
  #isLossTold = false;

  constructor(options: PassingTrialOptions) {
    this.#options = options;
    this.#configuration = passingConfiguration(options);
    const sealer = campaignSealer(options.seed);
    this.#sealer = new NotingSealer(sealer);
    this.#history = new PassingHistory(this.#configuration, sealer);
    const { preset } = this.#configuration;
    const clock = new UntimedClock();
    this.#part = new FlashPart({ preset, clock, random: this.#random });
    this.#workspace = this.#part.image();
    this.#ailing = new AilingFlash(this.#part, this.#random);
    this.#passing = new PassingFlash(this.#ailing, this.#random);
    this.#meter = new MeteredFlash(this.#passing, clock);
    this.#store = this.#makeStore();
  }

  /** How many commands the part was given in all trials. */
  get operations(): number {
    return this.#meter.operations;
  }

  run(number: number): Violation | undefined {
    this.#random.begin(this.#options.seed, number, PASSING, 1);
    try {
      this.#live();
      return undefined;
    } catch (error) {
      const { rule, detail } = brokenRule(error);
      const trial = formatTrial({ seed: this.#options.seed, passingTrial: number });
      return { trial, rule, detail: `${this.#kind ?? "no fault yet"}${this.#wasCut ? " after a cut" : ""}; ${detail}` };
    }
  }

  #live(): void {
    const random = this.#random;
    const kind = drawPassingKind(random);
    this.#begin(random.below(kind === "refusing area" ? 2 : 6) === 0);
    this.#boot("before the fault");
    this.#prepare(kind);
    this.#strike(kind);
    // An area may refuse from here on, before the next boot.
    if (kind === "refusing area" && random.below(2) === 0) {
      this.#operate(random.below(2) === 0 ? { kind: "clear secrets" } : this.#drawMeanwhile(), random.below(2) === 0);
    }
    for (let boots = 1 + random.below(3); boots > 0; boots--) {
      this.#boot("with the fault");
      // These last for one mount; what is acknowledged later is acknowledged by a part that is well.
      if (kind === "glitch" || kind === "unsettled mount") this.#pass();
      for (let count = random.below(6); count > 0; count--) {
        this.#operate(this.#drawMeanwhile(), random.below(12) === 0);
      }
      if (random.below(4) === 0) this.#turn();
    }
    this.#pass();
    if (kind === "unsettled mount") this.#takeBack();
    for (let boots = 1 + random.below(3); boots > 0; boots--) {
      this.#boot("after the fault");
      for (let count = random.below(6); count > 0; count--) this.#operate(this.#draw(), random.below(12) === 0);
      if (random.below(3) === 0) this.#turn();
    }
    this.#end();
  }

  #begin(isYoung: boolean): void {
    const { step, before } = this.#history.draw(isYoung, this.#random);
    this.#part.restore(step.image, step.programmed);
    this.#ailing.heal();
    this.#passing.recover();
    this.#oracle = new PassingOracle(step.before, before);
    this.#openIds.begin(this.#options.seed, step.index, PASSING, 1);
    this.#sealer.forget();
    this.#kind = undefined;
    this.#isRefused = false;
    this.#readsErased = false;
    this.#wasCut = false;
    this.#isStruck = false;
    this.#isLossTold = false;
  }

  /** What comes before the fault; power may go in the last of it, and no boot may come in between. */
  #prepare(kind: PassingKind): void {
    const random = this.#random;
    const isRefusing = kind === "refusing area";
    const operations = isRefusing && random.below(2) === 0 ? 0 : random.below(6);
    for (let count = operations; count > 0; count--) this.#operate(this.#draw(), false);
    if (kind === "two flips" && random.below(2) === 0) this.#operate({ kind: "clear secrets" }, false);
    if (kind === "unsettled mount") this.#operate(this.#putOfKey(), false);
    if (random.below(isRefusing ? 4 : 2) === 0) return;
    this.#operate(random.below(isRefusing ? 2 : 3) === 0 ? { kind: "clear secrets" } : this.#draw(), true);
    if (random.below(2) === 0) return;
    this.#boot("after a cut");
    for (let count = random.below(3); count > 0; count--) this.#operate(this.#draw(), false);
  }

  #strike(kind: PassingKind): void {
    this.#reports = this.#random.below(2) === 0;
    const struck = { part: this.#part, ailing: this.#ailing, passing: this.#passing };
    strike(kind, { ...struck, wasCut: this.#wasCut, reported: this.#reports }, this.#random);
    this.#kind = kind;
    this.#isStruck = true;
    this.#readsErased = this.#passing.misreading?.as === "erased" || kind === "glitch";
    const isRefusing = kind === "refusing area" || kind === "unsettled mount";
    this.#oracle.mayLose = !isRefusing;
    this.#oracle.isEndInDoubt = !isRefusing;
    this.#mindUndriven();
  }

  #pass(): void {
    this.#passing.recover();
    this.#ailing.sags = undefined;
    this.#ailing.programFailure = undefined;
    this.#ailing.eraseFailure = undefined;
    this.#isStruck = false;
  }

  /** Deletes what was stored last, or clears it, and goes on. */
  #takeBack(): void {
    const last = this.#oracle.last;
    if (last === undefined) return;
    this.#operate(this.#random.below(2) === 0 ? { kind: "delete", identity: last } : { kind: "clear secrets" }, false);
    if (this.#random.below(2) === 0) this.#turn();
  }

  #makeStore(): NvramStore {
    const { maxNameBytes, maxValueBytes, makeStore } = this.#configuration;
    const random = (lengthBytes: number) => this.#openIds.bytes(lengthBytes);
    const parts = { flash: this.#meter, sealer: this.#sealer, random, maxNameBytes, maxValueBytes };
    return makeStore({ ...parts, workspace: this.#workspace });
  }

  #draw(): StoreOperation | "forget losses" {
    const random = this.#random;
    const choice = random.below(24);
    const { identities } = this.#history;
    const identity = identities[random.below(identities.length)] as RecordIdentity;
    if (choice < 2) return { kind: "clear secrets" };
    if (choice < 3) return "forget losses";
    if (choice < 8) return { kind: "delete", identity };
    return { kind: "put", record: { ...identity, value: this.#value() } };
  }

  #putOfKey(): StoreOperation {
    const keys = this.#history.identities.filter((identity) => isSecret(identity.class));
    const { class: recordClass, name } = keys[this.#random.below(keys.length)] as RecordIdentity;
    return { kind: "put", record: { class: recordClass, name, value: this.#value() } };
  }

  /** Mostly a change of what cannot be found just now, as whoever misses it would set it again. */
  #drawMeanwhile(): StoreOperation | "forget losses" {
    const random = this.#random;
    const missing = this.#oracle.records.filter((record) =>
      this.#store.get(record.class, record.name).type !== "found"
    );
    if (missing.length === 0 || random.below(3) === 0) return this.#draw();
    const { class: recordClass, name } = missing[random.below(missing.length)] as NvramRecord;
    return { kind: "put", record: { class: recordClass, name, value: this.#value() } };
  }

  #value(): Uint8Array {
    return this.#random.bytes(8 + this.#random.below(this.#configuration.maxValueBytes - 7));
  }

  /** What a store answered; nothing if there is none, or power went. */
  #operate(operation: StoreOperation | "forget losses", isCut: boolean): string | undefined {
    if (this.#isRefused) return undefined;
    if (operation === "forget losses") return this.#forget();
    if (isCut) this.#planCut(operation.kind === "clear secrets");
    try {
      this.#meter.allow(callOperations(this.#meter.geometry));
      const losses = this.#store.health().unidentifiedDamage;
      const status = runToEnd(applyToStore(this.#store, operation));
      this.#endCuts();
      this.#acknowledge(operation, status, losses);
      return status;
    } catch (error) {
      if (!(error instanceof PowerLoss)) throw error;
      this.#wasCut = true;
      this.#mindUndriven();
      this.#oracle.mayHappen(operation);
      // The next boot is the caller's; until then there is no store.
      this.#isRefused = true;
      return undefined;
    }
  }

  /** In a few bytes, or in one of the erases of a clear. */
  #planCut(clears: boolean): void {
    const random = this.#random;
    if (clears && random.below(4) > 0) this.#ailing.cutAfterErases = random.below(this.#meter.geometry.sectorCount);
    else this.#ailing.cutAfter = random.below(random.below(2) === 0 ? 60 : 300);
  }

  #endCuts(): void {
    this.#ailing.cutAfter = Infinity;
    this.#ailing.cutAfterErases = Infinity;
  }

  /** Nobody can tell bits that were not driven again from such as were, if the part does not say so. */
  #mindUndriven(): void {
    if (this.#isStruck && this.#wasCut && !this.#reports) this.#oracle.mayLose = true;
  }

  #acknowledge(operation: StoreOperation, status: string, losses: number): void {
    const isDone = status === "stored" || status === "unchanged";
    if (operation.kind === "delete" && status === "unchanged" && losses > 0) {
      this.#oracle.mayBeAbsent(modelKey(operation.identity));
    } else if (isDone || status === "unscrubbed") this.#oracle.happen(operation);
    this.#oracle.check(this.#store, `${operation.kind} answered ${status}`, false);
    if (operation.kind === "clear secrets" && isDone && !this.#readsErased) this.#requireCleared();
  }

  #forget(): string {
    this.#meter.allow(callOperations(this.#meter.geometry));
    const { type } = runToEnd(this.#store.forgetLosses());
    if (type === "stored" || type === "unchanged") {
      this.#oracle.forget(this.#store);
      this.#isLossTold = false;
    }
    return type;
  }

  /** Stores one record often enough for the ring to turn on. */
  #turn(): void {
    const { identities } = this.#history;
    const { class: recordClass, name } = identities[this.#random.below(identities.length)] as RecordIdentity;
    for (let count = 0; count < TURNING_WRITES; count++) {
      this.#operate({ kind: "put", record: { class: recordClass, name, value: this.#value() } }, false);
    }
  }

  #boot(when: string): void {
    this.#store = this.#makeStore();
    this.#meter.allow(mountOperations(this.#meter.geometry));
    const report = runToEnd(this.#store.mount());
    this.#isRefused = report.type === "failed";
    if (report.type === "failed") {
      // What cannot be read may look like a log of another kind.
      if (this.#isStruck && this.#passing.isMisread) return;
      throw new Objection("the store mounts", `${when}: ${report.reason}`);
    }
    if (report.formatted && !this.#oracle.mayLose) throw new Objection("a log is not formatted over", when);
    this.#oracle.noteMount(report);
    if (this.#kind === "glitch" && this.#isStruck) this.#oracle.misread();
    // What a cut has left half way is not settled by a part that takes nothing (FORMAT.md, Limits).
    // Nor is what a mount has misread.
    this.#oracle.check(this.#store, when, !this.#isStruck && this.#kind !== "glitch");
    if (this.#kind === "two flips") this.#requireTold(when);
  }

  /** What is lost for good goes on to be told. */
  #requireTold(when: string): void {
    const { unidentifiedDamage } = this.#store.health();
    if (this.#isLossTold && unidentifiedDamage === 0) {
      throw new Objection("a loss is reported until it is forgotten", when);
    }
    this.#isLossTold ||= unidentifiedDamage > 0;
  }

  #end(): void {
    this.#boot("in the end");
    const before = this.#answers();
    this.#boot("in the end again");
    if (this.#answers() !== before) throw new Objection("two boots without writes agree", "in the end");
    this.#goesOn();
    this.#boot("after more writes");
  }

  /** What was refused for a while is no reason to stop. */
  #goesOn(): void {
    const [identity] = this.#history.identities as [RecordIdentity];
    const { class: recordClass, name } = this.#store.entries()[0] ?? identity;
    const record = { class: recordClass, name, value: new Uint8Array(8) };
    for (let count = 0; count < GOING_ON_WRITES; count++) {
      const status = this.#operate({ kind: "put", record: { ...record, value: this.#random.bytes(8) } }, false);
      // What is damaged takes up as much as the longest.
      if (status === "stored" || (status === "full" && this.#oracle.mayLose)) return;
    }
    throw new Objection("the store goes on", "no put was stored");
  }

  /** What the store answers, to be compared and never shown. */
  #answers(): string {
    const { damaged, unidentifiedDamage } = this.#store.health();
    const entries = this.#store.entries().map((record) => [modelKey(record), ...record.value].join());
    return [...entries.sort(), ...damaged.map(modelKey).sort(), unidentifiedDamage > 0].join("\n");
  }

  #requireCleared(): void {
    const image = this.#part.cells.bytes;
    if (this.#history.boxes.isIn(image) || new SecretSearch(this.#sealer.secretBoxes).isIn(image)) {
      throw new Objection("cleared secrets are not in the image", "a sealed value is still there");
    }
    if (this.#store.entries().some((record) => isSecret(record.class))) {
      throw new Objection("cleared secrets are not in the store", "a secret record is still there");
    }
  }
}
