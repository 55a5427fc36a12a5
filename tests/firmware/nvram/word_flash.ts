/** Parts whose words take one program between erases, in front of the simulated part that takes any. */

import type { Task } from "../../../sim/kernel/task.ts";
import type { RandomStream } from "../../../sim/kernel/random.ts";
import {
  type FlashGeometry,
  FlashMisuseError,
  type FlashOutcome,
  type FlashStatus,
  type NorFlash,
} from "../../../sim/parts/flash/nor_flash.ts";

/**
 * What a second program of a word does.
 *
 * - `refused`: a program error and nothing written (Infineon S25HL/S28HL with SECDED, STM32: PROGERR).
 * - `garbled`: bits AND but the word's check bits are wrong, so it reads as something else (STM32H7).
 */
export type SecondProgram = "refused" | "garbled";

/** A part with words. */
export class WordFlash implements NorFlash {
  readonly geometry: FlashGeometry;
  /** How often a word was programmed that had been programmed since its erase. */
  secondPrograms = 0;
  readonly #part: NorFlash;
  readonly #wordBytes: number;
  readonly #second: SecondProgram;
  readonly #random: RandomStream;
  readonly #programmed = new Set<number>();

  constructor(part: NorFlash, wordBytes: number, second: SecondProgram, random: RandomStream) {
    this.geometry = { ...part.geometry, programBytes: wordBytes };
    this.#part = part;
    this.#wordBytes = wordBytes;
    this.#second = second;
    this.#random = random;
  }

  read(address: number, lengthBytes: number): Task<Uint8Array> {
    return this.#part.read(address, lengthBytes);
  }

  readInto(address: number, target: Uint8Array): Task {
    return this.#part.readInto(address, target);
  }

  readStatus(): Task<FlashStatus> {
    return this.#part.readStatus();
  }

  writeEnable(): Task {
    return this.#part.writeEnable();
  }

  *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    const again = this.#wordsOf(address, bytes.length).filter((word) => this.#programmed.has(word));
    this.secondPrograms += again.length;
    if (again.length > 0 && this.#second === "refused") return "program failed";
    const outcome = yield* this.#part.pageProgram(address, bytes);
    for (const word of this.#wordsOf(address, bytes.length)) this.#programmed.add(word);
    for (const word of again) {
      yield* this.#part.writeEnable();
      yield* this.#part.pageProgram(word * this.#wordBytes, this.#random.bytes(this.#wordBytes));
    }
    return outcome;
  }

  *sectorErase(address: number): Task<FlashOutcome> {
    const { sectorBytes } = this.geometry;
    for (const word of this.#wordsOf(address - address % sectorBytes, sectorBytes)) this.#programmed.delete(word);
    return yield* this.#part.sectorErase(address);
  }

  *blockErase(address: number): Task<FlashOutcome> {
    const blockBytes = (this.geometry.blockSectors ?? 1) * this.geometry.sectorBytes;
    for (const word of this.#wordsOf(address - address % blockBytes, blockBytes)) this.#programmed.delete(word);
    return yield* this.#part.blockErase(address);
  }

  /** Power went while the word at an address was programmed, and left no trace in it: it has had its program. */
  notePrograms(address: number): void {
    for (const word of this.#wordsOf(address, 1)) this.#programmed.add(word);
  }

  #wordsOf(address: number, lengthBytes: number): readonly number[] {
    const first = Math.floor(address / this.#wordBytes);
    const end = Math.ceil((address + lengthBytes) / this.#wordBytes);
    return Array.from({ length: end - first }, (_, index) => first + index);
  }
}

/** A part that takes whole words only, as the flash controllers of microcontrollers do; anything else is misuse. */
export class WholeWordFlash extends WordFlash {
  readonly #bytes: number;

  constructor(part: NorFlash, wordBytes: number, random: RandomStream) {
    super(part, wordBytes, "refused", random);
    this.#bytes = wordBytes;
  }

  override *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    if (address % this.#bytes !== 0 || bytes.length % this.#bytes !== 0) {
      throw new FlashMisuseError(
        "page program",
        `${bytes.length} bytes at ${address}`,
        `words of ${this.#bytes} bytes`,
      );
    }
    return yield* super.pageProgram(address, bytes);
  }
}
