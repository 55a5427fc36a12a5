/**
 * The iSCSI initiator service as the service control manager and its callers
 * see it: stopped, starting, running, stopping, or running without answering.
 *
 * One run of the service is one group of processes. Killing it leaves requests
 * with the drivers, which complete them to nobody; callers learn that the call
 * failed and not what became of it.
 *
 * @module
 */

import type { Kernel } from "../../sim/kernel/kernel.ts";
import type { RandomStream } from "../../sim/kernel/random.ts";
import { Completion, Signal } from "../../sim/kernel/signal.ts";
import { TaskGroup } from "../../sim/kernel/task_group.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { callEvent, returnEvent, stateEvent } from "../../sim/trace/events.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";
import type { HostCosts, HostTimeouts } from "../costs.ts";
import { describeStatus } from "../status.ts";
import type { KernelWmi } from "../wmi/kernel_wmi.ts";
import { AdapterLink } from "./adapter_link.ts";
import { HeldRecords } from "./held_records.ts";
import type { KeyStore } from "./key_store.ts";
import { RowSealer } from "./row_sealer.ts";
import { type ServiceContext, synchronize } from "./synchronization.ts";

/** Where the service stands. */
export type ServiceState = "stopped" | "starting" | "running" | "stopping";

/** How a call of the service ended. */
export type RpcResult<T> =
  /** The service answered. */
  | { readonly type: "answered"; readonly value: T }
  /** There is no endpoint: the service is stopped, starting or stopping. */
  | { readonly type: "notRunning" }
  /** The service ended during the call. */
  | { readonly type: "ended" }
  /** The service did not answer in time. */
  | { readonly type: "noAnswer" };

/** What the service is made of. */
export interface InitiatorServiceOptions {
  /** Whose time it lives in. */
  readonly kernel: Kernel;
  /** The trace. */
  readonly recorder: Recorder;
  /** The way to the adapters. */
  readonly wmi: KernelWmi;
  /** The durable store. */
  readonly store: KeyStore;
  /** The machine's key for secret rows, 32 bytes. */
  readonly sealingKey: Uint8Array;
  /** Where generational GUIDs and nonces come from. */
  readonly random: RandomStream;
  /** The addresses of the ports of adapters, as the service has configured them. */
  readonly portAddresses: ReadonlyMap<string, readonly Uint8Array[]>;
  /** What things cost. */
  readonly costs: HostCosts;
  /** How long things may take. */
  readonly timeouts: HostTimeouts;
  /** The service's state has changed, or an adapter is synchronised. */
  readonly onChange: () => void;
}

/** One run of the service, from its start to its end. */
export class ServiceRun {
  /** What its operations share. */
  readonly context: ServiceContext;
  /** Its processes. */
  readonly group: TaskGroup;
  readonly #options: InitiatorServiceOptions;
  readonly #links = new Map<string, AdapterLink>();

  /**
   * A run that knows no adapter yet.
   *
   * @param options What the service is made of.
   */
  constructor(options: InitiatorServiceOptions, component: Component) {
    const { kernel, recorder, costs, random, store } = options;
    this.#options = options;
    this.group = new TaskGroup(kernel, "initiator service");
    const held = new HeldRecords(store, new RowSealer(options.sealingKey, random));
    this.context = { kernel, recorder, component, costs, random, store, held };
  }

  /** The adapters that are known, in order of arrival. */
  get links(): readonly AdapterLink[] {
    return [...this.#links.values()];
  }

  /** The adapter of a name. */
  link(name: string): AdapterLink | undefined {
    return this.#links.get(name);
  }

  /** The addresses of an adapter's ports. */
  portAddresses(name: string): readonly Uint8Array[] {
    return this.#options.portAddresses.get(name) ?? [];
  }

  /** How long a login waits for a synchronisation. */
  get settleLimitCycles(): number {
    return this.#options.timeouts.requestCycles;
  }

  /** An adapter has arrived, or has come out of a reset. */
  arrived(name: string): void {
    const { kernel, recorder, wmi, costs, onChange } = this.#options;
    let link = this.#links.get(name);
    if (link === undefined) {
      const { component } = this.context;
      link = new AdapterLink({ name, kernel, recorder, component, wmi, costs, onSettle: onChange });
      this.#links.set(name, link);
    }
    link.depart();
    this.group.spawn(`synchronisation of ${name}`, this.#synchronize(link));
  }

  /** An adapter is away, or being reset. */
  departed(name: string): void {
    this.#links.get(name)?.depart();
  }

  *#synchronize(link: AdapterLink): Task {
    yield* link.lock.acquire();
    try {
      if (!link.settled) yield* synchronize(this.context, link);
    } finally {
      link.lock.release();
    }
  }
}

/** The service. */
export class InitiatorService {
  readonly #options: InitiatorServiceOptions;
  readonly #component: Component;
  readonly #calls = new Set<Completion<RpcResult<unknown>>>();
  readonly #callEnded: Signal;
  #state: ServiceState = "stopped";
  #hanging = false;
  #run: ServiceRun | undefined = undefined;

  /**
   * A stopped service.
   *
   * @param options What it is made of.
   */
  constructor(options: InitiatorServiceOptions) {
    this.#options = options;
    this.#component = options.recorder.component("initiator service");
    this.#callEnded = new Signal(options.kernel, "end of the service's calls");
  }

  /** Where the service stands. */
  get state(): ServiceState {
    return this.#state;
  }

  /** The present run, if the service is not stopped. For inspection. */
  get run(): ServiceRun | undefined {
    return this.#run;
  }

  /** Makes the service accept calls without answering them, or answer again those to come. */
  setHanging(hanging: boolean): void {
    this.#hanging = hanging;
  }

  /** Starts the service; returns when it runs. Nothing happens if it is not stopped. */
  *start(): Task {
    if (this.#state !== "stopped") return;
    const { kernel, timeouts, wmi } = this.#options;
    const run = new ServiceRun(this.#options, this.#component);
    this.#run = run;
    this.#hanging = false;
    this.#setState("starting");
    yield* kernel.sleep(timeouts.serviceStartCycles);
    if (this.#run !== run) return;
    this.#setState("running");
    for (const device of wmi.devices) run.arrived(device);
  }

  /** Stops the service in good order: calls under way may end first, for a limited time. */
  *stop(): Task {
    if (this.#state !== "running") {
      this.kill();
      return;
    }
    const { kernel, timeouts } = this.#options;
    const run = this.#run;
    this.#setState("stopping");
    const deadline = kernel.now + timeouts.serviceStopCycles;
    while (this.#calls.size > 0 && kernel.now < deadline) yield* this.#callEnded.waitFor(deadline - kernel.now);
    if (this.#run === run) this.kill();
  }

  /** Ends the service in this cycle: TerminateProcess, or the host's loss of power. */
  kill(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    run.group.kill();
    this.#setState("stopped");
    const calls = [...this.#calls];
    this.#calls.clear();
    for (const call of calls) call.complete({ type: "ended" });
  }

  /** An adapter has arrived, or has come out of a reset. */
  adapterArrived(name: string): void {
    if (this.#state === "running") this.#run?.arrived(name);
  }

  /** An adapter is away, or being reset. */
  adapterDeparted(name: string): void {
    this.#run?.departed(name);
  }

  /** True when no synchronisation is outstanding. */
  get settled(): boolean {
    return this.#state === "running" && (this.#run?.links.every((link) => link.settled) ?? false);
  }

  /**
   * Calls the service, over a local procedure call.
   *
   * @param operation What is asked for, in traces.
   * @param body What the service does.
   * @param statusOf The status of its answer, for the trace.
   */
  *call<T>(
    operation: string,
    lengthBytes: number,
    body: (run: ServiceRun) => Task<T>,
    statusOf: (value: T) => number,
  ): Task<RpcResult<T>> {
    const { kernel, recorder, costs, timeouts } = this.#options;
    recorder.record(recorder.component("iscsidsc"), callEvent, {
      to: "initiator service",
      operation,
      lengthBytes,
      detail: "",
    });
    yield* kernel.sleep(costs.rpcCycles);
    const run = this.#run;
    if (this.#state !== "running" || run === undefined) return { type: "notRunning" };
    const done = new Completion<RpcResult<unknown>>(kernel, `answer of the service to ${operation}`);
    this.#calls.add(done);
    if (!this.#hanging) run.group.spawn(operation, this.#serve(operation, body(run), statusOf, done));
    const answer = yield* done.waitFor(timeouts.rpcCycles);
    this.#calls.delete(done);
    if (answer === undefined) return { type: "noAnswer" };
    return answer.value as RpcResult<T>;
  }

  *#serve<T>(
    operation: string,
    body: Task<T>,
    statusOf: (value: T) => number,
    done: Completion<RpcResult<unknown>>,
  ): Task {
    const value = yield* body;
    this.#options.recorder.record(this.#component, returnEvent, {
      to: "iscsidsc",
      operation,
      lengthBytes: 0,
      status: describeStatus(statusOf(value)),
    });
    yield* this.#options.kernel.sleep(this.#options.costs.rpcCycles);
    this.#calls.delete(done);
    done.complete({ type: "answered", value });
    this.#callEnded.fire();
  }

  #setState(state: ServiceState): void {
    this.#state = state;
    this.#options.recorder.record(this.#component, stateEvent, { state, detail: "" });
    this.#options.onChange();
  }
}
