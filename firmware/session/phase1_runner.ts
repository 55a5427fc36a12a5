/**
 * Runs an IKE engine in simulated time.
 *
 * The engine is pure: events in, actions out. The runner gives it datagrams,
 * expired timers and finished computations one after the other, charges the
 * work to whatever does it, and carries the actions out. An adapter and a
 * target use the same runner with other means.
 *
 * @module
 */

import type { Kernel, Timer } from "../../sim/kernel/kernel.ts";
import { Channel } from "../../sim/kernel/signal.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";
import type { Datagram } from "../../sim/network/datagram.ts";
import { type CostTable, publicKeyCycles } from "../../sim/parts/cost_table.ts";
import type { PublicKeyEngine, PublicKeyJob } from "../../sim/parts/public_key_engine.ts";
import { noteEvent, packetEvent, stateEvent } from "../../sim/trace/events.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";
import {
  type AssociationSummary,
  type Computation,
  compute,
  type ExchangeId,
  formatSuite,
  type IkeAction,
  IkeEngine,
  type IkeEngineOptions,
  type InitiateRequest,
  type JobId,
  type NegotiationSummary,
  type TimerId,
} from "../ike/mod.ts";
import { unframe } from "../ike/nat_traversal.ts";
import { formatEndpoint } from "../../sim/network/network.ts";
import type { Phase1Statistics } from "../manual/interface.ts";

/** What is told about exchanges. */
export type Phase1Event = Extract<IkeAction, { type: "established" | "failed" | "re-key-due" | "deleted" }>;

/** The means of a runner. */
export interface Phase1RunnerOptions {
  /** Whose time. */
  readonly kernel: Kernel;
  /** The engine's means. */
  readonly engine: IkeEngineOptions;
  /** Charges cycles of work to the node's processor. */
  readonly spend: (cycles: Cycles) => Task;
  /** What things cost. */
  readonly costs: CostTable;
  /** Where public-key operations are done. */
  readonly publicKeyEngine: PublicKeyEngine;
  /** Sends a datagram. */
  readonly send: (datagram: Datagram) => void;
  /** Told what becomes of exchanges. */
  readonly onEvent: (event: Phase1Event) => void;
  /** Given each cipher key, for a key log that the user asked for. */
  readonly onKey?: (initiatorCookie: Uint8Array, cipherKey: Uint8Array) => void;
  /** The trace. */
  readonly recorder: Recorder;
  /** As whom to record. */
  readonly component: Component;
}

type Input = () => readonly IkeAction[];

/** An engine and what it needs to live in simulated time. */
export class Phase1Runner {
  readonly #options: Phase1RunnerOptions;
  readonly #engine: IkeEngine;
  readonly #inputs: Channel<{ readonly run: Input; readonly cause: number; readonly served: (() => void) | undefined }>;
  readonly #timers = new Map<TimerId, Timer>();
  readonly #jobs = new Map<JobId, PublicKeyJob>();
  /** The event that established each association. */
  readonly #establishedBy = new Map<ExchangeId, number>();
  /** The note of each exchange that it would give as its reason if it failed now. */
  readonly #problems = new Map<ExchangeId, number>();
  /** The last sending of each exchange: of one that gives way to another the trace would not know whose it was. */
  readonly #lastSent = new Map<ExchangeId, number>();
  readonly #counts = { established: 0, deleted: 0, failed: 0, authenticationFailures: 0 };
  readonly #associations = new Map<ExchangeId, AssociationSummary>();
  #stopped = false;

  /**
   * A runner without exchanges; {@linkcode Phase1Runner.run} makes it work.
   *
   * @param options Its means.
   */
  constructor(options: Phase1RunnerOptions) {
    this.#options = options;
    this.#engine = new IkeEngine({ ...options.engine, keyLog: options.onKey !== undefined });
    this.#inputs = new Channel(options.kernel, "something for phase 1 to do");
  }

  /** How many exchanges there are, established ones counted. */
  get exchangeCount(): number {
    return this.#engine.exchangeCount;
  }

  /** The associations that are established, in order. */
  get associations(): readonly AssociationSummary[] {
    return [...this.#associations.values()];
  }

  /** The exchanges that are not established, in order. */
  get negotiating(): readonly NegotiationSummary[] {
    return this.#engine.negotiating;
  }

  /** How many datagrams were dropped. */
  get dropped(): number {
    return this.#engine.dropped;
  }

  /** What was counted since the beginning; what the network port has lost is not known here. */
  get statistics(): Omit<Phase1Statistics, "receiveFailures"> {
    const { established, deleted, failed, authenticationFailures } = this.#counts;
    return {
      negotiating: Math.max(0, this.#engine.exchangeCount - (established - deleted)),
      queued: this.#inputs.length,
      established,
      failed,
      authenticationFailures,
      invalidCookies: this.#engine.invalid.cookies,
      invalidPackets: this.#engine.invalid.packets,
    };
  }

  /** Begins an exchange; `began` is told its number before anything else is told of it. */
  initiate(request: InitiateRequest, began: (exchange: ExchangeId) => void): void {
    this.#enter(() => {
      const { exchange, actions } = this.#engine.initiate(request);
      request.key.fill(0);
      began(exchange);
      return actions;
    });
  }

  /**
   * A datagram has arrived.
   *
   * @param served Called when all that it brought about is done.
   */
  receive(datagram: Datagram, served?: () => void): void {
    this.#enter(() => {
      const { recorder, component } = this.#options;
      recorder.record(component, packetEvent, {
        direction: "receives",
        peer: formatEndpoint(datagram.source),
        lengthBytes: datagram.payload.length,
        detail: describe(unframe(datagram.destination.port, datagram.payload)),
      });
      return this.#engine.receive(datagram);
    }, served);
  }

  /** Ends an exchange. */
  close(exchange: ExchangeId): void {
    this.#enter(() => this.#engine.close(exchange));
  }

  /** Ends all exchanges, and answers no peer that begins one. */
  closeAll(): void {
    this.#enter(() => this.#engine.shutDown());
  }

  /** Works for ever. */
  *run(): Task {
    for (;;) {
      const { run, cause, served } = yield* this.#inputs.receive();
      this.#options.kernel.cause = cause;
      yield* this.#options.spend(this.#options.costs.packetCycles);
      for (const action of run()) yield* this.#perform(action);
      served?.();
    }
  }

  /** The node goes down: timers are cancelled and every secret filled with zeros. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) this.#options.kernel.cancel(timer);
    this.#timers.clear();
    this.#jobs.clear();
    this.#associations.clear();
    this.#problems.clear();
    this.#lastSent.clear();
    this.#establishedBy.clear();
    this.#inputs.drain();
    this.#engine.forget();
  }

  #enter(run: Input, served?: () => void): void {
    if (!this.#stopped) this.#inputs.send({ run, cause: this.#options.kernel.cause, served });
  }

  *#perform(action: IkeAction): Task {
    const { costs, recorder, component } = this.#options;
    switch (action.type) {
      case "send": {
        const sent = recorder.record(component, packetEvent, {
          direction: "sends",
          peer: formatEndpoint(action.datagram.destination),
          lengthBytes: action.datagram.payload.length,
          detail: action.description,
        });
        if (action.exchange !== undefined) this.#lastSent.set(action.exchange, sent);
        this.#options.send(action.datagram);
        return;
      }
      case "start-timer":
        this.#cancelTimer(action.timer);
        this.#startTimer(action.timer, action.delayMilliseconds);
        return;
      case "cancel-timer":
        this.#cancelTimer(action.timer);
        return;
      case "compute":
        this.#compute(action.job, action.computation);
        return;
      case "cancel-compute": {
        const job = this.#jobs.get(action.job);
        if (job !== undefined) this.#options.publicKeyEngine.cancel(job);
        this.#jobs.delete(action.job);
        return;
      }
      case "work":
        yield* this.#options.spend(
          action.hashBlocks * costs.hashBlockCycles + action.cipherBlocks * costs.cipherBlockCycles,
        );
        return;
      case "re-key-due":
      case "established":
      case "failed":
      case "deleted":
        this.#count(action);
        this.#recordEvent(action);
        this.#options.onEvent(action);
        return;
      case "note": {
        const note = recorder.record(component, noteEvent, { text: `phase 1: ${action.text}` });
        if (action.isProblem && action.exchange !== undefined) this.#problems.set(action.exchange, note);
        return;
      }
      case "key-log":
        this.#options.onKey?.(action.initiatorCookie, action.cipherKey);
        action.cipherKey.fill(0);
        return;
      default:
        return action satisfies never;
    }
  }

  /**
   * A failure has read what the exchange last complained of, or sent if it gives way to another; what becomes of an
   * association the association.
   */
  #recordEvent(event: Phase1Event): void {
    const { recorder, component } = this.#options;
    const { exchange } = event;
    const sequence = recorder.record(component, stateEvent, stateAfter(event), this.#readBy(event));
    if (event.type === "established") this.#establishedBy.set(exchange, sequence);
    if (event.type === "re-key-due") return;
    this.#problems.delete(exchange);
    if (event.type === "established") return;
    this.#establishedBy.delete(exchange);
    this.#lastSent.delete(exchange);
  }

  #readBy(event: Phase1Event): number | undefined {
    const { exchange } = event;
    if (event.type !== "failed") return this.#establishedBy.get(exchange);
    return this.#problems.get(exchange) ?? (event.reason === "crowded out" ? this.#lastSent.get(exchange) : undefined);
  }

  #count(event: Phase1Event): void {
    if (event.type === "re-key-due") return;
    this.#counts[event.type]++;
    if (event.type === "established") this.#associations.set(event.exchange, event.summary);
    else this.#associations.delete(event.exchange);
    if (event.type === "failed" && event.reason === "authentication") this.#counts.authenticationFailures++;
  }

  #compute(id: JobId, computation: Computation): void {
    const { publicKeyEngine, costs } = this.#options;
    const { operation, bits } = computation.group;
    const job = publicKeyEngine.submit(publicKeyCycles(costs, operation, bits), () => {
      this.#jobs.delete(id);
      const result = publicKeyEngine.evaluate(...questionOf(computation), () => compute(computation));
      this.#enter(() => this.#engine.cryptoDone(id, result));
    });
    this.#jobs.set(id, job);
  }

  #startTimer(id: TimerId, delayMilliseconds: number): void {
    const { kernel } = this.#options;
    const delay = Math.ceil((delayMilliseconds * kernel.frequencyHz) / 1000);
    // The clock ends before it: at 10 GHz after ten days, and a lifetime may have twenty-five.
    if (kernel.now + delay > Number.MAX_SAFE_INTEGER) return;
    this.#timers.set(
      id,
      kernel.schedule(delay, () => {
        this.#timers.delete(id);
        this.#enter(() => this.#engine.timerExpired(id));
      }, "timer of phase 1"),
    );
  }

  #cancelTimer(id: TimerId): void {
    const timer = this.#timers.get(id);
    if (timer !== undefined) this.#options.kernel.cancel(timer);
    this.#timers.delete(id);
  }
}

/** What a computation is of: its name and its operands. */
function questionOf(computation: Computation): [operation: string, operands: readonly Uint8Array[]] {
  const { kind, exponent, group } = computation;
  return [`${kind} of ${group.name}`, kind === "public" ? [exponent] : [exponent, computation.peerValue]];
}

/** What the trace says of an event. */
function stateAfter(event: Phase1Event): { readonly state: string; readonly detail: string } {
  switch (event.type) {
    case "established": {
      const { mode, role, suite } = event.summary;
      return { state: "phase 1 established", detail: `${mode} mode, ${role}, ${formatSuite(suite)}` };
    }
    case "failed":
      return { state: "phase 1 failed", detail: `${event.reason}: ${event.text}` };
    case "deleted":
      return { state: "phase 1 deleted", detail: event.cause };
    case "re-key-due":
      return { state: "phase 1 is to be re-keyed", detail: "" };
    default:
      return event satisfies never;
  }
}

const EXCHANGE_NAMES: ReadonlyMap<number, string> = new Map([
  [2, "main mode"],
  [4, "aggressive mode"],
  [5, "informational"],
]);

/** The next payload of a header that a piece of a message is behind (MS-IKEE §2.2.3.1). */
const FRAGMENT_PAYLOAD = 132;

/** What a header shows to anybody on the wire. */
function describe(payload: Uint8Array | undefined): string {
  if (payload === undefined) return "no ISAKMP";
  const name = EXCHANGE_NAMES.get(payload[18] ?? 0) ?? `exchange type ${payload[18] ?? "?"}`;
  if (payload[16] === FRAGMENT_PAYLOAD) return `${name}, a fragment`;
  return ((payload[19] ?? 0) & 1) !== 0 ? `${name}, encrypted` : name;
}
