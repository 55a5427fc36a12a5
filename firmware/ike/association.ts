/**
 * Notifications about an association, and what is done while it lives:
 * informational messages (RFC 2409 §5.7), INITIAL-CONTACT and RESPONDER-LIFETIME
 * (RFC 2407 §4.6.3), dead peer detection (RFC 3706), re-key, delete.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { createView } from "@noble/hashes/utils.js";
import { type Action, type ActionInput, fail, failAuthenticated, type Outcome } from "./action.ts";
import { atLeastFloor, decodeAttributes, lifetimeOf } from "./attributes.ts";
import { uint32 } from "./bytes.ts";
import { LAST_ERROR_NOTIFY_TYPE, notifyName, NotifyType, PayloadType } from "./constants.ts";
import { deleteBody, lifetimeData, notificationBody } from "./encode.ts";
import type { Exchange } from "./exchange.ts";
import type { DeletionCause, FailureReason } from "./interface.ts";
import type { OutgoingPayload, Payload } from "./payloads.ts";
import type { AssociationActionName } from "./transitions.ts";

/** Their functions. */
export const ASSOCIATION_ACTIONS: { readonly [Name in AssociationActionName]: Action } = {
  "send again": () => ({ type: "proceed", sendAgain: true }),

  "send again to who waits"(exchange) {
    if (exchange.lastWaitWithRepetition !== exchange.waits) exchange.waitsWithRepetition++;
    exchange.lastWaitWithRepetition = exchange.waits;
    return { type: "proceed", sendAgain: true };
  },

  "give up"(exchange) {
    const { problem } = exchange;
    if (exchange.waitsWithRepetition >= REPETITIONS_OF_A_REFUSAL) {
      return fail("authentication", undefined, "the peer lives and takes no message 5: the keys differ");
    }
    if (problem === undefined) return fail("no answer", undefined, "the peer did not answer");
    return fail(problem.reason, undefined, `the peer answered no more; before that, ${problem.text}`);
  },

  // Anybody could have sent it: remembered for the reason if the exchange fails, never obeyed.
  "count complaint"(exchange, { payloads, emit }) {
    for (const payload of payloads) {
      if (payload.type !== "notification") continue;
      const text = `the peer said ${notifyName(payload.notifyType)}`;
      const isProblem = payload.notifyType <= LAST_ERROR_NOTIFY_TYPE;
      const note = { type: "note", exchange: exchange.id, text: `unprotected: ${text}` } as const;
      emit(isProblem ? { ...note, isProblem } : note);
      if (isProblem) {
        exchange.problem = { reason: reasonOfComplaint(exchange, payload.notifyType), text };
      }
    }
    return { type: "proceed" };
  },

  // The hash is right, so the peer has the key and refuses for another reason.
  "heed refusal"(exchange, { payloads, emit }) {
    for (const payload of payloads) {
      if (payload.type === "notification" && payload.notifyType <= LAST_ERROR_NOTIFY_TYPE) {
        const reason = reasonOfComplaint(exchange, payload.notifyType);
        return failAuthenticated(reason, undefined, `the peer refused: ${notifyName(payload.notifyType)}`);
      }
      if (isDelete(exchange, payload)) {
        return failAuthenticated("authentication", undefined, "the peer refused: delete");
      }
      emit({ type: "note", exchange: exchange.id, text: "an informational message that says nothing of weight yet" });
    }
    return { type: "proceed" };
  },

  "heed informational"(exchange, { payloads, emit }) {
    const outcome = { inform: [] as OutgoingPayload[], contact: false };
    const { deadPeerDetection } = exchange;
    const asked = deadPeerDetection.highestAsked;
    for (const payload of payloads) {
      if (isDelete(exchange, payload)) return { type: "proceed", end: "deleted by peer" };
      if (isInitialContact(exchange, payload)) outcome.contact = true;
      if (payload.type !== "notification") continue;
      emit({ type: "note", exchange: exchange.id, text: `the peer says ${notifyName(payload.notifyType)}` });
      outcome.inform.push(...acknowledgement(exchange, payload));
    }
    const lifetime = exchange.role === "initiator" ? lifetimeFrom(exchange, payloads) : undefined;
    if (lifetime !== undefined) exchange.lifetimeSeconds = Math.min(exchange.lifetimeSeconds, lifetime);
    // A new question, or the answer to ours; anything else can be an old message played again.
    deadPeerDetection.heard = deadPeerDetection.highestAsked > asked ||
      payloads.some((payload) => isAwaitedAnswer(exchange, payload));
    if (deadPeerDetection.heard) deadPeerDetection.unanswered = 0;
    return { type: "proceed", inform: outcome.inform, ...(outcome.contact ? { initialContact: true } : {}) };
  },

  "ask for re-key"(exchange, { emit }) {
    emit({ type: "re-key-due", exchange: exchange.id });
    return { type: "proceed" };
  },

  "ask peer"(exchange, { options }) {
    const detection = exchange.deadPeerDetection;
    // RFC 3706 §5.3: the first number is random, with the high bit clear.
    if (detection.sequence === 0) detection.sequence = createView(options.random(4)).getUint32(0) >>> 1;
    detection.sequence++;
    detection.unanswered++;
    return { type: "proceed", inform: [sequenced(exchange, NotifyType.rUThere, detection.sequence)] };
  },

  // Whatever else was sent has kept it alive, too.
  "keep translation": ({ natTraversal, traffic }) =>
    natTraversal.sentBytesBefore === traffic.sentBytes ? { type: "proceed", keepAlive: true } : { type: "proceed" },

  "declare peer dead": (exchange) => endWithDelete(exchange, "peer dead"),
  "expire": (exchange) => endWithDelete(exchange, "lifetime over"),
  "retire": (exchange) => endWithDelete(exchange, "replaced"),
  "say goodbye": (exchange) => endWithDelete(exchange, "closed"),
  "forget": () => ({ type: "proceed", end: "peer began anew" }),
  "give way": () => fail("crowded out", undefined, "gave way to newer half-open exchanges"),
  "abort": () => fail("aborted", undefined, "ended by this end"),
};

/**
 * A peer with another key finds message 5 of main mode to be garbage, and says nothing: it repeats message 4 as if
 * nothing had come (libreswan). Once can be chance; after two sendings or more it is none.
 */
const REPETITIONS_OF_A_REFUSAL = 2;

function endWithDelete(exchange: Exchange, end: DeletionCause): Outcome {
  return { type: "proceed", inform: [deletePayload(exchange)], end };
}

const REFUSED_POLICY: readonly number[] = [
  NotifyType.doiNotSupported,
  NotifyType.situationNotSupported,
  NotifyType.invalidExchangeType,
  NotifyType.unsupportedExchangeType,
  NotifyType.invalidTransformId,
  NotifyType.attributesNotSupported,
  NotifyType.noProposalChosen,
  NotifyType.badProposalSyntax,
];

const REFUSED_AUTHENTICATION: readonly number[] = [
  NotifyType.invalidHashInformation,
  NotifyType.authenticationFailed,
];

/** What a complaint of the peer says about the reason. */
function reasonOfComplaint(exchange: Exchange, notifyType: number): FailureReason {
  if (REFUSED_POLICY.includes(notifyType)) return "no proposal";
  if (notifyType === NotifyType.invalidIdInformation) return "identification";
  if (REFUSED_AUTHENTICATION.includes(notifyType)) return "authentication";
  // With another key, message 5 of main mode decrypts to garbage; that is all that its receiver can say of it.
  return exchange.state === "awaiting authentication" ? "authentication" : "protocol";
}

/** INITIAL-CONTACT, if policy wants it and this is the first exchange with the peer. */
export function initialContactPayload(exchange: Exchange, input: ActionInput): OutgoingPayload[] {
  if (input.options.policy.initialContact === "never" || !input.isFirstContact()) return [];
  return [{ type: PayloadType.notification, body: notificationBody(NotifyType.initialContact, exchange.spi) }];
}

/** RESPONDER-LIFETIME, if this responder keeps to a shorter lifetime than was offered. */
export function lifetimePayload(exchange: Exchange): OutgoingPayload[] {
  if (!exchange.lifetimeShortened) return [];
  const body = notificationBody(NotifyType.responderLifetime, exchange.spi, lifetimeData(exchange.lifetimeSeconds));
  return [{ type: PayloadType.notification, body }];
}

/** An error notification about the exchange, to be protected. */
export function refusalPayload(exchange: Exchange, notifyType: number): OutgoingPayload {
  return { type: PayloadType.notification, body: notificationBody(notifyType, exchange.spi) };
}

/** A delete of the association. */
export function deletePayload(exchange: Exchange): OutgoingPayload {
  return { type: PayloadType.delete, body: deleteBody(exchange.spi) };
}

/** The lifetime in a RESPONDER-LIFETIME notification, in seconds; `undefined` if there is none that makes sense. */
export function lifetimeFrom(exchange: Exchange, payloads: readonly Payload[]): number | undefined {
  for (const payload of payloads) {
    if (payload.type !== "notification" || payload.notifyType !== NotifyType.responderLifetime) continue;
    const decoded = decodeAttributes(payload.data);
    if (decoded.type === "attributes" && isOurSpi(exchange, payload.spi)) {
      return atLeastFloor(lifetimeOf(decoded.attributes)?.seconds);
    }
  }
  return undefined;
}

/** Whether a payload is INITIAL-CONTACT about this association. */
export function isInitialContact(exchange: Exchange, payload: Payload): boolean {
  return payload.type === "notification" && payload.notifyType === NotifyType.initialContact &&
    isOurSpi(exchange, payload.spi);
}

function isDelete(exchange: Exchange, payload: Payload): boolean {
  return payload.type === "delete" && payload.spis.some((spi) => isOurSpi(exchange, spi));
}

function isOurSpi(exchange: Exchange, spi: Uint8Array): boolean {
  return equalBytes(spi, exchange.spi);
}

/** How often one question is acknowledged again; libreswan's figure. */
const MAX_ACKNOWLEDGED_AGAIN = 3;

/** Deals with R-U-THERE and its acknowledgement; gives the acknowledgement to be sent. */
function acknowledgement(
  exchange: Exchange,
  notification: Extract<Payload, { readonly type: "notification" }>,
): OutgoingPayload[] {
  const { notifyType, spi, data } = notification;
  const isQuestion = notifyType === NotifyType.rUThere;
  if (!isQuestion || data.length !== 4 || !isOurSpi(exchange, spi)) return [];
  const sequence = createView(data).getUint32(0);
  const detection = exchange.deadPeerDetection;
  // RFC 3706 §5.4: a question with an old number is a replay; the last one comes again if its answer was lost (§5.5).
  if (sequence < detection.highestAsked) return [];
  if (sequence > detection.highestAsked) detection.acknowledgedAgain = 0;
  else if (detection.acknowledgedAgain++ >= MAX_ACKNOWLEDGED_AGAIN) return [];
  detection.highestAsked = sequence;
  return [sequenced(exchange, NotifyType.rUThereAck, sequence)];
}

/** Whether a payload is the acknowledgement of the last question, which is still open (RFC 3706 §5.4). */
function isAwaitedAnswer(exchange: Exchange, payload: Payload): boolean {
  if (payload.type !== "notification" || payload.notifyType !== NotifyType.rUThereAck) return false;
  const { sequence, unanswered } = exchange.deadPeerDetection;
  return unanswered > 0 && equalBytes(payload.data, uint32(sequence));
}

function sequenced(exchange: Exchange, notifyType: number, sequence: number): OutgoingPayload {
  return { type: PayloadType.notification, body: notificationBody(notifyType, exchange.spi, uint32(sequence)) };
}
