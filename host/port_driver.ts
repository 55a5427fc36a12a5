/**
 * The port driver (Storport, in its place): turns WMI IRPs into SRBs, times
 * them, submits busy ones again, and turns SRB statuses into NTSTATUS.
 *
 * Each IRP has a process of its own in the driver's group, so a caller that is
 * killed leaves nothing held behind it.
 *
 * @module
 */

import type { Kernel } from "../sim/kernel/kernel.ts";
import { Completion } from "../sim/kernel/signal.ts";
import type { TaskGroup } from "../sim/kernel/task_group.ts";
import type { Cycles, Task } from "../sim/kernel/task.ts";
import { callEvent, noteEvent, returnEvent } from "../sim/trace/events.ts";
import type { Component, Recorder } from "../sim/trace/recorder.ts";
import { minorFunctionName } from "./wmi/names.ts";
import type { HostCosts, HostTimeouts } from "./costs.ts";
import { WmiSrb } from "./srb.ts";
import { hexStatus, NtStatus, ntStatusOfSrb, SrbStatus } from "./status.ts";

/** What the port driver calls: the entry points of a miniport. */
export interface MiniportEntryPoints {
  /** The name of the adapter. */
  readonly name: string;
  /** HwStartIo: takes a request. The port driver does not touch the request until it is completed. */
  startIo(srb: WmiSrb): void;
  /** HwResetBus: requests under way are given up by the port driver. */
  resetBus(): void;
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
}

/** The port driver of one adapter. */
export class PortDriver {
  readonly #options: PortDriverOptions;
  readonly #component: Component;
  readonly #miniportComponent: Component;
  readonly #outstanding = new Set<Completion<IoStatus>>();

  /**
   * A driver without requests.
   *
   * @param options What it is made of.
   */
  constructor(options: PortDriverOptions) {
    this.#options = options;
    this.#component = options.recorder.component("port driver");
    this.#miniportComponent = options.recorder.component(`miniport ${options.miniport.name}`);
  }

  /** The name of the adapter. */
  get name(): string {
    return this.#options.miniport.name;
  }

  /**
   * Carries an IRP out. Whoever waits may be ended: the request goes on, and
   * ends by itself.
   *
   * @param onEnd Called when the IRP is over, before the waiting task goes on.
   */
  *systemControl(irp: WmiIrp, onEnd: (status: IoStatus) => void = () => {}): Task<IoStatus> {
    const { kernel, group } = this.#options;
    const done = new Completion<IoStatus>(kernel, `${minorFunctionName(irp.minorFunction)} of ${this.name}`);
    this.#outstanding.add(done);
    group.spawn(`${this.name} request`, this.#serve(irp, done, onEnd));
    return yield* done.wait();
  }

  /** The host lost power, and all requests with it. Whoever still waits is outside the host, and learns that it is gone. */
  powerOff(): void {
    const outstanding = [...this.#outstanding];
    this.#outstanding.clear();
    for (const done of outstanding) {
      done.complete({ ntStatus: NtStatus.deviceDoesNotExist, informationBytes: 0, srbStatus: SrbStatus.noHba });
    }
  }

  *#serve(irp: WmiIrp, done: Completion<IoStatus>, onEnd: (status: IoStatus) => void): Task {
    const { kernel, recorder, costs } = this.#options;
    yield* kernel.sleep(costs.portDriverCycles);
    const operation = minorFunctionName(irp.minorFunction);
    const srb = yield* this.#submitUntilDone(irp, operation);
    recorder.record(this.#miniportComponent, returnEvent, {
      to: "port driver",
      operation,
      lengthBytes: srb.srbStatus === SrbStatus.success ? srb.dataTransferLength : 0,
      status: `SRB ${hexStatus(srb.srbStatus, 2)}`,
    });
    this.#outstanding.delete(done);
    const status = ioStatus(srb);
    onEnd(status);
    done.complete(status);
  }

  *#submitUntilDone(irp: WmiIrp, operation: string): Task<WmiSrb> {
    const { kernel, recorder, timeouts } = this.#options;
    for (let retry = 0;; retry++) {
      const srb = yield* this.#submit(irp, operation);
      if (srb.srbStatus !== SrbStatus.busy || retry >= timeouts.busyRetries) return srb;
      recorder.record(this.#component, noteEvent, { text: `${this.name} is busy, request submitted again later` });
      yield* kernel.sleep(timeouts.busyRetryCycles);
    }
  }

  *#submit(irp: WmiIrp, operation: string): Task<WmiSrb> {
    const { kernel, recorder, miniport } = this.#options;
    const completed = new Completion<void>(kernel, `${miniport.name} to complete ${operation}`);
    const srb: WmiSrb = new WmiSrb({
      minorFunction: irp.minorFunction,
      dataPath: irp.dataPath,
      dataBuffer: irp.buffer,
      onComplete: () => completed.complete(),
    });
    const limitCycles = miniport.timeoutCycles(srb);
    recorder.record(this.#component, callEvent, {
      to: `miniport ${miniport.name}`,
      operation,
      lengthBytes: irp.buffer.length,
      detail: "SRB_FUNCTION_WMI",
    });
    miniport.startIo(srb);
    const answer = yield* completed.waitFor(limitCycles);
    if (answer === undefined) {
      srb.abandon();
      srb.srbStatus = SrbStatus.timeout;
      recorder.record(this.#component, noteEvent, { text: `${this.name} did not complete ${operation} in time` });
      miniport.resetBus();
    }
    return srb;
  }
}

function ioStatus(srb: WmiSrb): IoStatus {
  const { srbStatus } = srb;
  // The library could not even say how much is needed.
  if (srbStatus === SrbStatus.dataOverrun) {
    return { ntStatus: NtStatus.bufferTooSmall, informationBytes: 0, srbStatus };
  }
  const informationBytes = srbStatus === SrbStatus.success ? srb.dataTransferLength : 0;
  return { ntStatus: ntStatusOfSrb(srbStatus), informationBytes, srbStatus };
}
