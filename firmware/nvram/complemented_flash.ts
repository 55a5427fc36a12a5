/**
 * Parts that are erased to 0, and of which a program sets bits (STM32 L0 and
 * L1): all bits are turned over on the way to them and back, so that the log
 * knows parts that are erased to FF only.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import type { FlashGeometry, FlashOutcome, FlashStatus, NorFlash } from "../../sim/parts/flash/nor_flash.ts";

/** A part as one that is erased to FF; itself if it is one. */
export function erasedToOnes(flash: NorFlash): NorFlash {
  return flash.geometry.erasedValue === 0 ? new ComplementedFlash(flash) : flash;
}

class ComplementedFlash implements NorFlash {
  readonly geometry: FlashGeometry;
  readonly #flash: NorFlash;

  constructor(flash: NorFlash) {
    this.geometry = { ...flash.geometry, erasedValue: 255 };
    this.#flash = flash;
  }

  *read(address: number, lengthBytes: number): Task<Uint8Array> {
    return complement(yield* this.#flash.read(address, lengthBytes));
  }

  *readInto(address: number, target: Uint8Array): Task {
    yield* this.#flash.readInto(address, target);
    complement(target);
  }

  readStatus(): Task<FlashStatus> {
    return this.#flash.readStatus();
  }

  *untilWritable(): Task {
    if (this.#flash.untilWritable !== undefined) yield* this.#flash.untilWritable();
  }

  writeEnable(): Task {
    return this.#flash.writeEnable();
  }

  pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    return this.#flash.pageProgram(address, complement(bytes.slice()));
  }

  sectorErase(address: number): Task<FlashOutcome> {
    return this.#flash.sectorErase(address);
  }

  blockErase(address: number): Task<FlashOutcome> {
    return this.#flash.blockErase(address);
  }
}

/** Turns all bits over. */
function complement(bytes: Uint8Array): Uint8Array {
  for (let index = 0; index < bytes.length; index++) bytes[index] = (bytes[index] as number) ^ 0xff;
  return bytes;
}
