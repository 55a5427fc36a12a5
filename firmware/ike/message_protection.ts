/**
 * Encryption of messages: the chain of initialization vectors of phase 1, and
 * the messages after it.
 *
 * The chain runs over both directions: each message begins with the last
 * cipher block of the one before, whoever sent it (RFC 2409 appendix B).
 * Padding is zeros; on receipt whatever follows the last payload is ignored.
 *
 * @module
 */

import { cipher } from "./ciphers.ts";
import { ExchangeType, HeaderFlag, NotifyType, PayloadType } from "./constants.ts";
import type { Exchange } from "./exchange.ts";
import { hashFunction } from "./hash_functions.ts";
import { equalInConstantTime, informationalHash, informationalVector } from "./key_derivation.ts";
import {
  decodePayloads,
  encodePacket,
  encodePayloads,
  findPayload,
  type OutgoingPayload,
  type Packet,
  type Payload,
  type Refusal,
} from "./message.ts";

/** The payloads of a message, and the vector for the next one if it was encrypted. */
export interface Opened {
  /** Decoded. */
  readonly type: "opened";
  /** The payloads. */
  readonly payloads: readonly Payload[];
  /** The last cipher block, or `undefined` if the message was not encrypted. */
  readonly nextVector: Uint8Array | undefined;
}

/** Lays a message of phase 1 out, encrypts it if asked, and moves the chain of vectors. */
export function sealMessage(exchange: Exchange, payloads: readonly OutgoingPayload[], encrypted: boolean): Uint8Array {
  const chain = encodePayloads(payloads);
  const header = {
    initiatorCookie: exchange.initiatorCookie,
    responderCookie: exchange.responderCookie,
    nextPayload: payloads[0]?.type ?? PayloadType.none,
    exchangeType: exchange.mode === "main" ? ExchangeType.identityProtection : ExchangeType.aggressive,
    flags: encrypted ? HeaderFlag.encryption : 0,
    messageId: 0,
  };
  if (!encrypted || exchange.suite === undefined) return encodePacket(header, chain);
  const { blockBytes, encrypt } = cipher(exchange.suite.cipher);
  const ciphertext = encrypt(exchange.cipherKey, exchange.vector, pad(chain, blockBytes));
  exchange.vector = ciphertext.slice(-blockBytes);
  return encodePacket(header, ciphertext);
}

/** Decrypts if need be, and decodes. The exchange is not changed: the caller moves the chain if it accepts. */
export function openMessage(exchange: Exchange, packet: Packet): Opened | Refusal {
  const { header, body } = packet;
  if (!packet.encrypted) {
    if (exchange.state === "awaiting authentication" && exchange.mode === "main") {
      return {
        type: "refused",
        notifyType: NotifyType.invalidFlags,
        reason: "a message that must be encrypted is not",
      };
    }
    const decoded = decodePayloads(header.nextPayload, body, false);
    return decoded.type === "refused" ? decoded : { type: "opened", payloads: decoded.payloads, nextVector: undefined };
  }
  if (exchange.suite === undefined || exchange.cipherKey.length === 0) {
    return {
      type: "refused",
      notifyType: NotifyType.invalidFlags,
      reason: "an encrypted message before there are keys",
    };
  }
  return decryptPayloads(exchange, packet, exchange.vector);
}

/** Lays an informational message out, with its hash, encrypted under its own vector (RFC 2409 §5.7). */
export function sealInformational(
  exchange: Exchange,
  messageId: number,
  payloads: readonly OutgoingPayload[],
): Uint8Array {
  const { suite, keys } = exchange;
  if (suite === undefined || keys === undefined) throw new Error("An informational message needs an association");
  const hash = hashFunction(suite.hash);
  const rest = encodePayloads(payloads);
  const chain = encodePayloads([
    { type: PayloadType.hash, body: informationalHash(hash, keys.skeyidA, messageId, rest) },
    ...payloads,
  ]);
  const { blockBytes, encrypt } = cipher(suite.cipher);
  const vector = informationalVector(hash, cipher(suite.cipher), exchange.vector, messageId);
  return encodePacket({
    initiatorCookie: exchange.initiatorCookie,
    responderCookie: exchange.responderCookie,
    nextPayload: PayloadType.hash,
    exchangeType: ExchangeType.informational,
    flags: HeaderFlag.encryption,
    messageId,
  }, encrypt(exchange.cipherKey, vector, pad(chain, blockBytes)));
}

/** Decrypts an informational message and checks its hash. */
export function openInformational(exchange: Exchange, packet: Packet): Opened | Refusal {
  const { suite, keys } = exchange;
  if (suite === undefined || keys === undefined) {
    return {
      type: "refused",
      notifyType: NotifyType.invalidFlags,
      reason: "an encrypted message before there are keys",
    };
  }
  const hash = hashFunction(suite.hash);
  const { messageId } = packet.header;
  const vector = informationalVector(hash, cipher(suite.cipher), exchange.vector, messageId);
  const opened = decryptPayloads(exchange, packet, vector);
  if (opened.type === "refused") return opened;
  const [first, ...others] = opened.payloads;
  const rest = encodePayloads(others.map((payload) => ({ type: typeNumber(payload), body: payload.body })));
  const expected = informationalHash(hash, keys.skeyidA, messageId, rest);
  if (first?.type !== "hash" || !equalInConstantTime(first.body, expected)) {
    return { type: "refused", notifyType: NotifyType.invalidHashInformation, reason: "the hash is wrong" };
  }
  return { type: "opened", payloads: others, nextVector: undefined };
}

function decryptPayloads(exchange: Exchange, { header, body }: Packet, vector: Uint8Array): Opened | Refusal {
  const { blockBytes, decrypt } = cipher(exchange.suite?.cipher ?? "3des");
  if (body.length === 0 || body.length % blockBytes !== 0) {
    return {
      type: "refused",
      notifyType: NotifyType.payloadMalformed,
      reason: `${body.length} encrypted bytes are not whole blocks`,
    };
  }
  const plaintext = decrypt(exchange.cipherKey, vector, body);
  const decoded = decodePayloads(header.nextPayload, plaintext, true);
  if (decoded.type === "refused") return { ...decoded, reason: `after decryption, ${decoded.reason}` };
  // Garbage of a wrong key can look like a chain: it never begins with what such a message begins with.
  if (findPayload(decoded.payloads, "hash") === undefined) {
    return { type: "refused", notifyType: NotifyType.payloadMalformed, reason: "after decryption, there is no hash" };
  }
  return { type: "opened", payloads: decoded.payloads, nextVector: body.slice(-blockBytes) };
}

function pad(bytes: Uint8Array, blockBytes: number): Uint8Array {
  const padded = new Uint8Array(Math.ceil(bytes.length / blockBytes) * blockBytes);
  padded.set(bytes);
  return padded;
}

const TYPE_NUMBERS: { readonly [Type in Exclude<Payload["type"], "other">]: number } = {
  "security-association": PayloadType.securityAssociation,
  "key-exchange": PayloadType.keyExchange,
  "nonce": PayloadType.nonce,
  "hash": PayloadType.hash,
  "identification": PayloadType.identification,
  "notification": PayloadType.notification,
  "delete": PayloadType.delete,
  "vendor-id": PayloadType.vendorId,
};

function typeNumber(payload: Payload): number {
  return payload.type === "other" ? payload.number : TYPE_NUMBERS[payload.type];
}
