/**
 * The rules about memory that has held secrets.
 *
 * @module
 */

import { KEY_TABLE_ENTRY_BYTES } from "../../../../firmware/cache/key_table.ts";
import type { AdapterUnit } from "../../world/world.ts";
import type { Rule } from "./rule.ts";
import { IN_DMA } from "./secret_places.ts";

/** The rules by their names. */
export const MEMORY_RULES = {
  "no key is where it should not be": {
    // No key bytes in the trace, in system and bounce buffers, on flash or in the service's store when all is
    // at rest.
    when: "rest",
    // What fills a cache anew is under way without a call, and has its key in buffers: they are looked at when it is over.
    *find({ secretPlaces, secrets, absences, world: { host: { service } } }) {
      if (service.run?.links.every(({ settled }) => settled) === false) return;
      for (const place of secretPlaces.find(secrets)) if (place !== IN_DMA || absences.areDoorbellsHeard) yield place;
    },
  },
  "what is given back holds zeros": {
    // Memory for secrets that holds none now is filled with zeros, be it behind a short key: of secrets whose
    // values nobody knows, too.
    when: "step",
    *find({ adapters, world: { host } }) {
      for (const { adapter } of adapters) {
        const left = adapter.unusedMemory().find(({ bytes }) => !isBlank(bytes));
        if (left !== undefined) yield `something is left in ${left.where} of ${adapter.name}`;
        if (!endsAreBlank(adapter)) yield `something is left behind a key of ${adapter.name}`;
      }
      if (!host.wmi.buffers.unused().every(isBlank)) yield "something is left in a system buffer";
    },
  },
  "what no exchange needs is forgotten": {
    // While no exchange is under way the memory for their secrets is filled with zeros, given back or not;
    // without an association the key slots are.
    when: "step",
    *find({ adapters }) {
      for (const { adapter } of adapters) {
        const { sessions, ram, keySlots, keyTableEntries, name } = adapter;
        if (sessions === undefined || sessions.statistics().negotiating > 0) continue;
        const keyTableBytes = (keyTableEntries + 1) * KEY_TABLE_ENTRY_BYTES;
        const isForgotten = ram.memory().every((region) => region.length === keyTableBytes || isBlank(region));
        if (!isForgotten) yield `${name} has secrets of an exchange, and no exchange`;
        if (sessions.exchangeCount === 0 && !isBlank(keySlots.bytes)) yield `a key slot of ${name} is nobody's`;
      }
    },
  },
  "a cleared cache has no key left on flash": {
    // When ClearCache says success, nothing of any key that was ever sealed is in the image.
    when: "command",
    *find({ commands }, { unit, command, end }) {
      if (command !== "clearCache" || !end.isDone || !commands.hasSealedKeys(unit)) return;
      yield `ClearCache of ${unit.adapter.name} has left a sealed key on flash`;
    },
  },
} as const satisfies Readonly<Record<string, Rule>>;

/** Whether a row of the key table holds nothing behind its identifier and its key. */
function endsAreBlank({ ram, keyTableEntries }: AdapterUnit["adapter"]): boolean {
  const lengthBytes = (keyTableEntries + 1) * KEY_TABLE_ENTRY_BYTES;
  const table = ram.memory().find((region) => region.length === lengthBytes);
  if (table === undefined) return true;
  for (let row = 0; row < lengthBytes; row += KEY_TABLE_ENTRY_BYTES) {
    if (table[row] === 0) continue;
    const lengthAt = (offset: number) => (table[row + offset] ?? 0) + 256 * (table[row + offset + 1] ?? 0);
    for (let at = row + ID_OFFSET + lengthAt(2); at < row + KEY_OFFSET; at++) if (table[at] !== 0) return false;
    const end = row + KEY_TABLE_ENTRY_BYTES;
    for (let at = row + KEY_OFFSET + lengthAt(16); at < end; at++) if (table[at] !== 0) return false;
  }
  return true;
}

/** Where identifier and key lie in a row: `key_table.ts` of the firmware tells it. */
const ID_OFFSET = 18;
const KEY_OFFSET = 274;

/** Whether memory holds nothing but zeros: the places for secrets are made of words. */
function isBlank({ buffer, byteOffset, length }: Uint8Array): boolean {
  const words = new Uint32Array(buffer, byteOffset, length >> 2);
  for (let index = 0; index < words.length; index++) if (words[index] !== 0) return false;
  return true;
}
