/**
 * Collects the actions that an engine gives out.
 *
 * @module
 */

import { createView } from "@noble/hashes/utils.js";
import { ExchangeType, notifyName, PayloadType } from "./constants.ts";
import { encodePayloads, notificationBody } from "./encode.ts";
import type { Exchange } from "./exchange.ts";
import { encodePacket, type Header } from "./header.ts";
import type {
  Computation,
  Endpoint,
  ExchangeId,
  IkeAction,
  IkeEngineOptions,
  JobId,
  TimerId,
  TimerPurpose,
} from "./interface.ts";
import { sealInformational, sealMessage } from "./message_protection.ts";
import { frame, KEEPALIVE_OCTET } from "./nat_traversal.ts";
import { type OutgoingPayload, payloadName } from "./payloads.ts";
import type { Reply } from "./action.ts";
import type { SymmetricWork } from "./symmetric_work.ts";

/** The numbers of an exchange's timers; each is its place in {@linkcode TIMERS}. */
const TIMER_NUMBERS = {
  retransmission: 0,
  "re-key": 1,
  lifetime: 2,
  "dead peer detection": 3,
  keepalive: 4,
  reassembly: 5,
} as const satisfies Record<TimerPurpose, number>;

const TIMERS: readonly TimerPurpose[] = Object.keys(TIMER_NUMBERS) as TimerPurpose[];

/** The engine's own timer; those of exchanges have higher numbers. */
export const REFUSALS_TIMER = 0 as TimerId;

/** How often a message is sent to a peer that has not proved that it gets it. */
const MAX_UNPROVED_SENDINGS = 3;

/** How many times the bytes that came it is sent at the most: no answer is worth forging a question. */
const MAX_AMPLIFICATION = 3;

/** The exchange and the purpose of a timer of an exchange. */
export function timerMeaning(timer: TimerId): { readonly exchange: ExchangeId; readonly purpose: TimerPurpose } {
  return {
    exchange: Math.floor(timer / TIMERS.length) as ExchangeId,
    purpose: TIMERS[timer % TIMERS.length] ?? "retransmission",
  };
}

function timerId(exchange: Exchange, purpose: TimerPurpose): TimerId {
  return exchange.id * TIMERS.length + TIMER_NUMBERS[purpose] as TimerId;
}

/** Collects the actions that an engine gives out. */
export class Outbox {
  readonly #options: IkeEngineOptions;
  readonly #work: SymmetricWork;
  #actions: IkeAction[] = [];

  /**
   * An empty outbox.
   *
   * @param work Where symmetric work is counted.
   */
  constructor(options: IkeEngineOptions, work: SymmetricWork) {
    this.#options = options;
    this.#work = work;
  }

  /** Puts an action in. */
  add(action: IkeAction): void {
    this.#actions.push(action);
  }

  /** Everything since the last time, the work first. */
  take(): readonly IkeAction[] {
    const work = this.#work.take();
    const actions = this.#actions;
    this.#actions = [];
    if (work !== undefined) actions.unshift({ type: "work", ...work });
    return actions;
  }

  /** Forgets everything. */
  clear(): void {
    this.take();
  }

  /** Something for the trace. */
  note(exchange: Exchange | undefined, text: string, isProblem = false): void {
    this.add({ type: "note", exchange: exchange?.id, text, ...(isProblem ? { isProblem } : {}) });
  }

  /** Lays a message of phase 1 out, keeps it for repetition, and sends it. */
  reply(exchange: Exchange, { number, payloads, encrypted }: Reply): void {
    const bytes = sealMessage(exchange, payloads, encrypted, this.#options);
    const description = `${exchange.mode} mode ${number}${encrypted ? " encrypted" : ""}: ${namesOf(payloads)}`;
    exchange.lastSent = { bytes, description };
    exchange.sendings = 0;
    this.#sendPhase1(exchange, bytes, description);
  }

  /** Sends the last message again, byte for byte. */
  repeat(exchange: Exchange): void {
    const { lastSent } = exchange;
    if (lastSent !== undefined) this.#sendPhase1(exchange, lastSent.bytes, `${lastSent.description} (again)`);
  }

  /** Sends a protected informational message. */
  inform(exchange: Exchange, payloads: readonly OutgoingPayload[]): void {
    const bytes = sealInformational(exchange, this.#messageId(), payloads, this.#options);
    this.#send(exchange, exchange, bytes, `informational encrypted: HASH, ${describe(payloads)}`);
  }

  /** Sends an unprotected notification (RFC 2409 §5.7: there is nothing yet to protect it with). */
  notify(
    endpoints: { readonly local: Endpoint; readonly peer: Endpoint },
    cookies: Pick<Header, "initiatorCookie" | "responderCookie">,
    exchange: Exchange | undefined,
    notifyType: number,
  ): void {
    const payloads = [{ type: PayloadType.notification, body: notificationBody(notifyType, new Uint8Array(0)) }];
    const bytes = encodePacket({
      initiatorCookie: cookies.initiatorCookie,
      responderCookie: cookies.responderCookie,
      nextPayload: PayloadType.notification,
      exchangeType: ExchangeType.informational,
      flags: 0,
      messageId: this.#messageId(),
    }, encodePayloads(payloads));
    this.#send(exchange, endpoints, bytes, `informational: ${describe(payloads)}`);
  }

  /** Has something computed. */
  compute(exchange: Exchange, job: JobId, computation: Computation): void {
    exchange.job = job;
    this.add({ type: "compute", job, exchange: exchange.id, computation });
  }

  /** Starts a timer of an exchange, in place of one that runs. */
  startTimer(exchange: Exchange, purpose: TimerPurpose, delayMilliseconds: number): void {
    exchange.timers.add(purpose);
    this.add({
      type: "start-timer",
      timer: timerId(exchange, purpose),
      exchange: exchange.id,
      purpose,
      delayMilliseconds,
    });
  }

  /** Stops a timer of an exchange, if it runs. */
  cancelTimer(exchange: Exchange, purpose: TimerPurpose): void {
    if (exchange.timers.delete(purpose)) this.add({ type: "cancel-timer", timer: timerId(exchange, purpose) });
  }

  /** Stops all that is under way for an exchange. */
  cancelAll(exchange: Exchange): void {
    for (const purpose of TIMERS) this.cancelTimer(exchange, purpose);
    if (exchange.job !== undefined) this.add({ type: "cancel-compute", job: exchange.job });
    exchange.job = undefined;
  }

  /** One octet that keeps a translator's mapping alive; nobody answers it (RFC 3948 §2.3). */
  keepAlive(exchange: Exchange): void {
    const datagram = { source: exchange.local, destination: exchange.peer, payload: Uint8Array.of(KEEPALIVE_OCTET) };
    this.add({ type: "send", exchange: exchange.id, datagram, description: "keepalive" });
  }

  /** Starts the engine's own timer. */
  startRefusalsTimer(delayMilliseconds: number): void {
    const purpose = "refusals to strangers";
    this.add({ type: "start-timer", timer: REFUSALS_TIMER, exchange: undefined, purpose, delayMilliseconds });
  }

  #sendPhase1(exchange: Exchange, bytes: Uint8Array, description: string): void {
    const { receivedBytes, sentBytes, proved } = exchange.traffic;
    const isTooMuch = exchange.sendings === MAX_UNPROVED_SENDINGS ||
      sentBytes + bytes.length > MAX_AMPLIFICATION * receivedBytes;
    if (exchange.role === "responder" && !proved && isTooMuch) {
      return this.note(exchange, `not sent: the peer has proved nothing yet, and was sent ${sentBytes} bytes`);
    }
    exchange.sendings++;
    this.#send(exchange, exchange, bytes, description);
  }

  #send(
    exchange: Exchange | undefined,
    { local, peer }: { readonly local: Endpoint; readonly peer: Endpoint },
    message: Uint8Array,
    description: string,
  ): void {
    const datagram = { source: local, destination: peer, payload: frame(local.port, message) };
    if (exchange !== undefined) exchange.traffic.sentBytes += datagram.payload.length;
    this.add({ type: "send", exchange: exchange?.id, datagram, description });
  }

  /** A message id: random and not 0 (RFC 2408 §3.1). */
  #messageId(): number {
    return createView(this.#options.random(4)).getUint32(0) || 1;
  }
}

function namesOf(payloads: readonly OutgoingPayload[]): string {
  return payloads.map(({ type }) => payloadName(type)).join(", ");
}

/** Payload names, notifications with their types. */
function describe(payloads: readonly OutgoingPayload[]): string {
  return payloads.map(({ type, body }) =>
    type === PayloadType.notification ? notifyName(createView(body).getUint16(6)) : payloadName(type)
  ).join(", ");
}
