/**
 * Identification and the hashes that authenticate an exchange (RFC 2409 §5).
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { type ActionInput, failAuthenticated, ignore, type Problem } from "./action.ts";
import { ISAKMP_PORT, NotifyType, PayloadType } from "./constants.ts";
import { IdentificationType, isAddressIdentification } from "./identification_types.ts";
import { identificationBody } from "./encode.ts";
import type { Exchange } from "./exchange.ts";
import type { Identification } from "./interface.ts";
import { initiatorHash, responderHash } from "./key_derivation.ts";
import { findPayload, type OutgoingPayload, type Payload } from "./payloads.ts";
import type { Tolerances } from "./policy.ts";

const UDP = 17;

/** Identification types for securing block storage (RFC 3723 §2.3): addresses and names. */
const ACCEPTED_TYPES: readonly number[] = [
  IdentificationType.ID_IPV4_ADDR,
  IdentificationType.ID_IPV6_ADDR,
  IdentificationType.ID_FQDN,
  IdentificationType.ID_USER_FQDN,
];

/** The peer's identification, not authenticated yet. */
export interface PeerIdentification {
  /** It is well formed. */
  readonly type: "identification";
  /** What it says. */
  readonly identification: Identification;
  /** The payload's body, which the hash covers. */
  readonly body: Uint8Array;
}

/** Reads the peer's identification. */
export function readIdentification(
  payloads: readonly Payload[],
  tolerances: Tolerances,
): PeerIdentification | Problem {
  const payload = findPayload(payloads, "identification");
  if (payload === undefined) return ignore(NotifyType.payloadMalformed, "protocol", "the identification is missing");
  const { idType, data, protocol, port, body } = payload;
  // RFC 2407 §4.6.2: both zero, or UDP and 500.
  const usual = (protocol === 0 && port === 0) || (protocol === UDP && port === ISAKMP_PORT);
  const tolerated = tolerances.identificationPortZero && protocol === UDP && port === 0;
  if (!usual && !tolerated) {
    return ignore(
      NotifyType.invalidIdInformation,
      "identification",
      `an identification for protocol ${protocol} and port ${port}`,
    );
  }
  if (!ACCEPTED_TYPES.includes(idType)) {
    return ignore(NotifyType.invalidIdInformation, "identification", `an identification of type ${idType}`);
  }
  return { type: "identification", identification: { idType, data }, body };
}

/** Says whether an authenticated peer is who it must be; a failure is final. */
export function checkPeer(
  exchange: Exchange,
  identification: Identification,
  { options }: ActionInput,
): Problem | undefined {
  const { expectedPeer, mode, role, peer } = exchange;
  const refuse = (text: string) => failAuthenticated("identification", NotifyType.invalidIdInformation, text);
  if (expectedPeer !== undefined) {
    if (!sameIdentification(identification, expectedPeer)) return refuse("the peer is not the one that was expected");
  } else if (isAddressIdentification(identification.idType)) {
    // Behind a translator the peer's own address is not the one it is reached at (RFC 3947 §5.1). Without one the
    // address of the datagram decides only for want of a policy: daemons compare with what they know of the peer.
    const isAtItsAddress = exchange.natTraversal.peer || equalBytes(identification.data, peer.address);
    const isAsked = role === "responder" && options.acceptPeer !== undefined;
    if (!isAtItsAddress && !isAsked) return refuse("the peer's identification is another address than its own");
  } else if (mode === "main" && role === "responder" && !options.policy.tolerances.nameInMainMode) {
    // The key was chosen by the address, so it proves the address and not a name (RFC 2409 §5.4).
    return refuse("main mode with a preshared key takes an address as identification");
  }
  const accepted = options.acceptPeer?.({ mode, role, peer, identification }) ?? true;
  return accepted ? undefined : refuse("the peer's identification is not accepted");
}

/**
 * Checks the peer's hash.
 *
 * @param identificationBody The body of the peer's identification payload as received.
 * @param received The hash as received; `undefined` if there was none.
 */
export function verify(
  exchange: Exchange,
  identificationBody: Uint8Array,
  received: Uint8Array | undefined,
): Problem | undefined {
  if (received === undefined) return ignore(NotifyType.payloadMalformed, "protocol", "the hash is missing");
  const expected = exchange.role === "initiator"
    ? hashOfResponder(exchange, identificationBody)
    : hashOfInitiator(exchange, identificationBody);
  return equalBytes(expected, received)
    ? undefined
    : ignore(NotifyType.invalidHashInformation, "authentication", "the hash is wrong: the keys differ");
}

/** The identification of this end. */
export function identificationPayload(exchange: Exchange): OutgoingPayload {
  const { idType, data } = exchange.ownIdentification;
  return { type: PayloadType.identification, body: identificationBody(idType, data) };
}

/** The hash of this end. */
export function hashPayload(exchange: Exchange): OutgoingPayload {
  const { body } = identificationPayload(exchange);
  return {
    type: PayloadType.hash,
    body: exchange.role === "initiator" ? hashOfInitiator(exchange, body) : hashOfResponder(exchange, body),
  };
}

function hashOfInitiator(exchange: Exchange, identification: Uint8Array): Uint8Array {
  return initiatorHash(exchange.agreed.hash, exchange.secrets.get("SKEYID"), inputOf(exchange), identification);
}

function hashOfResponder(exchange: Exchange, identification: Uint8Array): Uint8Array {
  return responderHash(exchange.agreed.hash, exchange.secrets.get("SKEYID"), inputOf(exchange), identification);
}

function inputOf(exchange: Exchange) {
  return {
    gxi: exchange.initiatorPublic,
    gxr: exchange.responderPublic,
    initiatorCookie: exchange.initiatorCookie,
    responderCookie: exchange.responderCookie,
    offer: exchange.offer,
  };
}

/** True when two identifications are the same; the letters of names have no case (RFC 4343 §3). */
export function sameIdentification(a: Identification, b: Identification): boolean {
  return a.idType === b.idType && equalBytes(comparedBytes(a), comparedBytes(b));
}

/** By which bytes an identification is compared with others of its type. */
export function comparedBytes({ idType, data }: Identification): Uint8Array {
  return isAddressIdentification(idType) ? data : lowerCase(data);
}

/** ASCII letters in lower case; all other bytes as they are. */
function lowerCase(name: Uint8Array): Uint8Array {
  return name.map((byte) => byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);
}
