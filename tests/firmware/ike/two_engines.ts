/** Two engines, a wire between them, and virtual milliseconds. */

import {
  type AssociationSummary,
  compute,
  type Datagram,
  DEFAULT_POLICY,
  type DeletionCause,
  type Endpoint,
  type ExchangeId,
  type FailureReason,
  type Identification,
  type IkeAction,
  IkeEngine,
  type IkeEngineOptions,
  type IkePolicy,
  type InitiateRequest,
  type KeyQuery,
  parseSuite,
  type Phase1Mode,
  type TimerId,
} from "../../../firmware/ike/mod.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";

export const text = (value: string) => new TextEncoder().encode(value);
export const fromHex = (value: string) => Uint8Array.fromHex(value);
export const toHex = (bytes: Uint8Array) => bytes.toHex();

export const INITIATOR: Endpoint = { address: Uint8Array.of(192, 0, 2, 10), port: 500 };
export const RESPONDER: Endpoint = { address: Uint8Array.of(192, 0, 2, 20), port: 500 };
export const INITIATOR_ID: Identification = { idType: 1, data: INITIATOR.address };
export const FQDN_ID: Identification = { idType: 2, data: text("host.example") };
export const KEY = "the shared key";

/** The default policy with other suites. */
export function policy(suites: string | readonly string[], other: Partial<IkePolicy> = {}): IkePolicy {
  const names = typeof suites === "string" ? [suites] : suites;
  return { ...DEFAULT_POLICY, suites: names.map(parseSuite), ...other };
}

export type End = "initiator" | "responder";
export const otherEnd = (end: End): End => end === "initiator" ? "responder" : "initiator";

export interface Options {
  readonly seed?: string;
  readonly policy?: IkePolicy;
  readonly responderPolicy?: IkePolicy;
  readonly responderKey?: (query: KeyQuery) => Uint8Array | undefined;
  readonly initiatorOptions?: Partial<IkeEngineOptions>;
  readonly responderOptions?: Partial<IkeEngineOptions>;
  /** After how many milliseconds copies of the n-th datagram (from 1) of an end arrive. */
  readonly wire?: (from: End, nth: number, datagram: Datagram) => readonly number[];
  /** Called in place of the delivery of a datagram, which it may carry out. */
  readonly arrive?: (to: End, datagram: Datagram, deliver: () => void) => void;
  /** What becomes of a datagram on its way. */
  readonly translate?: (from: End, datagram: Datagram) => Datagram;
  /** What an end sees: every action before it is carried out. */
  readonly observe?: (end: End, action: IkeAction) => void;
}

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Two engines, a wire, and virtual milliseconds. */
export class TwoEngines {
  readonly engines: { readonly [Name in End]: IkeEngine };
  readonly sent: { readonly from: End; readonly datagram: Datagram; readonly description: string }[] = [];
  readonly established: { readonly end: End; readonly exchange: ExchangeId; readonly summary: AssociationSummary }[] =
    [];
  readonly failed: { readonly end: End; readonly reason: FailureReason; readonly text: string }[] = [];
  readonly deleted: { readonly end: End; readonly exchange: ExchangeId; readonly cause: DeletionCause }[] = [];
  readonly rekeyDue: { readonly end: End; readonly exchange: ExchangeId }[] = [];
  readonly cipherKeys: string[] = [];
  readonly notes: string[] = [];
  readonly options: Options;
  now = 0;
  #due: Due[] = [];
  #order = 0;
  readonly #timers = new Map<string, Due>();
  readonly #counts = { initiator: 0, responder: 0 };

  constructor(options: Options = {}) {
    this.options = options;
    const streams = new RandomStreams(options.seed ?? "two engines");
    const defaultPolicy = options.policy ?? policy("aes128-sha1-modp1024");
    const engine = (end: End, ikePolicy: IkePolicy, more: Partial<IkeEngineOptions> | undefined) => {
      const random = streams.stream(end);
      return new IkeEngine({
        random: (length) => random.bytes(length),
        policy: ikePolicy,
        identityFor: (address) => ({ idType: address.length === 4 ? 1 : 5, data: address }),
        selectKey: options.responderKey ?? (() => text(KEY)),
        keyLog: true,
        ...more,
      });
    };
    this.engines = {
      initiator: engine("initiator", defaultPolicy, options.initiatorOptions),
      responder: engine("responder", options.responderPolicy ?? defaultPolicy, options.responderOptions),
    };
  }

  /** Ends of which an association was established, sorted. */
  get establishedEnds(): readonly End[] {
    return this.established.map(({ end }) => end).sort();
  }

  initiate(mode: Phase1Mode, request: Partial<InitiateRequest> = {}): ExchangeId {
    const { exchange, actions } = this.engines.initiator.initiate({
      mode,
      local: INITIATOR,
      peer: RESPONDER,
      identity: INITIATOR_ID,
      key: text(KEY),
      ...request,
    });
    this.perform("initiator", actions);
    return exchange;
  }

  /** Runs until nothing is due any more, or nothing before a time. */
  run(untilMilliseconds = Infinity): void {
    for (let steps = 0;; steps++) {
      const next = this.#next();
      if (next === undefined || next.at > untilMilliseconds) break;
      if (steps > 100_000) throw new Error("It does not come to an end");
      this.#due = this.#due.filter((due) => due !== next);
      this.now = next.at;
      next.run();
    }
    if (untilMilliseconds !== Infinity) this.now = untilMilliseconds;
  }

  /** Runs until every exchange is established or over; timers of associations stay behind. */
  settle(milliseconds = 600_000): void {
    this.run(this.now + milliseconds);
  }

  perform(end: End, actions: readonly IkeAction[]): void {
    for (const action of actions) {
      this.options.observe?.(end, action);
      this.#perform(end, action);
    }
  }

  deliver(to: End, datagram: Datagram): readonly IkeAction[] {
    const actions = this.engines[to].receive(datagram);
    this.perform(to, actions);
    return actions;
  }

  #next(): Due | undefined {
    let next: Due | undefined;
    for (const due of this.#due) {
      if (next === undefined || due.at < next.at || (due.at === next.at && due.order < next.order)) next = due;
    }
    return next;
  }

  #perform(end: End, action: IkeAction): void {
    switch (action.type) {
      case "send":
        return this.#send(end, action.datagram, action.description);
      case "start-timer":
        this.#cancel(end, action.timer);
        this.#timers.set(
          `${end}/${action.timer}`,
          this.#after(action.delayMilliseconds, () => this.perform(end, this.engines[end].timerExpired(action.timer))),
        );
        return;
      case "cancel-timer":
        return this.#cancel(end, action.timer);
      case "compute": {
        const { computation, job } = action;
        this.#after(1, () => {
          this.perform(end, this.engines[end].cryptoDone(job, compute(computation)));
        });
        return;
      }
      case "established":
        this.established.push({ end, exchange: action.exchange, summary: action.summary });
        return;
      case "failed":
        this.failed.push({ end, reason: action.reason, text: action.text });
        return;
      case "deleted":
        this.deleted.push({ end, exchange: action.exchange, cause: action.cause });
        return;
      case "re-key-due":
        this.rekeyDue.push({ end, exchange: action.exchange });
        return;
      case "note":
        this.notes.push(`${end}: ${action.text}`);
        return;
      case "key-log":
        this.cipherKeys.push(toHex(action.cipherKey));
        return;
      case "work":
      case "cancel-compute":
        return;
      default:
        return action satisfies never;
    }
  }

  #cancel(end: End, timer: TimerId): void {
    const name = `${end}/${timer}`;
    const running = this.#timers.get(name);
    if (running === undefined) return;
    this.#timers.delete(name);
    this.#due = this.#due.filter((due) => due !== running);
  }

  #send(from: End, datagram: Datagram, description: string): void {
    this.sent.push({ from, datagram, description });
    const nth = ++this.#counts[from];
    const to = otherEnd(from);
    const arriving = this.options.translate?.(from, datagram) ?? datagram;
    for (const delay of this.options.wire?.(from, nth, datagram) ?? [5]) {
      const deliver = () => void this.deliver(to, arriving);
      this.#after(
        delay,
        () => this.options.arrive === undefined ? deliver() : this.options.arrive(to, arriving, deliver),
      );
    }
  }

  #after(delay: number, run: () => void): Due {
    const due = { at: this.now + delay, order: this.#order++, run };
    this.#due.push(due);
    return due;
  }
}
