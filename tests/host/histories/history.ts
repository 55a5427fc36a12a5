/**
 * Histories: what applications, other tools and accidents do to a host, as
 * plain data.
 *
 * @module
 */

import type { Cycles } from "../../../sim/kernel/task.ts";
import type { TestStorage } from "../adapter_model.ts";

/** Whom a key is for that can be asked for: for all ports, unless it says another. The second address is port 1's own. */
export const KEY_NAMES = [
  "own address",
  "own address, port 0",
  "other address",
  "other address, port 0",
  "second address, port 1",
  "one.example",
  "one.example, port 0",
  "two.example",
] as const;

/** Whom a key is for that can be asked for. */
export type KeyName = typeof KEY_NAMES[number];

/** Whom a setting names: for all ports, unless it says another. */
export const SETTING_NAMES = [
  ...KEY_NAMES,
  "group key",
  "tunnel",
  "tunnel, port 0",
] as const;

/** Whom a setting names. */
export type SettingName = typeof SETTING_NAMES[number];

/** Whose keys answer a question for one: the port's own, that for all ports, and for all ports any port's. */
export const ANSWERED_BY: Readonly<Record<KeyName, readonly KeyName[]>> = {
  "own address": ["own address", "own address, port 0"],
  "own address, port 0": ["own address, port 0", "own address"],
  "other address": ["other address", "other address, port 0"],
  "other address, port 0": ["other address, port 0", "other address"],
  "second address, port 1": ["second address, port 1"],
  "one.example": ["one.example", "one.example, port 0"],
  "one.example, port 0": ["one.example, port 0", "one.example"],
  "two.example": ["two.example"],
};

/** What a login of port 0 goes by, in its order: the other address is no port's. Of several in one place it is the oldest. */
export const COUNT_AT_LOGIN: readonly (readonly SettingName[])[] = [
  ["own address, port 0"],
  ["own address"],
  ["other address, port 0", "one.example, port 0"],
  ["one.example", "two.example"],
  ["group key"],
  ["other address"],
];

/** Keys that an adapter without storage refuses, and that the service may hold for others. */
export const OF_NO_ADDRESS: readonly SettingName[] = [
  "other address",
  "other address, port 0",
  "one.example",
  "one.example, port 0",
  "two.example",
];

/** What a login says of keys: nothing, that there must be one, or which. */
export const LOGIN_KINDS = ["as it comes", "requires IPsec", "brings a key"] as const;

/** What a login says of keys. */
export type LoginKind = typeof LOGIN_KINDS[number];

/** The ports for which logins are saved: one beside another is another login. */
export const SAVED_PORTS = ["any", 0] as const;

/** The port for which a login is saved. */
export type SavedPort = typeof SAVED_PORTS[number];

/** How a ClearCache fails: it is put off, not carried out, or refused. */
export const CLEAR_FAILURES = ["busy", "hardware error", "refused"] as const;

/** How a ClearCache fails. */
export type ClearFailure = typeof CLEAR_FAILURES[number];

/** One step. Adapters are numbered from 0. */
export type Step =
  /** An application sets a key, and waits for the answer or not. Each key is another one. */
  | {
    readonly type: "set";
    readonly adapter: number | "all";
    readonly name: SettingName;
    readonly persist: boolean;
    readonly wait: boolean;
  }
  /** An application asks for a key's flags, and waits for the answer or not. */
  | { readonly type: "get"; readonly adapter: number; readonly name: KeyName; readonly wait: boolean }
  /** An application logs in. */
  | { readonly type: "login"; readonly adapter: number; readonly how: LoginKind }
  /**
   * An application has an adapter save a login, each with another key, or forget those of all ports. Targets are
   * numbered from 0.
   */
  | {
    readonly type: "save";
    readonly adapter: number;
    readonly target: number;
    readonly port: SavedPort;
    readonly wait: boolean;
  }
  | { readonly type: "forget"; readonly adapter: number; readonly target: number }
  /** All is up, another adapter is reset, and an application logs in meanwhile; as the only one to its target, or not. */
  | {
    readonly type: "login beside reset";
    readonly adapter: number;
    readonly reset: number;
    readonly by: "driver" | "firmware";
    readonly afterCycles: Cycles;
    readonly isOnly: boolean;
  }
  /** All is up, and an adapter loses its keys without noticing it; an application logs in. */
  | { readonly type: "lost keys"; readonly adapter: number }
  /** Another tool clears an adapter's cache. */
  | { readonly type: "foreign clear"; readonly adapter: number }
  /** Another tool saves a login of its own, forgets it, or sets a key for an identifier of its own; at the latest until all comes up. */
  | { readonly type: "foreign save"; readonly adapter: number }
  | { readonly type: "foreign forget"; readonly adapter: number }
  | { readonly type: "foreign key"; readonly adapter: number }
  /** The host boots, and an adapter has two ports from then on. */
  | { readonly type: "second port"; readonly adapter: number }
  /** Another tool names it. */
  | { readonly type: "foreign name"; readonly adapter: number }
  /** The driver resets an adapter. */
  | { readonly type: "driver reset"; readonly adapter: number }
  /** The bus of an adapter is reset: what it was asked for it does, and nobody hears of it. */
  | { readonly type: "bus reset"; readonly adapter: number }
  /** An adapter resets itself. */
  | { readonly type: "firmware reset"; readonly adapter: number }
  /** An adapter loses its power, and gets it back. */
  | { readonly type: "power cut"; readonly adapter: number; readonly offCycles: Cycles }
  /** An adapter does not reach host memory for a while. */
  | { readonly type: "no DMA"; readonly adapter: number; readonly offCycles: Cycles }
  /** An adapter fails to clear its cache, so often, whoever asks for it; at the latest until all comes up. */
  | { readonly type: "clears fail"; readonly adapter: number; readonly how: ClearFailure; readonly times: number }
  /** The service dies. */
  | { readonly type: "kill service" }
  /** It is stopped in good order. */
  | { readonly type: "stop service" }
  /** It is started. */
  | { readonly type: "start service" }
  /** The host loses its power, and gets it back. */
  | { readonly type: "reboot" }
  /** The disk of the store is full for a while. */
  | { readonly type: "full disk"; readonly offCycles: Cycles }
  /** Time passes. */
  | { readonly type: "pass"; readonly cycles: Cycles }
  /** Everything comes up, and what is in force is looked at. */
  | { readonly type: "check" };

/** An adapter of a history. */
export interface HistoryAdapter {
  /** Where it keeps keys. */
  readonly storage: TestStorage;
  /** How many ports it has: a setting for all adapters may be for one that it lacks. */
  readonly numberOfPorts: 1 | 2;
  /** For how many keys and saved logins it has room; without it, for more than there are. */
  readonly capacity?: number;
  /** Its driver: like Microsoft's sample it has no ClearCache. Before each look such an adapter is reset. */
  readonly provider?: "sample";
}

/** A history. */
export interface History {
  /** The adapters. */
  readonly adapters: readonly HistoryAdapter[];
  /** What happens. */
  readonly steps: readonly Step[];
}
