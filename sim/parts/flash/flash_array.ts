/**
 * The array of a part: what programs and erases do to it, whole, failed or cut
 * off by a loss of power, and what is counted of them.
 *
 * @module
 */

import type { Clock, Cycle, Cycles } from "../../kernel/task.ts";
import type { BusyTime } from "./busy_time.ts";
import { FlashCells } from "./cells.ts";
import type { FlashCommandSet } from "./command_set.ts";
import { cutErase, cutProgram, driveProgram, eraseCutAt, PROGRAM_CUTS, type ProgramCut } from "./cut_effects.ts";
import { FaultPlan } from "./fault_plan.ts";
import type { FlashCounters, FlashState } from "./flash_state.ts";
import type { FlashGeometry, FlashOutcome } from "./nor_flash.ts";
import type { FlashRandom } from "./random.ts";
import { SectorAges } from "./sector_ages.ts";
import { cutStatus, STATUS_CUTS, type StatusCut } from "./status_register.ts";
import { Supply } from "./supply.ts";

/** What a part tells an observer: never data. */
export interface FlashOperation {
  /** What was done. */
  readonly kind: FlashOperationKind;
  /** Where it began. */
  readonly address: number;
  /** How many bytes it concerned. */
  readonly lengthBytes: number;
  /** How long it took, or had taken. */
  readonly cycles: Cycles;
}

/** What a part tells an observer of an operation that begins. */
export interface BegunOperation {
  /** What is done. */
  readonly kind: "read" | "program" | "erase" | "status write";
  /** Where it begins. */
  readonly address: number;
  /** How many bytes it concerns. */
  readonly lengthBytes: number;
  /** How long it will take, unless it is suspended. */
  readonly cycles: Cycles;
}

/** What a part does: as a whole, in vain, or until a loss of power or a reset. */
export type FlashOperationKind =
  | "read"
  | "program"
  | "program failed"
  | "program cut off"
  | "erase"
  | "erase failed"
  | "erase cut off"
  | "status write"
  | "status write cut off";

/** Something that the part is busy with. */
export interface BusyOperation {
  readonly kind: "program" | "erase" | "status write";
  readonly address: number;
  readonly lengthBytes: number;
  readonly startedAt: Cycle;
  readonly time: BusyTime;
  /** The register that is written. */
  readonly value: number;
  /** Whether suspend stops it. */
  readonly canBeSuspended: boolean;
  /** Whether the task that began it waits for it. */
  readonly isAwaited: boolean;
  /** What the status says when it has ended. */
  outcome: FlashOutcome;
  /** It was cut off by a reset or a loss of power. */
  isLeft: boolean;
}

/** What an array is made with. */
export interface FlashArrayOptions {
  readonly geometry: FlashGeometry;
  readonly commands: FlashCommandSet;
  readonly enduranceCycles: number;
  readonly random: FlashRandom;
  readonly clock: Clock;
  readonly onOperation: ((operation: FlashOperation) => void) | undefined;
}

/** The array of a part. */
export class FlashArray {
  readonly geometry: FlashGeometry;
  readonly cells: FlashCells;
  /** Holds the bytes of a program until they are driven, as in a real part; as for a part that is erased to FF. */
  readonly pageBuffer: Uint8Array;
  readonly sectorErases: Uint32Array;
  readonly pagePrograms: Uint32Array;
  readonly ages: SectorAges;
  readonly supply: Supply;
  readonly faults: FaultPlan;
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
  /** The register that is kept without power. */
  statusRegister = 0;
  readonly #options: FlashArrayOptions;

  /**
   * An erased array.
   *
   * @param options What it is made with.
   */
  constructor(options: FlashArrayOptions) {
    const { geometry, random, enduranceCycles, clock } = options;
    this.#options = options;
    this.geometry = geometry;
    const lengthBytes = geometry.sectorBytes * geometry.sectorCount;
    this.sectorErases = new Uint32Array(geometry.sectorCount);
    this.pagePrograms = new Uint32Array(lengthBytes / geometry.pageBytes);
    this.cells = new FlashCells(lengthBytes, random, geometry.programBytes);
    this.pageBuffer = new Uint8Array(geometry.pageBytes);
    this.supply = new Supply(random);
    const { cells, sectorErases, pageBuffer } = this;
    this.ages = new SectorAges({ geometry, cells, random, sectorErases, enduranceCycles, clock });
    this.faults = new FaultPlan({
      geometry,
      cells,
      random,
      pageBuffer,
      sectorErases,
      enduranceCycles,
      ages: this.ages,
      brownOut: (after, length) => {
        const cycles = (duration: number) => Math.ceil((duration * clock.frequencyHz) / 1e9);
        this.supply.brownOut(clock.now + cycles(after), cycles(length));
      },
    });
  }

  /** Takes over what is left of another array of the same geometry without power, into one that nothing was done to yet. */
  copyFrom(other: FlashArray): void {
    this.cells.copyFrom(other.cells);
    this.sectorErases.set(other.sectorErases);
    this.pagePrograms.set(other.pagePrograms);
    Object.assign(this.counters, other.counters);
    this.statusRegister = other.statusRegister;
    this.ages.adopt(other.ages.state());
  }

  /**
   * Goes on from what a part was left with, whose bytes the cells have already.
   *
   * @param isTurned Whether it was erased to 0.
   * @throws {RangeError} It is not of this geometry.
   */
  adopt(state: FlashState, isTurned: boolean): void {
    const { ages, programmed = [] } = state;
    const counts: (readonly [string, readonly number[], ArrayLike<number>])[] = [
      ["sectors", state.sectorErases, this.sectorErases],
      ["pages", state.pagePrograms, this.pagePrograms],
    ];
    for (const [name, figures] of Object.entries(ages ?? {})) {
      if (name !== "luck" || figures.length > 0) counts.push([`sectors' ${name}`, figures, this.sectorErases]);
    }
    for (const [what, given, expected] of counts) {
      if (given.length === expected.length) continue;
      throw new RangeError(`The flash state counts ${given.length} ${what}, expected ${expected.length}`);
    }
    const end = this.cells.lengthBytes;
    const outside = programmed.find(({ address, lengthBytes }) => address + lengthBytes > end);
    if (outside !== undefined) {
      throw new RangeError(`The flash state has programmed words at ${outside.address}, expected some below ${end}`);
    }
    this.sectorErases.set(state.sectorErases);
    this.pagePrograms.set(state.pagePrograms);
    Object.assign(this.counters, state.counters);
    const [asZero, asOne] = isTurned ? [1, 0] as const : [0, 1] as const;
    for (const { address, mask } of state.weakBits) this.cells.weaken(address, mask);
    for (const { address, mask } of state.stuckAtZero) this.cells.stick(address, mask, asZero);
    for (const { address, mask } of state.stuckAtOne) this.cells.stick(address, mask, asOne);
    this.statusRegister = state.statusRegister ?? 0;
    if (ages !== undefined) this.ages.adopt(ages);
  }

  /** Does what a part was busy with, and says what the status tells of it. */
  finish(operation: BusyOperation): FlashOutcome {
    switch (operation.kind) {
      case "program":
        return this.#program(operation);
      case "erase":
        return this.#erase(operation);
      case "status write":
        this.statusRegister = operation.value;
        this.#tell("status write", operation, operation.time.cycles);
        return "done";
      default:
        return operation.kind satisfies never;
    }
  }

  /** Leaves what a part was busy with as far as it has come. */
  cutOff(operation: BusyOperation): void {
    const { address, lengthBytes, time } = operation;
    const { cells, geometry } = this;
    const { random, clock } = this.#options;
    this.counters.cuts++;
    const done = time.done(clock.now);
    const share = time.cycles === 0 ? 0 : Math.min(1, done / time.cycles);
    switch (operation.kind) {
      case "program": {
        const doneBytes = Math.floor(share * lengthBytes);
        const { cut, weakBits } = this.faults.strike("program cut", operation) ?? this.#drawProgramCut(lengthBytes);
        const program = { address, bytes: this.pageBuffer.subarray(0, lengthBytes) };
        cutProgram(cells, geometry, program, doneBytes, cut, random, weakBits);
        this.#countProgram(address);
        this.#tell("program cut off", { address, lengthBytes: doneBytes }, done);
        return;
      }
      case "erase": {
        const { cut, weakBits } = this.faults.strike("erase cut", operation) ??
          { cut: eraseCutAt(share, lengthBytes), weakBits: drawBits(lengthBytes, random) };
        cutErase(cells, address, lengthBytes, cut, random, weakBits);
        if (cut.phase !== "not begun") this.#countErase(address, lengthBytes);
        this.#tell("erase cut off", operation, done);
        return;
      }
      case "status write": {
        const cut = this.faults.strike("status cut", operation) ??
          (STATUS_CUTS[random.below(STATUS_CUTS.length)] as StatusCut);
        this.statusRegister = cutStatus(this.statusRegister, operation.value, cut, random);
        this.#tell("status write cut off", operation, done);
        return;
      }
      default:
        return operation.kind satisfies never;
    }
  }

  #drawProgramCut(lengthBytes: number): { readonly cut: ProgramCut; readonly weakBits?: number } {
    const { random } = this.#options;
    const cut = PROGRAM_CUTS[random.below(PROGRAM_CUTS.length)] as ProgramCut;
    return cut === "weak bits" && random.below(2) === 0 ? { cut, weakBits: drawBits(lengthBytes, random) } : { cut };
  }

  #program(operation: BusyOperation): FlashOutcome {
    const { address, lengthBytes, time: { cycles } } = operation;
    const { failBits, secondProgram = "refused" } = this.#options.commands;
    const again = this.#programmedWords(address, lengthBytes);
    if (again.length > 0 && secondProgram !== "garbled") {
      const { programBytes = 1 } = this.geometry;
      const isZero = (word: number) =>
        this.pageBuffer.subarray(word - address, word - address + programBytes).every((byte) => byte === 0);
      if (secondProgram === "refused" || !again.every(isZero)) {
        this.counters.failures++;
        this.#tell("program failed", operation, cycles);
        return failBits ? "program failed" : "done";
      }
    }
    const failure = this.faults.strike("program", operation);
    if (failure !== undefined) this.counters.failures++;
    const program = { address, bytes: this.pageBuffer };
    const impossibleBits = driveProgram(this.cells, this.geometry.pageBytes, program, lengthBytes);
    if (failure === undefined) this.counters.impossibleBits += impossibleBits;
    if (secondProgram === "garbled") this.#garble(again);
    this.#weaken(operation);
    this.#countProgram(address);
    this.counters.programs++;
    this.counters.programmedBytes += lengthBytes;
    this.#tell(failure === undefined ? "program" : "program failed", operation, cycles);
    return failure === "reported" && failBits ? "program failed" : "done";
  }

  /** Addresses of the words of a range that were programmed since their erase, where that matters. */
  #programmedWords(address: number, lengthBytes: number): readonly number[] {
    const { programBytes = 1 } = this.geometry;
    if (programBytes === 1 || !this.cells.isProgrammed(address, lengthBytes)) return [];
    const words = Array.from({ length: lengthBytes / programBytes }, (_, index) => address + index * programBytes);
    return words.filter((word) => this.cells.isProgrammed(word, programBytes));
  }

  /** The check bits of words are wrong: what corrects them makes something else of them. */
  #garble(words: readonly number[]): void {
    const { programBytes = 1 } = this.geometry;
    for (const word of words) {
      this.counters.failures++;
      for (let offset = 0; offset < programBytes; offset++) {
        this.cells.drive(word + offset, this.#options.random.next() & 0xff);
      }
    }
  }

  #erase(operation: BusyOperation): FlashOutcome {
    const { address, lengthBytes } = operation;
    const { sectorBytes } = this.geometry;
    this.#countErase(address, lengthBytes);
    let failed = false;
    let reported = false;
    for (let start = address; start < address + lengthBytes; start += sectorBytes) {
      const failure = this.faults.strike("erase", { address: start, lengthBytes: sectorBytes });
      if (failure === undefined) this.cells.fill(start, sectorBytes, 0xff);
      failed ||= failure !== undefined;
      reported ||= failure === "reported";
    }
    this.#weaken(operation);
    if (failed) this.counters.failures++;
    this.#tell(failed ? "erase failed" : "erase", operation, operation.time.cycles);
    return reported && this.#options.commands.failBits ? "erase failed" : "done";
  }

  /** What is driven at too low a voltage is left half way. */
  #weaken({ address, lengthBytes, startedAt }: BusyOperation): void {
    const { random, clock } = this.#options;
    for (let bits = this.supply.weakBits(startedAt, clock.now, lengthBytes); bits > 0; bits--) {
      const each = (address + random.below(lengthBytes)) % this.cells.lengthBytes;
      this.cells.weaken(each, 1 << random.below(8));
    }
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
      this.ages.noteErase(sector);
    }
  }

  #tell(kind: FlashOperationKind, { address, lengthBytes }: Omit<FlashOperation, "kind" | "cycles">, cycles: Cycles) {
    this.#options.onOperation?.({ kind, address, lengthBytes, cycles });
  }
}

/** The most bits that a cut leaves undecided where nothing else is said. Assumed. */
const MOST_WEAK_BITS = 4096;

/** How many bits of some bytes a cut leaves undecided: any number, and few as often as many. */
function drawBits(lengthBytes: number, random: FlashRandom): number {
  const most = Math.min(MOST_WEAK_BITS, 8 * lengthBytes);
  return 1 + random.below(2 ** (1 + random.below(32 - Math.clz32(most - 1))));
}
