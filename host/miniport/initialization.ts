/**
 * Bringing an adapter up: resetting the chip, waiting for its firmware, and
 * asking it what it is. The sequence and its limits are those of qla4xxx.
 *
 * Interrupts are off meanwhile; the driver looks for itself.
 *
 * @module
 */

import {
  Control,
  FirmwareState,
  INTERRUPT_ENABLE,
  MailboxCommand,
  MailboxStatus,
  Register,
  type RegisterWindow,
} from "../../firmware/manual/interface.ts";
import type { Kernel } from "../../sim/kernel/kernel.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";
import type { HostTimeouts } from "../costs.ts";
import {
  ALL_ONES,
  clearControl,
  isAbsent,
  isAsynchronousEvent,
  isCompletion,
  type Mailbox,
  setControl,
} from "./mailbox.ts";

/** What bringing an adapter up works with. */
export interface InitializationOptions {
  /** Whose time it lives in. */
  readonly kernel: Kernel;
  /** The adapter. */
  readonly registers: RegisterWindow;
  /** Its mailbox, closed. */
  readonly mailbox: Mailbox;
  /** How long things may take. */
  readonly timeouts: HostTimeouts;
  /** Takes an asynchronous event that came meanwhile. */
  readonly onEvent: (registers: Uint32Array) => void;
}

/** What came of it. */
export type InitializationResult =
  /** The firmware takes commands; interrupts are on. */
  | { readonly type: "ready" }
  /** The firmware did not come up, and why. */
  | { readonly type: "failed"; readonly reason: string }
  /** There is no adapter, or none with power. */
  | { readonly type: "absent" };

/**
 * Waits for the firmware and lets interrupts out. An adapter that is reset
 * meanwhile is waited for again.
 */
export function* initialize(options: InitializationOptions): Task<InitializationResult> {
  const { registers } = options;
  for (;;) {
    registers.write(Register.interruptMask, 0);
    clearControl(registers, Control.netResetInterrupt);
    const booted = yield* waitForFirmware(options);
    if (booted.type === "reset") continue;
    if (booted.type !== "ready") return booted;
    const state = yield* options.mailbox.executePolled(
      { command: MailboxCommand.getFirmwareState, request: new Uint8Array(0), responseBytes: 0 },
      options.onEvent,
    );
    switch (state.type) {
      case "aborted":
        continue;
      case "absent":
        return state;
      case "timedOut":
        return { type: "failed", reason: "the firmware does not answer" };
      case "completed":
        if (state.registers[1] !== FirmwareState.ready) {
          return { type: "failed", reason: `firmware state ${state.registers[1]}` };
        }
        registers.write(Register.interruptMask, INTERRUPT_ENABLE);
        return { type: "ready" };
      default:
        return state satisfies never;
    }
  }
}

/**
 * Resets the chip: soft reset, and if that does not end, a forced one.
 *
 * @returns False if the adapter stays in reset.
 */
export function* resetChip(options: InitializationOptions): Task<boolean> {
  const { registers, timeouts } = options;
  if (isAbsent(registers)) return true;
  clearControl(registers, Control.netResetInterrupt);
  setControl(registers, Control.softReset);
  if (yield* waitUntil(options, timeouts.softResetCycles, timeouts.resetPollCycles, resetIsDone)) return true;
  setControl(registers, Control.forceSoftReset);
  return yield* waitUntil(options, timeouts.softResetCycles, timeouts.resetPollCycles, resetIsDone);
}

type BootResult = InitializationResult | { readonly type: "reset" };

function* waitForFirmware(options: InitializationOptions): Task<BootResult> {
  const { kernel, registers, mailbox, timeouts } = options;
  const deadline = kernel.now + timeouts.bootCycles;
  for (;;) {
    const status = registers.read(Register.controlStatus);
    if (status === ALL_ONES) return { type: "absent" };
    if (status & Control.fatalError) return { type: "failed", reason: "the firmware did not start" };
    if (status & Control.netResetInterrupt) return { type: "reset" };
    const shown = Uint32Array.of(registers.read(Register.mailbox));
    if (status & Control.processorInterrupt) {
      // An event already stands where the end of the boot was shown.
      const values = yield* mailbox.take();
      if (isAsynchronousEvent(values)) options.onEvent(values);
      return { type: "ready" };
    }
    if (shown[0] === MailboxStatus.initializationError) return { type: "failed", reason: "the firmware did not start" };
    if (isCompletion(shown) || isAsynchronousEvent(shown)) return { type: "ready" };
    if (kernel.now >= deadline) return { type: "failed", reason: "the firmware does not end its boot" };
    yield* kernel.sleep(timeouts.bootPollCycles);
  }
}

/** Mailbox registers do not tell a boot from a reset: the reset bits do. */
function resetIsDone(status: number): boolean {
  return status === ALL_ONES || (status & (Control.softReset | Control.forceSoftReset)) === 0;
}

function* waitUntil(
  options: InitializationOptions,
  limitCycles: Cycles,
  pollCycles: Cycles,
  condition: (controlStatus: number) => boolean,
): Task<boolean> {
  const { kernel, registers } = options;
  const deadline = kernel.now + limitCycles;
  while (!condition(registers.read(Register.controlStatus))) {
    if (kernel.now >= deadline) return false;
    yield* sleepWhilePresent(options, pollCycles);
  }
  return true;
}

/** Does not sleep on when the adapter goes meanwhile. */
function* sleepWhilePresent({ kernel, registers, timeouts }: InitializationOptions, cycles: Cycles): Task {
  const end = kernel.now + cycles;
  while (kernel.now < end && !isAbsent(registers)) {
    yield* kernel.sleep(Math.min(timeouts.presencePollCycles, end - kernel.now));
  }
}
