/** What a store says, told as the independent reader tells it. */

import { encodeClass } from "../../../firmware/nvram/log_format.ts";
import type { NvramStore, RecordClass } from "../../../firmware/nvram/store.ts";
import { hex } from "./bench.ts";
import type { Reading } from "./format_reader.ts";

/** What a store says, as the reader does. */
export function readingOf(store: NvramStore): Reading {
  const records = new Map<string, Uint8Array | "damaged">();
  const key = (recordClass: RecordClass, name: Uint8Array) => [encodeClass(recordClass), ...name].join();
  for (const { class: recordClass, name, value } of store.entries()) records.set(key(recordClass, name), value);
  const { damaged, unidentifiedDamage } = store.health();
  for (const { class: recordClass, name } of damaged) records.set(key(recordClass, name), "damaged");
  return { records, hasUnknownLosses: unidentifiedDamage > 0 };
}

/** A reading as lines, to be compared. */
export function lines({ records, hasUnknownLosses }: Reading): string[] {
  const values = [...records].map(([key, value]) => `${key} ${value === "damaged" ? value : hex(value)}`);
  return [...values.sort(), `unknown losses: ${hasUnknownLosses}`];
}
