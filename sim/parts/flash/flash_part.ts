/**
 * The flash part: commands, busy time, wear, faults, and loss of power at any
 * cycle.
 *
 * A task that waits for the part when power goes is simply never resumed; the
 * part itself decides what the operation in progress leaves behind.
 *
 * @module
 */

import type { Clock, Cycle, Cycles, Task } from "../../kernel/task.ts";
import { FlashCells } from "./cells.ts";
import { cutErase, cutProgram, driveProgram, eraseCutAt, PROGRAM_CUTS, type ProgramCut } from "./cut_effects.ts";
import { FaultPlan } from "./fault_plan.ts";
import type { FlashFault } from "./faults.ts";
import type { FlashCounters, FlashState } from "./flash_state.ts";
import {
  type FlashDuration,
  type FlashGeometry,
  FlashMisuseError,
  type FlashOutcome,
  type FlashStatus,
  type FlashTiming,
  type NorFlash,
} from "./nor_flash.ts";
import type { FlashPreset } from "./presets.ts";
import type { FlashRandom } from "./random.ts";

/** What a part tells an observer: never data. */
export interface FlashOperation {
  /** What was done. */
  readonly kind: "read" | "program" | "erase" | "program cut off" | "erase cut off" | "program failed" | "erase failed";
  /** Where it began. */
  readonly address: number;
  /** How many bytes it concerned. */
  readonly lengthBytes: number;
  /** How long it took, or had taken. */
  readonly cycles: Cycles;
}

/** How a part is made. */
export interface FlashPartOptions {
  /** Which part. */
  readonly preset: FlashPreset;
  /** Whose time it takes. */
  readonly clock: Clock;
  /** Where torn and weak bits come from. */
  readonly random: FlashRandom;
  /** The content of its cells; erased by default. */
  readonly image?: Uint8Array;
  /** All of a part that was switched off; instead of `image`. */
  readonly state?: FlashState;
  /** Which column of the data sheet; typical by default. */
  readonly timing?: "typical" | "maximum";
  /** What is wrong with it from the beginning. */
  readonly faults?: readonly FlashFault[];
  /** A page program beyond the end of its page is misuse instead of wrapping; true by default. */
  readonly strictPages?: boolean;
  /** Told of each operation when it has ended. */
  readonly onOperation?: (operation: FlashOperation) => void;
}

interface RunningOperation {
  readonly kind: "program" | "erase";
  readonly address: number;
  readonly lengthBytes: number;
  readonly startedAt: Cycle;
  readonly cycles: Cycles;
}

/** A serial NOR flash. */
export class FlashPart implements NorFlash {
  /** How the part is divided. */
  readonly geometry: FlashGeometry;
  /** What was counted; counting does not stop at loss of power. */
  readonly counters: FlashCounters = {
    reads: 0,
    readBytes: 0,
    programs: 0,
    programmedBytes: 0,
    erases: 0,
    blockErases: 0,
    cuts: 0,
    failures: 0,
    impossibleBits: 0,
  };
  /** How often each sector was erased. */
  readonly sectorErases: Uint32Array;
  /** How often each page was programmed. */
  readonly pagePrograms: Uint32Array;
  readonly #timing: FlashTiming;
  readonly #column: keyof FlashDuration;
  readonly #strictPages: boolean;
  readonly #clock: Clock;
  readonly #random: FlashRandom;
  readonly #onOperation: ((operation: FlashOperation) => void) | undefined;
  readonly #cells: FlashCells;
  /** Holds the bytes of a program until they are driven, as in a real part. */
  readonly #pageBuffer: Uint8Array;
  readonly #faults: FaultPlan;
  #running: RunningOperation | undefined = undefined;
  #writeEnabled = false;
  #programFailed = false;
  #eraseFailed = false;

  /**
   * A part.
   *
   * @param options How it is made.
   * @throws {RangeError} The image or state is not of this geometry.
   * @throws {FlashFaultError} A fault does not fit the part.
   */
  constructor(options: FlashPartOptions) {
    const { geometry, timing } = options.preset;
    this.geometry = geometry;
    this.#timing = timing;
    this.#column = options.timing === "maximum" ? "maximumNanoseconds" : "typicalNanoseconds";
    this.#strictPages = options.strictPages ?? true;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#onOperation = options.onOperation;
    const lengthBytes = geometry.sectorBytes * geometry.sectorCount;
    this.sectorErases = new Uint32Array(geometry.sectorCount);
    this.pagePrograms = new Uint32Array(lengthBytes / geometry.pageBytes);
    this.#cells = new FlashCells(lengthBytes, options.random, geometry.programBytes);
    this.#pageBuffer = new Uint8Array(geometry.pageBytes);
    this.#faults = new FaultPlan({
      geometry,
      cells: this.#cells,
      random: options.random,
      pageBuffer: this.#pageBuffer,
      sectorErases: this.sectorErases,
      enduranceCycles: options.preset.enduranceCycles,
    });
    const image = options.state?.image ?? options.image;
    if (image !== undefined && image.length !== lengthBytes) {
      throw new RangeError(`The flash image has ${image.length} bytes, expected ${lengthBytes}`);
    }
    if (image !== undefined) this.#cells.restore(image);
    if (options.state !== undefined) this.#adopt(options.state);
    for (const fault of options.faults ?? []) this.inject(fault);
  }

  /** A copy of the cells, as a programmer clipped to the part would read them, were all bits firm. */
  image(): Uint8Array {
    return this.#cells.bytes.slice();
  }

  /** All of the part, for a later run; meant for when it is switched off. */
  state(): FlashState {
    return {
      image: this.image(),
      weakBits: this.#cells.weakBits(),
      stuckAtZero: this.#cells.stuckBits(0),
      stuckAtOne: this.#cells.stuckBits(1),
      sectorErases: [...this.sectorErases],
      pagePrograms: [...this.pagePrograms],
      counters: { ...this.counters },
    };
  }

  /**
   * Sets the content of the cells, all of them firm; power is off and on again in between.
   *
   * @param image As long as the part.
   */
  restore(image: Uint8Array): void {
    this.#running = undefined;
    this.#writeEnabled = false;
    this.#cells.restore(image);
  }

  /**
   * The cells themselves, for the tools of a laboratory: firmware has only the commands.
   */
  get cells(): FlashCells {
    return this.#cells;
  }

  /**
   * Something goes wrong.
   *
   * @param fault What.
   * @throws {FlashFaultError} It does not fit the part.
   */
  inject(fault: FlashFault): void {
    this.#faults.inject(fault);
  }

  /** Reads bytes. */
  *read(address: number, lengthBytes: number): Task<Uint8Array> {
    const bytes = new Uint8Array(lengthBytes);
    yield* this.readInto(address, bytes);
    return bytes;
  }

  /** Reads bytes into memory of the caller. */
  *readInto(address: number, target: Uint8Array): Task {
    this.#requireReady("read");
    this.#requireRange("read", address, target.length);
    const { readSetupNanoseconds, readByteNanoseconds } = this.#timing;
    const cycles = this.#cycles(readSetupNanoseconds + target.length * readByteNanoseconds);
    yield* this.#clock.sleep(cycles);
    this.#cells.read(address, target);
    this.counters.reads++;
    this.counters.readBytes += target.length;
    this.#onOperation?.({ kind: "read", address, lengthBytes: target.length, cycles });
  }

  /** Reads the status register. */
  *readStatus(): Task<FlashStatus> {
    yield* this.#clock.sleep(this.#cycles(2 * this.#timing.readByteNanoseconds));
    return {
      busy: this.#running !== undefined,
      writeEnabled: this.#writeEnabled,
      programFailed: this.#programFailed,
      eraseFailed: this.#eraseFailed,
    };
  }

  /** Allows the next program or erase. */
  *writeEnable(): Task {
    this.#requireReady("write enable");
    yield* this.#clock.sleep(this.#cycles(this.#timing.readByteNanoseconds));
    this.#writeEnabled = true;
  }

  /** Programs up to a page. */
  *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    const { pageBytes, programBytes = 1 } = this.geometry;
    this.#requireWriteEnabled("page program");
    this.#requireRange("page program", address, 1);
    const room = this.#strictPages ? pageBytes - (address % pageBytes) : pageBytes;
    const lengthBytes = bytes.length;
    const given = `${lengthBytes} bytes at ${address}`;
    if (lengthBytes < 1 || lengthBytes > room) throw new FlashMisuseError("page program", given, `1 to ${room}`);
    if (address % programBytes !== 0 || lengthBytes % programBytes !== 0) {
      throw new FlashMisuseError("page program", given, `words of ${programBytes} bytes`);
    }
    const cycles = this.#programCycles(lengthBytes);
    this.#pageBuffer.set(bytes);
    const running = { kind: "program", address, lengthBytes, startedAt: this.#clock.now, cycles } as const;
    yield* this.#run(running);
    if (this.#cells.isProgrammed(address, lengthBytes)) {
      // A second program of a word is refused as a whole (Infineon Semper with SECDED; STM32L4 PROGERR).
      this.#programFailed = true;
      this.counters.failures++;
      this.#onOperation?.({ kind: "program failed", address, lengthBytes, cycles });
      return "program failed";
    }
    const failure = this.#faults.strike("program", running);
    this.#programFailed = failure === "reported";
    if (failure !== undefined) this.counters.failures++;
    const program = { address, bytes: this.#pageBuffer };
    const impossibleBits = driveProgram(this.#cells, pageBytes, program, lengthBytes);
    if (failure === undefined) this.counters.impossibleBits += impossibleBits;
    this.#countProgram(address);
    this.counters.programs++;
    this.counters.programmedBytes += lengthBytes;
    const kind = failure === undefined ? "program" : "program failed";
    this.#onOperation?.({ kind, address, lengthBytes, cycles });
    return this.#programFailed ? "program failed" : "done";
  }

  /** Erases a sector. */
  *sectorErase(address: number): Task<FlashOutcome> {
    this.#requireWriteEnabled("sector erase");
    this.#requireRange("sector erase", address, 1);
    const { sectorBytes } = this.geometry;
    return yield* this.#erase(address - (address % sectorBytes), 1, this.#timing.eraseSector);
  }

  /** Erases a block. */
  *blockErase(address: number): Task<FlashOutcome> {
    const { sectorBytes, blockSectors } = this.geometry;
    if (blockSectors === undefined) {
      throw new FlashMisuseError("block erase", "the command", "a sector erase: the part has no blocks");
    }
    this.#requireWriteEnabled("block erase");
    this.#requireRange("block erase", address, 1);
    const start = address - (address % (sectorBytes * blockSectors));
    this.#requireRange("block erase", start, sectorBytes * blockSectors);
    this.counters.blockErases++;
    return yield* this.#erase(start, blockSectors, this.#timing.eraseBlock);
  }

  /** Power goes, or the reset line is pulled: the operation in progress stays as far as it has come. */
  powerOff(): void {
    this.#writeEnabled = false;
    this.#programFailed = false;
    this.#eraseFailed = false;
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    this.counters.cuts++;
    const cycles = this.#clock.now - running.startedAt;
    const share = running.cycles === 0 ? 0 : Math.min(1, cycles / running.cycles);
    if (running.kind === "program") {
      const { address, lengthBytes } = running;
      const doneBytes = Math.floor(share * lengthBytes);
      const cut = this.#faults.strike("program cut", running) ??
        (PROGRAM_CUTS[this.#random.below(PROGRAM_CUTS.length)] as ProgramCut);
      const program = { address, bytes: this.#pageBuffer.subarray(0, lengthBytes) };
      cutProgram(this.#cells, this.geometry, program, doneBytes, cut, this.#random);
      this.#countProgram(address);
      this.#onOperation?.({ kind: "program cut off", address, lengthBytes: doneBytes, cycles });
    } else {
      const { address, lengthBytes } = running;
      const cut = this.#faults.strike("erase cut", running) ?? eraseCutAt(share, lengthBytes);
      cutErase(this.#cells, address, lengthBytes, cut, this.#random);
      if (cut.phase !== "not begun") this.#countErase(address, lengthBytes);
      this.#onOperation?.({ kind: "erase cut off", address, lengthBytes, cycles });
    }
  }

  *#erase(address: number, sectors: number, duration: FlashDuration): Task<FlashOutcome> {
    const { sectorBytes } = this.geometry;
    const lengthBytes = sectors * sectorBytes;
    const cycles = this.#cycles(duration[this.#column]);
    yield* this.#run({ kind: "erase", address, lengthBytes, startedAt: this.#clock.now, cycles });
    this.#countErase(address, lengthBytes);
    let failed = false;
    let reported = false;
    for (let start = address; start < address + lengthBytes; start += sectorBytes) {
      const failure = this.#faults.strike("erase", { address: start, lengthBytes: sectorBytes });
      if (failure === undefined) this.#cells.fill(start, sectorBytes, 0xff);
      failed ||= failure !== undefined;
      reported ||= failure === "reported";
    }
    if (failed) this.counters.failures++;
    this.#eraseFailed = reported;
    this.#onOperation?.({ kind: failed ? "erase failed" : "erase", address, lengthBytes, cycles });
    return reported ? "erase failed" : "done";
  }

  *#run(running: RunningOperation): Task {
    this.#running = running;
    yield* this.#clock.sleep(running.cycles);
    this.#running = undefined;
    this.#writeEnabled = false;
  }

  #adopt(state: FlashState): void {
    const counts = { sectors: [state.sectorErases, this.sectorErases], pages: [state.pagePrograms, this.pagePrograms] };
    for (const [what, [given, expected]] of Object.entries(counts)) {
      if (given?.length === expected?.length) continue;
      throw new RangeError(`The flash state counts ${given?.length} ${what}, expected ${expected?.length}`);
    }
    this.sectorErases.set(state.sectorErases);
    this.pagePrograms.set(state.pagePrograms);
    Object.assign(this.counters, state.counters);
    for (const { address, mask } of state.weakBits) this.#cells.weaken(address, mask);
    for (const { address, mask } of state.stuckAtZero) this.#cells.stick(address, mask, 0);
    for (const { address, mask } of state.stuckAtOne) this.#cells.stick(address, mask, 1);
  }

  /** A program was begun: cells of its page were driven, even if it was cut off. */
  #countProgram(address: number): void {
    const page = Math.floor(address / this.geometry.pageBytes);
    this.pagePrograms[page] = (this.pagePrograms[page] as number) + 1;
  }

  #countErase(address: number, lengthBytes: number): void {
    const { sectorBytes } = this.geometry;
    for (let sector = address / sectorBytes; sector < (address + lengthBytes) / sectorBytes; sector++) {
      this.counters.erases++;
      this.sectorErases[sector] = (this.sectorErases[sector] as number) + 1;
    }
  }

  #programCycles(lengthBytes: number): Cycles {
    const { programFirstByte, programNextByte, programPage } = this.#timing;
    const nanoseconds = programFirstByte[this.#column] + (lengthBytes - 1) * programNextByte[this.#column];
    return this.#cycles(Math.min(nanoseconds, programPage[this.#column]));
  }

  #cycles(nanoseconds: number): Cycles {
    return Math.max(1, Math.ceil((nanoseconds * this.#clock.frequencyHz) / 1e9));
  }

  #requireReady(command: string): void {
    if (this.#running !== undefined) throw new FlashMisuseError(command, `a busy part`, "one that is ready");
  }

  #requireWriteEnabled(command: string): void {
    this.#requireReady(command);
    if (!this.#writeEnabled) {
      throw new FlashMisuseError(command, "no write enable", "the write enable command before each program and erase");
    }
  }

  #requireRange(command: string, address: number, lengthBytes: number): void {
    const end = this.#cells.bytes.length;
    if (!(Number.isInteger(address) && address >= 0 && address + lengthBytes <= end)) {
      throw new FlashMisuseError(command, `${lengthBytes} bytes at ${address}`, `a range inside 0 to ${end}`);
    }
  }
}
