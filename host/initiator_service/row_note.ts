/**
 * Notes of rows that an adapter may hold, or has refused: rows of the store that say which, and
 * never what is in them.
 *
 * @module
 */

import { hexToBytes } from "@noble/hashes/utils.js";
import { TUNNEL_NAME_BYTES } from "../../firmware/manual/interface.ts";
import type { StoreChange, StoreKind, StoreRow, StoreRowName } from "./key_store.ts";
import { keyBytes } from "./row_index.ts";

/** A note as it is read. */
export interface Note {
  /** The row that it is. */
  readonly row: StoreRow;
  /** Kind and name of the row that it is of. */
  readonly key: string;
  /** The name of the tunnel address that it is of; `undefined` if it is of a key. */
  readonly tunnelName: Uint8Array | undefined;
  /** Whether what was refused has had room before, and keeps its claim to it. */
  readonly hasClaim: boolean;
}

/** The kinds of notes. */
export type NoteKind = Extract<StoreKind, "volatile-note" | "refusal-note">;

/**
 * The note of a row of an adapter.
 *
 * @param hasClaim See {@linkcode Note.hasClaim}.
 */
export function noteOf(kind: NoteKind, adapter: string, key: string, hasClaim = false): StoreRow {
  return { adapter, kind, name: keyBytes(key), value: new Uint8Array(hasClaim ? [1] : []), ordinal: 0 };
}

/** What a row is a note of: kind and name of a row; nothing if it is no note. */
export function notedKey({ kind, name }: StoreRowName): string {
  return kind === "volatile-note" || kind === "refusal-note"
    ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(name)
    : "";
}

/** Reads a note. */
export function readNote(row: StoreRow): Note {
  const key = notedKey(row);
  const [kind, name = ""] = key.split("/");
  const bytes = kind === "tunnel-address" ? hexToBytes(name) : undefined;
  const tunnelName = bytes?.length === TUNNEL_NAME_BYTES ? bytes : undefined;
  return { row, key, tunnelName, hasClaim: row.value.length > 0 };
}

/**
 * The changes that make an adapter's notes of refusals those of what it has refused, and of what waits for its room.
 *
 * @param notes Those that there are.
 */
export function changesOfRefusals(
  notes: readonly Note[],
  adapter: string,
  { waiting, refused }: { readonly waiting: ReadonlySet<string>; readonly refused: ReadonlySet<string> },
): readonly StoreChange[] {
  const missing = new Set([...refused, ...waiting]);
  const noted = new Map(notes.map(({ key, hasClaim }) => [key, hasClaim]));
  return [
    ...notes.filter(({ key }) => !missing.has(key)).map(({ row }): StoreChange => ({ type: "delete", row })),
    ...[...missing].filter((key) => noted.get(key) !== !waiting.has(key))
      .map((key): StoreChange => ({ type: "put", row: noteOf("refusal-note", adapter, key, !waiting.has(key)) })),
  ];
}
