/**
 * What a store may answer whose part refuses or misreads for a while.
 *
 * What was acknowledged is there or is told as lost, what was deleted stays
 * deleted, no value is given for another, and what is told as lost goes on to
 * be told until whoever uses the store says that it has set all again.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { isSecret, type MountReport, type NvramRecord, type NvramStore } from "../../../../firmware/nvram/store.ts";
import type { HistoryStep } from "./cut_history.ts";
import { Objection } from "./numbered_trials.ts";
import { modelKey, type StoreModel, type StoreOperation } from "./store_model.ts";

/** What a store is asked. */
export type AskedStore = Pick<NvramStore, "entries" | "get" | "health">;

/** A record, or none. */
type Content = NvramRecord | undefined;

/** What is known of a name. */
interface Name {
  /** What a store may answer: more than one while nobody can tell. */
  allowed: readonly Content[];
  /** What it was before. */
  past: readonly Content[];
  /** What of that it may be again, as a mount has told. */
  doubted: readonly Content[];
  /** What writes that were cut off, and have not happened, would have made of it. */
  undone: readonly Content[];
  /** What a mount whose reads went wrong may not have seen: that may be read again later, before what was stored since. */
  unseen: readonly Content[];
}

/** Knows what was done to a store. */
export class PassingOracle {
  readonly #names = new Map<string, Name>();
  readonly #records = new Map<string, NvramRecord>();
  #last: NvramRecord | undefined = undefined;
  /** Bits may be wrong, or may have been when something was written: losses may be told. */
  mayLose = false;
  /** What says where the log has ended may have been misread: a write that was cut off may count after all. */
  isEndInDoubt = false;

  /**
   * Begins with what a store holds.
   *
   * @param model What that is.
   * @param history What was done to it before.
   */
  constructor(model: StoreModel, history: readonly Pick<HistoryStep, "operation" | "before" | "after">[]) {
    for (const { operation, before, after } of history) if (before !== after) this.happen(operation);
    for (const [key, record] of model) {
      this.#records.set(key, record);
      this.#name(key).allowed = [record];
    }
  }

  /** What was stored last. */
  get last(): NvramRecord | undefined {
    return this.#last;
  }

  /** The records that a store should hold, or may. */
  get records(): readonly NvramRecord[] {
    return [...this.#names.values()].flatMap(({ allowed }) => allowed.find((content) => content !== undefined) ?? []);
  }

  /** An operation was acknowledged. */
  happen(operation: StoreOperation): void {
    for (const [key, content] of this.#changes(operation)) {
      const name = this.#name(key);
      name.past = [...name.past, ...name.allowed];
      name.undone = [];
      name.doubted = [];
      name.allowed = [content];
    }
  }

  /** An operation was cut off: it has happened, or it has not. */
  mayHappen(operation: StoreOperation): void {
    for (const [key, content] of this.#changes(operation)) {
      const name = this.#name(key);
      name.allowed = [...name.allowed, content];
    }
  }

  /** A name was not there to be deleted, as far as the store could see. */
  mayBeAbsent(key: string): void {
    const name = this.#name(key);
    if (!name.allowed.includes(undefined)) name.allowed = [...name.allowed, undefined];
  }

  /** Losses are forgotten: whatever is not there is not asked for any more, but it may come again. */
  forget(store: AskedStore): void {
    for (const [key, { class: recordClass, name }] of this.#records) {
      if (store.get(recordClass, name).type === "absent") this.mayBeAbsent(key);
    }
  }

  /** A mount has told something that no later one need tell. */
  noteMount(report: MountReport): void {
    if (report.type !== "mounted" || !report.doubtfulWrite || !this.mayLose) return;
    for (const name of this.#names.values()) name.doubted = name.past;
  }

  /**
   * A mount has misread what it may have written over: what it has not seen may be gone or older, without a word, until it
   * is stored again, and may come again later (FORMAT.md, Limits). A value that was never the name's is none of these.
   */
  misread(): void {
    for (const name of this.#names.values()) {
      name.unseen = name.allowed;
      name.allowed = [...name.allowed, ...name.past, undefined];
    }
  }

  /**
   * Asks a store for all.
   *
   * @param store It.
   * @param when For the objection.
   * @param isSettled The part is itself: what could not be told before is as the store says.
   * @throws {Objection} It may not answer as it does.
   */
  check(store: AskedStore, when: string, isSettled: boolean): void {
    const found = new Map(store.entries().map((record) => [modelKey(record), record]));
    for (const [key, record] of found) this.#allow(key, record, when);
    const { damaged, unidentifiedDamage } = store.health();
    if (!this.mayLose && damaged.length + unidentifiedDamage > 0) {
      throw new Objection("a part that refuses is not taken for damage", `${when}: ${damaged.length} records`);
    }
    for (const [key, name] of this.#names) {
      if (found.has(key)) {
        if (isSettled) this.#settle(name, found.get(key));
        continue;
      }
      const record = this.#records.get(key);
      const isDamaged = record !== undefined && store.get(record.class, record.name).type === "damaged";
      if (isDamaged || unidentifiedDamage > 0) continue;
      if (name.allowed.includes(undefined)) {
        if (isSettled) this.#settle(name, undefined);
        continue;
      }
      if (name.doubted.includes(undefined)) continue;
      const rule = this.mayLose ? "a record that is gone is reported" : "what was acknowledged stays";
      throw new Objection(rule, when);
    }
  }

  #allow(key: string, record: NvramRecord, when: string): void {
    const name = this.#name(key);
    const isOneOf = (contents: readonly Content[]) => contents.some((content) => isSame(content, record));
    if (isOneOf(name.allowed)) return;
    if (isOneOf(name.doubted) || isOneOf(name.unseen)) return;
    if (this.isEndInDoubt && isOneOf(name.undone)) return;
    if (name.allowed.every((content) => content === undefined)) {
      throw new Objection("what was deleted stays deleted", when);
    }
    throw new Objection(
      this.mayLose ? "a damaged value is reported, never replaced" : "what was acknowledged stays",
      isOneOf(name.past) ? `${when}: an older value` : `${when}: a value that was never the name's`,
    );
  }

  #settle(name: Name, content: Content): void {
    if (name.allowed.length === 1) return;
    const same = name.allowed.find((each) => isSame(each, content));
    if (content !== undefined && same === undefined) return;
    name.undone = [...name.undone, ...name.allowed.filter((each) => each !== same)];
    name.allowed = [same];
  }

  #changes(operation: StoreOperation): readonly (readonly [string, Content])[] {
    switch (operation.kind) {
      case "put": {
        const key = modelKey(operation.record);
        this.#records.set(key, operation.record);
        this.#last = operation.record;
        return [[key, operation.record]];
      }
      case "delete":
        return [[modelKey(operation.identity), undefined]];
      case "clear secrets":
        return [...this.#records].filter(([, record]) => isSecret(record.class)).map(([key]) => [key, undefined]);
      case "boot":
        return [];
      default:
        return operation satisfies never;
    }
  }

  #name(key: string): Name {
    let name = this.#names.get(key);
    if (name === undefined) {
      name = { allowed: [undefined], past: [], doubted: [], undone: [], unseen: [] };
      this.#names.set(key, name);
    }
    return name;
  }
}

function isSame(one: Content, other: Content): boolean {
  return one === undefined || other === undefined ? one === other : equalBytes(one.value, other.value);
}
