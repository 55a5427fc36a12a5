/**
 * A flash that notes what is done to it, so that a campaign can stop the same
 * work at any place without doing it again.
 *
 * @module
 */

import { copyBytes } from "../../../layout/slab.ts";
import type { Task } from "../../../kernel/task.ts";
import type { FlashGeometry, FlashOutcome, FlashStatus, NorFlash } from "../../../parts/flash/nor_flash.ts";

/** A program or an erase. */
export type FlashAction =
  | { readonly kind: "program"; readonly address: number; readonly bytes: Uint8Array }
  | { readonly kind: "erase"; readonly address: number; readonly lengthBytes: number };

/** A flash part with a note of every program and erase. */
export class RecordingFlash implements NorFlash {
  /** How the part is divided. */
  readonly geometry: FlashGeometry;
  readonly #part: NorFlash;
  #actions: FlashAction[] = [];

  /**
   * Notes what is done to a part.
   *
   * @param part The part.
   */
  constructor(part: NorFlash) {
    this.geometry = part.geometry;
    this.#part = part;
  }

  /** What was done since this was asked last. */
  take(): readonly FlashAction[] {
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }

  /** Reads bytes. */
  read(address: number, lengthBytes: number): Task<Uint8Array> {
    return this.#part.read(address, lengthBytes);
  }

  /** Reads bytes into memory of the caller. */
  readInto(address: number, target: Uint8Array): Task {
    return this.#part.readInto(address, target);
  }

  /** Reads the status register. */
  readStatus(): Task<FlashStatus> {
    return this.#part.readStatus();
  }

  /** Allows the next program or erase. */
  writeEnable(): Task {
    return this.#part.writeEnable();
  }

  /** Programs up to a page. */
  pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    this.#actions.push({ kind: "program", address, bytes: copyBytes(bytes) });
    return this.#part.pageProgram(address, bytes);
  }

  /** Erases a sector. */
  sectorErase(address: number): Task<FlashOutcome> {
    const { sectorBytes } = this.geometry;
    this.#actions.push({ kind: "erase", address: address - (address % sectorBytes), lengthBytes: sectorBytes });
    return this.#part.sectorErase(address);
  }

  /** Erases a block. */
  blockErase(address: number): Task<FlashOutcome> {
    const lengthBytes = this.geometry.sectorBytes * (this.geometry.blockSectors ?? 1);
    this.#actions.push({ kind: "erase", address: address - (address % lengthBytes), lengthBytes });
    return this.#part.blockErase(address);
  }
}
