/**
 * Sorts out what comes in: to which exchange a message belongs, whether it may
 * be looked at, and what it is.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { isZero } from "./bytes.ts";
import { ExchangeType, NotifyType, PayloadType } from "./constants.ts";
import { decodePayloads } from "./decode.ts";
import type { Exchange } from "./exchange.ts";
import { decodeFragment, Reassembler } from "./fragments.ts";
import { decodePacket, type Packet } from "./header.ts";
import type { Datagram, Endpoint } from "./interface.ts";
import { openInformational, openMessage } from "./message_protection.ts";
import { unframe } from "./nat_traversal.ts";
import type { Payload } from "./payloads.ts";
import type { IkePolicy } from "./policy.ts";
import type { ExchangeRegistry } from "./registry.ts";
import { type ExchangeEvent, transition } from "./transitions.ts";

/** What comes with an event. */
export interface EventDetail {
  /** The payloads of the message, if the event is one. */
  readonly payloads?: readonly Payload[];
  /** The message as received, if its repetition must be known. */
  readonly bytes?: Uint8Array;
  /** Where it came from and where it arrived. */
  readonly endpoints?: Endpoints;
  /** The result, if the event is a finished computation. */
  readonly result?: Uint8Array;
}

/** Two ends of a flow, as this end sees it. */
export interface Endpoints {
  /** This end. */
  readonly local: Endpoint;
  /** The other end. */
  readonly peer: Endpoint;
}

/** What a receiver does with what it has sorted out. */
export interface ReceiverActions {
  /** Makes an exchange for message 1 of a peer, not registered yet; `undefined` if there is no memory. */
  respond(packet: Packet, endpoints: Endpoints): Exchange | undefined;
  /**
   * Runs what the table has for an event.
   *
   * @returns False if the message was not accepted.
   */
  dispatch(exchange: Exchange, event: ExchangeEvent, detail: EventDetail): boolean;
  /** Tells a peer that its message is refused; of an exchange only a few times. */
  refuse(endpoints: Endpoints, packet: Packet, exchange: Exchange | undefined, notifyType: number): void;
  /** Fragments of a message have begun to come, or its last one has: a timer is to be started or stopped. */
  awaitFragments(exchange: Exchange, awaited: boolean): void;
  /** Something for the trace. */
  note(exchange: Exchange | undefined, text: string, isProblem?: boolean): void;
}

/** Sorts out what comes in. */
export class Receiver {
  readonly #policy: IkePolicy;
  readonly #anyReserved: boolean;
  readonly #registry: ExchangeRegistry;
  readonly #actions: ReceiverActions;
  readonly #reassembler = new Reassembler();
  #dropped = 0;
  #invalidCookies = 0;
  #invalidPackets = 0;
  #isClosed = false;

  /**
   * A receiver that has seen nothing.
   *
   * @param registry Where exchanges are found; the receiver changes nothing in it.
   */
  constructor(policy: IkePolicy, registry: ExchangeRegistry, actions: ReceiverActions) {
    this.#policy = policy;
    this.#anyReserved = policy.tolerances.reservedBytes ?? false;
    this.#registry = registry;
    this.#actions = actions;
  }

  /** How many datagrams were dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** How many bytes of fragments are kept. */
  get fragmentBytes(): number {
    return this.#reassembler.keptBytes;
  }

  /** How many of them had cookies of no exchange. */
  get invalidCookies(): number {
    return this.#invalidCookies;
  }

  /** How many of them had header fields, payloads or lengths that are not ISAKMP. */
  get invalidPackets(): number {
    return this.#invalidPackets;
  }

  /** An exchange has waited long enough for the rest of a message. */
  reassemblyOver(exchange: Exchange): void {
    if (this.#reassembler.forget(exchange)) this.#drop(exchange, "a message of which fragments are missing");
  }

  /** An exchange is over: nothing of it is kept. */
  forget(exchange: Exchange): void {
    this.#reassembler.forget(exchange);
  }

  /** Nobody's first message is answered any more. */
  close(): void {
    this.#isClosed = true;
  }

  /** Takes a datagram. */
  receive({ source, destination, payload }: Datagram): void {
    const bytes = unframe(destination.port, payload);
    if (bytes === undefined) return this.#drop(undefined, "no ISAKMP message on port 4500");
    const packet = decodePacket(bytes);
    if (packet.type === "refused") return this.#dropInvalid(undefined, packet.reason);
    const { header } = packet;
    const endpoints = { local: destination, peer: source };
    const exchange = this.#registry.withCookie(header.initiatorCookie, source.address);
    if (exchange !== undefined && !this.#isFlowOf(exchange, endpoints)) {
      return this.#drop(exchange, "a message from or to another port");
    }
    if (exchange !== undefined) exchange.traffic.receivedBytes += bytes.length;
    if (header.nextPayload === PayloadType.fragment) return this.#receiveFragment(exchange, packet, endpoints);
    this.#receiveMessage(exchange, packet, endpoints, bytes);
  }

  /** A message, as it came or put together. */
  #receiveMessage(exchange: Exchange | undefined, packet: Packet, endpoints: Endpoints, bytes: Uint8Array): void {
    const { header } = packet;
    switch (header.exchangeType) {
      case ExchangeType.informational:
        return this.#receiveInformational(exchange, packet, endpoints);
      case ExchangeType.identityProtection:
      case ExchangeType.aggressive:
        if (header.messageId !== 0) return this.#dropInvalid(exchange, "a message id in phase 1");
        if (exchange === undefined) return this.#receiveFirst(packet, endpoints, bytes);
        return this.#receiveNext(exchange, packet, endpoints, bytes);
      case ExchangeType.quick:
        return this.#drop(exchange, "quick mode is not done here");
      default:
        this.#dropInvalid(exchange, `exchange type ${header.exchangeType} is not done here`);
        return this.#actions.refuse(endpoints, packet, exchange, NotifyType.unsupportedExchangeType);
    }
  }

  /**
   * A piece of a message. Its header has the cookies of its exchange, whatever its exchange type and message id say:
   * daemons differ (strongSwan: 0, libreswan: those of the message). Nobody is told of one that is dropped.
   */
  #receiveFragment(exchange: Exchange | undefined, packet: Packet, endpoints: Endpoints): void {
    if (!this.#policy.fragmentation) return this.#drop(exchange, "a fragment, which nobody was invited to send");
    if (exchange === undefined) return this.#drop(undefined, "a fragment for nothing known");
    if (packet.encrypted) return this.#drop(exchange, "a fragment that says that it is encrypted");
    if (!hasCookiesOf(exchange, packet)) return this.#drop(exchange, "a fragment with unknown cookies");
    const fragment = decodeFragment(packet.body);
    if (fragment.type === "refused") return this.#drop(exchange, fragment.reason);
    const taken = this.#reassembler.take(exchange, fragment, (other) => {
      this.#actions.awaitFragments(other, false);
      this.#drop(other, "an incomplete message: there are too many");
    });
    if (taken.type === "incomplete") {
      if (taken.isFirst) this.#actions.awaitFragments(exchange, true);
      return;
    }
    this.#actions.awaitFragments(exchange, false);
    if (taken.type === "refused") return this.#drop(exchange, taken.reason);
    const whole = decodePacket(taken.message);
    if (whole.type === "refused") return this.#drop(exchange, `put together: ${whole.reason}`);
    if (!equalBytes(whole.header.initiatorCookie, exchange.initiatorCookie)) {
      return this.#drop(exchange, "put together: a message of another exchange");
    }
    if (whole.header.nextPayload === PayloadType.fragment) return this.#drop(exchange, "put together: a fragment");
    this.#actions.note(exchange, `put together: ${taken.message.length} bytes`);
    this.#receiveMessage(exchange, whole, endpoints, taken.message);
  }

  /** Ports stay the same; but with NAT traversal, messages of before and after the move cross (RFC 3947 §4). */
  #isFlowOf({ local, peer, natTraversal }: Exchange, endpoints: Endpoints): boolean {
    return natTraversal.announced ||
      (local.port === endpoints.local.port && peer.port === endpoints.peer.port);
  }

  /** Message 1 of a peer. */
  #receiveFirst(packet: Packet, endpoints: Endpoints, bytes: Uint8Array): void {
    if (!isZero(packet.header.responderCookie)) return this.#dropUnknown(undefined);
    if (packet.encrypted) return this.#drop(undefined, "an encrypted first message");
    if (this.#isClosed) return this.#drop(undefined, "a first message after this end was shut down");
    if (this.#registry.halfOpenOf(endpoints.peer.address) >= this.#policy.halfOpenPerAddress) {
      return this.#drop(undefined, "a first message of an address that has enough half-open exchanges");
    }
    const mode = packet.header.exchangeType === ExchangeType.aggressive ? "aggressive" : "main";
    if (!this.#policy.modes.includes(mode)) {
      this.#drop(undefined, `${mode} mode is not answered here`);
      return this.#actions.refuse(endpoints, packet, undefined, NotifyType.invalidExchangeType);
    }
    const decoded = decodePayloads(packet.header.nextPayload, packet.body, false, this.#anyReserved);
    if (decoded.type === "refused") {
      this.#dropInvalid(undefined, decoded.reason);
      return this.#actions.refuse(endpoints, packet, undefined, decoded.notifyType);
    }
    const exchange = this.#actions.respond(packet, endpoints);
    if (exchange === undefined) return this.#drop(undefined, "there is no memory for another exchange");
    exchange.traffic.receivedBytes = bytes.length;
    const { payloads } = decoded;
    if (!this.#actions.dispatch(exchange, "message", { payloads, bytes, endpoints })) this.#dropped++;
  }

  /** A further message of phase 1. */
  #receiveNext(exchange: Exchange, packet: Packet, endpoints: Endpoints, bytes: Uint8Array): void {
    const { header } = packet;
    if (exchange.lastReceived !== undefined && equalBytes(exchange.lastReceived, bytes)) {
      this.#actions.dispatch(exchange, "repeated message", {});
      return;
    }
    const wanted = header.exchangeType === ExchangeType.aggressive ? "aggressive" : "main";
    if (exchange.mode !== wanted) return this.#drop(exchange, "a message of another mode");
    const cookieKnown = !isZero(exchange.responderCookie);
    if (cookieKnown && !equalBytes(exchange.responderCookie, header.responderCookie)) {
      return this.#dropUnknown(exchange);
    }
    if (isZero(header.responderCookie)) return this.#dropInvalid(exchange, "an answer without the responder's cookie");
    const row = transition(exchange.mode, exchange.role, exchange.state, "message");
    if (row.type === "refusal") return this.#drop(exchange, row.name);
    if (row.protection !== "either" && (row.protection === "encrypted") !== packet.encrypted) {
      return this.#drop(exchange, `a message that must ${packet.encrypted ? "not " : ""}be encrypted`);
    }
    const opened = openMessage(exchange, packet, this.#anyReserved);
    if (opened.type === "refused") {
      // Another preshared key shows as garbage after decryption, and only so.
      const reason = packet.encrypted ? "authentication" : "protocol";
      exchange.problem = { reason, text: opened.reason };
      if (!packet.encrypted) this.#invalidPackets++;
      this.#drop(exchange, opened.reason, true);
      return this.#actions.refuse(endpoints, packet, exchange, opened.notifyType);
    }
    const before = { vector: exchange.vector, responderCookie: exchange.responderCookie };
    exchange.vector = opened.nextVector;
    exchange.responderCookie = header.responderCookie;
    if (this.#actions.dispatch(exchange, "message", { payloads: opened.payloads, bytes, endpoints })) return;
    // A message that is not accepted moves neither the chain of vectors nor the cookie.
    this.#dropped++;
    if (exchange.state === "over") return;
    exchange.vector = before.vector;
    exchange.responderCookie = before.responderCookie;
  }

  #receiveInformational(exchange: Exchange | undefined, packet: Packet, endpoints: Endpoints): void {
    const { header } = packet;
    if (exchange === undefined) return this.#drop(undefined, "an informational message about nothing known");
    const cookieKnown = !isZero(exchange.responderCookie) && !isZero(header.responderCookie);
    if (cookieKnown && !equalBytes(exchange.responderCookie, header.responderCookie)) {
      return this.#dropUnknown(exchange);
    }
    const event = packet.encrypted ? "protected informational" : "unprotected informational";
    const row = transition(exchange.mode, exchange.role, exchange.state, event);
    if (row.type === "refusal") return this.#drop(exchange, `${event}: ${row.name}`);
    if (!packet.encrypted) {
      const decoded = decodePayloads(header.nextPayload, packet.body, false, this.#anyReserved);
      if (decoded.type === "refused") return this.#dropInvalid(exchange, decoded.reason);
      this.#actions.dispatch(exchange, event, { payloads: decoded.payloads });
      return;
    }
    if (header.messageId === 0) return this.#drop(exchange, "an informational message without a message id");
    const opened = openInformational(exchange, packet, this.#anyReserved);
    if (opened.type === "refused") {
      // An initiator that waits for message 6 has all that it takes to read it, unless the keys differ.
      const isProblem = exchange.state === "awaiting authentication";
      if (isProblem) {
        exchange.problem = { reason: "authentication", text: `an informational message: ${opened.reason}` };
      }
      return this.#drop(exchange, opened.reason, isProblem);
    }
    if (!exchange.rememberMessageId(header.messageId)) return this.#drop(exchange, "a message id that was used before");
    this.#actions.dispatch(exchange, event, { payloads: opened.payloads, endpoints });
  }

  #dropUnknown(exchange: Exchange | undefined): void {
    this.#invalidCookies++;
    this.#drop(exchange, "unknown cookies");
  }

  #dropInvalid(exchange: Exchange | undefined, text: string): void {
    this.#invalidPackets++;
    this.#drop(exchange, text);
  }

  #drop(exchange: Exchange | undefined, text: string, isProblem = false): void {
    this.#dropped++;
    this.#actions.note(exchange, `dropped: ${text}`, isProblem);
  }
}

/** Whether a header has the cookies of an exchange, as far as they are known; message 1 has none of the responder. */
function hasCookiesOf({ responderCookie }: Exchange, { header }: Packet): boolean {
  if (isZero(header.responderCookie)) return false;
  return isZero(responderCookie) || equalBytes(responderCookie, header.responderCookie);
}
