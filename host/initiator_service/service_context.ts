/**
 * What the operations of a running service share, and how they make changes durable.
 *
 * @module
 */

import type { Kernel } from "../../sim/kernel/kernel.ts";
import type { RandomStream } from "../../sim/kernel/random.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { Components } from "../../sim/trace/components.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";
import { TracedCall } from "../../sim/trace/traced_call.ts";
import type { HostCosts } from "../costs.ts";
import type { RequestOwner } from "../request_owner.ts";
import type { HeldRecords } from "./held_records.ts";
import type { CommitResult, KeyStore, StoreChange } from "./key_store.ts";

/** What becomes of a cache with a valid generation that the service has not named: an option ROM's, another system's. */
export type ForeignCachePolicy =
  /** Its keys stay, until the service has to clear the cache; own settings are set over them. */
  | "keep"
  /** It is cleared. */
  | "clear";

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
  /** Where the names of generations come from. */
  readonly random: RandomStream;
  /** The durable store. */
  readonly store: KeyStore;
  /** What the service holds. */
  readonly held: HeldRecords;
  /** The run of the service, as the owner of its requests. */
  readonly requests: RequestOwner;
  /** What becomes of foreign caches. */
  readonly foreignCaches: ForeignCachePolicy;
}

/** Makes changes durable, which takes the time of a disk. What they are is asked at the moment at which they happen. */
export function* commit(
  context: ServiceContext,
  operation: string,
  changes: () => readonly StoreChange[],
): Task<CommitResult> {
  const { kernel, recorder, component, costs, held } = context;
  const call = new TracedCall(recorder, component, {
    to: Components.keyStore,
    operation: "commit",
    lengthBytes: 0,
    detail: operation,
  });
  yield* kernel.sleep(costs.storeCommitCycles);
  const made = changes();
  const result = held.commit(made);
  call.answer(result.type);
  if (result.type === "committed") held.committed(made);
  return result;
}
