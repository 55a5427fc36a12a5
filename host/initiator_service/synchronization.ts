/**
 * Synchronisation of an adapter's cache with what the service holds: at the
 * start of the service, at the arrival of an adapter, after each reset.
 *
 * The generational GUID is written last, because it is the commit record: as
 * long as adapter and store do not hold the same one, the cache counts for
 * nothing and is cleared and filled again.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { AdapterStatus } from "../../firmware/manual/interface.ts";
import type { Kernel } from "../../sim/kernel/kernel.ts";
import type { RandomStream } from "../../sim/kernel/random.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { callEvent, returnEvent, stateEvent } from "../../sim/trace/events.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";
import type { HostCosts } from "../costs.ts";
import { type AdapterLink, isFallback, isSuccess } from "./adapter_link.ts";
import type { HeldRecords } from "./held_records.ts";
import type { CommitResult, KeyStore, StoreChange } from "./key_store.ts";
import { wipeRecord } from "./security_record.ts";

/** What the operations of a running service share. */
export interface ServiceContext {
  /** Whose time it lives in. */
  readonly kernel: Kernel;
  /** The trace. */
  readonly recorder: Recorder;
  /** As whom to record. */
  readonly component: Component;
  /** What things cost. */
  readonly costs: HostCosts;
  /** Where generational GUIDs come from. */
  readonly random: RandomStream;
  /** The durable store. */
  readonly store: KeyStore;
  /** What the service holds. */
  readonly held: HeldRecords;
}

const GUID_BYTES = 16;

/** Synchronises an adapter as far as it goes, and settles the link. The caller holds the link's lock. */
export function* synchronize(context: ServiceContext, link: AdapterLink): Task {
  const { departures } = link;
  link.settle(yield* attempt(context, link), departures);
}

/** A new name for a generation of keys. */
export function newGenerationalGuid(random: RandomStream): Uint8Array {
  return random.bytes(GUID_BYTES);
}

/** Makes changes durable, which takes the time of a disk. */
export function* commit(context: ServiceContext, changes: readonly StoreChange[]): Task<CommitResult> {
  if (changes.length === 0) return { type: "committed" };
  const { kernel, recorder, component, costs, store } = context;
  recorder.record(component, callEvent, {
    to: "key store",
    operation: "commit",
    lengthBytes: 0,
    detail: changes.map(({ type, row }) => `${type} ${row.kind}`).join(", "),
  });
  yield* kernel.sleep(costs.storeCommitCycles);
  const result = store.commit(changes);
  recorder.record(recorder.component("key store"), returnEvent, {
    to: "initiator service",
    operation: "commit",
    lengthBytes: 0,
    status: result.type,
  });
  return result;
}

function* attempt(context: ServiceContext, link: AdapterLink): Task<boolean> {
  const information = yield* link.queryInformation();
  if (information === undefined || information.Status === AdapterStatus.failed) {
    note(context, link, "not synchronised", "the adapter does not answer");
    return false;
  }
  if (!link.isNonvolatile) {
    yield* replay(context, link);
    note(context, link, "synchronised", "records replayed to an adapter without nonvolatile cache");
    return true;
  }
  const expected = context.held.generationalGuid(link.name);
  if (information.CacheValid && expected !== undefined && equalBytes(information.GenerationalGuid, expected)) {
    note(context, link, "synchronised", "generational GUID matches");
    return true;
  }
  const cleared = yield* link.clearCache();
  link.isPartial = isFallback(cleared);
  if (link.isPartial) {
    // A provider without ClearCache and SetGenerationalGuid: what it keeps cannot be trusted, only overwritten.
    yield* replay(context, link);
    note(context, link, "synchronised", "records replayed to a partial provider");
    return true;
  }
  const complete = isSuccess(cleared) && (yield* replay(context, link));
  const stamped = complete && (yield* stamp(context, link));
  note(context, link, stamped ? "synchronised" : "not synchronised", "cache cleared and records replayed");
  return stamped;
}

/**
 * Gives all records to the adapter; those that it does not take are handed over at logins.
 *
 * @returns True if it took all that it keeps at all. Otherwise it must not be stamped: what is missing is known only in memory.
 */
function* replay(context: ServiceContext, link: AdapterLink): Task<boolean> {
  let complete = true;
  link.notKept.clear();
  for (const held of context.held.effective(link.name)) {
    const record = context.held.open(held);
    if (record === undefined) {
      note(context, link, "damaged record", held.row.kind);
      complete = false;
      continue;
    }
    const outcome = yield* link.set(record);
    wipeRecord(record);
    if (isSuccess(outcome)) continue;
    link.notKept.add(held.key);
    if (!isFallback(outcome)) complete = false;
  }
  return complete;
}

function* stamp(context: ServiceContext, link: AdapterLink): Task<boolean> {
  const guid = newGenerationalGuid(context.random);
  if (!isSuccess(yield* link.setGenerationalGuid(guid))) return false;
  const committed = yield* commit(context, [context.held.guidChange(link.name, guid)]);
  return committed.type === "committed";
}

function note({ recorder, component }: ServiceContext, link: AdapterLink, state: string, detail: string): void {
  recorder.record(component, stateEvent, { state: `${link.name} ${state}`, detail });
}
