/**
 * Looks for key bytes where none may be when no call is under way.
 *
 * @module
 */

import { hexToBytes } from "@noble/hashes/utils.js";
import type { AdapterUnit } from "../../world/adapter_unit.ts";
import type { World } from "../../world/world.ts";

/** A key, and how a text would show it. */
interface Secret {
  readonly bytes: Uint8Array;
  readonly words: readonly string[];
}

/** A search that goes on: what has not changed since is not searched again. */
export class SecretPlaces {
  readonly #world: World;
  readonly #known = new Map<string, Secret>();
  /** What was on each flash part when it was searched, by how often it was programmed. */
  readonly #programs = new Map<AdapterUnit, number>();
  #texts = 0;

  /** A search of a world. */
  constructor(world: World) {
    this.#world = world;
  }

  /** Each place that holds one of some keys, in words. */
  *find(secrets: ReadonlySet<string>): Generator<string> {
    for (const hex of secrets) if (!this.#known.has(hex)) this.#known.set(hex, secretOf(hex));
    if (this.#known.size === 0) return;
    const { host, adapters, dmaMemory } = this.#world;
    for (const memory of host.wmi.buffers.memory()) if (this.#isIn(memory)) yield "a system buffer holds a key";
    for (const { bytes } of dmaMemory.buffers()) if (this.#isIn(bytes)) yield "a buffer for DMA holds a key";
    for (const [name, unit] of adapters) if (this.#isOnFlash(unit)) yield `flash of ${name} holds a key`;
    for (const { kind, value } of this.#world.serviceRows()) {
      if (this.#isIn(value)) yield `the store's ${kind} shows its key`;
    }
    yield* this.#inTrace();
  }

  #isOnFlash(unit: AdapterUnit): boolean {
    const { flash, nvram } = unit;
    const programs = flash?.counters.programs ?? 0;
    if (flash !== undefined && this.#programs.get(unit) === programs) return false;
    this.#programs.set(unit, programs);
    const image = flash?.image() ?? nvram?.state().image;
    return image !== undefined && this.#isIn(image);
  }

  *#inTrace(): Generator<string> {
    const texts = this.#world.recorder.textsFrom(this.#texts);
    this.#texts += texts.length;
    const secrets = [...this.#known.values()];
    for (const text of texts) {
      if (secrets.some(({ words }) => words.some((word) => text.includes(word)))) yield "the trace holds a key";
    }
  }

  #isIn(memory: Uint8Array): boolean {
    for (const { bytes } of this.#known.values()) if (holds(memory, bytes)) return true;
    return false;
  }
}

function secretOf(hex: string): Secret {
  const bytes = hexToBytes(hex);
  return { bytes, words: [new TextDecoder().decode(bytes), hex.toLowerCase(), hex.toUpperCase()] };
}

function holds(memory: Uint8Array, key: Uint8Array): boolean {
  const first = key[0] ?? 0;
  for (let at = memory.indexOf(first); at >= 0; at = memory.indexOf(first, at + 1)) {
    if (key.every((byte, index) => memory[at + index] === byte)) return true;
  }
  return false;
}
