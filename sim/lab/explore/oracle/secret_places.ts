/**
 * Looks for key bytes where none may be when no call is under way.
 *
 * @module
 */

import { hexToBytes } from "@noble/hashes/utils.js";
import type { AdapterUnit } from "../../world/adapter_unit.ts";
import type { World } from "../../world/world.ts";

/** Where an adapter reads what its driver gives it. */
export const IN_DMA = "a buffer for DMA holds a key";

/** A search that goes on: what has not changed since is not searched again. */
export class SecretPlaces {
  readonly #world: World;
  readonly #known = new Set<string>();
  /** The keys by their first bytes: where that is not, none of them is. */
  readonly #byFirst = new Map<number, Uint8Array[]>();
  /** How a text would show one of the keys. */
  #shown: RegExp | undefined;
  /** What was on each flash part when it was searched, by how often it was programmed. */
  readonly #programs = new Map<AdapterUnit, number>();
  #texts = 0;

  /** A search of a world. */
  constructor(world: World) {
    this.#world = world;
  }

  /** Each place that holds one of some keys, in words. */
  *find(secrets: ReadonlySet<string>): Generator<string> {
    for (const hex of secrets) if (!this.#known.has(hex)) this.#learn(hex);
    if (this.#known.size === 0) return;
    const { host, adapters, dmaMemory } = this.#world;
    for (const memory of host.wmi.buffers.memory()) if (this.#isIn(memory)) yield "a system buffer holds a key";
    for (const { bytes } of dmaMemory.buffers()) if (this.#isIn(bytes)) yield IN_DMA;
    for (const [name, unit] of adapters) if (this.#isOnFlash(unit)) yield `flash of ${name} holds a key`;
    for (const { kind, value } of this.#world.serviceRows()) {
      if (this.#isIn(value)) yield `the store's ${kind} shows its key`;
    }
    yield* this.#inTrace();
  }

  #learn(hex: string): void {
    const bytes = hexToBytes(hex);
    const first = bytes[0] as number;
    this.#known.add(hex);
    this.#byFirst.set(first, [...this.#byFirst.get(first) ?? [], bytes]);
    this.#shown = undefined;
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
    this.#shown ??= new RegExp([...this.#known].flatMap(wordsOf).map(escaped).join("|"));
    for (const text of texts) if (this.#shown.test(text)) yield "the trace holds a key";
  }

  #isIn(memory: Uint8Array): boolean {
    for (const [first, keys] of this.#byFirst) {
      for (let at = memory.indexOf(first); at >= 0; at = memory.indexOf(first, at + 1)) {
        if (keys.some((key) => key.every((byte, index) => memory[at + index] === byte))) return true;
      }
    }
    return false;
  }
}

/** How a text would show a key: as what it was made of, and in hex. */
function wordsOf(hex: string): readonly string[] {
  return [new TextDecoder().decode(hexToBytes(hex)), hex.toLowerCase(), hex.toUpperCase()];
}

/** A text as a pattern that only it fits. */
function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
