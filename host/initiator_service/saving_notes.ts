/**
 * Notes of logins that an adapter is about to save. A login takes room in the
 * same memory as keys; if the cache is emptied under it, that may be the room of
 * a key which has to come back. So a note says which settings had their room
 * before, and goes when it is known that all of them have it still: because the
 * cache was not emptied, or was filled again with all of them, be it by a later
 * run of the service. Only if one of them has no room any more the adapter has
 * to forget the login, which nobody has been told of.
 *
 * A login whose room is not missing stays: it may have taken the place of one
 * that was acknowledged, and nobody can give the adapter that one back.
 *
 * @module
 */

import { utf8ToBytes } from "@noble/hashes/utils.js";
import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { forgetLogins, savedLoginsOf } from "./adapter_sessions.ts";
import type { HeldRecords } from "./held_records.ts";
import type { KeyStore, StoreChange, StoreRow } from "./key_store.ts";
import { isFallback, statusOf } from "./request_outcome.ts";
import { savedLoginName } from "./saved_login_name.ts";
import { commit, type ServiceContext } from "./service_context.ts";

/**
 * The note of a login, by the number that makes its ISID differ. Its ordinal is that of the last setting before it, its
 * value names those of them that had no room.
 */
export function savingNote(held: HeldRecords, { name, waiting, displaced }: AdapterLink, number: number): StoreRow {
  return {
    adapter: name,
    kind: "saving-note",
    name: Uint8Array.of(number >>> 8, number & 0xff),
    value: utf8ToBytes([...waiting, ...displaced].join(SEPARATOR)),
    ordinal: Math.max(0, ...held.effective(name).map(({ row }) => row.ordinal)),
  };
}

/** Keys of rows are of letters, digits and slashes. */
const SEPARATOR = "\n";

/** The changes that drop all notes of an adapter: what it was about to save takes no room of a key, or is not there. */
export function savingsDropped({ store }: ServiceContext, { name }: AdapterLink): readonly StoreChange[] {
  return savingsOf(store, name).map((row) => ({ type: "delete", row }));
}

/** Drops all notes of an adapter. */
export function* dropSavings(context: ServiceContext, link: AdapterLink): Task<boolean> {
  const dropped = savingsDropped(context, link);
  if (dropped.length === 0) return true;
  return (yield* commit(context, `notes of logins of ${link.name}`, () => dropped)).type === "committed";
}

/**
 * Whether a login that an adapter was about to save may have taken the room of a setting that had it before.
 *
 * @param lacking The settings for which it has no room beside all that have a better claim.
 */
export function takesRoom(
  { store, held }: ServiceContext,
  { name }: AdapterLink,
  lacking: ReadonlySet<string>,
): boolean {
  const rows = lacking.size === 0 ? [] : held.effective(name).filter(({ key }) => lacking.has(key));
  return savingsOf(store, name).some((note) =>
    rows.some(({ key, row }) => row.ordinal <= note.ordinal && !waitedAt(note).includes(key))
  );
}

/** Has an adapter forget what it was about to save. False if it may be there still. */
export function* forgetUnproven(context: ServiceContext, link: AdapterLink): Task<boolean> {
  const notes = savingsOf(context.store, link.name);
  const listed = yield* savedLoginsOf(link);
  if (listed.type === "failed" && !isFallback(listed)) return false;
  const numbers = notes.map(({ name: [high = 0, low = 0] }) => high << 8 | low);
  const logins = listed.type === "answered" ? listed.value ?? [] : [];
  for (const login of logins.filter(({ UniqueIdForISID }) => numbers.includes(UniqueIdForISID))) {
    const name = savedLoginName(login);
    if (name === undefined) return false;
    const status = statusOf(yield* forgetLogins(link, name));
    if (status !== IsdscStatus.SUCCESS && status !== IsdscStatus.NOT_FOUND) return false;
  }
  return yield* dropSavings(context, link);
}

function savingsOf(store: KeyStore, adapter: string): readonly StoreRow[] {
  return store.rows().filter((row) => row.kind === "saving-note" && row.adapter === adapter);
}

function waitedAt({ value }: StoreRow): readonly string[] {
  return value.length === 0 ? [] : new TextDecoder().decode(value).split(SEPARATOR);
}
