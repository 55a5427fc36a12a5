/**
 * Key exchange, nonces, and the keys that follow (RFC 2409 §5).
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { type ActionInput, ignore, type Outcome, type Problem } from "./action.ts";
import { NotifyType, PayloadType } from "./constants.ts";
import type { Exchange } from "./exchange.ts";
import type { Computation } from "./interface.ts";
import { type DiffieHellmanGroup, publicValueProblem } from "./diffie_hellman.ts";
import { deriveCipherKey, deriveKeys, deriveSkeyid, firstVector } from "./key_derivation.ts";
import { findPayload, type OutgoingPayload, type Payload } from "./payloads.ts";

/** A computation came back with a result that has not the length that the group has for it. */
export class ComputationLengthError extends Error {
  /** The length that was given, in bytes. */
  readonly given: number;
  /** The length that is accepted, in bytes. */
  readonly accepted: number;

  /**
   * Says what was given and what is accepted.
   *
   * @param given The length of the result in bytes.
   * @param accepted The group's length in bytes, of public values or of shared secrets.
   */
  constructor(given: number, accepted: number) {
    super(`A computation gave ${given} bytes, expected ${accepted}: values have the group's length`);
    this.name = "ComputationLengthError";
    this.given = given;
    this.accepted = accepted;
  }
}

/** The result of a computation: what whoever runs an engine hands to `cryptoDone`. */
export function compute(computation: Computation): Uint8Array {
  const { exponent, group } = computation;
  return computation.kind === "public"
    ? group.publicValue(exponent)
    : group.sharedSecret(exponent, computation.peerValue);
}

/** Length of the nonces that are sent, in bytes. */
const NONCE_BYTES = 32;

/** Draws nonce and exponent, and has this end's public value computed. */
export function computePublic(exchange: Exchange, { options }: ActionInput): Outcome {
  const { group } = exchange.agreed;
  exchange.ownNonce = options.random(NONCE_BYTES);
  const exponent = options.random(group.exponentBytes);
  // The lowest bit is set, so that the exponent is not 0.
  exponent[exponent.length - 1] = (exponent[exponent.length - 1] as number) | 1;
  exchange.secrets.move("exponent", exponent);
  return { type: "proceed", compute: { kind: "public", group, exponent: exchange.secrets.get("exponent") } };
}

/** Has g^xy computed from the peer's public value. */
export function computeShared(exchange: Exchange): Outcome {
  const { group } = exchange.agreed;
  const { peerPublic: peerValue, secrets } = exchange;
  return { type: "proceed", compute: { kind: "shared", group, exponent: secrets.get("exponent"), peerValue } };
}

/** What a message brings for the key exchange. */
export interface PeerKeyExchange {
  /** It is acceptable. */
  readonly type: "key-exchange";
  /** The public value. */
  readonly publicValue: Uint8Array;
  /** The nonce. */
  readonly nonce: Uint8Array;
}

/** Reads the peer's public value and nonce. */
export function readKeyExchange(
  exchange: Exchange,
  group: DiffieHellmanGroup,
  payloads: readonly Payload[],
): PeerKeyExchange | Problem {
  const publicValue = findPayload(payloads, "key-exchange")?.body;
  const nonce = findPayload(payloads, "nonce")?.body;
  if (publicValue === undefined || nonce === undefined) {
    return ignore(NotifyType.payloadMalformed, "protocol", "the key exchange or the nonce is missing");
  }
  const problem = publicValueProblem(group, publicValue);
  if (problem !== undefined) return ignore(NotifyType.invalidKeyInformation, "protocol", problem);
  if (equalBytes(publicValue, exchange.ownPublic) || equalBytes(nonce, exchange.ownNonce)) {
    return ignore(NotifyType.invalidKeyInformation, "protocol", "this end's own values come back");
  }
  return { type: "key-exchange", publicValue, nonce };
}

/** Key exchange and nonce of this end. */
export function keyExchangePayloads(exchange: Exchange): OutgoingPayload[] {
  return [
    { type: PayloadType.keyExchange, body: exchange.ownPublic },
    { type: PayloadType.nonce, body: exchange.ownNonce },
  ];
}

/** Derives all keys from g^xy; neither the exponent nor SKEYID_e is needed after that. */
export function deriveAll(exchange: Exchange, { result: sharedSecret, options, emit }: ActionInput): void {
  const { agreed: { hash, cipher }, secrets, initiatorCookie, responderCookie } = exchange;
  // It has done its work, and SKEYID takes its place.
  secrets.erase("exponent");
  secrets.move(
    "SKEYID",
    deriveSkeyid(hash, secrets.get("preshared key"), exchange.initiatorNonce, exchange.responderNonce),
  );
  const keys = deriveKeys(hash, secrets.get("SKEYID"), sharedSecret, initiatorCookie, responderCookie);
  secrets.move("SKEYID_d", keys.skeyidD);
  secrets.move("SKEYID_a", keys.skeyidA);
  secrets.move("SKEYID_e", keys.skeyidE);
  secrets.move("cipher key", deriveCipherKey(hash, secrets.get("SKEYID_e"), cipher));
  secrets.erase("preshared key", "SKEYID_e");
  exchange.vector = firstVector(hash, cipher, exchange.initiatorPublic, exchange.responderPublic);
  if (options.keyLog === true) {
    emit({
      type: "key-log",
      initiatorCookie: initiatorCookie.slice(),
      cipherKey: secrets.get("cipher key").slice(),
    });
  }
}
