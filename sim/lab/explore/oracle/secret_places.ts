/**
 * Looks for key bytes where none may be when no call is under way.
 *
 * @module
 */

import { hexToBytes } from "@noble/hashes/utils.js";
import type { World } from "../../world/world.ts";

/** A search that goes on: what has not changed since is not searched again. */
export class SecretPlaces {
  readonly #world: World;
  #texts = 0;
  #written = -1;

  /** A search of a world. */
  constructor(world: World) {
    this.#world = world;
  }

  /** Each place that holds one of some keys, in words. */
  *find(secrets: ReadonlySet<string>): Generator<string> {
    if (secrets.size === 0) return;
    const { host, recorder, adapters } = this.#world;
    const keys = [...secrets].map(hexToBytes);
    for (const memory of host.wmi.buffers.memory()) if (holdsOne(memory, keys)) yield "a system buffer holds a key";
    const written = [...adapters.values()].reduce((sum, { flash }) => sum + (flash?.counters.programs ?? 0), 0);
    if (written !== this.#written) {
      const { flash, serviceStore } = this.#world.image();
      for (const [name, { image }] of Object.entries(flash)) {
        if (holdsOne(image, keys)) yield `flash of ${name} holds a key`;
      }
      for (const { kind, value } of serviceStore.rows) {
        if (holdsOne(value, keys)) yield `the store's ${kind} shows its key`;
      }
    }
    this.#written = written;
    const words = keys.flatMap((key) => [new TextDecoder().decode(key), ...hexForms(key)]);
    const texts = recorder.columns().texts;
    for (const text of texts.slice(this.#texts)) {
      if (words.some((word) => text.includes(word))) yield "the trace holds a key";
    }
    this.#texts = texts.length;
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
