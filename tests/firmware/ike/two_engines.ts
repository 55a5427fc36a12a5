import { IkeEngine } from "../../../firmware/ike/engine.ts";
import type {
  AssociationSummary,
  ExchangeId,
  FailureReason,
  Identification,
  IkeAction,
  IkePolicy,
  KeyQuery,
} from "../../../firmware/ike/interface.ts";
import { DOUBLING_RETRANSMISSION } from "../../../firmware/ike/interface.ts";
import { bigintToBytes, bytesToBigint, GENERATOR } from "../../../firmware/ike/groups.ts";
import { parseSuite } from "../../../firmware/ike/suite.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import type { Datagram, Endpoint } from "../../../sim/network/datagram.ts";
import { modularExponentiation } from "../../../sim/parts/modular_exponentiation.ts";

export const text = (value: string) => new TextEncoder().encode(value);
export const fromHex = (value: string) => Uint8Array.from(value.match(/../g) ?? [], (pair) => parseInt(pair, 16));
export const toHex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const INITIATOR: Endpoint = { address: Uint8Array.of(192, 0, 2, 10), port: 500 };
export const RESPONDER: Endpoint = { address: Uint8Array.of(192, 0, 2, 20), port: 500 };
export const INITIATOR_ID: Identification = { idType: 1, data: INITIATOR.address };

export function policy(...suites: string[]): IkePolicy {
  return {
    suites: suites.map(parseSuite),
    modes: ["main", "aggressive"],
    lifetimeSeconds: 28_800,
    retransmission: DOUBLING_RETRANSMISSION,
    halfOpenLimit: 16,
  };
}

export type End = "initiator" | "responder";

export interface Options {
  readonly seed?: string;
  readonly initiatorPolicy?: IkePolicy;
  readonly responderPolicy?: IkePolicy;
  readonly responderKey?: (query: KeyQuery) => Uint8Array | undefined;
  /** What the wire does with the n-th datagram (from 1) of an end: how many copies arrive, and after how many ms. */
  readonly wire?: (from: End, nth: number, datagram: Datagram) => readonly number[];
  /** Called when a datagram has been delivered. */
  readonly after?: (to: End, datagram: Datagram) => void;
}

interface Due {
  readonly at: number;
  readonly run: () => void;
}

/** Two engines, a wire, and virtual milliseconds. */
export class TwoEngines {
  readonly engines: { readonly [Name in End]: IkeEngine };
  readonly sent: { readonly from: End; readonly datagram: Datagram }[] = [];
  readonly established: { readonly end: End; readonly summary: AssociationSummary }[] = [];
  readonly failed: { readonly end: End; readonly reason: FailureReason; readonly text: string }[] = [];
  readonly deleted: End[] = [];
  readonly cipherKeys: string[] = [];
  readonly notes: string[] = [];
  now = 0;
  #due: Due[] = [];
  #timers = new Map<string, Due>();
  readonly #counts = { initiator: 0, responder: 0 };
  readonly #options: Options;

  constructor(options: Options = {}) {
    this.#options = options;
    const streams = new RandomStreams(options.seed ?? "two engines");
    const defaultPolicy = policy("aes128-sha1-modp1024");
    const engine = (end: End, ikePolicy: IkePolicy) => {
      const random = streams.stream(end);
      return new IkeEngine({
        random: (length) => random.bytes(length),
        policy: ikePolicy,
        identityFor: (address) => ({ idType: 1, data: address }),
        selectKey: options.responderKey ?? (() => text("the shared key")),
      });
    };
    this.engines = {
      initiator: engine("initiator", options.initiatorPolicy ?? defaultPolicy),
      responder: engine("responder", options.responderPolicy ?? options.initiatorPolicy ?? defaultPolicy),
    };
  }

  initiate(mode: "main" | "aggressive", key = "the shared key", identity = INITIATOR_ID): ExchangeId {
    const { exchange, actions } = this.engines.initiator.initiate({
      mode,
      local: INITIATOR,
      peer: RESPONDER,
      identity,
      key: text(key),
    });
    this.perform("initiator", actions);
    return exchange;
  }

  run(limitMilliseconds = 600_000): void {
    while (this.#due.length > 0) {
      let next = this.#due[0] as Due;
      for (const due of this.#due) if (due.at < next.at) next = due;
      if (next.at > limitMilliseconds) throw new Error("The exchange does not come to an end");
      this.#due = this.#due.filter((due) => due !== next);
      this.now = next.at;
      next.run();
    }
  }

  perform(end: End, actions: readonly IkeAction[]): void {
    for (const action of actions) {
      switch (action.type) {
        case "send":
          this.#send(end, action.datagram);
          break;
        case "start-timer":
        case "cancel-timer": {
          const name = `${end}/${action.exchange}`;
          const running = this.#timers.get(name);
          this.#due = this.#due.filter((due) => due !== running);
          this.#timers.delete(name);
          if (action.type === "cancel-timer") break;
          const due = {
            at: this.now + action.delayMilliseconds,
            run: () => this.perform(end, this.engines[end].timerExpired(action.exchange)),
          };
          this.#timers.set(name, due);
          this.#due.push(due);
          break;
        }
        case "compute": {
          const { computation, exchange } = action;
          const { group } = computation;
          const base = computation.kind === "public" ? GENERATOR : bytesToBigint(computation.peerValue);
          const value = modularExponentiation(base, bytesToBigint(computation.exponent), group.prime);
          const result = bigintToBytes(value, group.bits / 8);
          this.#after(1, () => this.perform(end, this.engines[end].computed(exchange, result)));
          break;
        }
        case "established":
          this.established.push({ end, summary: action.summary });
          break;
        case "failed":
          this.failed.push({ end, reason: action.reason, text: action.text });
          break;
        case "deleted":
          this.deleted.push(end);
          break;
        case "note":
          this.notes.push(`${end}: ${action.text}`);
          break;
        case "key-log":
          this.cipherKeys.push(toHex(action.cipherKey));
          break;
        case "work":
          break;
      }
    }
  }

  deliver(to: End, datagram: Datagram): void {
    this.perform(to, this.engines[to].receive(datagram));
  }

  #send(from: End, datagram: Datagram): void {
    this.sent.push({ from, datagram });
    const nth = ++this.#counts[from];
    const to = from === "initiator" ? "responder" : "initiator";
    for (const delay of this.#options.wire?.(from, nth, datagram) ?? [5]) {
      this.#after(delay, () => {
        this.deliver(to, datagram);
        this.#options.after?.(to, datagram);
      });
    }
  }

  #after(delay: number, run: () => void): void {
    this.#due.push({ at: this.now + delay, run });
  }
}
