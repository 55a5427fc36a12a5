/**
 * Notes of logins that an adapter is about to save. A login takes room in the
 * same memory as keys; if the cache is emptied under it, that may be the room of
 * a key which has to come back. The note goes when it is known that the cache
 * was not emptied. Until then nobody has been told that the login is saved, and
 * whoever fills the cache has the adapter forget it first, be it a later run of
 * the service.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { addressText, resolveAddress } from "./address_resolution.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { forgetLogins, savedLoginsOf } from "./adapter_sessions.ts";
import type { KeyStore, StoreChange, StoreRow } from "./key_store.ts";
import { isFallback, statusOf } from "./request_outcome.ts";
import { commit, type ServiceContext } from "./service_context.ts";

/** The note of a login, by the number that makes its ISID differ. */
export function savingNote(adapter: string, number: number): StoreRow {
  return {
    adapter,
    kind: "saving-note",
    name: Uint8Array.of(number >>> 8, number & 0xff),
    value: new Uint8Array(0),
    ordinal: 0,
  };
}

/** Drops all notes of an adapter: what it was about to save takes no room of a key, or is not there. */
export function* dropSavings(context: ServiceContext, { name }: AdapterLink): Task<boolean> {
  const notes = savingsOf(context.store, name);
  if (notes.length === 0) return true;
  const dropped = notes.map((row): StoreChange => ({ type: "delete", row }));
  return (yield* commit(context, `notes of logins of ${name}`, () => dropped)).type === "committed";
}

/** Has an adapter forget what it was about to save. False if it may be there still. */
export function* forgetUnproven(context: ServiceContext, link: AdapterLink): Task<boolean> {
  const notes = savingsOf(context.store, link.name);
  if (notes.length === 0) return true;
  const listed = yield* savedLoginsOf(link);
  if (listed.type === "failed" && !isFallback(listed)) return false;
  const numbers = notes.map(({ name: [high = 0, low = 0] }) => high << 8 | low);
  const logins = listed.type === "answered" ? listed.value ?? [] : [];
  for (const login of logins.filter(({ UniqueIdForISID }) => numbers.includes(UniqueIdForISID))) {
    const target = resolveAddress(addressText(login.TargetPortal.Address));
    if (target === undefined) return false;
    const { InitiatorPortNumber: portNumber, TargetName: targetName, TargetPortal: { Socket: socket } } = login;
    const status = statusOf(yield* forgetLogins(link, { portNumber, targetName, target, socket }));
    if (status !== IsdscStatus.SUCCESS && status !== IsdscStatus.NOT_FOUND) return false;
  }
  return yield* dropSavings(context, link);
}

function savingsOf(store: KeyStore, adapter: string): readonly StoreRow[] {
  return store.rows().filter((row) => row.kind === "saving-note" && row.adapter === adapter);
}
