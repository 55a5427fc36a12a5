/**
 * Looks for key bytes where none may be when no call is under way.
 *
 * @module
 */

import { hexToBytes } from "@noble/hashes/utils.js";
import type { World } from "../../world/world.ts";

/** Each place that holds a key, in words. */
export function* secretPlaces(world: World, secrets: ReadonlySet<string>): Generator<string> {
  if (secrets.size === 0) return;
  const keys = [...secrets].map(hexToBytes);
  const { host, recorder } = world;
  for (const memory of host.wmi.buffers.memory()) if (holdsOne(memory, keys)) yield "a system buffer holds a key";
  const { flash, serviceStore } = world.image();
  for (const [name, { image }] of Object.entries(flash)) {
    if (holdsOne(image, keys)) yield `flash of ${name} holds a key`;
  }
  for (const { kind, value } of serviceStore.rows) if (holdsOne(value, keys)) yield `the store's ${kind} shows its key`;
  const words = keys.flatMap((key) => [new TextDecoder().decode(key), ...hexForms(key)]);
  for (const text of recorder.columns().texts) {
    if (words.some((word) => text.includes(word))) yield "the trace holds a key";
  }
}

function hexForms(key: Uint8Array): readonly string[] {
  const hex = [...key].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex, hex.toUpperCase()];
}

function holdsOne(memory: Uint8Array, keys: readonly Uint8Array[]): boolean {
  // Memory is mostly zeros, and keys are not.
  if (memory.every((byte) => byte === 0)) return false;
  return keys.some((key) => holds(memory, key));
}

function holds(memory: Uint8Array, key: Uint8Array): boolean {
  const first = key[0] ?? 0;
  for (let at = memory.indexOf(first); at >= 0; at = memory.indexOf(first, at + 1)) {
    if (key.every((byte, index) => memory[at + index] === byte)) return true;
  }
  return false;
}
