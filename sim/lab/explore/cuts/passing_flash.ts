/**
 * A flash with faults that pass: an area refuses programs for a while, or
 * reads otherwise than it is, and is itself again later. The cells keep what
 * they hold meanwhile.
 *
 * @module
 */

import { copyBytes } from "../../../layout/slab.ts";
import type { Task } from "../../../kernel/task.ts";
import type { FlashGeometry, FlashOutcome, FlashStatus, NorFlash } from "../../../parts/flash/nor_flash.ts";
import type { FlashRandom } from "../../../parts/flash/random.ts";

/** Some bytes that follow one another. */
export interface FlashArea {
  /** The first of them. */
  readonly start: number;
  /** The first behind them. */
  readonly end: number;
}

/** An area that refuses some programs. */
export interface PlannedRefusals extends FlashArea {
  /** So many are refused. */
  times: number;
  /** Whether some of what was to be driven is driven all the same. */
  readonly isPartly: boolean;
  /** Whether the status says so. */
  readonly reported: boolean;
}

/** What misread bytes read as. */
export type Misreading =
  /** As if they were erased. */
  | "erased"
  /** As if all of them were programmed. */
  | "zeros"
  /** As anything, the same each time. */
  | "noise";

/** An area of which the content cannot be read. */
export interface PlannedMisreading extends FlashArea {
  /** What is read in its place. */
  readonly as: Misreading;
  /** Whether it is the charge of the cells that is in doubt, so that an erase ends it. */
  readonly endsWithErase: boolean;
}

/** A bit that reads otherwise than it is, until it is erased. */
export interface MarginalBit {
  /** Its byte. */
  readonly address: number;
  /** Which of its bits. */
  readonly mask: number;
}

/** A while in which reads go wrong, counted in bytes that are read. It is over with the first write. */
export interface PlannedGlitch {
  /** So many bytes are read well before. */
  readonly after: number;
  /** So many are not then. */
  readonly bytes: number;
  /** What they read as; "near": now and then a bit reads otherwise. */
  readonly as: Misreading | "near";
}

/** One byte in so many is misread if the supply is near its limit. */
const NEAR_ODDS = 24;

/** A part with faults that pass. */
export class PassingFlash implements NorFlash {
  /** How the part is divided. */
  readonly geometry: FlashGeometry;
  /** Programs that are refused. */
  refusals: PlannedRefusals | undefined = undefined;
  /** What cannot be read. */
  misreading: PlannedMisreading | undefined = undefined;
  /** Bits that read otherwise. */
  marginalBits: readonly MarginalBit[] = [];
  #glitch: PlannedGlitch | undefined = undefined;
  #readInGlitch = 0;
  readonly #flash: NorFlash;
  readonly #random: FlashRandom;

  /**
   * A part that is itself.
   *
   * @param flash The part.
   * @param random Decides on bits.
   */
  constructor(flash: NorFlash, random: FlashRandom) {
    this.geometry = flash.geometry;
    this.#flash = flash;
    this.#random = random;
  }

  /** From the next byte on that is read. */
  set glitch(glitch: PlannedGlitch | undefined) {
    this.#glitch = glitch;
    this.#readInGlitch = 0;
  }

  /** Whether something of it may be read otherwise than it is. */
  get isMisread(): boolean {
    return this.misreading !== undefined || this.marginalBits.length > 0 || this.#glitch !== undefined;
  }

  /** All that was to pass has passed. */
  recover(): void {
    this.refusals = undefined;
    this.misreading = undefined;
    this.marginalBits = [];
    this.#glitch = undefined;
  }

  /** Reads bytes. */
  *read(address: number, lengthBytes: number): Task<Uint8Array> {
    const bytes = yield* this.#flash.read(address, lengthBytes);
    this.#misread(address, bytes);
    return bytes;
  }

  /** Reads bytes into memory of the caller. */
  *readInto(address: number, target: Uint8Array): Task {
    yield* this.#flash.readInto(address, target);
    this.#misread(address, target);
  }

  /** Reads the status register. */
  readStatus(): Task<FlashStatus> {
    return this.#flash.readStatus();
  }

  /** Allows the next program or erase. */
  writeEnable(): Task {
    this.#glitch = undefined;
    return this.#flash.writeEnable();
  }

  /** Programs up to a page. */
  *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    const { refusals } = this;
    const isRefused = refusals !== undefined && refusals.times > 0 &&
      address < refusals.end && address + bytes.length > refusals.start;
    if (!isRefused) return yield* this.#flash.pageProgram(address, bytes);
    refusals.times--;
    const driven = copyBytes(bytes);
    for (let index = 0; index < driven.length; index++) {
      driven[index] = refusals.isPartly ? (driven[index] as number) | (this.#random.next() & 0xff) : 0xff;
    }
    // Words that are not driven have not had their only program.
    const outcome = refusals.isPartly ? yield* this.#flash.pageProgram(address, driven) : "done";
    return refusals.reported ? "program failed" : outcome;
  }

  /** Erases a sector. */
  *sectorErase(address: number): Task<FlashOutcome> {
    const { sectorBytes } = this.geometry;
    const start = address - (address % sectorBytes);
    const outcome = yield* this.#flash.sectorErase(address);
    this.marginalBits = this.marginalBits.filter((bit) => bit.address < start || bit.address >= start + sectorBytes);
    const { misreading } = this;
    if (misreading?.endsWithErase === true && misreading.start >= start && misreading.start < start + sectorBytes) {
      this.misreading = undefined;
    }
    return outcome;
  }

  /** Erases a block. */
  blockErase(address: number): Task<FlashOutcome> {
    return this.#flash.blockErase(address);
  }

  #misread(address: number, target: Uint8Array): void {
    const { misreading } = this;
    if (misreading !== undefined) {
      const end = Math.min(misreading.end, address + target.length);
      for (let at = Math.max(misreading.start, address); at < end; at++) {
        target[at - address] = bytesAs(misreading.as, at);
      }
    }
    for (const { address: at, mask } of this.marginalBits) {
      if (at >= address && at < address + target.length) target[at - address] = (target[at - address] as number) ^ mask;
    }
    if (this.#glitch !== undefined) this.#readIn(this.#glitch, address, target);
  }

  #readIn(glitch: PlannedGlitch, address: number, target: Uint8Array): void {
    const first = this.#readInGlitch;
    this.#readInGlitch += target.length;
    const begin = Math.max(0, glitch.after - first);
    const end = Math.min(target.length, glitch.after + glitch.bytes - first);
    for (let at = begin; at < end; at++) {
      if (glitch.as !== "near") target[at] = bytesAs(glitch.as, address + at);
      else if (this.#random.below(NEAR_ODDS) === 0) {
        target[at] = (target[at] as number) ^ (1 << this.#random.below(8));
      }
    }
  }
}

function bytesAs(as: Misreading, address: number): number {
  switch (as) {
    case "erased":
      return 0xff;
    case "zeros":
      return 0;
    case "noise": {
      // A hash of the address: the same each time.
      const mixed = Math.imul(address + 1, 0x9e37_79b1);
      return Math.imul(mixed ^ (mixed >>> 15), 0x85eb_ca6b) >>> 24;
    }
    default:
      return as satisfies never;
  }
}
