/**
 * The IKE engine: exchanges, driven by events, giving out actions.
 *
 * Pure and synchronous. It knows no clock, no network and no trace; whoever
 * runs it brings datagrams, expired timers and finished computations, and
 * carries out the actions in their order. Whatever bytes come in, nothing
 * throws and no exchange hangs: a bad message is dropped with a note, and
 * answered with a notification only before there is an exchange to harm.
 *
 * @module
 */

import type { Datagram, Endpoint } from "../../sim/network/datagram.ts";
import { ACTIONS, type Outcome } from "./actions.ts";
import { ExchangeType, notifyName, NotifyType, PayloadType } from "./constants.ts";
import { Exchange } from "./exchange.ts";
import type {
  AssociationSummary,
  ExchangeId,
  FailureReason,
  IkeAction,
  IkeEngineOptions,
  InitiateRequest,
  Phase1Mode,
} from "./interface.ts";
import { equalInConstantTime } from "./key_derivation.ts";
import {
  decodePacket,
  decodePayloads,
  deleteBody,
  encodePacket,
  encodePayloads,
  findPayload,
  notificationBody,
  type OutgoingPayload,
  type Packet,
  type Payload,
} from "./message.ts";
import { openInformational, openMessage, sealInformational, sealMessage } from "./message_protection.ts";
import { type ExchangeEvent, transition } from "./transitions.ts";

const NOTHING = new Uint8Array(0);

/** Both roles of phase 1 for one node. */
export class IkeEngine {
  readonly #options: IkeEngineOptions;
  readonly #exchanges = new Map<ExchangeId, Exchange>();
  readonly #byCookie = new Map<string, Exchange>();
  /** Exchanges that a peer began and that are not established, oldest first. */
  readonly #halfOpen = new Set<Exchange>();
  #nextId = 1;
  #actions: IkeAction[] = [];
  #dropped = 0;

  /**
   * An engine without exchanges.
   *
   * @param options Its means.
   */
  constructor(options: IkeEngineOptions) {
    this.#options = options;
  }

  /** How many exchanges there are, established ones counted. */
  get exchangeCount(): number {
    return this.#exchanges.size;
  }

  /** How many datagrams were dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Begins an exchange. */
  initiate(request: InitiateRequest): { readonly exchange: ExchangeId; readonly actions: readonly IkeAction[] } {
    const exchange = new Exchange({
      id: this.#newId(),
      mode: request.mode,
      role: "initiator",
      local: request.local,
      peer: request.peer,
      initiatorCookie: this.#cookie(),
      ownIdentification: request.identity,
      key: request.key.slice(),
      lifetimeSeconds: this.#options.policy.lifetimeSeconds,
    });
    this.#enter(exchange);
    this.#dispatch(exchange, "start", [], NOTHING);
    return { exchange: exchange.id, actions: this.#take() };
  }

  /** A datagram has come in. */
  receive(datagram: Datagram): readonly IkeAction[] {
    const packet = decodePacket(datagram.payload);
    if (packet.type === "refused") this.#drop(packet.reason);
    else this.#receive(packet, datagram);
    return this.#take();
  }

  /** A computation is done. The result is filled with zeros when it is used up. */
  computed(id: ExchangeId, result: Uint8Array): readonly IkeAction[] {
    const exchange = this.#exchanges.get(id);
    if (exchange !== undefined) this.#dispatch(exchange, "computed", [], result);
    else result.fill(0);
    return this.#take();
  }

  /** The timer of an exchange has run out. */
  timerExpired(id: ExchangeId): readonly IkeAction[] {
    const exchange = this.#exchanges.get(id);
    if (exchange !== undefined && exchange.state !== "established") this.#repeat(exchange);
    return this.#take();
  }

  /** Ends an exchange: an established one with a delete to the peer, another without a word. */
  close(id: ExchangeId): readonly IkeAction[] {
    const exchange = this.#exchanges.get(id);
    if (exchange === undefined) return [];
    if (exchange.state === "established") {
      const spi = new Uint8Array(16);
      spi.set(exchange.initiatorCookie);
      spi.set(exchange.responderCookie, 8);
      this.#sendInformational(exchange, [{ type: PayloadType.delete, body: deleteBody(spi) }]);
      this.#remove(exchange);
      this.#actions.push({ type: "deleted", exchange: id, byPeer: false });
    } else {
      this.#fail(exchange, "aborted", "ended by this end");
    }
    return this.#take();
  }

  /** Forgets everything and fills every secret with zeros. No actions: the node is going down. */
  shutDown(): void {
    for (const exchange of [...this.#exchanges.values()]) this.#remove(exchange);
    this.#actions = [];
  }

  #receive(packet: Packet, datagram: Datagram): void {
    const { header } = packet;
    const known = this.#byCookie.get(cookieKey(header.initiatorCookie));
    if (header.exchangeType === ExchangeType.informational) return this.#receiveInformational(packet, known);
    const mode: Phase1Mode | undefined = header.exchangeType === ExchangeType.identityProtection
      ? "main"
      : header.exchangeType === ExchangeType.aggressive
      ? "aggressive"
      : undefined;
    if (mode === undefined) return this.#drop(`exchange type ${header.exchangeType}`);
    if (header.messageId !== 0) return this.#drop("a message id in phase 1");
    if (known === undefined) return this.#receiveFirst(packet, datagram, mode);
    if (known.mode !== mode || !sameEndpoint(known.peer, datagram.source)) return this.#drop("another mode or peer");
    this.#receiveNext(known, packet, datagram.payload);
  }

  /** Message 1 of a peer. */
  #receiveFirst(packet: Packet, datagram: Datagram, mode: Phase1Mode): void {
    const { header } = packet;
    if (header.responderCookie.some((byte) => byte !== 0)) return this.#drop("unknown cookies");
    if (packet.encrypted) return this.#drop("an encrypted first message");
    if (!this.#options.policy.modes.includes(mode)) {
      this.#drop(`${mode} mode is not answered here`);
      return this.#notify(datagram.destination, datagram.source, packet, NotifyType.invalidExchangeType);
    }
    const exchange = new Exchange({
      id: this.#newId(),
      mode,
      role: "responder",
      local: datagram.destination,
      peer: datagram.source,
      initiatorCookie: header.initiatorCookie,
      ownIdentification: this.#options.identityFor(datagram.destination.address),
      key: NOTHING,
      lifetimeSeconds: this.#options.policy.lifetimeSeconds,
    });
    exchange.responderCookie = this.#cookie();
    const opened = openMessage(exchange, packet);
    if (opened.type === "refused") {
      this.#drop(opened.reason);
      return this.#notify(datagram.destination, datagram.source, packet, opened.notifyType);
    }
    this.#limitHalfOpen();
    this.#enter(exchange);
    this.#halfOpen.add(exchange);
    this.#accept(exchange, packet, datagram.payload, opened.payloads);
  }

  #receiveNext(exchange: Exchange, packet: Packet, bytes: Uint8Array): void {
    const { header } = packet;
    if (exchange.lastReceived !== undefined && equalInConstantTime(exchange.lastReceived, bytes)) {
      // An initiator that waits repeats by its timer; were both ends to answer repetitions, they would never stop.
      const answers = exchange.role === "responder" || exchange.state === "established";
      if (answers && exchange.lastSent !== undefined) this.#send(exchange, exchange.lastSent);
      return this.#note("the same message again");
    }
    const responderKnown = exchange.responderCookie.some((byte) => byte !== 0);
    if (responderKnown && !equalInConstantTime(exchange.responderCookie, header.responderCookie)) {
      return this.#drop("unknown cookies");
    }
    if (exchange.role === "initiator" && header.responderCookie.every((byte) => byte === 0)) {
      return this.#drop("an answer without the responder's cookie");
    }
    if (transition(exchange.mode, exchange.role, exchange.state, "message") === undefined) {
      return this.#drop(`a message in the state "${exchange.state}"`);
    }
    const repeated = exchange.lastRefused !== undefined && equalInConstantTime(exchange.lastRefused, bytes);
    const opened = openMessage(exchange, packet);
    if (opened.type === "refused") {
      if (packet.encrypted) exchange.undecipherable++;
      this.#refuse(exchange, packet, bytes, repeated, opened.notifyType, opened.reason);
      return;
    }
    if (!responderKnown) exchange.responderCookie = header.responderCookie;
    const before = exchange.vector;
    if (opened.nextVector !== undefined) exchange.vector = opened.nextVector;
    const accepted = this.#accept(exchange, packet, bytes, opened.payloads);
    if (!accepted) {
      // A rejected message moves neither the chain of vectors nor the cookie.
      exchange.vector = before;
      if (!responderKnown) exchange.responderCookie = new Uint8Array(8);
    }
  }

  #accept(exchange: Exchange, packet: Packet, bytes: Uint8Array, payloads: readonly Payload[]): boolean {
    const notification = findPayload(payloads, "notification");
    if (notification !== undefined && !packet.encrypted) exchange.unauthenticatedNotifies.push(notification.notifyType);
    const { lastReceived, lastSent } = exchange;
    exchange.lastReceived = bytes;
    // What was sent before is no answer to this message.
    exchange.lastSent = undefined;
    const outcome = this.#dispatch(exchange, "message", payloads, NOTHING);
    if (outcome?.type !== "ignore") return true;
    exchange.lastReceived = lastReceived;
    exchange.lastSent = lastSent;
    const repeated = exchange.lastRefused !== undefined && equalInConstantTime(exchange.lastRefused, bytes);
    this.#refuse(exchange, packet, bytes, repeated, outcome.notifyType, outcome.text);
    return false;
  }

  /** A message that is not accepted: noted, and told the peer once. The exchange goes on: it may have been forged. */
  #refuse(
    exchange: Exchange,
    packet: Packet,
    bytes: Uint8Array,
    repeated: boolean,
    notifyType: number,
    text: string,
  ): void {
    this.#drop(text);
    exchange.lastRefused = bytes;
    if (!repeated) this.#notify(exchange.local, exchange.peer, packet, notifyType);
  }

  /** Runs the action that the table has for the event; `undefined` if it has none. */
  #dispatch(
    exchange: Exchange,
    event: ExchangeEvent,
    payloads: readonly Payload[],
    result: Uint8Array,
  ): Outcome | undefined {
    const row = transition(exchange.mode, exchange.role, exchange.state, event);
    if (row === undefined) {
      this.#drop(`"${event}" in the state "${exchange.state}"`);
      return undefined;
    }
    const outcome = ACTIONS[row.action](exchange, { options: this.#options, payloads, result });
    switch (outcome.type) {
      case "ignore":
        return outcome;
      case "fail":
        this.#notifyFailure(exchange, outcome.notifyType);
        this.#fail(exchange, outcome.reason, outcome.text);
        return outcome;
      case "proceed":
        exchange.state = row.next;
        exchange.waits = 0;
        if (outcome.send !== undefined) this.#reply(exchange, outcome.send.payloads, outcome.send.encrypted);
        this.#chargeWork(exchange, payloads);
        if (outcome.compute !== undefined) {
          this.#actions.push({ type: "cancel-timer", exchange: exchange.id });
          this.#actions.push({ type: "compute", exchange: exchange.id, computation: outcome.compute });
        } else if (exchange.state === "established") {
          this.#establish(exchange);
        } else {
          this.#startTimer(exchange);
        }
        return outcome;
    }
  }

  #establish(exchange: Exchange): void {
    this.#halfOpen.delete(exchange);
    exchange.forgetNegotiation();
    this.#actions.push({ type: "cancel-timer", exchange: exchange.id });
    this.#actions.push({
      type: "key-log",
      initiatorCookie: exchange.initiatorCookie,
      cipherKey: exchange.cipherKey.slice(),
    });
    this.#actions.push({ type: "established", exchange: exchange.id, summary: summaryOf(exchange) });
  }

  /** Sends the last message again, or gives up. A responder in main mode only waits: its peer repeats. */
  #repeat(exchange: Exchange): void {
    exchange.waits++;
    if (exchange.waits >= this.#options.policy.retransmission.delaysMilliseconds.length) {
      const { reason, text } = silence(exchange);
      return this.#fail(exchange, reason, text);
    }
    if (exchange.lastSent !== undefined && !(exchange.role === "responder" && exchange.mode === "main")) {
      this.#send(exchange, exchange.lastSent);
    }
    this.#startTimer(exchange);
  }

  #receiveInformational(packet: Packet, exchange: Exchange | undefined): void {
    if (exchange === undefined) return this.#drop("an informational message without an exchange");
    if (!packet.encrypted) {
      const decoded = decodePayloads(packet.header.nextPayload, packet.body, false);
      if (decoded.type === "refused") return this.#drop(decoded.reason);
      const notification = findPayload(decoded.payloads, "notification");
      if (notification === undefined) return this.#drop("an unprotected informational message");
      // Anybody could have sent it: counted, for the reason if the exchange fails, and not obeyed.
      exchange.unauthenticatedNotifies.push(notification.notifyType);
      return this.#note(`unprotected notification ${notifyName(notification.notifyType)}`);
    }
    if (exchange.state !== "established") return this.#drop("an informational message before the association");
    const opened = openInformational(exchange, packet);
    if (opened.type === "refused") return this.#drop(opened.reason);
    for (const payload of opened.payloads) {
      if (payload.type === "notification") this.#note(`notification ${notifyName(payload.notifyType)}`);
      if (payload.type === "delete" && payload.spis.some((spi) => isOurSpi(exchange, spi))) {
        this.#remove(exchange);
        this.#actions.push({ type: "deleted", exchange: exchange.id, byPeer: true });
        return;
      }
    }
  }

  #reply(exchange: Exchange, payloads: readonly OutgoingPayload[], encrypted: boolean): void {
    const bytes = sealMessage(exchange, payloads, encrypted);
    exchange.lastSent = bytes;
    this.#send(exchange, bytes);
  }

  #sendInformational(exchange: Exchange, payloads: readonly OutgoingPayload[]): void {
    const messageId = new DataView(this.#options.random(4).buffer).getUint32(0) || 1;
    this.#send(exchange, sealInformational(exchange, messageId, payloads));
  }

  #notifyFailure(exchange: Exchange, notifyType: number): void {
    const header = {
      initiatorCookie: exchange.initiatorCookie,
      responderCookie: exchange.responderCookie,
      nextPayload: 0,
      exchangeType: 0,
      flags: 0,
      messageId: 0,
    };
    this.#notify(
      exchange.local,
      exchange.peer,
      { type: "packet", header, encrypted: false, body: NOTHING },
      notifyType,
    );
  }

  /** An unprotected notification (RFC 2409 §5.7: there is nothing yet to protect it with). */
  #notify(local: Endpoint, peer: Endpoint, about: Packet, notifyType: number): void {
    const payloads = [{ type: PayloadType.notification, body: notificationBody(notifyType, NOTHING) }];
    const bytes = encodePacket({
      initiatorCookie: about.header.initiatorCookie,
      responderCookie: about.header.responderCookie,
      nextPayload: PayloadType.notification,
      exchangeType: ExchangeType.informational,
      flags: 0,
      messageId: new DataView(this.#options.random(4).buffer).getUint32(0) || 1,
    }, encodePayloads(payloads));
    this.#actions.push({
      type: "send",
      exchange: undefined,
      datagram: { source: local, destination: peer, payload: bytes },
    });
  }

  #send(exchange: Exchange, payload: Uint8Array): void {
    const datagram = { source: exchange.local, destination: exchange.peer, payload };
    this.#actions.push({ type: "send", exchange: exchange.id, datagram });
  }

  #startTimer(exchange: Exchange): void {
    const delayMilliseconds = this.#options.policy.retransmission.delaysMilliseconds[exchange.waits] ?? 0;
    this.#actions.push({ type: "start-timer", exchange: exchange.id, delayMilliseconds });
  }

  /** About how many blocks went through hash and cipher: two HMAC passes over what was received and kept. */
  #chargeWork(exchange: Exchange, payloads: readonly Payload[]): void {
    const received = payloads.reduce((sum, { body }) => sum + body.length, 0);
    const sent = exchange.lastSent?.length ?? 0;
    const hashBlocks = exchange.keys === undefined ? 0 : 8 + Math.ceil((received + sent) / 64);
    const cipherBlocks = exchange.cipherKey.length === 0 ? 0 : Math.ceil((received + sent) / 8);
    if (hashBlocks + cipherBlocks > 0) this.#actions.push({ type: "work", hashBlocks, cipherBlocks });
  }

  #fail(exchange: Exchange, reason: FailureReason, text: string): void {
    this.#actions.push({ type: "cancel-timer", exchange: exchange.id });
    this.#remove(exchange);
    this.#actions.push({ type: "failed", exchange: exchange.id, reason, text });
  }

  #enter(exchange: Exchange): void {
    this.#exchanges.set(exchange.id, exchange);
    this.#byCookie.set(cookieKey(exchange.initiatorCookie), exchange);
  }

  #remove(exchange: Exchange): void {
    exchange.forgetAll();
    this.#halfOpen.delete(exchange);
    this.#exchanges.delete(exchange.id);
    this.#byCookie.delete(cookieKey(exchange.initiatorCookie));
  }

  #limitHalfOpen(): void {
    for (const oldest of this.#halfOpen) {
      if (this.#halfOpen.size < this.#options.policy.halfOpenLimit) return;
      this.#fail(oldest, "no answer", "gave way to newer half-open exchanges");
    }
  }

  #drop(text: string): void {
    this.#dropped++;
    this.#note(`dropped: ${text}`);
  }

  #note(text: string): void {
    this.#actions.push({ type: "note", text });
  }

  #cookie(): Uint8Array {
    for (;;) {
      const cookie = this.#options.random(8);
      if (cookie.some((byte) => byte !== 0)) return cookie;
    }
  }

  #newId(): ExchangeId {
    return this.#nextId++ as ExchangeId;
  }

  #take(): readonly IkeAction[] {
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }
}

function cookieKey(cookie: Uint8Array): string {
  return cookie.join(".");
}

function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && equalInConstantTime(a.address, b.address);
}

function isOurSpi(exchange: Exchange, spi: Uint8Array): boolean {
  return spi.length === 16 && equalInConstantTime(spi.subarray(0, 8), exchange.initiatorCookie) &&
    equalInConstantTime(spi.subarray(8), exchange.responderCookie);
}

const REFUSED_POLICY: readonly number[] = [NotifyType.noProposalChosen, NotifyType.invalidExchangeType];

/** Why nothing more came: what the peer complained about, though it was not obeyed, tells. */
function silence(exchange: Exchange): { readonly reason: FailureReason; readonly text: string } {
  const complaint = exchange.unauthenticatedNotifies.at(-1);
  if (complaint !== undefined) {
    const text = `the peer answered no more, its last word was ${notifyName(complaint)}`;
    return { reason: REFUSED_POLICY.includes(complaint) ? "no proposal" : "authentication", text };
  }
  if (exchange.undecipherable > 0) {
    return { reason: "authentication", text: "the peer's messages did not decrypt: the keys differ" };
  }
  return { reason: "no answer", text: "the peer did not answer" };
}

function summaryOf(exchange: Exchange): AssociationSummary {
  const { suite, peerIdentification } = exchange;
  if (suite === undefined || peerIdentification === undefined) {
    throw new Error("An association was established without a suite or the peer's identification");
  }
  return {
    mode: exchange.mode,
    role: exchange.role,
    suite,
    lifetimeSeconds: exchange.lifetimeSeconds,
    ownIdentification: exchange.ownIdentification,
    peerIdentification,
    initiatorCookie: exchange.initiatorCookie,
    responderCookie: exchange.responderCookie,
  };
}
