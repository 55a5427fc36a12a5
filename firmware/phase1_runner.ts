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

import type { Kernel, Timer } from "../sim/kernel/kernel.ts";
import { Channel } from "../sim/kernel/signal.ts";
import type { Cycles, Task } from "../sim/kernel/task.ts";
import type { Datagram } from "../sim/network/datagram.ts";
import { type CostTable, exponentiationCycles } from "../sim/parts/cost_table.ts";
import { FixedBaseTable, modularExponentiation } from "../sim/parts/modular_exponentiation.ts";
import type { PublicKeyEngine } from "../sim/parts/public_key_engine.ts";
import { packetEvent, stateEvent } from "../sim/trace/events.ts";
import type { Component, Recorder } from "../sim/trace/recorder.ts";
import { IkeEngine } from "./ike/engine.ts";
import { bigintToBytes, bytesToBigint, GENERATOR, type ModpGroup } from "./ike/groups.ts";
import type {
  AssociationSummary,
  Computation,
  ExchangeId,
  FailureReason,
  IkeAction,
  IkeEngineOptions,
  InitiateRequest,
} from "./ike/interface.ts";
import { formatSuite } from "./ike/suite.ts";
import { formatEndpoint } from "../sim/network/network.ts";

/** What is told about exchanges. */
export type Phase1Event =
  | { readonly type: "established"; readonly exchange: ExchangeId; readonly summary: AssociationSummary }
  | {
    readonly type: "failed";
    readonly exchange: ExchangeId;
    readonly reason: FailureReason;
    readonly text: string;
  }
  | { readonly type: "deleted"; readonly exchange: ExchangeId; readonly byPeer: boolean };

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
  /** Where exponentiations are done. */
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
  readonly #inputs: Channel<{ readonly run: Input; readonly cause: number }>;
  readonly #timers = new Map<ExchangeId, Timer>();
  #stopped = false;

  /**
   * A runner without exchanges; {@linkcode Phase1Runner.run} makes it work.
   *
   * @param options Its means.
   */
  constructor(options: Phase1RunnerOptions) {
    this.#options = options;
    this.#engine = new IkeEngine(options.engine);
    this.#inputs = new Channel(options.kernel, "something for phase 1 to do");
  }

  /** How many exchanges there are, established ones counted. */
  get exchangeCount(): number {
    return this.#engine.exchangeCount;
  }

  /** How many datagrams were dropped. */
  get dropped(): number {
    return this.#engine.dropped;
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

  /** A datagram has arrived. */
  receive(datagram: Datagram): void {
    this.#enter(() => {
      this.#recordPacket("receives", formatEndpoint(datagram.source), datagram);
      return this.#engine.receive(datagram);
    });
  }

  /** Ends an exchange. */
  close(exchange: ExchangeId): void {
    this.#enter(() => this.#engine.close(exchange));
  }

  /** Works for ever. */
  *run(): Task {
    for (;;) {
      const { run, cause } = yield* this.#inputs.receive();
      this.#options.kernel.cause = cause;
      yield* this.#options.spend(this.#options.costs.packetCycles);
      for (const action of run()) yield* this.#perform(action);
    }
  }

  /** The node goes down: timers are cancelled and every secret filled with zeros. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) this.#options.kernel.cancel(timer);
    this.#timers.clear();
    this.#inputs.drain();
    this.#engine.shutDown();
  }

  #enter(run: Input): void {
    if (!this.#stopped) this.#inputs.send({ run, cause: this.#options.kernel.cause });
  }

  *#perform(action: IkeAction): Task {
    const { costs, recorder, component } = this.#options;
    switch (action.type) {
      case "send":
        this.#recordPacket("sends", formatEndpoint(action.datagram.destination), action.datagram);
        this.#options.send(action.datagram);
        return;
      case "start-timer":
        this.#cancelTimer(action.exchange);
        this.#startTimer(action.exchange, action.delayMilliseconds);
        return;
      case "cancel-timer":
        this.#cancelTimer(action.exchange);
        return;
      case "compute":
        this.#compute(action.exchange, action.computation);
        return;
      case "work":
        yield* this.#options.spend(
          action.hashBlocks * costs.hashBlockCycles + action.cipherBlocks * costs.cipherBlockCycles,
        );
        return;
      case "established":
        recorder.record(component, stateEvent, {
          state: "phase 1 established",
          detail: `${action.summary.mode} mode, ${action.summary.role}, ${formatSuite(action.summary.suite)}`,
        });
        this.#options.onEvent(action);
        return;
      case "failed":
        recorder.record(component, stateEvent, {
          state: "phase 1 failed",
          detail: `${action.reason}: ${action.text}`,
        });
        this.#options.onEvent(action);
        return;
      case "deleted":
        recorder.record(component, stateEvent, {
          state: "phase 1 deleted",
          detail: action.byPeer ? "by the peer" : "by this end",
        });
        this.#options.onEvent(action);
        return;
      case "note":
        recorder.record(component, stateEvent, { state: "phase 1", detail: action.text });
        return;
      case "key-log":
        this.#options.onKey?.(action.initiatorCookie, action.cipherKey);
        action.cipherKey.fill(0);
        return;
    }
  }

  #compute(exchange: ExchangeId, computation: Computation): void {
    const { publicKeyEngine, costs } = this.#options;
    publicKeyEngine.submit(exponentiationCycles(costs, computation.group.bits), () => {
      const result = compute(computation);
      this.#enter(() => this.#engine.computed(exchange, result));
    });
  }

  #startTimer(exchange: ExchangeId, delayMilliseconds: number): void {
    const { kernel } = this.#options;
    const delay = Math.ceil((delayMilliseconds * kernel.frequencyHz) / 1000);
    this.#timers.set(
      exchange,
      kernel.schedule(delay, () => {
        this.#timers.delete(exchange);
        this.#enter(() => this.#engine.timerExpired(exchange));
      }),
    );
  }

  #cancelTimer(exchange: ExchangeId): void {
    const timer = this.#timers.get(exchange);
    if (timer !== undefined) this.#options.kernel.cancel(timer);
    this.#timers.delete(exchange);
  }

  #recordPacket(direction: string, peer: string, { payload }: Datagram): void {
    const { recorder, component } = this.#options;
    recorder.record(component, packetEvent, {
      direction,
      peer,
      lengthBytes: payload.length,
      detail: describe(payload),
    });
  }
}

/** Tables of powers of the generator: pure functions of the group, so they may be shared by all worlds. */
const GENERATOR_TABLES = new Map<number, FixedBaseTable>();

function generatorTable(group: ModpGroup): FixedBaseTable {
  let table = GENERATOR_TABLES.get(group.number);
  if (table === undefined) {
    table = new FixedBaseTable(GENERATOR, group.prime);
    GENERATOR_TABLES.set(group.number, table);
  }
  return table;
}

function compute(computation: Computation): Uint8Array {
  const { group } = computation;
  const exponent = bytesToBigint(computation.exponent);
  const value = computation.kind === "public"
    ? generatorTable(group).power(exponent)
    : modularExponentiation(bytesToBigint(computation.peerValue), exponent, group.prime);
  return bigintToBytes(value, group.bits / 8);
}

const EXCHANGE_NAMES: ReadonlyMap<number, string> = new Map([
  [2, "main mode"],
  [4, "aggressive mode"],
  [5, "informational"],
]);

/** What a header shows to anybody on the wire. */
function describe(payload: Uint8Array): string {
  const name = EXCHANGE_NAMES.get(payload[18] ?? 0) ?? `exchange type ${payload[18] ?? "?"}`;
  return ((payload[19] ?? 0) & 1) !== 0 ? `${name}, encrypted` : name;
}
