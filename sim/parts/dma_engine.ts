/**
 * The adapter's DMA engine: how it reaches the host's memory, and what can go
 * wrong on the way.
 *
 * @module
 */

import { copyBytes } from "../layout/slab.ts";
import type { DmaMemory } from "./dma_memory.ts";

/** A transfer that is about to begin. */
export interface DmaTransfer {
  /** From the host's memory into the adapter, or out of it. */
  readonly direction: "in" | "out";
  /** Bus address of the first byte. */
  readonly busAddress: number;
  /** How many bytes. */
  readonly lengthBytes: number;
}

/** What goes wrong with a transfer: the bus refuses it, or a bit of it turns over on the way, counted from its first. */
export type DmaEffect = "refuse" | { readonly bit: number };

/** The memory that a transfer reaches. */
export interface DmaWindow {
  /** The memory itself, as the host sees it. */
  readonly bytes: Uint8Array;
  /** The bit that turns over on the way. */
  readonly bit: number | undefined;
}

/** The DMA engine of one adapter. */
export class DmaEngine {
  /** Asked about each transfer, in order, and told what those before have answered; the last that answers decides. */
  readonly taps: Set<(transfer: DmaTransfer, earlier: DmaEffect | undefined) => DmaEffect | undefined> = new Set();
  readonly #memory: DmaMemory;

  /**
   * Made with:
   *
   * @param memory The host's memory.
   */
  constructor(memory: DmaMemory) {
    this.#memory = memory;
  }

  /** Sets a transfer up; `undefined` if its range is not in one live buffer, or if the bus refuses it. */
  open(transfer: DmaTransfer): DmaWindow | undefined {
    const bytes = this.#memory.view(transfer.busAddress, transfer.lengthBytes);
    if (bytes === undefined) return undefined;
    let effect: DmaEffect | undefined;
    for (const tap of this.taps) effect = tap(transfer, effect) ?? effect;
    if (effect === "refuse") return undefined;
    return { bytes, bit: effect === undefined ? undefined : effect.bit % (8 * bytes.length) };
  }

  /** Copies the host's bytes into the adapter. */
  fetch({ bytes, bit }: DmaWindow): Uint8Array {
    const copy = copyBytes(bytes);
    if (bit !== undefined) turn(copy, bit);
    return copy;
  }

  /** Copies bytes into the host's memory. */
  store({ bytes, bit }: DmaWindow, from: Uint8Array): void {
    bytes.set(from);
    if (bit !== undefined) turn(bytes, bit);
  }
}

function turn(bytes: Uint8Array, bit: number): void {
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
}
