/**
 * The flash part: cells, the operation in progress, and what loss of power
 * leaves of it.
 *
 * A program that is cut off has driven its first bytes, left one byte with some
 * of its bits cleared, and not touched the rest. An erase first programs the
 * sector to zero from its end (Spansion S29GL behaviour reported on linux-mtd,
 * 2009-07), then sets bits in no order, and at last has all bits set but some
 * weak: they read as they like until they are driven again.
 *
 * @module
 */

import type { RandomStream } from "../../kernel/random.ts";
import type { Clock, Cycle, Cycles, Task } from "../../kernel/task.ts";
import {
  type FlashGeometry,
  FlashMisuseError,
  type FlashOutcome,
  type FlashPreset,
  type FlashTiming,
  type NorFlash,
} from "./nor_flash.ts";

/** What a part tells an observer: never data. */
export interface FlashOperation {
  /** What was done. */
  readonly kind: "read" | "program" | "erase" | "program cut off" | "erase cut off";
  /** Where it began. */
  readonly address: number;
  /** How many bytes it concerned. */
  readonly lengthBytes: number;
}

/** Counts since the part was made. */
export interface FlashCounters {
  /** Bytes read. */
  readBytes: number;
  /** Page program commands. */
  programs: number;
  /** Bytes programmed. */
  programmedBytes: number;
  /** Sector erases. */
  erases: number;
  /** Bits that a program asked to turn from 0 to 1, which it cannot. */
  impossibleBits: number;
}

/** How a part is made. */
export interface FlashPartOptions {
  /** Which part. */
  readonly preset: FlashPreset;
  /** Whose time it takes. */
  readonly clock: Clock;
  /** Where torn and weak bits come from. */
  readonly random: RandomStream;
  /** What it holds; erased by default. */
  readonly image?: Uint8Array;
  /** Told of each operation when it has ended. */
  readonly observe?: (operation: FlashOperation) => void;
}

interface Running {
  readonly kind: "program" | "erase";
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly startedAt: Cycle;
  readonly cycles: Cycles;
}

/** A serial NOR flash. */
export class FlashPart implements NorFlash {
  /** How the part is divided. */
  readonly geometry: FlashGeometry;
  /** What was counted; counting does not stop at loss of power. */
  readonly counters: FlashCounters = { readBytes: 0, programs: 0, programmedBytes: 0, erases: 0, impossibleBits: 0 };
  /** How often each sector was erased. */
  readonly sectorErases: Uint32Array;
  readonly #timing: FlashTiming;
  readonly #clock: Clock;
  readonly #random: RandomStream;
  readonly #observe: (operation: FlashOperation) => void;
  readonly #cells: Uint8Array;
  /** Bits that read as they like, by address. */
  readonly #weak = new Map<number, number>();
  #running: Running | undefined = undefined;
  #writeEnabled = false;

  /**
   * A part.
   *
   * @param options How it is made.
   * @throws {RangeError} The image is not as long as the part.
   */
  constructor(options: FlashPartOptions) {
    this.geometry = options.preset.geometry;
    this.#timing = options.preset.timing;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#observe = options.observe ?? (() => {});
    this.sectorErases = new Uint32Array(this.geometry.sectorCount);
    const lengthBytes = this.geometry.sectorBytes * this.geometry.sectorCount;
    if (options.image !== undefined && options.image.length !== lengthBytes) {
      throw new RangeError(`The flash image has ${options.image.length} bytes, expected ${lengthBytes}`);
    }
    this.#cells = options.image?.slice() ?? new Uint8Array(lengthBytes).fill(0xff);
  }

  /** A copy of the cells, as a programmer clipped to the part would read them. */
  image(): Uint8Array {
    return this.#cells.slice();
  }

  /** Reads bytes. */
  *read(address: number, lengthBytes: number): Task<Uint8Array> {
    this.#requireReady("read");
    this.#requireRange("read", address, lengthBytes);
    const timing = this.#timing;
    yield* this.#clock.sleep(this.#cycles(timing.readSetupNanoseconds + lengthBytes * timing.readByteNanoseconds));
    const bytes = this.#cells.slice(address, address + lengthBytes);
    for (const [weakAddress, mask] of this.#weak) {
      const offset = weakAddress - address;
      if (offset >= 0 && offset < lengthBytes) bytes[offset] = (bytes[offset] as number) ^ (mask & this.#random.next());
    }
    this.counters.readBytes += lengthBytes;
    this.#observe({ kind: "read", address, lengthBytes });
    return bytes;
  }

  /** Allows the next program or erase. */
  *writeEnable(): Task {
    this.#requireReady("write enable");
    this.#writeEnabled = true;
  }

  /** Programs up to a page. */
  *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    this.#requireWriteEnabled("page program");
    this.#requireRange("page program", address, 1);
    if (bytes.length < 1 || bytes.length > this.geometry.pageBytes) {
      throw new FlashMisuseError("page program", `${bytes.length} bytes, expected 1 to ${this.geometry.pageBytes}`);
    }
    const { programFirstByteNanoseconds, programNextByteNanoseconds } = this.#timing;
    const nanoseconds = programFirstByteNanoseconds + (bytes.length - 1) * programNextByteNanoseconds;
    yield* this.#run("program", address, bytes.slice(), nanoseconds);
    for (let index = 0; index < bytes.length; index++) this.#drive(this.#wrap(address, index), bytes[index] as number);
    this.counters.programs++;
    this.counters.programmedBytes += bytes.length;
    this.#observe({ kind: "program", address, lengthBytes: bytes.length });
    return "done";
  }

  /** Erases a sector. */
  *sectorErase(address: number): Task<FlashOutcome> {
    this.#requireWriteEnabled("sector erase");
    this.#requireRange("sector erase", address, 1);
    const { sectorBytes } = this.geometry;
    const start = address - (address % sectorBytes);
    yield* this.#run("erase", start, new Uint8Array(0), this.#timing.eraseSectorNanoseconds);
    this.#fill(start, sectorBytes, 0xff);
    this.#countErase(start);
    this.#observe({ kind: "erase", address: start, lengthBytes: sectorBytes });
    return "done";
  }

  /** Power goes, or the reset line is pulled: the operation in progress stays as far as it has come. */
  powerOff(): void {
    this.#writeEnabled = false;
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    const elapsed = this.#clock.now - running.startedAt;
    if (running.kind === "program") this.#cutProgram(running, elapsed / running.cycles);
    else this.#cutErase(running.address, elapsed / running.cycles);
  }

  *#run(kind: Running["kind"], address: number, bytes: Uint8Array, nanoseconds: number): Task {
    const cycles = this.#cycles(nanoseconds);
    this.#running = { kind, address, bytes, startedAt: this.#clock.now, cycles };
    yield* this.#clock.sleep(cycles);
    this.#running = undefined;
    this.#writeEnabled = false;
  }

  #cutProgram({ address, bytes }: Running, share: number): void {
    const whole = Math.min(bytes.length, Math.floor(share * bytes.length));
    for (let index = 0; index < whole; index++) this.#drive(this.#wrap(address, index), bytes[index] as number);
    if (whole < bytes.length) {
      const torn = this.#wrap(address, whole);
      const before = this.#cells[torn] as number;
      // Charge is only added: a bit that was already programmed stays firm, one that was on its way may read either way.
      const underway = before & ~(bytes[whole] as number);
      this.#cells[torn] = before & ~(underway & this.#random.next());
      const weak = (this.#weak.get(torn) ?? 0) | (underway & this.#random.next());
      if (weak !== 0) this.#weak.set(torn, weak);
    }
    this.#observe({ kind: "program cut off", address, lengthBytes: whole });
  }

  #cutErase(start: number, share: number): void {
    const { sectorBytes } = this.geometry;
    if (share >= 0.1 && share < 0.4) {
      const zeros = Math.floor(((share - 0.1) / 0.3) * sectorBytes);
      this.#fill(start + sectorBytes - zeros, zeros, 0);
    } else if (share >= 0.4 && share < 0.8) {
      for (let offset = 0; offset < sectorBytes; offset++) this.#cells[start + offset] = this.#random.next() & 0xff;
    } else if (share >= 0.8) {
      this.#fill(start, sectorBytes, 0xff);
      for (let count = 0; count < 16; count++) {
        this.#weak.set(start + this.#random.below(sectorBytes), 1 << this.#random.below(8));
      }
    }
    if (share >= 0.4) this.#countErase(start);
    this.#observe({ kind: "erase cut off", address: start, lengthBytes: sectorBytes });
  }

  /** Programs one byte: bits are only cleared. A driven bit is weak no longer. */
  #drive(address: number, value: number): void {
    const before = this.#cells[address] as number;
    const impossible = value & ~before & 0xff;
    if (impossible !== 0) this.counters.impossibleBits += bitCount(impossible);
    this.#cells[address] = before & value;
    const weak = this.#weak.get(address);
    if (weak !== undefined) {
      const left = weak & value;
      if (left === 0) this.#weak.delete(address);
      else this.#weak.set(address, left);
    }
  }

  #fill(start: number, lengthBytes: number, value: number): void {
    this.#cells.fill(value, start, start + lengthBytes);
    for (const address of [...this.#weak.keys()]) {
      if (address >= start && address < start + lengthBytes) this.#weak.delete(address);
    }
  }

  #countErase(start: number): void {
    const sector = start / this.geometry.sectorBytes;
    this.counters.erases++;
    this.sectorErases[sector] = (this.sectorErases[sector] as number) + 1;
  }

  #wrap(address: number, index: number): number {
    const { pageBytes } = this.geometry;
    const page = address - (address % pageBytes);
    return page + ((address - page + index) % pageBytes);
  }

  #cycles(nanoseconds: number): Cycles {
    return Math.max(1, Math.ceil((nanoseconds * this.#clock.frequencyHz) / 1e9));
  }

  #requireReady(command: string): void {
    if (this.#running !== undefined) throw new FlashMisuseError(command, "the part is busy");
  }

  #requireWriteEnabled(command: string): void {
    this.#requireReady(command);
    if (!this.#writeEnabled) throw new FlashMisuseError(command, "the write enable latch is not set");
  }

  #requireRange(command: string, address: number, lengthBytes: number): void {
    if (!(Number.isInteger(address) && address >= 0 && address + lengthBytes <= this.#cells.length)) {
      throw new FlashMisuseError(
        command,
        `${lengthBytes} bytes at ${address} are not inside the ${this.#cells.length} bytes of the part`,
      );
    }
  }
}

function bitCount(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}
