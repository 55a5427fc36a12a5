/**
 * The adapter's register window as both sides see it: 256 bytes of 32-bit
 * little-endian registers after the shape of the QLogic ISP4022.
 *
 * Eight mailbox registers carry commands in and completions out, through the
 * same eight locations: what the host writes is for the firmware to take, what
 * it reads is what the firmware last posted. Completions and asynchronous
 * events share the posted ones. The control and status register is written with a mask
 * in its upper half: a bit changes only if the bit 16 above it is set
 * (`bit << 16 | bit` sets, `bit << 16` clears).
 *
 * @module
 */

import type { Kernel } from "../kernel/kernel.ts";
import { Signal } from "../kernel/signal.ts";
import type { Cycles } from "../kernel/task.ts";
import { copyWords } from "../layout/slab.ts";

/** Byte offsets of the registers. */
export const Register = {
  /** The first of eight mailbox registers, 4 bytes apart. */
  mailbox: 0x00,
  /** Control and status: {@linkcode Control}. */
  controlStatus: 0x28,
  /** Interrupt mask: {@linkcode INTERRUPT_ENABLE}. */
  interruptMask: 0x2c,
} as const;

/** How many mailbox registers there are. */
export const MAILBOX_COUNT = 8;

/** Bit of the interrupt mask register that lets interrupts out. */
export const INTERRUPT_ENABLE = 0x4;

/** Bits of the control and status register. */
export const Control = {
  /** A completion or an asynchronous event stands in the mailbox; the host clears it when it has copied the registers. */
  processorInterrupt: 0x20,
  /** Doorbell: the host has written a command into the mailbox. Cleared by the firmware when it has taken it. */
  doorbell: 0x40,
  /** The adapter was reset, or has got power; the host clears it. Its interrupt ignores the mask, which the reset has cleared. */
  netResetInterrupt: 0x800,
  /** Resets the adapter even if its firmware hangs. Clears itself. */
  forceSoftReset: 0x2000,
  /** The firmware has stopped for good; its interrupt ignores the mask. */
  fatalError: 0x4000,
  /** Resets the adapter. Reads as set until the reset is done. */
  softReset: 0x8000,
} as const;

const UNMASKABLE = Control.fatalError | Control.netResetInterrupt;
const INTERRUPTS = Control.processorInterrupt | UNMASKABLE;
const HOST_SETTABLE = Control.doorbell | Control.softReset |
  Control.forceSoftReset;
const HOST_CLEARABLE = Control.processorInterrupt | Control.netResetInterrupt;

/** A register access outside the window or off its 4-byte grid: a driver bug. */
export class RegisterAccessError extends RangeError {
  /**
   * What it is made of.
   *
   * @param offset The byte offset that was given.
   */
  constructor(offset: number) {
    super(
      `No register at offset ${offset}: expected a mailbox (0x00 to 0x1c), 0x28 or 0x2c, on a 4-byte boundary`,
    );
    this.name = "RegisterAccessError";
  }
}

/** What a driver sees of the adapter: registers, one interrupt line, and what the slot says of it. */
export interface RegisterWindow {
  /**
   * Reads a register.
   *
   * @param offset Byte offset.
   * @returns 32 bits, unsigned. All ones while the adapter has no power, as a read from an absent PCI function gives.
   * @throws {RegisterAccessError} There is no such register.
   */
  read(offset: number): number;
  /**
   * Writes a register.
   *
   * @param offset Byte offset.
   * @param value 32 bits, unsigned.
   * @throws {RegisterAccessError} There is no such register.
   */
  write(offset: number, value: number): void;
  /** True while the interrupt line is asserted (level-triggered). */
  readonly interruptAsserted: boolean;
  /** Fires when the interrupt line becomes asserted. */
  readonly interrupt: Signal;
  /**
   * Fires when the adapter has got power: its slot tells that, and no interrupt of the adapter (PCI Express Base
   * Specification, "Hot-Plug Events": Data Link Layer State Changed is the port's).
   */
  readonly arrival: Signal;
}

/** The registers themselves. */
export class RegisterFile implements RegisterWindow {
  /** Fires when the interrupt line becomes asserted. */
  readonly interrupt: Signal;
  /** Fires when power has come, whatever becomes of the interrupt. */
  readonly arrival: Signal;
  /** Fires when the host rings the doorbell. */
  readonly doorbell: Signal;
  /** Fires when the host has cleared the processor interrupt or opened the mask, so the mailbox may be written. */
  readonly mailboxFree: Signal;
  /**
   * Asked when the interrupt line rises: how many cycles late the host hears of it, or that it never does. Each is told
   * what those before it have answered.
   */
  readonly interruptTaps: Set<(earlier: readonly (Cycles | "lost")[]) => Cycles | "lost" | undefined> = new Set();
  /** Asked when the host rings the doorbell: whether that is lost. Each is told whether one before it has lost it. */
  readonly doorbellTaps: Set<(isLost: boolean) => boolean> = new Set();
  readonly #kernel: Kernel;
  readonly #incoming = new Uint32Array(MAILBOX_COUNT);
  readonly #outgoing = new Uint32Array(MAILBOX_COUNT);
  readonly #onReset: () => void;
  #controlStatus = 0;
  #interruptMask = 0;
  #powered = false;
  #asserted = false;

  /**
   * What it is made of.
   *
   * @param onReset Called when the host asks for a reset.
   */
  constructor(kernel: Kernel, onReset: () => void) {
    this.#kernel = kernel;
    this.interrupt = new Signal(kernel, "adapter interrupt");
    this.arrival = new Signal(kernel, "arrival of an adapter");
    this.doorbell = new Signal(kernel, "mailbox doorbell");
    this.mailboxFree = new Signal(kernel, "something to tell the host, and a free mailbox");
    this.#onReset = onReset;
  }

  /** True while the interrupt line is asserted. */
  get interruptAsserted(): boolean {
    return this.#asserted;
  }

  /** Reads a register as the host does. */
  read(offset: number): number {
    const mailbox = mailboxIndex(offset);
    if (!this.#powered) return 0xffff_ffff;
    if (mailbox >= 0) return this.#outgoing[mailbox] as number;
    return offset === Register.controlStatus ? this.#controlStatus : this.#interruptMask;
  }

  /** Writes a register as the host does. Writes to an adapter without power are lost. */
  write(offset: number, value: number): void {
    const mailbox = mailboxIndex(offset);
    if (!this.#powered) return;
    if (mailbox >= 0) {
      this.#incoming[mailbox] = value;
    } else if (offset === Register.interruptMask) {
      this.#interruptMask = value & INTERRUPT_ENABLE;
      this.#updateInterrupt();
      if (this.interruptsEnabled) this.mailboxFree.fire();
    } else {
      this.#writeControl((value >>> 16) & 0xffff, value & 0xffff);
    }
  }

  /** True while a command of the host waits to be taken. */
  get doorbellRung(): boolean {
    return (this.#controlStatus & Control.doorbell) !== 0;
  }

  /** True while the host lets interrupts out: only then does it take events. */
  get interruptsEnabled(): boolean {
    return this.#interruptMask === INTERRUPT_ENABLE;
  }

  /** True while the host has not yet taken what the firmware wrote into the mailbox. */
  get mailboxOccupied(): boolean {
    return (this.#controlStatus & Control.processorInterrupt) !== 0;
  }

  /** Takes the host's command out of the mailbox and silences the doorbell. Firmware side. */
  takeCommand(): Uint32Array {
    this.#controlStatus &= ~Control.doorbell;
    return copyWords(this.#incoming);
  }

  /**
   * Puts a completion or an event into the mailbox and interrupts the host. Firmware side.
   *
   * @param values Up to eight registers; the rest become 0.
   */
  post(values: readonly number[]): void {
    this.#outgoing.fill(0);
    this.#outgoing.set(values);
    this.#controlStatus |= Control.processorInterrupt;
    this.#updateInterrupt();
  }

  /** Writes mailbox 0 without an interrupt: the progress of a boot, which the host polls. Firmware side. */
  showBootStatus(status: number): void {
    this.#outgoing[0] = status;
  }

  /** Tells the host that the firmware has stopped for good. Firmware side. */
  raiseFatalError(): void {
    this.#controlStatus |= Control.fatalError;
    this.#updateInterrupt();
  }

  /** The state after power has come, or after a reset: all registers clear, reset interrupt pending. */
  reset(): void {
    const arrives = !this.#powered;
    this.#powered = true;
    this.#clearMailbox();
    this.#controlStatus = Control.netResetInterrupt;
    this.#interruptMask = 0;
    this.#updateInterrupt();
    if (arrives) this.arrival.fire();
  }

  /** Shows the host that a reset is under way. */
  beginReset(): void {
    this.#clearMailbox();
    this.#controlStatus = Control.softReset;
    this.#updateInterrupt();
  }

  /** Power is gone. */
  powerOff(): void {
    this.#powered = false;
    this.#clearMailbox();
    this.#controlStatus = 0;
    this.#interruptMask = 0;
    this.#updateInterrupt();
  }

  #clearMailbox(): void {
    this.#incoming.fill(0);
    this.#outgoing.fill(0);
  }

  #writeControl(mask: number, written: number): void {
    const isLost = (mask & written & Control.doorbell) !== 0 && this.#isDoorbellLost();
    const bits = isLost ? written & ~Control.doorbell : written;
    this.#controlStatus |= mask & bits & HOST_SETTABLE;
    const cleared = mask & ~bits & HOST_CLEARABLE & this.#controlStatus;
    this.#controlStatus &= ~cleared;
    this.#updateInterrupt();
    if (cleared & Control.processorInterrupt) this.mailboxFree.fire();
    if (mask & bits & Control.doorbell) this.doorbell.fire();
    if (mask & bits & (Control.softReset | Control.forceSoftReset)) {
      this.#controlStatus &= ~Control.forceSoftReset;
      this.#onReset();
    }
  }

  #updateInterrupt(): void {
    const pending = this.#controlStatus & INTERRUPTS;
    const enabled = this.interruptsEnabled ||
      (pending & UNMASKABLE) !== 0;
    const asserted = pending !== 0 && enabled;
    const rising = asserted && !this.#asserted;
    this.#asserted = asserted;
    if (rising) this.#interruptHost();
  }

  /** All taps hear of it: they count. */
  #isDoorbellLost(): boolean {
    let isLost = false;
    for (const tap of this.doorbellTaps) isLost = tap(isLost) || isLost;
    return isLost;
  }

  #interruptHost(): void {
    const fates: (Cycles | "lost")[] = [];
    for (const tap of this.interruptTaps) fates.push(...[tap(fates)].filter((fate) => fate !== undefined));
    if (fates.includes("lost")) return;
    const late = Math.max(0, ...fates.map(Number));
    if (late === 0) this.interrupt.fire();
    else this.#kernel.schedule(late, () => this.interrupt.fire(), "late interrupt");
  }
}

function mailboxIndex(offset: number): number {
  if (offset % 4 === 0 && offset >= 0 && offset < MAILBOX_COUNT * 4) {
    return offset / 4;
  }
  if (offset === Register.controlStatus || offset === Register.interruptMask) {
    return -1;
  }
  throw new RegisterAccessError(offset);
}
