/**
 * What is done on the way through phase 1, in both modes and roles.
 *
 * @module
 */

import { type Action, type ActionInput, fail, ignore, type Outcome, type Problem } from "./action.ts";
import { initialContactPayload, isInitialContact, lifetimeFrom, lifetimePayload } from "./association.ts";
import {
  checkPeer,
  hashPayload,
  identificationPayload,
  type PeerIdentification,
  readIdentification,
  verify,
} from "./authentication.ts";
import { NotifyType, PayloadType } from "./constants.ts";
import type { Exchange } from "./exchange.ts";
import {
  computePublic,
  computeShared,
  deriveAll,
  keyExchangePayloads,
  type PeerKeyExchange,
  readKeyExchange,
} from "./key_exchange.ts";
import { detectTranslators, discoveryPayloads, moveIfTranslated } from "./nat_traversal.ts";
import { agreementOn, type Choice, chooseSuite, offerOf, readChoice } from "./negotiation.ts";
import { findPayload, type OutgoingPayload, type Payload } from "./payloads.ts";
import { groupOf } from "./suite.ts";
import type { Phase1ActionName } from "./transitions.ts";
import {
  announcedVendorIds,
  DEAD_PEER_DETECTION_VENDOR_ID,
  NAT_TRAVERSAL_VENDOR_ID,
  vendorIdName,
} from "./vendor_ids.ts";

/** Their functions. */
export const PHASE1_ACTIONS: { readonly [Name in Phase1ActionName]: Action } = {
  // Main mode, message 1.
  "offer suites"(exchange, { options: { policy } }) {
    exchange.offer = offerOf(policy.suites, policy.lifetimeSeconds);
    return send(1, associationPayload(exchange.offer), ...vendorIdPayloads(policy));
  },

  // Messages 1 and 2, responder.
  "choose suite"(exchange, input) {
    const problem = chooseSuite(exchange, input, () => true);
    if (problem !== undefined) return problem;
    const key = input.options.selectKey({ type: "address", address: exchange.peer.address });
    if (key === undefined || key.length === 0) {
      return fail("no key", NotifyType.authenticationFailed, "there is no preshared key for the peer's address");
    }
    if (!exchange.secrets.moveKey(key)) return fail("no memory", undefined, "there is no memory for the key");
    noteVendorIds(exchange, input);
    return send(2, associationPayload(exchange.choice), ...vendorIdPayloads(input.options.policy));
  },

  // Message 2, initiator.
  "adopt choice"(exchange, input) {
    const choice = readChoice(exchange, input);
    if (choice.type !== "choice") return choice;
    adopt(exchange, choice);
    noteVendorIds(exchange, input);
    return computePublic(exchange, input);
  },

  // Message 3, initiator.
  "offer key exchange"(exchange, { result }) {
    exchange.ownPublic = result.slice();
    return send(3, ...keyExchangePayloads(exchange), ...discoveryPayloads(exchange));
  },

  // Message 3 at the responder, message 4 at the initiator.
  "adopt key exchange"(exchange, input) {
    const received = readKeyExchange(exchange, exchange.agreed.group, input.payloads);
    if (received.type !== "key-exchange") return received;
    adopt(exchange, received);
    noteVendorIds(exchange, input);
    detectTranslators(exchange, input.payloads, input.endpoints);
    return exchange.role === "initiator" ? computeShared(exchange) : computePublic(exchange, input);
  },

  "take public value"(exchange, { result }) {
    exchange.ownPublic = result.slice();
    return computeShared(exchange);
  },

  // Message 4, responder.
  "answer key exchange"(exchange, input) {
    deriveAll(exchange, input);
    return send(4, ...keyExchangePayloads(exchange), ...discoveryPayloads(exchange));
  },

  // Message 5, initiator.
  "authenticate"(exchange, input) {
    deriveAll(exchange, input);
    moveIfTranslated(exchange);
    return sendEncrypted(
      5,
      identificationPayload(exchange),
      hashPayload(exchange),
      ...initialContactPayload(exchange, input),
    );
  },

  // Messages 5 and 6, responder.
  "verify initiator and authenticate"(exchange, input) {
    const problem = authenticatePeer(exchange, input);
    if (problem !== undefined) return problem;
    const reply = sendEncrypted(
      6,
      identificationPayload(exchange),
      hashPayload(exchange),
      ...lifetimePayload(exchange),
    );
    return { ...reply, ...contactIn(exchange, input.payloads) };
  },

  // Message 6, initiator.
  "verify responder"(exchange, input) {
    const problem = authenticatePeer(exchange, input);
    if (problem !== undefined) return problem;
    exchange.lifetimeSeconds = Math.min(exchange.lifetimeSeconds, lifetimeFrom(exchange, input.payloads) ?? Infinity);
    return { type: "proceed", ...contactIn(exchange, input.payloads) };
  },

  // Message 1 carries the public value, so every transform names its group (RFC 2409 §5.4).
  "prepare aggressive offer"(exchange, input) {
    const { policy: { suites, lifetimeSeconds } } = input.options;
    const [first] = suites;
    if (first === undefined) return fail("invalid request", undefined, "there is no suite to offer");
    exchange.offer = offerOf(suites.filter(({ group }) => group === first.group), lifetimeSeconds);
    exchange.agreement = agreementOn(first, input);
    return computePublic(exchange, input);
  },

  // Aggressive mode, message 1.
  "send aggressive offer"(exchange, { options: { policy }, result }) {
    exchange.ownPublic = result.slice();
    return send(
      1,
      associationPayload(exchange.offer),
      ...keyExchangePayloads(exchange),
      identificationPayload(exchange),
      ...vendorIdPayloads(policy),
    );
  },

  // Message 1, responder.
  "accept aggressive offer"(exchange, input) {
    const { options: { selectKey, policy }, payloads } = input;
    const length = findPayload(payloads, "key-exchange")?.body.length;
    const problem = chooseSuite(exchange, input, (suite) => groupOf(suite).publicBytes === length);
    if (problem !== undefined) return problem;
    const received = readKeyExchange(exchange, exchange.agreed.group, payloads);
    if (received.type !== "key-exchange") return received;
    const peer = readIdentification(payloads, policy.tolerances);
    if (peer.type !== "identification") return peer;
    const key = selectKey({ type: "identification", identification: peer.identification });
    if (key === undefined || key.length === 0) {
      return fail("no key", NotifyType.authenticationFailed, "there is no preshared key for the peer's identification");
    }
    if (!exchange.secrets.moveKey(key)) return fail("no memory", undefined, "there is no memory for the key");
    adopt(exchange, received, peer);
    noteVendorIds(exchange, input);
    return computePublic(exchange, input);
  },

  // Message 2, responder.
  "send aggressive answer"(exchange, input) {
    deriveAll(exchange, input);
    return send(
      2,
      associationPayload(exchange.choice),
      ...keyExchangePayloads(exchange),
      identificationPayload(exchange),
      ...vendorIdPayloads(input.options.policy),
      ...discoveryPayloads(exchange),
      hashPayload(exchange),
    );
  },

  // Message 2, initiator.
  "adopt aggressive answer"(exchange, input) {
    const { payloads, options: { policy } } = input;
    const choice = readChoice(exchange, input);
    if (choice.type !== "choice") return choice;
    const received = readKeyExchange(exchange, choice.agreement.group, payloads);
    if (received.type !== "key-exchange") return received;
    const peer = readIdentification(payloads, policy.tolerances);
    if (peer.type !== "identification") return peer;
    const hash = findPayload(payloads, "hash");
    if (hash === undefined) return ignore(NotifyType.payloadMalformed, "protocol", "the hash is missing");
    adopt(exchange, choice, received, peer);
    exchange.peerHash = hash.body;
    noteVendorIds(exchange, input);
    detectTranslators(exchange, payloads, input.endpoints);
    return computeShared(exchange);
  },

  // Message 3, initiator.
  "verify responder and confirm"(exchange, input) {
    deriveAll(exchange, input);
    const { peerIdentification, peerIdentificationBody, peerHash } = exchange;
    if (verify(exchange, peerIdentificationBody, peerHash) !== undefined || peerIdentification === undefined) {
      return fail("authentication", NotifyType.invalidHashInformation, "HASH_R is wrong: the keys differ");
    }
    const problem = checkPeer(exchange, peerIdentification, input);
    if (problem !== undefined) return problem;
    moveIfTranslated(exchange);
    const payloads = [hashPayload(exchange), ...discoveryPayloads(exchange)];
    const confirmation = input.options.policy.encryptConfirmation
      ? sendEncrypted(3, ...payloads)
      : send(3, ...payloads);
    return { ...confirmation, inform: initialContactPayload(exchange, input) };
  },

  // Message 3, responder.
  "verify initiator"(exchange, input) {
    const { peerIdentification, peerIdentificationBody } = exchange;
    const problem = verify(exchange, peerIdentificationBody, findPayload(input.payloads, "hash")?.body);
    if (problem !== undefined) return problem;
    detectTranslators(exchange, input.payloads, input.endpoints);
    const refused = peerIdentification && checkPeer(exchange, peerIdentification, input);
    if (refused !== undefined) return refused;
    return { type: "proceed", inform: lifetimePayload(exchange), ...contactIn(exchange, input.payloads) };
  },
};

/** Takes over what was read from a message. */
function adopt(exchange: Exchange, ...parts: readonly (Choice | PeerKeyExchange | PeerIdentification)[]): void {
  for (const part of parts) {
    switch (part.type) {
      case "choice":
        exchange.agreement = part.agreement;
        exchange.lifetimeSeconds = part.lifetimeSeconds;
        break;
      case "key-exchange":
        exchange.peerPublic = part.publicValue;
        exchange.peerNonce = part.nonce;
        break;
      case "identification":
        exchange.peerIdentification = part.identification;
        exchange.peerIdentificationBody = part.body;
        break;
      default:
        part satisfies never;
    }
  }
}

/** Main mode: reads identification and hash, and takes them over if the hash is right and the peer acceptable. */
function authenticatePeer(exchange: Exchange, input: ActionInput): Problem | undefined {
  const peer = readIdentification(input.payloads, input.options.policy.tolerances);
  if (peer.type !== "identification") return peer;
  const wrong = verify(exchange, peer.body, findPayload(input.payloads, "hash")?.body);
  if (wrong !== undefined) return wrong;
  const refused = checkPeer(exchange, peer.identification, input);
  if (refused !== undefined) return refused;
  adopt(exchange, peer);
  return undefined;
}

const KEPT_VENDOR_IDS = 16;

/** Takes note of the capabilities that the peer announces. */
function noteVendorIds(exchange: Exchange, { payloads, options: { policy } }: ActionInput): void {
  const names = new Set<string>();
  for (const { type, body } of payloads) if (type === "vendor-id") names.add(vendorIdName(body));
  // All are heard, but what is kept of a peer's inventions is bounded.
  for (const name of names) if (exchange.peerVendorIds.size < KEPT_VENDOR_IDS) exchange.peerVendorIds.add(name);
  const announced = (vendorId: Uint8Array) => names.has(vendorIdName(vendorId));
  if (policy.natTraversal && announced(NAT_TRAVERSAL_VENDOR_ID)) exchange.natTraversal.announced = true;
  if (policy.deadPeerDetection !== undefined && announced(DEAD_PEER_DETECTION_VENDOR_ID)) {
    exchange.deadPeerDetection.announced = true;
  }
}

function contactIn(exchange: Exchange, payloads: readonly Payload[]): { readonly initialContact?: true } {
  return payloads.some((payload) => isInitialContact(exchange, payload)) ? { initialContact: true } : {};
}

function associationPayload(body: Uint8Array): OutgoingPayload {
  return { type: PayloadType.securityAssociation, body };
}

function vendorIdPayloads(policy: ActionInput["options"]["policy"]): OutgoingPayload[] {
  return announcedVendorIds(policy).map((body) => ({ type: PayloadType.vendorId, body }));
}

function send(number: number, ...payloads: readonly OutgoingPayload[]): Extract<Outcome, { type: "proceed" }> {
  return { type: "proceed", send: { number, payloads, encrypted: false } };
}

function sendEncrypted(number: number, ...payloads: readonly OutgoingPayload[]): Extract<Outcome, { type: "proceed" }> {
  return { type: "proceed", send: { number, payloads, encrypted: true } };
}
