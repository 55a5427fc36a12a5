/**
 * The oracle: what a key store should hold, as a map, and the power-cut rule:
 * the operation in flight has happened or it has not, and nothing else changed.
 *
 * @module
 */

import { isSecret, type NvramRecord, type NvramStore, type RecordIdentity } from "../../../../firmware/nvram/store.ts";
import type { Task } from "../../../kernel/task.ts";

/** Something done to a store. */
export type StoreOperation =
  | { readonly kind: "put"; readonly record: NvramRecord }
  | { readonly kind: "delete"; readonly identity: RecordIdentity }
  | { readonly kind: "clear secrets" }
  /** Power off and on, and a mount. */
  | { readonly kind: "boot" };

/** What a store should hold: values by class and name. */
export type StoreModel = ReadonlyMap<string, NvramRecord>;

/** Class and name as a key of the model. */
export function modelKey({ class: recordClass, name }: RecordIdentity): string {
  let key = `${recordClass}/`;
  for (let index = 0; index < name.length; index++) key += String.fromCharCode(name[index] as number);
  return key;
}

/** The model after an operation. */
export function applyToModel(model: StoreModel, operation: StoreOperation): StoreModel {
  if (operation.kind === "boot") return model;
  const after = new Map(model);
  changeModel(after, operation);
  return after;
}

/** The same, without a copy. */
export function changeModel(model: Map<string, NvramRecord>, operation: StoreOperation): void {
  switch (operation.kind) {
    case "put":
      model.set(modelKey(operation.record), operation.record);
      return;
    case "delete":
      model.delete(modelKey(operation.identity));
      return;
    case "clear secrets":
      for (const [key, record] of model) if (isSecret(record.class)) model.delete(key);
      return;
    case "boot":
      return;
    default:
      operation satisfies never;
  }
}

/** The operation done to a store; a boot is not the store's to do. */
export function* applyToStore(store: NvramStore, operation: StoreOperation): Task<string> {
  switch (operation.kind) {
    case "put":
      return (yield* store.put(operation.record)).type;
    case "delete":
      return (yield* store.delete(operation.identity.class, operation.identity.name)).type;
    case "clear secrets":
      return (yield* store.clearSecrets()).type;
    case "boot":
      return (yield* store.mount()).type;
    default:
      return operation satisfies never;
  }
}

/** Whether a store holds exactly what a model says. */
export function agrees(store: NvramStore, model: StoreModel): boolean {
  if (store.size !== model.size) return false;
  for (const record of model.values()) if (!store.holds(record)) return false;
  return true;
}

/** How a store differs from a model, by name and never by value. */
export function describeDifference(store: NvramStore, model: StoreModel): string {
  const found = new Map(store.entries().map((record) => [modelKey(record), record]));
  const differences: string[] = [];
  for (const [key, record] of model) {
    if (!found.has(key)) differences.push(`${printable(key)} is missing`);
    else if (!store.holds(record)) differences.push(`${printable(key)} has another value`);
  }
  for (const key of found.keys()) if (!model.has(key)) differences.push(`${printable(key)} should not be there`);
  return differences.join(", ");
}

function printable(key: string): string {
  return key.replace(/[^\x20-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
