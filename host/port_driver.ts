/**
 * The port driver (Storport, in its place): turns WMI IRPs into SRBs, times
 * them, submits busy ones again, and turns SRB statuses into NTSTATUS.
 *
 * Each IRP has a process of its own in the driver's group, so a caller that is
 * killed leaves nothing held behind it. Its requests that wait are cancelled
 * then: a busy one that was submitted again for a caller that is gone would
 * land on what a later one has been told is done.
 *
 * @module
 */

import { labelledStatus } from "../firmware/manual/isdsc_status.ts";
import type { Kernel } from "../sim/kernel/kernel.ts";
import { Completion, Signal } from "../sim/kernel/signal.ts";
import type { TaskGroup } from "../sim/kernel/task_group.ts";
import type { Cycles, Task } from "../sim/kernel/task.ts";
import { AdapterComponents, Components } from "../sim/trace/components.ts";
import { noteEvent } from "../sim/trace/events.ts";
import type { Component, Recorder } from "../sim/trace/recorder.ts";
import { TracedCall } from "../sim/trace/traced_call.ts";
import type { WmiEventNotification } from "./scsiwmi.ts";
import { className, minorFunctionName } from "./wmi/names.ts";
import type { HostCosts, HostTimeouts } from "./costs.ts";
import type { CancelableRequest, RequestOwner } from "./request_owner.ts";
import { WmiSrb } from "./srb.ts";
import { NtStatus, ntStatusOfSrb, SrbStatus } from "./status.ts";

/** What the port driver calls: the entry points of a miniport. */
export interface MiniportEntryPoints {
  /** The name of the adapter. */
  readonly name: string;
  /** HwStartIo: takes a request. The port driver does not touch the request until it is completed. */
  startIo(srb: WmiSrb): void;
  /** HwResetBus: requests under way are given up by the port driver. */
  resetBus(): void;
  /** What the miniport tells the port driver by itself goes there; called once, before any request. */
  connect(notify: (event: WmiEventNotification) => void): void;
  /** TimeOutValue for a request, in cycles: a login waits for the network. */
  timeoutCycles(srb: WmiSrb): Cycles;
}

/** How an IRP ended (IO_STATUS_BLOCK). */
export interface IoStatus {
  /** NTSTATUS. */
  readonly ntStatus: number;
  /** IoStatus.Information: bytes of the buffer that are answer. */
  readonly informationBytes: number;
  /** The SRB status that led to it, for tests and traces. */
  readonly srbStatus: number;
}

/** IRP_MJ_SYSTEM_CONTROL. */
export interface WmiIrp {
  /** A code of `MinorFunction`. */
  readonly minorFunction: number;
  /** Parameters.WMI.DataPath: the class, 16 bytes. */
  readonly dataPath: Uint8Array;
  /** Parameters.WMI.Buffer: the WNODE, in and out. */
  readonly buffer: Uint8Array;
  /** Whose request it is; the system's own by default, which nobody cancels. */
  readonly owner?: RequestOwner | undefined;
  /** Called when the IRP is over, before the waiting task goes on, and also if nobody waits any more. */
  readonly onEnd?: (status: IoStatus) => void;
}

/** What a port driver is made of. */
export interface PortDriverOptions {
  /** Whose time it lives in. */
  readonly kernel: Kernel;
  /** The trace. */
  readonly recorder: Recorder;
  /** The processes of the drivers, which share the host's fate. */
  readonly group: TaskGroup;
  /** The miniport. */
  readonly miniport: MiniportEntryPoints;
  /** What things cost. */
  readonly costs: HostCosts;
  /** How long things may take. */
  readonly timeouts: HostTimeouts;
  /** The longest event that is passed on, WNODE included: 128 bytes by default, as StorPortNotification says. */
  readonly eventLimitBytes?: number;
}

/** StorPortNotification, WMIEvent: a larger event is ignored without a word. */
const DEFAULT_EVENT_LIMIT_BYTES = 128;

/** An IRP under way. */
class PendingIrp implements CancelableRequest {
  readonly irp: WmiIrp;
  readonly operation: string;
  /** The event that asked for it. */
  readonly askedBy: number;
  readonly done: Completion<IoStatus>;
  /** It need not wait for its next attempt any more. */
  readonly recalled: Signal;
  /** How it ends instead of being submitted again. */
  ending: IoStatus | undefined = undefined;

  constructor(kernel: Kernel, device: string, irp: WmiIrp) {
    this.irp = irp;
    this.operation = minorFunctionName(irp.minorFunction);
    this.askedBy = kernel.cause;
    this.done = new Completion(kernel, `${this.operation} of ${device}`);
    this.recalled = new Signal(kernel, `the next attempt of ${this.operation} of ${device}`);
    irp.owner?.begin(this);
  }

  cancel(): void {
    this.recall(CANCELLED);
  }

  recall(ending: IoStatus): void {
    this.ending ??= ending;
    this.recalled.fire();
  }

  finish(status: IoStatus): void {
    if (this.done.completed) return;
    this.irp.onEnd?.(status);
    this.irp.owner?.end(this);
    this.done.complete(status);
  }
}

const CANCELLED: IoStatus = { ntStatus: NtStatus.cancelled, informationBytes: 0, srbStatus: SrbStatus.pending };

const NO_HBA: IoStatus = { ntStatus: NtStatus.noSuchDevice, informationBytes: 0, srbStatus: SrbStatus.noHba };

/** The port driver of one adapter. */
export class PortDriver {
  readonly #options: PortDriverOptions;
  readonly #component: Component;
  /** As traces call the miniport. */
  readonly #miniportName: string;
  readonly #outstanding = new Set<PendingIrp>();
  #onEvent: ((event: WmiEventNotification) => void) | undefined = undefined;

  /**
   * A driver without requests.
   *
   * @param options What it is made of.
   */
  constructor(options: PortDriverOptions) {
    this.#options = options;
    this.#component = options.recorder.component(Components.portDriver);
    this.#miniportName = AdapterComponents.miniport(options.miniport.name);
    options.miniport.connect((event) => this.#notify(event));
  }

  /** The name of the adapter. */
  get name(): string {
    return this.#options.miniport.name;
  }

  /** IoWMIWriteEvent goes there from now on: what kernel WMI does with an event of this device. */
  deliverEvents(onEvent: (event: WmiEventNotification) => void): void {
    this.#onEvent = onEvent;
  }

  /** Carries an IRP out. Whoever waits may be ended: what the miniport holds by then goes on, and ends by itself. */
  systemControl(irp: WmiIrp): Task<IoStatus> {
    const { kernel, group } = this.#options;
    const pending = new PendingIrp(kernel, this.name, irp);
    this.#outstanding.add(pending);
    group.spawn(`${this.name} request`, this.#serve(pending));
    return pending.done.wait();
  }

  /** The host lost power, and all requests with it. Whoever still waits is outside the host, and learns that it is gone. */
  powerOff(): void {
    const outstanding = [...this.#outstanding];
    this.#outstanding.clear();
    for (const pending of outstanding) pending.finish(NO_HBA);
  }

  /** The adapter is gone: no request is submitted again. Those that the miniport holds it completes itself. */
  surpriseRemoval(): void {
    for (const pending of this.#outstanding) pending.recall(NO_HBA);
  }

  /** StorPortNotification, WMIEvent. The real one drops what is too large silently; here the trace says so. */
  #notify(event: WmiEventNotification): void {
    const { recorder, eventLimitBytes = DEFAULT_EVENT_LIMIT_BYTES } = this.#options;
    const lengthBytes = event.wnode.length;
    const name = className(event.guid);
    if (lengthBytes > eventLimitBytes) {
      recorder.record(this.#component, noteEvent, {
        text: `${name} of ${this.name} dropped: ${lengthBytes} bytes, at most ${eventLimitBytes} are passed on`,
      });
      return;
    }
    const call = new TracedCall(recorder, this.#component, {
      to: Components.wmi,
      operation: "IoWMIWriteEvent",
      lengthBytes,
      detail: name,
    });
    this.#onEvent?.(event);
    call.answer(labelledStatus("NTSTATUS", NtStatus.success));
  }

  *#serve(pending: PendingIrp): Task {
    const { kernel, costs } = this.#options;
    yield* kernel.sleep(costs.portDriverCycles);
    const status = yield* this.#submitUntilDone(pending);
    this.#outstanding.delete(pending);
    pending.finish(status);
  }

  *#submitUntilDone(pending: PendingIrp): Task<IoStatus> {
    const { recorder, timeouts } = this.#options;
    for (let retry = 0; pending.ending === undefined; retry++) {
      // What is submitted again goes back to whoever asked, by way of what kept it.
      const srb = yield* this.#submit(pending, retry === 0 ? undefined : pending.askedBy);
      if (srb.srbStatus !== SrbStatus.busy || retry >= timeouts.busyRetries) return ioStatus(srb);
      if (pending.ending !== undefined) break;
      recorder.record(this.#component, noteEvent, { text: `${this.name} is busy, request submitted again later` });
      yield* pending.recalled.waitFor(timeouts.busyRetryCycles);
    }
    const { ending = CANCELLED } = pending;
    recorder.record(this.#component, noteEvent, {
      text: `${pending.operation} of ${this.name} ended: ${labelledStatus("NTSTATUS", ending.ntStatus)}`,
    });
    return ending;
  }

  *#submit({ irp, operation }: PendingIrp, because: number | undefined): Task<WmiSrb> {
    const { kernel, recorder, miniport } = this.#options;
    const completed = new Completion<void>(kernel, `${miniport.name} to complete ${operation}`);
    const srb: WmiSrb = new WmiSrb({
      minorFunction: irp.minorFunction,
      dataPath: irp.dataPath,
      dataBuffer: irp.buffer,
      onComplete: () => completed.complete(),
    });
    const limitCycles = miniport.timeoutCycles(srb);
    const fields = {
      to: this.#miniportName,
      operation,
      lengthBytes: irp.buffer.length,
      detail: "SRB_FUNCTION_WMI",
    };
    const call = new TracedCall(recorder, this.#component, fields, because);
    miniport.startIo(srb);
    const answer = yield* completed.waitFor(limitCycles);
    if (answer === undefined) {
      srb.abandon();
      srb.srbStatus = SrbStatus.timeout;
      recorder.record(this.#component, noteEvent, { text: `${this.name} did not complete ${operation} in time` });
      miniport.resetBus();
    }
    call.answer(labelledStatus("SRB", srb.srbStatus), ioStatus(srb).informationBytes);
    return srb;
  }
}

function ioStatus(srb: WmiSrb): IoStatus {
  const { srbStatus } = srb;
  // The library could not say in a WNODE how much is needed; a registration says it in four bytes.
  if (srbStatus === SrbStatus.dataOverrun) {
    return { ntStatus: NtStatus.bufferTooSmall, informationBytes: srb.dataTransferLength, srbStatus };
  }
  const informationBytes = srbStatus === SrbStatus.success ? srb.dataTransferLength : 0;
  return { ntStatus: ntStatusOfSrb(srbStatus), informationBytes, srbStatus };
}
