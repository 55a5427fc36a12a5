/**
 * The flash part: commands, busy time, and loss of power at any cycle.
 *
 * A task that waits for the part when power goes is simply never resumed; the
 * part itself decides what the operation in progress leaves behind.
 *
 * @module
 */

import type { Clock, Task } from "../../kernel/task.ts";
import type { CellRange, FlashCells } from "./cells.ts";
import { type FlashCommandSet, type FlashRequest, PLAIN_COMMAND_SET, type SerialNorFlash } from "./command_set.ts";
import type { FlashFault } from "./faults.ts";
import { type BegunOperation, FlashArray, type FlashOperation, type FlashOperationKind } from "./flash_array.ts";
import { FLASH_MISUSES, FlashController, type FlashMisuse } from "./flash_controller.ts";
import type { FlashCounters, FlashState } from "./flash_state.ts";
import { type FlashGeometry, FlashMisuseError, type FlashOutcome, type FlashStatus } from "./nor_flash.ts";
import { OperationTimes, TIMING_COLUMNS, type TimingColumn } from "./operation_times.ts";
import { checkPreset, MOST_FLASH_BYTES, requireChoice } from "./preset_check.ts";
import type { FlashPreset } from "./presets.ts";
import type { FlashRandom } from "./random.ts";
import { sfdpOf } from "./sfdp.ts";

export type { BegunOperation, FlashMisuse, FlashOperation, FlashOperationKind, TimingColumn };

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
  /** Which column of the data sheet, or times that go from one to the other with wear and vary by seed; typical by default. */
  readonly timing?: TimingColumn;
  /** What is wrong with it from the beginning. */
  readonly faults?: readonly FlashFault[];
  /** A page program beyond the end of its page is misuse instead of wrapping; true by default. */
  readonly strictPages?: boolean;
  /**
   * What becomes of commands that a part ignores, as all but a few while it is busy: an error, the default, which shows
   * the bug of the firmware; or they are ignored.
   */
  readonly misuse?: FlashMisuse;
  /** Told of each operation when it has ended. */
  readonly onOperation?: (operation: FlashOperation) => void;
  /** Told of each read, program and erase when it begins, with the time that it will take. */
  readonly onBegin?: (operation: BegunOperation) => void;
}

/** What a part answers that drives nothing: its line is pulled up. */
const UNDRIVEN = 0xff;

const SUSPENDED_BIT = 0x80;

/** A serial NOR flash. */
export class FlashPart implements SerialNorFlash {
  /** How the part is divided. */
  readonly geometry: FlashGeometry;
  readonly #options: FlashPartOptions;
  readonly #commands: FlashCommandSet;
  readonly #times: OperationTimes;
  readonly #array: FlashArray;
  /** What stored bytes differ from those on the bus by: parts erased to 0 are parts erased to FF with all bits turned. */
  readonly #turned: number;
  readonly #controller: FlashController;

  /**
   * A part.
   *
   * @param options How it is made.
   * @throws {FlashPresetError} The preset, `timing` or `misuse` makes no sense.
   * @throws {RangeError} The image or state is not of this geometry.
   * @throws {FlashFaultError} A fault does not fit the part.
   */
  constructor(options: FlashPartOptions) {
    const { preset, clock, random, onOperation } = options;
    checkPreset(preset);
    requireChoice("timing", options.timing, TIMING_COLUMNS);
    requireChoice("misuse", options.misuse, FLASH_MISUSES);
    const { geometry, enduranceCycles } = preset;
    this.geometry = geometry;
    this.#options = options;
    this.#commands = preset.commands ?? PLAIN_COMMAND_SET;
    this.#turned = geometry.erasedValue === 0 ? 0xff : 0;
    const commands = this.#commands;
    const turned = this.#turned;
    this.#array = new FlashArray({ geometry, commands, enduranceCycles, random, clock, onOperation });
    const array = this.#array;
    const { timing = "typical", misuse = "error", strictPages = true, onBegin } = options;
    this.#times = new OperationTimes({ preset, timing, random, clock, ages: array.ages });
    const times = this.#times;
    this.#controller = new FlashController({ array, times, clock, commands, misuse, strictPages, turned, onBegin });
    const image = options.state?.image ?? options.image;
    const lengthBytes = this.cells.lengthBytes;
    if (image !== undefined && image.length !== lengthBytes) {
      throw new RangeError(`The flash image has ${image.length} bytes, expected ${lengthBytes}`);
    }
    if (image !== undefined) this.cells.restore(this.#turn(image), options.state?.programmed);
    if (options.state !== undefined) this.#array.adopt(options.state, this.#turned !== 0);
    for (const fault of options.faults ?? []) this.inject(fault);
  }

  /** What was counted; counting does not stop at loss of power. */
  get counters(): FlashCounters {
    this.#controller.settle();
    return this.#array.counters;
  }

  /** How often each sector was erased. */
  get sectorErases(): Uint32Array {
    this.#controller.settle();
    return this.#array.sectorErases;
  }

  /** How often each page was programmed. */
  get pagePrograms(): Uint32Array {
    this.#controller.settle();
    return this.#array.pagePrograms;
  }

  /** A copy of the cells, as a programmer clipped to the part would read them, were all bits firm. */
  image(): Uint8Array {
    const image = this.cells.image();
    return this.#turned === 0 ? image : this.#turn(image);
  }

  /** All of the part, for a later run; meant for when it is switched off. */
  state(): FlashState {
    const { cells } = this;
    const stuck = [cells.stuckBits(0), cells.stuckBits(1)] as const;
    return {
      image: this.image(),
      weakBits: cells.weakBits(),
      stuckAtZero: stuck[this.#turned & 1] ?? [],
      stuckAtOne: stuck[1 - (this.#turned & 1)] ?? [],
      sectorErases: [...this.sectorErases],
      pagePrograms: [...this.pagePrograms],
      counters: { ...this.counters },
      programmed: cells.programmedRanges(),
      statusRegister: this.#array.statusRegister,
      ages: this.#array.ages.state(),
    };
  }

  /**
   * Another part, as {@linkcode FlashPart.state} would make it: with what this one has now, but without power, faults to
   * come and observers.
   *
   * @param clock Whose time it takes.
   * @param random Where its torn and weak bits come from.
   */
  twin(clock: Clock, random: FlashRandom): FlashPart {
    this.#controller.settle();
    const twin = new FlashPart({ preset: this.#options.preset, clock, random });
    twin.#array.copyFrom(this.#array);
    return twin;
  }

  /**
   * Sets the content of the cells, all of them firm; power is off and on again in between.
   *
   * @param image As long as the part.
   * @param programmed Which words were programmed since their erase; if it is not known, those that do not look erased.
   */
  restore(image: Uint8Array, programmed?: readonly CellRange[]): void {
    this.#controller.forget();
    this.cells.restore(this.#turned === 0 ? image : this.#turn(image), programmed);
  }

  /** The cells themselves, for the tools of a laboratory: firmware has only the commands. */
  get cells(): FlashCells {
    this.#controller.settle();
    return this.#array.cells;
  }

  /**
   * Something goes wrong.
   *
   * @param fault What.
   * @throws {FlashFaultError} It does not fit the part.
   */
  inject(fault: FlashFault): void {
    this.#controller.settle();
    this.#array.faults.inject(fault);
  }

  /** Reads bytes. */
  *read(address: number, lengthBytes: number): Task<Uint8Array> {
    requireLength("read", lengthBytes);
    const bytes = new Uint8Array(lengthBytes);
    yield* this.readInto(address, bytes);
    return bytes;
  }

  /** Reads bytes into memory of the caller. */
  *readInto(address: number, target: Uint8Array): Task {
    const { clock, onOperation, onBegin } = this.#options;
    const { counters, supply, cells } = this.#array;
    const lengthBytes = target.length;
    const isAddress = Number.isInteger(address) && address >= 0;
    const isHeard = this.#controller.hears("read");
    if (!isHeard || (!this.#controller.isInRange("read", address, lengthBytes) && !isAddress)) {
      target.fill(UNDRIVEN);
      return;
    }
    const cycles = this.#times.read(lengthBytes);
    onBegin?.({ kind: "read", address, lengthBytes, cycles });
    const reception = supply.receive(clock.now, address, Math.max(1, cells.lengthBytes - lengthBytes + 1));
    yield* clock.sleep(cycles);
    if (reception.kind === "lost") target.fill(UNDRIVEN);
    else this.#readCells(reception.kind === "elsewhere" ? reception.address : address, target);
    counters.reads++;
    counters.readBytes += lengthBytes;
    onOperation?.({ kind: "read", address, lengthBytes, cycles });
  }

  /** Reads the status register; in deep power-down nothing is driven, and all bits read as 1. */
  *readStatus(): Task<FlashStatus> {
    yield* this.#options.clock.sleep(this.#times.transfer(2));
    this.#controller.settle();
    const { isBusy, isWriteEnabled, isInDeepPowerDown, outcome } = this.#controller;
    if (isInDeepPowerDown) {
      const { failBits } = this.#commands;
      return { busy: true, writeEnabled: true, programFailed: failBits, eraseFailed: failBits };
    }
    return {
      busy: isBusy,
      writeEnabled: isWriteEnabled,
      programFailed: outcome === "program failed",
      eraseFailed: outcome === "erase failed",
    };
  }

  /** Reads both status registers. */
  *readStatusRegisters(): Task<Uint8Array> {
    yield* this.#options.clock.sleep(this.#times.transfer(4));
    this.#controller.settle();
    const { isBusy, isWriteEnabled, isInDeepPowerDown, suspended } = this.#controller;
    if (isInDeepPowerDown) return Uint8Array.of(UNDRIVEN, UNDRIVEN);
    const state = (isBusy ? 1 : 0) | (isWriteEnabled ? 2 : 0);
    return Uint8Array.of(this.#array.statusRegister | state, suspended === undefined ? 0 : SUSPENDED_BIT);
  }

  /** Waits until the part takes writes after power-up. */
  *untilWritable(): Task {
    const { clock } = this.#options;
    const left = this.#array.supply.inhibitedFor(clock.now);
    if (left > 0) yield* clock.sleep(left);
  }

  /** Allows the next program or erase. */
  writeEnable(): Task {
    return this.#controller.setWriteEnabled("write enable", true);
  }

  /** Allows none after all. */
  writeDisable(): Task {
    return this.#controller.setWriteEnabled("write disable", false);
  }

  /** Reads manufacturer, type and capacity. */
  *readIdentification(): Task<Uint8Array> {
    const isHeard = this.#controller.hears("read identification");
    yield* this.#options.clock.sleep(this.#times.transfer(4));
    return Uint8Array.from((isHeard ? this.#commands.identification : undefined) ?? [UNDRIVEN, UNDRIVEN, UNDRIVEN]);
  }

  /** Reads the tables of JESD216. */
  *readSfdp(address: number, lengthBytes: number): Task<Uint8Array> {
    requireLength("read SFDP", lengthBytes);
    const isHeard = this.#controller.hears("read SFDP") && this.#commands.sfdp === true;
    yield* this.#options.clock.sleep(this.#times.transfer(5 + lengthBytes));
    const bytes = new Uint8Array(lengthBytes).fill(UNDRIVEN);
    if (isHeard) bytes.set(sfdpOf(this.#options.preset).subarray(address, address + lengthBytes));
    return bytes;
  }

  /** Programs up to a page. */
  pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    return this.#controller.perform({ kind: "page program", address, bytes });
  }

  /** Erases a sector. */
  sectorErase(address: number): Task<FlashOutcome> {
    return this.#controller.perform({ kind: "sector erase", address });
  }

  /** Erases 32 KiB. */
  halfBlockErase(address: number): Task<FlashOutcome> {
    return this.#controller.perform({ kind: "half block erase", address });
  }

  /** Erases a block. */
  blockErase(address: number): Task<FlashOutcome> {
    return this.#controller.perform({ kind: "block erase", address });
  }

  /** Erases all. */
  chipErase(): Task<FlashOutcome> {
    return this.#controller.perform({ kind: "chip erase" });
  }

  /** Writes the status register. */
  writeStatusRegister(value: number): Task<FlashOutcome> {
    return this.#controller.perform({ kind: "status write", value });
  }

  /** Begins what takes a while. */
  *begin(request: FlashRequest): Task {
    this.#controller.start(request, false);
  }

  /** Waits until the part is ready. */
  untilReady(): Task<FlashOutcome> {
    return this.#controller.untilReady();
  }

  /** Stops what is in progress for a while. */
  suspend(): Task {
    return this.#controller.suspend();
  }

  /** Goes on with what was suspended. */
  resume(): Task {
    return this.#controller.resume();
  }

  /** Leaves what is in progress, and begins as after power-up. */
  reset(): Task {
    return this.#controller.reset();
  }

  /** Answers nothing from now on. */
  enterDeepPowerDown(): Task {
    return this.#controller.enterDeepPowerDown();
  }

  /** Answers again. */
  releaseDeepPowerDown(): Task {
    return this.#controller.releaseDeepPowerDown();
  }

  /** Power comes: for a while the part takes no writes. */
  powerOn(): void {
    this.#controller.powerOn();
  }

  /** Power goes, or the reset line is pulled: what is in progress or suspended stays as far as it has come. */
  powerOff(): void {
    this.#controller.powerOff();
  }

  /** Reads on over the end of the array, as the address counter does. */
  #readCells(from: number, target: Uint8Array): void {
    const { ages, cells } = this.#array;
    const size = cells.lengthBytes;
    for (let done = 0; done < target.length;) {
      const address = (from + done) % size;
      const isAll = done === 0 && target.length <= size - address;
      const part = isAll ? target : target.subarray(done, done + size - address);
      ages.noteRead(address, part.length);
      cells.read(address, part);
      this.#toBus(address, part);
      done += part.length;
    }
  }

  /** What was read of the cells, as it stands on the bus: what is suspended reads as it likes. */
  #toBus(address: number, bytes: Uint8Array): void {
    const turned = this.#turned;
    const { suspended } = this.#controller;
    if (turned === 0 && suspended === undefined) return;
    const start = (suspended?.address ?? 0) - address;
    const end = start + (suspended?.lengthBytes ?? 0);
    for (let index = 0; index < bytes.length; index++) {
      const isUndefined = index >= start && index < end;
      bytes[index] = isUndefined ? this.#options.random.next() : (bytes[index] as number) ^ turned;
    }
  }

  #turn(bytes: Uint8Array): Uint8Array {
    return this.#turned === 0 ? bytes.slice() : bytes.map((byte) => byte ^ this.#turned);
  }
}

/** A program cannot ask for it, whatever the part: no command that a part could ignore. */
function requireLength(command: string, lengthBytes: number): void {
  if (Number.isInteger(lengthBytes) && lengthBytes >= 0 && lengthBytes <= MOST_FLASH_BYTES) return;
  throw new FlashMisuseError(command, `${lengthBytes} bytes`, `a whole number from 0 to ${MOST_FLASH_BYTES}`);
}
