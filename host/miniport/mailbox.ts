/**
 * The driver's end of the mailbox: one command at a time, a queue in front,
 * and a timer behind.
 *
 * A command that is not completed in time means that the firmware hangs: the
 * owner is told and resets the adapter. A reset, whoever asked for it, ends
 * the outstanding command as `aborted`; a completion that comes without an
 * outstanding command is dropped.
 *
 * @module
 */

import {
  Control,
  type DmaBuffer,
  type DmaMemory,
  MAILBOX_COUNT,
  MailboxCommand,
  Register,
  type RegisterWindow,
} from "../../firmware/manual/interface.ts";
import type { Kernel } from "../../sim/kernel/kernel.ts";
import { Completion, Lock } from "../../sim/kernel/signal.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { AdapterComponents } from "../../sim/trace/components.ts";
import { noteEvent } from "../../sim/trace/events.ts";
import type { Recorder } from "../../sim/trace/recorder.ts";
import { TracedCall } from "../../sim/trace/traced_call.ts";
import type { HostCosts, HostTimeouts } from "../costs.ts";
import { hexStatus, labelledStatus } from "../../firmware/manual/isdsc_status.ts";
import { allocateWords } from "../../sim/layout/slab.ts";

/** A read from an adapter that has no power, as from an absent PCI function. */
export const ALL_ONES = 0xffff_ffff;

/** Whether the adapter is gone, by a read of its registers. */
export function isAbsent(registers: RegisterWindow): boolean {
  return registers.read(Register.controlStatus) === ALL_ONES;
}

/** Whether the adapter was reset, or has got power, and its driver has not acknowledged that yet. */
export function wasReset(registers: RegisterWindow): boolean {
  const status = registers.read(Register.controlStatus);
  return status !== ALL_ONES && (status & Control.netResetInterrupt) !== 0;
}

/** A mailbox command. */
export interface MailboxCommandRequest {
  /** Mailbox 0: the command code. */
  readonly command: number;
  /** What is moved by DMA to the adapter; empty when there is nothing. Filled with zeros when the command is over. */
  readonly request: Uint8Array;
  /** How much room the response needs; 0 when there is none. */
  readonly responseBytes: number;
  /** Mailbox 1 of commands that take a number there instead of a request. */
  readonly parameter?: number;
}

/** How a mailbox command ended. */
export type MailboxResult =
  /** The adapter answered: all registers, and the response it wrote. */
  | { readonly type: "completed"; readonly registers: Uint32Array; readonly response: Uint8Array }
  /** No answer in time; the adapter is being reset. */
  | { readonly type: "timedOut" }
  /** The adapter is being reset or initialised, or was while the command was under way. */
  | { readonly type: "aborted" }
  /** The adapter has no power. */
  | { readonly type: "absent" };

/** What a mailbox is made of. */
export interface MailboxOptions {
  /** Whose time it lives in. */
  readonly kernel: Kernel;
  /** The name of the adapter. */
  readonly name: string;
  /** The trace. */
  readonly recorder: Recorder;
  /** The adapter. */
  readonly registers: RegisterWindow;
  /** Where bounce buffers come from. */
  readonly dmaMemory: DmaMemory;
  /** What things cost. */
  readonly costs: HostCosts;
  /** How long things may take. */
  readonly timeouts: HostTimeouts;
  /** A command was not completed in time. */
  readonly onTimeout: () => void;
  /** The registers show that the adapter is gone, or that it was reset: what it was asked for will not come back. */
  readonly onLoss: () => void;
}

/** The mailbox of one adapter. */
export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #slot: Lock;
  /** As traces call the driver. */
  readonly #componentName: string;
  #open = false;
  #outstanding: Completion<Uint32Array | undefined> | undefined = undefined;

  /**
   * A mailbox that is closed: the adapter has to be initialised first.
   *
   * @param options What it is made of.
   */
  constructor(options: MailboxOptions) {
    this.#options = options;
    this.#componentName = AdapterComponents.miniport(options.name);
    this.#slot = new Lock(options.kernel, `mailbox of ${options.name}`);
  }

  /** False while the adapter is being brought up, or is given up. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Lets commands in. */
  open(): void {
    this.#open = true;
  }

  /** Lets no command in, and ends the outstanding one as aborted. */
  close(): void {
    this.#open = false;
    this.#outstanding?.complete(undefined);
  }

  /**
   * Carries a command out when its turn has come.
   *
   * @param isWanted Asked at that moment: a command whose request was given up meanwhile is not begun.
   */
  *execute(request: MailboxCommandRequest, isWanted: () => boolean = () => true): Task<MailboxResult> {
    const { timeouts } = this.#options;
    try {
      if (!this.#open) return { type: "aborted" };
      if (!(yield* this.#slot.acquireWithin(timeouts.mailboxCycles))) return { type: "timedOut" };
      try {
        return this.#open && isWanted() ? yield* this.#traced(request, this.#transact(request)) : { type: "aborted" };
      } finally {
        this.#slot.release();
      }
    } finally {
      request.request.fill(0);
    }
  }

  /**
   * Carries a command out while the mailbox is closed and interrupts are off:
   * the driver looks for the completion itself.
   *
   * @param onEvent Takes what is in the mailbox but is not the completion.
   */
  executePolled(request: MailboxCommandRequest, onEvent: (registers: Uint32Array) => void): Task<MailboxResult> {
    return this.#traced(request, this.#poll(request, onEvent));
  }

  *#poll(request: MailboxCommandRequest, onEvent: (registers: Uint32Array) => void): Task<MailboxResult> {
    const { kernel, registers, timeouts } = this.#options;
    yield* this.#write(request, undefined, undefined);
    const deadline = kernel.now + timeouts.bootCycles;
    while (kernel.now < deadline) {
      yield* kernel.sleep(timeouts.bootPollCycles);
      const status = registers.read(Register.controlStatus);
      if (status === ALL_ONES) return { type: "absent" };
      if (status & Control.netResetInterrupt) return { type: "aborted" };
      if ((status & Control.processorInterrupt) === 0) continue;
      const values = yield* this.take();
      if (isCompletion(values)) return { type: "completed", registers: values, response: EMPTY };
      onEvent(values);
    }
    return { type: "timedOut" };
  }

  /** Copies what stands in the mailbox and then tells the adapter that it may write there again. */
  *take(): Task<Uint32Array> {
    const { registers, kernel, costs } = this.#options;
    yield* kernel.sleep(costs.registerAccessCycles * MAILBOX_COUNT);
    const values = allocateWords(MAILBOX_COUNT);
    for (let index = 0; index < MAILBOX_COUNT; index++) {
      values[index] = registers.read(Register.mailbox + 4 * index);
    }
    clearControl(registers, Control.processorInterrupt);
    return values;
  }

  /** A completion was taken out of the mailbox. */
  complete(values: Uint32Array): void {
    if (this.#outstanding?.complete(values) === true) return;
    const { recorder } = this.#options;
    recorder.record(recorder.component(this.#componentName), noteEvent, {
      text: `completion ${hexStatus(values[0] ?? 0, 4)} without an outstanding command dropped`,
    });
  }

  *#transact(request: MailboxCommandRequest): Task<MailboxResult> {
    const { kernel, name, registers, dmaMemory } = this.#options;
    if (isLost(registers)) {
      const type = isAbsent(registers) ? "absent" : "aborted";
      this.#options.onLoss();
      return { type };
    }
    const bounce = request.request.length === 0 ? undefined : dmaMemory.allocate(request.request.length);
    const response = request.responseBytes === 0 ? undefined : dmaMemory.allocate(request.responseBytes);
    const outstanding = new Completion<Uint32Array | undefined>(kernel, `mailbox completion of ${name}`);
    this.#outstanding = outstanding;
    try {
      bounce?.bytes.set(request.request);
      yield* this.#write(request, bounce, response);
      const answer = yield* this.#answer(outstanding);
      if (answer === undefined) {
        this.#options.onTimeout();
        return { type: "timedOut" };
      }
      if (answer.value === undefined) return { type: "aborted" };
      return { type: "completed", registers: answer.value, response: response?.bytes.slice() ?? EMPTY };
    } finally {
      this.#outstanding = undefined;
      if (bounce !== undefined) dmaMemory.free(bounce);
      if (response !== undefined) dmaMemory.free(response);
    }
  }

  /**
   * An adapter that is gone raises no interrupt, and that of a reset may be lost: meanwhile the registers tell, and the
   * command is aborted.
   */
  *#answer(
    outstanding: Completion<Uint32Array | undefined>,
  ): Task<{ readonly value: Uint32Array | undefined } | undefined> {
    const { kernel, registers, timeouts, onLoss } = this.#options;
    const deadline = kernel.now + timeouts.mailboxCycles;
    for (;;) {
      const answer = yield* outstanding.waitFor(Math.min(timeouts.presencePollCycles, deadline - kernel.now));
      if (answer !== undefined || kernel.now >= deadline) return answer;
      if (isLost(registers)) onLoss();
    }
  }

  /** Notes a command's beginning and what came of it. */
  *#traced({ command, request }: MailboxCommandRequest, work: Task<MailboxResult>): Task<MailboxResult> {
    const { recorder, name } = this.#options;
    const component = recorder.component(this.#componentName);
    const operation = commandName(command);
    const call = new TracedCall(recorder, component, {
      to: name,
      operation,
      lengthBytes: request.length,
      detail: labelledStatus("mailbox command", command),
    });
    const result = yield* work;
    const completed = result.type === "completed";
    call.answer(
      completed ? labelledStatus("mailbox", result.registers[0] ?? 0) : result.type,
      completed ? result.response.length : 0,
    );
    return result;
  }

  *#write(request: MailboxCommandRequest, bounce?: DmaBuffer, response?: DmaBuffer): Task {
    const { registers, kernel, costs } = this.#options;
    const values = [
      request.command,
      bounce?.busAddress ?? request.parameter ?? 0,
      0,
      bounce?.bytes.length ?? 0,
      response?.busAddress ?? 0,
      0,
      response?.bytes.length ?? 0,
      0,
    ];
    yield* kernel.sleep(costs.registerAccessCycles * (MAILBOX_COUNT + 1));
    for (let index = MAILBOX_COUNT - 1; index >= 0; index--) {
      registers.write(Register.mailbox + 4 * index, values[index] ?? 0);
    }
    setControl(registers, Control.doorbell);
  }
}

/** Nothing that was asked of the adapter before comes back. */
function isLost(registers: RegisterWindow): boolean {
  return isAbsent(registers) || wasReset(registers);
}

const EMPTY = new Uint8Array(0);

const COMMAND_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(MailboxCommand).map(([name, code]) => [code, name]),
);

/** The name of a mailbox command, or its code. */
function commandName(code: number): string {
  return COMMAND_NAMES.get(code) ?? `command ${hexStatus(code, 2)}`;
}

/** True when mailbox 0 shows the end of a command: 0x4000 to 0x4FFF, or that the firmware is busy. */
export function isCompletion(registers: Uint32Array): boolean {
  const code = registers[0] ?? 0;
  return code >>> 12 === 4 || code === 0x0007;
}

/** True when mailbox 0 shows an asynchronous event. */
export function isAsynchronousEvent(registers: Uint32Array): boolean {
  return (registers[0] ?? 0) >>> 12 === 8;
}

/** Sets bits of the control and status register: the upper half selects them. */
export function setControl(registers: RegisterWindow, bits: number): void {
  registers.write(Register.controlStatus, ((bits << 16) | bits) >>> 0);
}

/** Clears bits of the control and status register. */
export function clearControl(registers: RegisterWindow, bits: number): void {
  registers.write(Register.controlStatus, (bits << 16) >>> 0);
}
