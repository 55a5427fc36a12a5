/**
 * What applications may expect of the adapters of a history, from nothing but
 * what they have asked for and were told.
 *
 * @module
 */

import { IsdscStatus } from "../../../firmware/manual/interface.ts";
import type { Cycle } from "../../../sim/kernel/task.ts";
import { LastWriter, type Value } from "../../../sim/lab/explore/oracle/last_writer.ts";
import { Ages } from "./ages.ts";
import {
  ANSWERED_BY,
  COUNT_AT_LOGIN,
  type HistoryAdapter,
  type KeyName,
  SAVED_PORTS,
  type SavedPort,
  type SettingName,
} from "./history.ts";
import { canHave } from "./named.ts";

/** A setting that is over. */
export interface EndedSetting {
  /** Whose it is. */
  readonly scope: number | "all";
  readonly name: SettingName;
  readonly persist: boolean;
  readonly value: string;
  readonly begun: Cycle;
  readonly end: Cycle;
  /** In which run of the service. */
  readonly run: number;
  /** The adapters that were there all the time. */
  readonly stayed: readonly number[];
  /** The status; `undefined` if it never came. */
  readonly status: number | undefined;
  /** Whether all was up and nothing else went on from its begin to its end. */
  readonly isUndisturbed: boolean;
}

/** What a saved login is told from others by. */
export interface SavedName {
  readonly adapter: number;
  readonly target: number;
  readonly port: SavedPort;
}

function cellOf({ adapter, target, port }: SavedName): string {
  return `${adapter}/${target}/${port}`;
}

/** What may be in force on the adapters. */
export class Expectation {
  readonly #adapters: HistoryAdapter[];
  /** Settings of which adapters have lacked the port, in their order. */
  readonly #ofMissingPorts: { readonly adapter: number; readonly setting: EndedSetting }[] = [];
  readonly #writers: LastWriter<SettingName>;
  readonly #ages: readonly Ages[];
  /** The keys of logins that may be saved, by adapter, target and port. */
  readonly #saved = new Map<string, readonly Value[]>();

  /** Nothing is in force. */
  constructor(adapters: readonly HistoryAdapter[]) {
    this.#adapters = [...adapters];
    this.#writers = new LastWriter(adapters.length);
    this.#ages = adapters.map(() => new Ages());
  }

  /** The run of the service, which a setting belongs to. */
  get run(): number {
    return this.#writers.run;
  }

  /** A run of the service has ended. */
  runEnds(): void {
    this.#writers.runEnds();
  }

  /** Whether an adapter can have what a name says. */
  canHave(adapter: number, name: SettingName): boolean {
    const made = this.#adapters[adapter];
    return made !== undefined && canHave(made, name);
  }

  /**
   * A setting is over; it may have happened if it was not acknowledged.
   *
   * @returns What is wrong with its status, if anything is.
   */
  ended(setting: EndedSetting): string | undefined {
    const { scope, name, persist, value, begun, end, run, stayed, status, isUndisturbed } = setting;
    const meant = [...this.#adapters.keys()].filter((adapter) => scope === "all" || scope === adapter);
    const able = meant.filter((adapter) => this.canHave(adapter, name));
    const isPartial = able.length > 0 && able.length < meant.length;
    // Some cannot have it. If nothing else was the matter all others have it, unless one is full.
    const isRoomy = able.every((adapter) => this.#adapters[adapter]?.capacity === undefined);
    const isTakenByAble = isUndisturbed && isPartial && isRoomy && status === IsdscStatus.OPERATION_NOT_ALL_SUCCESS;
    const acknowledged = status === IsdscStatus.SUCCESS || isTakenByAble;
    for (const adapter of meant.filter((each) => !able.includes(each))) {
      this.#ofMissingPorts.push({ adapter, setting });
    }
    for (const adapter of able) {
      // One that was away gets what was set for all when it comes, if it has room then.
      const mayLackRoom = scope === "all" && this.#adapters[adapter]?.capacity !== undefined;
      const isTaken = acknowledged && (!mayLackRoom || stayed.includes(adapter));
      this.#writers.written({ adapter, name, persist, value, begun, run }, isTaken, end);
      this.#ages[adapter]?.named(name, { persist, begun, run, acknowledged: isTaken ? end : undefined });
    }
    const isWrong = isUndisturbed && able.length < meant.length && status === IsdscStatus.SUCCESS;
    return isWrong ? `${name} is acknowledged for ${scope}, and not all can have it` : undefined;
  }

  /** An adapter has a second port from now on, and may get what was set for that one before. */
  portComes(adapter: number): void {
    const before = this.#adapters[adapter];
    if (before !== undefined) this.#adapters[adapter] = { ...before, numberOfPorts: 2 };
    for (
      const { setting: { name, persist, value, begun, run, end } } of this.#ofMissingPorts.filter((each) =>
        each.adapter === adapter
      )
    ) {
      this.#writers.written({ adapter, name, persist, value, begun, run }, false, end);
      this.#ages[adapter]?.named(name, { persist, begun, run, acknowledged: undefined });
    }
  }

  /** An adapter was to forget the logins to a target. */
  forgettingEnded(adapter: number, target: number, isAcknowledged: boolean): void {
    for (const port of SAVED_PORTS) this.savingEnded({ adapter, target, port }, undefined, isAcknowledged);
  }

  /** An adapter was to save a login with a key, or to forget it. What was acknowledged before is there until the other is. */
  savingEnded(login: SavedName, key: Value, isAcknowledged: boolean): void {
    this.#saved.set(cellOf(login), isAcknowledged ? [key] : [...this.savedKeys(login), key]);
  }

  /** The keys one of which a saved login has; `undefined` if it may be not there. */
  savedKeys(login: SavedName): readonly Value[] {
    return this.#saved.get(cellOf(login)) ?? [undefined];
  }

  /** It was seen what is saved, and nothing is under way: it stays so. */
  savedSeen(login: SavedName, key: Value): void {
    this.#saved.set(cellOf(login), [key]);
  }

  /** What may be in force for a name of an adapter. */
  allowed(adapter: number, name: SettingName): ReadonlySet<Value> {
    return this.canHave(adapter, name) ? this.#writers.allowed(adapter, name) : new Set([undefined]);
  }

  /** How a question for a key may be answered: that it is there, or that it is not. */
  answers(adapter: number, name: KeyName): { readonly mayBeThere: boolean; readonly mayBeAbsent: boolean } {
    const allowed = this.canHave(adapter, name) ? ANSWERED_BY[name].map((each) => this.allowed(adapter, each)) : [];
    return {
      mayBeThere: allowed.some((values) => values.size > 1 || !values.has(undefined)),
      mayBeAbsent: allowed.every((values) => values.has(undefined)),
    };
  }

  /** It was seen what is in force, and nothing is under way: nothing else may be later. */
  seen(adapter: number, name: SettingName, value: Value): void {
    this.#writers.seen(adapter, name, value);
    if (value === undefined) this.#ages[adapter]?.gone(name);
  }

  /** The keys with which a login through an adapter may go that holds these; none if it must fail. */
  usable(adapter: number, found: ReadonlyMap<SettingName, Value>): readonly Value[] {
    const isThere = (name: SettingName) => found.get(name) !== undefined;
    const place = COUNT_AT_LOGIN.map((names) => names.filter(isThere)).find((names) => names.length > 0) ?? [];
    const isOldest = (name: SettingName) =>
      !place.some((other) => other !== name && this.#ages[adapter]?.isOlder(other, name, this.run));
    return place.filter(isOldest).map((name) => found.get(name));
  }

  /** Whether a login may go with a key, as far as is known without a look at what the adapter holds. */
  mayUse(adapter: number, used: Value): boolean {
    for (const names of COUNT_AT_LOGIN) {
      const allowed = names.map((name) => this.allowed(adapter, name));
      if (allowed.some((values) => values.has(used))) return true;
      if (!allowed.every((values) => values.has(undefined))) return false;
    }
    return false;
  }

  /** Whether there is certainly a key for a login through an adapter. */
  hasKey(adapter: number): boolean {
    return COUNT_AT_LOGIN.flat().some((name) => !this.allowed(adapter, name).has(undefined));
  }
}
