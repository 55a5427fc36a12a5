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

import { Completion } from "../../sim/kernel/signal.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { Components } from "../../sim/trace/components.ts";
import { noteEvent, stateEvent } from "../../sim/trace/events.ts";
import type { Component } from "../../sim/trace/recorder.ts";
import { TracedCall } from "../../sim/trace/traced_call.ts";
import { Condition } from "../condition.ts";
import type { RequestOwner } from "../request_owner.ts";
import { describeStatus } from "../status.ts";
import { IsidNumbers } from "./isid_numbers.ts";
import { type AnswerOf, type ProcedureName, PROCEDURES, type RequestOf } from "./procedures.ts";
import { RowWriters } from "./row_writers.ts";
import { type InitiatorServiceOptions, type Outliving, ServiceRun } from "./service_run.ts";

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

/** The service. */
export class InitiatorService {
  readonly #options: InitiatorServiceOptions;
  readonly #component: Component;
  /** Of the calls under way, what tells their callers that the service has ended. */
  readonly #calls = new Set<() => void>();
  readonly #callEnded: Condition;
  readonly #outliving: Outliving;
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
    this.#outliving = { isidNumbers: new IsidNumbers(), rowWriters: new RowWriters(options.kernel) };
    this.#component = options.recorder.component(Components.initiatorService);
    this.#callEnded = new Condition(options.kernel, "end of the service's calls");
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
    const run = new ServiceRun(this.#options, this.#component, this.#outliving);
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
    yield* this.#callEnded.until(() => this.#run !== run || this.#calls.size === 0, timeouts.serviceStopCycles);
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
    for (const end of calls) end();
    // Who waits to stop this run need not wait any more.
    this.#callEnded.fire();
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
   * @param procedure What is asked for.
   * @param lengthBytes Of what goes over the wire, in traces.
   * @param request With what.
   */
  *call<Name extends ProcedureName>(
    procedure: Name,
    lengthBytes: number,
    request: RequestOf<Name>,
  ): Task<RpcResult<AnswerOf<Name>>> {
    const { kernel, recorder, costs, timeouts } = this.#options;
    const call = new TracedCall(recorder, recorder.component(Components.iscsidsc), {
      to: Components.initiatorService,
      operation: procedure,
      lengthBytes,
      detail: "",
    });
    yield* kernel.sleep(costs.rpcCycles);
    const run = this.#run;
    if (this.#state !== "running" || run === undefined) {
      call.answer(`not running: ${this.#state}`);
      return { type: "notRunning" };
    }
    const done = new Completion<RpcResult<AnswerOf<Name>>>(kernel, `answer of the service to ${procedure}`);
    const end = () => {
      if (done.complete({ type: "ended" })) call.answer("ended");
    };
    this.#calls.add(end);
    if (!this.#hanging) {
      const serving = this.#serve(call, PROCEDURES[procedure](run, request), (value) => {
        this.#calls.delete(end);
        done.complete({ type: "answered", value });
      });
      run.group.spawn(procedure, serving);
    }
    const answer = yield* done.waitFor(timeouts.rpcCycles);
    this.#calls.delete(end);
    if (answer !== undefined) return answer.value;
    call.answer("no answer");
    return { type: "noAnswer" };
  }

  *#previousRunEnd(): Task {
    const { kernel, recorder, timeouts } = this.#options;
    if (this.#leftBehind === undefined) return;
    if (yield* this.#leftBehind.drain(timeouts.cancelledRequestCycles)) return;
    recorder.record(this.#component, noteEvent, { text: `requests of the run before detached in cycle ${kernel.now}` });
  }

  *#serve<Answer extends { readonly status: number }>(
    call: TracedCall,
    body: Task<Answer>,
    answer: (value: Answer) => void,
  ): Task {
    const value = yield* body;
    call.answer(describeStatus(value.status));
    yield* this.#options.kernel.sleep(this.#options.costs.rpcCycles);
    answer(value);
    this.#callEnded.fire();
  }

  #setState(state: ServiceState): void {
    this.#state = state;
    this.#options.recorder.record(this.#component, stateEvent, { state, detail: "" });
    this.#options.onChange();
  }
}
