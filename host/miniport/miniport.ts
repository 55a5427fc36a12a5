/**
 * The miniport driver of one adapter.
 *
 * A supervisor process serves the interrupt line and brings the adapter up
 * again when it was reset, by this driver or behind its back, or has got power,
 * which its slot tells. Each request of the port driver has a process of its
 * own, which waits for the mailbox in a queue, so that queries and events flow
 * while a command is under way. A request that the port driver has given up is
 * never completed, and its buffer never touched.
 *
 * @module
 */

import { hexStatus } from "../../firmware/manual/isdsc_status.ts";
import { equalBytes } from "@noble/ciphers/utils.js";
import {
  AsynchronousEvent,
  Control,
  type DmaMemory,
  Register,
  type RegisterWindow,
} from "../../firmware/manual/interface.ts";
import type { Kernel } from "../../sim/kernel/kernel.ts";
import { Signal } from "../../sim/kernel/signal.ts";
import type { TaskGroup } from "../../sim/kernel/task_group.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";
import { AdapterComponents } from "../../sim/trace/components.ts";
import { noteEvent, stateEvent } from "../../sim/trace/events.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";
import { EVENTS_THAT_RESET } from "../design_choices.ts";
import type { HostCosts, HostTimeouts } from "../costs.ts";
import type { MiniportEntryPoints } from "../port_driver.ts";
import {
  createRequestContext,
  dispatchFunction,
  postProcess,
  type RequestContext,
  type WmiEventNotification,
} from "../scsiwmi.ts";
import { SCSI_WMI_REQUEST_BLOCK, SRB_FUNCTION_WMI, SRB_WMI_FLAGS_ADAPTER_REQUEST, type WmiSrb } from "../srb.ts";
import { SrbStatus } from "../status.ts";
import { ADAPTER_OPERATIONS_GUID } from "../wmi/adapter_operations.ts";
import { MinorFunction } from "../wmi/wnode.ts";
import { AdapterAccess } from "./adapter_access.ts";
import { initialize, resetChip } from "./initialization.ts";
import { ALL_ONES, isAbsent, isAsynchronousEvent, isCompletion, Mailbox, wasReset } from "./mailbox.ts";
import { ProviderEvents } from "./provider_events.ts";
import { SessionEvents } from "./session_events.ts";
import { SessionIds } from "./session_ids.ts";
import { Sessions } from "./sessions.ts";
import { type SecurityProvider, WmiProvider } from "./wmi_provider.ts";

export type { SecurityProvider };

/** Where an adapter stands, as its driver knows it. */
export type MiniportState =
  /** Being brought up, for the first time or after a reset. */
  | "initializing"
  /** Takes requests. */
  | "ready"
  /** Given up: its firmware does not start. */
  | "failed"
  /** Without power. */
  | "absent";

/** What a miniport is made of. */
export interface MiniportOptions {
  /** The name of the adapter. */
  readonly name: string;
  /** UniqueAdapterId of MSiSCSI_HBAInformation. */
  readonly uniqueAdapterId: bigint;
  /** The adapter. */
  readonly registers: RegisterWindow;
  /** Which methods it implements. */
  readonly provider: SecurityProvider;
  /** Whose time it lives in. */
  readonly kernel: Kernel;
  /** The trace. */
  readonly recorder: Recorder;
  /** The processes of the drivers. */
  readonly group: TaskGroup;
  /** Where bounce buffers come from. */
  readonly dmaMemory: DmaMemory;
  /** What things cost. */
  readonly costs: HostCosts;
  /** How long things may take. */
  readonly timeouts: HostTimeouts;
  /** The state has changed. */
  readonly onStateChange: (state: MiniportState) => void;
}

/** The driver of one adapter, from one start of the host to its end. */
export class Miniport implements MiniportEntryPoints {
  /** The name of the adapter. */
  readonly name: string;
  /** The mailbox; closed unless the adapter is ready. */
  readonly mailbox: Mailbox;
  /** The sessions of the adapter. */
  readonly sessions: Sessions;
  readonly #options: MiniportOptions;
  readonly #component: Component;
  readonly #sessionIds = new SessionIds();
  readonly #provider: WmiProvider;
  readonly #events: ProviderEvents;
  readonly #sessionEvents: SessionEvents;
  #notifyPortDriver: ((event: WmiEventNotification) => void) | undefined = undefined;
  readonly #wake: Signal;
  #state: MiniportState = "initializing";
  #resetDue: { readonly reason: string; readonly cause: number } | undefined = undefined;
  /** The requests that wait for the adapter. */
  #held: readonly RequestContext<WmiSrb>[] = [];
  /** Whether the timer runs. */
  #watching = false;

  /**
   * A driver that is not loaded yet.
   *
   * @param options What it is made of.
   */
  constructor(options: MiniportOptions) {
    const { kernel, name } = options;
    this.#options = options;
    this.name = name;
    this.#component = options.recorder.component(AdapterComponents.miniport(name));
    this.#wake = new Signal(kernel, `interrupt of ${name}`);
    this.mailbox = new Mailbox({
      ...options,
      onTimeout: () => this.requestReset("mailbox timeout"),
      onLoss: () => this.#look(),
    });
    this.#events = new ProviderEvents({ ...options, notify: (event) => this.#notifyPortDriver?.(event) });
    this.sessions = new Sessions(kernel, () => this.#events.targetsChanged());
    const isGivenUp = () => this.#state === "failed" || this.#state === "absent";
    const shared = {
      ...options,
      access: new AdapterAccess(this.mailbox, isGivenUp),
      sessions: this.sessions,
      sessionIds: this.#sessionIds,
      events: this.#events,
    };
    this.#sessionEvents = new SessionEvents(shared);
    this.#provider = new WmiProvider({ ...shared, component: this.#component, isGivenUp });
  }

  /** Where the adapter stands. */
  get state(): MiniportState {
    return this.#state;
  }

  /** Whether a reset was asked for that has not begun. */
  get isResetDue(): boolean {
    return this.#resetDue !== undefined;
  }

  /** HwFindAdapter and HwInitialize: the driver is loaded. */
  start(): void {
    const { group } = this.#options;
    const { interrupt, arrival } = this.#options.registers;
    group.spawn(`${this.name} interrupt line`, this.#wakeOn(interrupt), { daemon: true });
    group.spawn(`${this.name} slot`, this.#wakeOn(arrival), { daemon: true });
    group.spawn(`${this.name} supervisor`, this.#supervise(), { daemon: true });
  }

  /** What the miniport tells the port driver by itself goes there. */
  connect(notify: (event: WmiEventNotification) => void): void {
    this.#notifyPortDriver = notify;
  }

  /** HwStartIo. */
  startIo(srb: WmiSrb): void {
    this.#options.group.spawn(`${this.name} HwStartIo`, this.#dispatch(srb));
  }

  /**
   * HwResetBus: every request that the miniport holds is completed in here
   * (WDK, HW_RESET_BUS). The mailbox keeps its own timer, so a firmware that is
   * only slow keeps its keys.
   */
  resetBus(): void {
    this.#options.recorder.record(this.#component, noteEvent, { text: "bus reset: outstanding requests given up" });
    this.#completeAll(SrbStatus.busReset);
  }

  /** TimeOutValue of a request. */
  timeoutCycles(srb: WmiSrb): Cycles {
    const { timeouts } = this.#options;
    const isLogin = srb.wmiSubFunction === MinorFunction.executeMethod &&
      equalBytes(srb.options.dataPath, ADAPTER_OPERATIONS_GUID);
    return isLogin ? timeouts.loginCycles : timeouts.requestCycles;
  }

  /** Has the adapter reset as soon as possible. */
  requestReset(reason: string): void {
    if (this.#state !== "ready") return;
    this.#resetDue = { reason, cause: this.#options.kernel.cause };
    this.#wake.fire();
  }

  *#dispatch(srb: WmiSrb): Task {
    yield* this.#options.kernel.sleep(this.#options.costs.miniportCycles);
    if (!srb.active) return;
    // One that was given up is not looked at otherwise.
    if (this.#state === "failed") this.#look();
    const refused = this.#state === "absent" ? SrbStatus.noHba : refusalOf(srb);
    if (refused !== undefined) {
      srb.complete(refused, 0);
      return;
    }
    const context = createRequestContext(srb, srb.dataBuffer);
    const pending = dispatchFunction(this.#provider, srb.wmiSubFunction, context, srb.options.dataPath);
    // A pending request may be completed already, and belongs to the port driver then.
    if (!pending) srb.complete(context.returnStatus, context.returnSize);
    this.#held = [...this.#held, context].filter(({ userContext }) => userContext.active);
    if (this.#held.length > 0 && !this.#watching) {
      this.#watching = true;
      this.#options.group.spawn(`${this.name} timer`, this.#watch(), { daemon: true });
    }
  }

  /** The driver's timer: nothing else reads registers while the adapter waits for the network, say. */
  *#watch(): Task {
    const { kernel, timeouts } = this.#options;
    const isWaitedFor = () => this.#held.some(({ userContext }) => userContext.active);
    while (isWaitedFor()) {
      yield* kernel.sleep(timeouts.presenceTimerCycles);
      if (isWaitedFor()) this.#look();
    }
    this.#watching = false;
  }

  #completeAll(srbStatus: number): void {
    const held = this.#held;
    this.#held = [];
    for (const context of held) {
      const srb = context.userContext;
      if (!srb.active) continue;
      postProcess(context, srbStatus, 0);
      srb.complete(context.returnStatus, context.returnSize);
    }
  }

  /** Without an interrupt: the adapter is gone, and raises none, or was reset, and it is lost. */
  #look(): void {
    const { registers } = this.#options;
    if (isAbsent(registers)) this.#surpriseRemoval();
    else if (wasReset(registers)) this.#wake.fire();
  }

  /** The registers read as all ones: the adapter is gone, and nothing that it was asked for will come back. */
  #surpriseRemoval(): void {
    if (this.#state === "ready") this.#beAbsent("surprise removal");
  }

  #beAbsent(detail: string): void {
    this.mailbox.close();
    this.sessions.reset();
    this.#setState("absent", detail);
    this.#events.disableAll();
    this.#completeAll(SrbStatus.noHba);
  }

  /** The line and the slot only say when to look: what is to be done stands in the registers. */
  *#wakeOn(signal: Signal): Task {
    for (;;) {
      yield* signal.wait();
      this.#wake.fire();
    }
  }

  *#supervise(): Task {
    yield* this.#bringUp("driver load");
    for (;;) {
      while (this.#resetDue === undefined && !this.#serviceable()) yield* this.#wake.wait();
      if (this.#resetDue === undefined) {
        yield* this.#serviceInterrupt();
      } else {
        // It may have been asked for while an interrupt was served.
        this.#options.kernel.cause = this.#resetDue.cause;
        yield* this.#recover(this.#resetDue.reason);
      }
    }
  }

  /** The line of an adapter that was given up stays asserted; only a new reset of the adapter counts. */
  #serviceable(): boolean {
    const { registers } = this.#options;
    if (!registers.interruptAsserted) return false;
    return this.#state === "ready" || wasReset(registers);
  }

  *#serviceInterrupt(): Task {
    const { kernel, registers, costs } = this.#options;
    yield* kernel.sleep(costs.interruptCycles + costs.registerAccessCycles);
    const status = registers.read(Register.controlStatus);
    if (status === ALL_ONES) {
      this.#surpriseRemoval();
    } else if (status & Control.netResetInterrupt) {
      yield* this.#bringUp("the adapter was reset");
    } else if (status & Control.fatalError) {
      yield* this.#recover("fatal error");
    } else if (status & Control.processorInterrupt) {
      const values = yield* this.mailbox.take();
      if (isCompletion(values)) this.mailbox.complete(values);
      else if (isAsynchronousEvent(values)) this.#handleEvent(values);
    }
  }

  /** Resets the chip and brings the adapter up again; gives it up when that fails too often. */
  *#recover(reason: string): Task {
    const { timeouts } = this.#options;
    this.#resetDue = undefined;
    for (let attempt = 0; attempt <= timeouts.resetRetries; attempt++) {
      this.#block(attempt === 0 ? reason : `reset ${attempt + 1}`);
      if (!(yield* resetChip(this.#initialization()))) continue;
      if (yield* this.#initialize()) return;
    }
    this.#setState("failed", "the board is disabled");
  }

  /** Brings the adapter up without resetting it; if it does not come up, with a reset. */
  *#bringUp(reason: string): Task {
    this.#resetDue = undefined;
    this.#block(reason);
    if (!(yield* this.#initialize())) yield* this.#recover("no ready firmware");
  }

  /** True when there is nothing more to try: the adapter is ready, or absent. */
  *#initialize(): Task<boolean> {
    const result = yield* initialize(this.#initialization());
    switch (result.type) {
      case "absent":
        this.#beAbsent("");
        return true;
      case "failed":
        this.#options.recorder.record(this.#component, noteEvent, { text: result.reason });
        return false;
      case "ready": {
        this.#sessionIds.lifeBegins();
        this.mailbox.open();
        this.#setState("ready", "");
        return true;
      }
      default:
        return result satisfies never;
    }
  }

  #initialization() {
    return { ...this.#options, mailbox: this.mailbox, onEvent: (values: Uint32Array) => this.#handleEvent(values) };
  }

  #block(reason: string): void {
    this.#setState("initializing", reason);
    this.mailbox.close();
    this.sessions.reset();
  }

  #setState(state: MiniportState, detail: string): void {
    this.#state = state;
    this.#options.recorder.record(this.#component, stateEvent, { state, detail });
    this.#options.onStateChange(state);
  }

  #handleEvent(values: Uint32Array): void {
    const [code = 0, ...more] = values;
    if (code === AsynchronousEvent.sessionStateChanged) return this.#sessionEvents.take(more);
    this.#options.recorder.record(this.#component, noteEvent, {
      text: `asynchronous event ${hexStatus(code, 4)}, mailbox 1 ${more[0] ?? 0}`,
    });
    if (EVENTS_THAT_RESET.includes(code)) this.requestReset(`asynchronous event ${hexStatus(code, 4)}`);
  }
}

function refusalOf(srb: WmiSrb): number | undefined {
  if (srb.length !== SCSI_WMI_REQUEST_BLOCK.sizeof) return SrbStatus.badSrbBlockLength;
  if (srb.function !== SRB_FUNCTION_WMI) return SrbStatus.badFunction;
  // Without the flag the request is for a LUN, of which there is none.
  if ((srb.wmiFlags & SRB_WMI_FLAGS_ADAPTER_REQUEST) === 0) return SrbStatus.noDevice;
  return undefined;
}
