/**
 * The timers of exchanges and associations: when they are started, and what it
 * means when one is over.
 *
 * @module
 */

import type { Exchange } from "./exchange.ts";
import { REASSEMBLY_MILLISECONDS } from "./fragments.ts";
import type { TimerPurpose } from "./interface.ts";
import type { Outbox } from "./outbox.ts";
import type { IkePolicy } from "./policy.ts";
import type { ExchangeEvent } from "./transitions.ts";

/**
 * The longest delay of a timer: 24.8 days, the limit of timers in JavaScript. A longer lifetime ends then, as it may: a
 * lifetime is an upper bound (RFC 2409 appendix A).
 */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

/** How long a translator's mapping is left without traffic (RFC 3948 §4). */
const KEEPALIVE_MILLISECONDS = 20_000;

/** Starts the timers of exchanges. */
export class Timekeeper {
  readonly #policy: IkePolicy;
  readonly #outbox: Outbox;

  /**
   * A timekeeper.
   *
   * @param outbox Where timers are started.
   */
  constructor(policy: IkePolicy, outbox: Outbox) {
    this.#policy = policy;
    this.#outbox = outbox;
  }

  /** The exchange has begun to wait for its peer. */
  startWaiting(exchange: Exchange): void {
    this.#outbox.startTimer(exchange, "retransmission", this.#waits(exchange)[0] ?? 0);
  }

  /** The exchange is established. */
  startAssociation(exchange: Exchange): void {
    this.#outbox.cancelTimer(exchange, "retransmission");
    this.#startLifetime(exchange);
    this.#watchPeer(exchange);
    this.#keepTranslation(exchange);
  }

  /** An exchange waits for the rest of a message, anew or no more. */
  awaitFragments(exchange: Exchange, awaited: boolean): void {
    if (awaited) this.#outbox.startTimer(exchange, "reassembly", REASSEMBLY_MILLISECONDS);
    else this.#outbox.cancelTimer(exchange, "reassembly");
  }

  /** Timers that an event changes without a new state. */
  keep(exchange: Exchange, event: ExchangeEvent, lifetimeSecondsBefore: number): void {
    if (event === "wait over") {
      this.#outbox.startTimer(exchange, "retransmission", this.#waits(exchange)[++exchange.waits] ?? 0);
    }
    if (exchange.state !== "established") return;
    if (event === "peer silent" || exchange.deadPeerDetection.heard) this.#watchPeer(exchange);
    exchange.deadPeerDetection.heard = false;
    if (event === "keepalive due") this.#keepTranslation(exchange);
    if (event === "protected informational" && exchange.lifetimeSeconds !== lifetimeSecondsBefore) {
      this.#startLifetime(exchange);
    }
  }

  /** What it means for an exchange that a timer is over; that of fragments means nothing for it. */
  eventOf(exchange: Exchange, purpose: Exclude<TimerPurpose, "reassembly">): ExchangeEvent {
    switch (purpose) {
      case "retransmission":
        return exchange.waits + 1 < this.#waits(exchange).length ? "wait over" : "last wait over";
      case "re-key":
        return "re-key due";
      case "lifetime":
        return "lifetime over";
      case "keepalive":
        return "keepalive due";
      case "dead peer detection": {
        const attempts = this.#policy.deadPeerDetection?.attempts ?? 0;
        return exchange.deadPeerDetection.unanswered < attempts ? "peer silent" : "peer dead";
      }
      default:
        return purpose satisfies never;
    }
  }

  /** The waits of an exchange, in milliseconds. In main mode the initiator repeats; the responder waits once. */
  #waits({ mode, role }: Exchange): readonly number[] {
    const { retransmission, halfOpenMilliseconds } = this.#policy;
    return mode === "main" && role === "responder" ? [halfOpenMilliseconds] : retransmission.delaysMilliseconds;
  }

  #startLifetime(exchange: Exchange): void {
    const { lifetimeSeconds } = exchange;
    const start = (purpose: TimerPurpose, seconds: number) =>
      this.#outbox.startTimer(exchange, purpose, Math.min(Math.floor(seconds * 1000), LONGEST_TIMER_MILLISECONDS));
    start("lifetime", lifetimeSeconds);
    if (exchange.role !== "initiator") return;
    const marginSeconds = Math.min(this.#policy.rekeyMarginSeconds, lifetimeSeconds / 2);
    start("re-key", lifetimeSeconds - marginSeconds);
  }

  #watchPeer(exchange: Exchange): void {
    const policy = this.#policy.deadPeerDetection;
    const { announced, unanswered } = exchange.deadPeerDetection;
    if (policy === undefined || !announced) return;
    const delay = unanswered === 0 ? policy.idleMilliseconds : policy.retryMilliseconds;
    this.#outbox.startTimer(exchange, "dead peer detection", delay);
  }

  /** Only who is behind the translator keeps its mapping alive. */
  #keepTranslation(exchange: Exchange): void {
    const { natTraversal, traffic } = exchange;
    if (!natTraversal.own) return;
    natTraversal.sentBytesBefore = traffic.sentBytes;
    this.#outbox.startTimer(exchange, "keepalive", KEEPALIVE_MILLISECONDS);
  }
}
