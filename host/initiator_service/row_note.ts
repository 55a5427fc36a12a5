/**
 * Notes of rows that an adapter may hold, or has refused: rows of the store that say which, and
 * never what is in them.
 *
 * @module
 */

import { hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { TUNNEL_NAME_BYTES } from "../../firmware/manual/interface.ts";
import type { StoreKind, StoreRow, StoreRowName } from "./key_store.ts";

/** A note as it is read. */
export interface Note {
  /** The row that it is. */
  readonly row: StoreRow;
  /** Kind and name of the row that it is of. */
  readonly key: string;
  /** The name of the tunnel address that it is of; `undefined` if it is of a key. */
  readonly tunnelName: Uint8Array | undefined;
}

/** The kinds of notes. */
export type NoteKind = Extract<StoreKind, "volatile-note" | "refusal-note">;

/** The note of a row of an adapter. */
export function noteOf(kind: NoteKind, adapter: string, key: string): StoreRow {
  return { adapter, kind, name: utf8ToBytes(key), value: new Uint8Array(0), ordinal: 0 };
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
  return { row, key, tunnelName: bytes?.length === TUNNEL_NAME_BYTES ? bytes : undefined };
}
