/**
 * The iSCSI initiator service as the service control manager and its callers
 * see it: stopped, starting, running, stopping, or running without answering.
 *
 * One run of the service is one group of processes. When it ends, callers learn
 * that the call failed and not what became of it. Requests that wait to be
 * submitted are cancelled with it; what a driver holds goes on, and the next
 * run begins only when that is over: no request of a run that is gone happens
 * to what a later one has acknowledged.
 *
 * @module
 */

import type { Kernel } from "../../sim/kernel/kernel.ts";
import type { RandomStream } from "../../sim/kernel/random.ts";
import { Completion, Signal } from "../../sim/kernel/signal.ts";
import { TaskGroup } from "../../sim/kernel/task_group.ts";
import type { Cycle, Task } from "../../sim/kernel/task.ts";
import { Components } from "../../sim/trace/components.ts";
import { callEvent, noteEvent, returnEvent, stateEvent } from "../../sim/trace/events.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";
import type { HostCosts, HostTimeouts } from "../costs.ts";
import { RequestOwner } from "../request_owner.ts";
import { describeStatus } from "../status.ts";
import type { KernelWmi } from "../wmi/kernel_wmi.ts";
import { AdapterLink } from "./adapter_link.ts";
import { HeldRecords } from "./held_records.ts";
import type { KeyStore } from "./key_store.ts";
import { RowSealer } from "./row_sealer.ts";
import { type ForeignCachePolicy, type ServiceContext, synchronize } from "./synchronization.ts";

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
  /** What becomes of a cache that bears a generation of somebody else. */
  readonly foreignCaches: ForeignCachePolicy;
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
  readonly #removed = new Set<string>();
  readonly #idle: Signal;
  #synchronizing = 0;

  /**
   * A run that knows no adapter yet.
   *
   * @param options What the service is made of.
   */
  constructor(options: InitiatorServiceOptions, component: Component) {
    const { kernel, recorder, costs, random, store, foreignCaches } = options;
    this.#options = options;
    this.group = new TaskGroup(kernel, "initiator service");
    this.#idle = new Signal(kernel, "end of the service's synchronisations");
    const held = new HeldRecords(store, new RowSealer(options.sealingKey, random));
    const requests = new RequestOwner(kernel, "the initiator service");
    this.context = { kernel, recorder, component, costs, random, store, held, requests, foreignCaches };
  }

  /** The adapters that are there, in order of their first arrival. */
  get links(): readonly AdapterLink[] {
    return [...this.#links.values()].filter(({ name }) => !this.#removed.has(name));
  }

  /** The adapter of a name. */
  link(name: string): AdapterLink | undefined {
    return this.#removed.has(name) ? undefined : this.#links.get(name);
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
      const { component, requests } = this.context;
      link = new AdapterLink({ name, kernel, recorder, component, wmi, requests, costs, onSettle: onChange });
      this.#links.set(name, link);
    }
    this.#removed.delete(name);
    // Its departure may have gone unnoticed. What was begun after it counts.
    if (link.present) link.depart();
    this.group.spawn(`synchronisation of ${name}`, this.#synchronize(link));
  }

  /** An adapter is being reset. */
  departed(name: string): void {
    this.#links.get(name)?.depart();
  }

  /** An adapter is gone. What is under way with it goes on with the same link, should it come back. */
  removed(name: string): void {
    this.departed(name);
    this.#removed.add(name);
  }

  /** Waits until no synchronisation is under way, but not beyond a cycle. */
  *synchronizationsEnd(deadline: Cycle): Task {
    const { kernel } = this.#options;
    while (this.#synchronizing > 0 && kernel.now < deadline) yield* this.#idle.waitFor(deadline - kernel.now);
  }

  /** The run ends in this cycle. What it has asked drivers for is cancelled, as far as it can be. */
  end(): void {
    this.group.kill();
    this.context.requests.cancel();
  }

  *#synchronize(link: AdapterLink): Task {
    this.#synchronizing++;
    yield* link.lock.acquire();
    try {
      if (!link.settled) yield* synchronize(this.context, link);
    } finally {
      link.lock.release();
      this.#synchronizing--;
      this.#idle.fire();
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
  /** The requests of the run before, which is over when they are. */
  #leftBehind: RequestOwner | undefined = undefined;

  /**
   * A stopped service.
   *
   * @param options What it is made of.
   */
  constructor(options: InitiatorServiceOptions) {
    this.#options = options;
    this.#component = options.recorder.component(Components.initiatorService);
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
    yield* this.#previousRunEnd();
    yield* kernel.sleep(timeouts.serviceStartCycles);
    if (this.#run !== run) return;
    this.#setState("running");
    for (const device of wmi.devices) run.arrived(device);
  }

  /** Stops the service in good order: calls and synchronisations under way may end first, for a limited time. */
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
    if (run !== undefined) yield* run.synchronizationsEnd(deadline);
    if (this.#run === run) this.kill();
  }

  /** Ends the service in this cycle: TerminateProcess, or the host's loss of power. */
  kill(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    run.end();
    // A run that was only starting has asked for nothing, and waits for the one before it.
    if (this.#state !== "starting") this.#leftBehind = run.context.requests;
    this.#setState("stopped");
    const calls = [...this.#calls];
    this.#calls.clear();
    for (const call of calls) call.complete({ type: "ended" });
  }

  /** An adapter has arrived, or has come out of a reset. */
  adapterArrived(name: string): void {
    if (this.#state === "running") this.#run?.arrived(name);
  }

  /** An adapter is being reset. */
  adapterDeparted(name: string): void {
    this.#run?.departed(name);
  }

  /** An adapter is gone. */
  adapterRemoved(name: string): void {
    this.#run?.removed(name);
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
    recorder.record(recorder.component(Components.iscsidsc), callEvent, {
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

  *#previousRunEnd(): Task {
    const { kernel, recorder, timeouts } = this.#options;
    if (this.#leftBehind === undefined) return;
    if (yield* this.#leftBehind.drain(timeouts.cancelledRequestCycles)) return;
    recorder.record(this.#component, noteEvent, { text: `requests of the run before detached in cycle ${kernel.now}` });
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
