/**
 * Encryption of messages: the chain of initialization vectors of phase 1, and
 * the messages after it.
 *
 * The chain runs over both directions: each message begins with the last
 * cipher block of the one before, whoever sent it (RFC 2409 appendix B); a
 * message that is rejected does not move it. Padding is what the policy has;
 * on receipt whatever follows the last payload is ignored.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { NO_BYTES } from "./bytes.ts";
import { ExchangeType, HeaderFlag, NotifyType, PayloadType } from "./constants.ts";
import { decodePayloads, type Payloads } from "./decode.ts";
import { encodePayloads } from "./encode.ts";
import type { Exchange } from "./exchange.ts";
import { encodePacket, type Packet } from "./header.ts";
import { informationalHash, informationalVector } from "./key_derivation.ts";
import type { OutgoingPayload, Payload } from "./payloads.ts";
import { malformed, type Refusal, refuse } from "./refusals.ts";
import type { IkePolicy } from "./policy.ts";

/** The payloads of a message, and the vector for the next one. */
export interface Opened {
  /** Decoded. */
  readonly type: "opened";
  /** The payloads. */
  readonly payloads: readonly Payload[];
  /** The last cipher block, or the vector as it was if the message was not encrypted. */
  readonly nextVector: Uint8Array;
}

/** What follows the last payload of a message. */
export interface Filling {
  /** How much is added, and what. */
  readonly policy: Pick<IkePolicy, "padding" | "wholeWords">;
  /** The only source of chance. */
  readonly random: (lengthBytes: number) => Uint8Array;
}

/** Lays a message of phase 1 out, encrypts it if asked, and moves the chain of vectors. */
export function sealMessage(
  exchange: Exchange,
  payloads: readonly OutgoingPayload[],
  encrypted: boolean,
  filling: Filling,
): Uint8Array {
  const chain = encodePayloads(payloads);
  const header = {
    initiatorCookie: exchange.initiatorCookie,
    responderCookie: exchange.responderCookie,
    nextPayload: payloads[0]?.type ?? PayloadType.none,
    exchangeType: exchange.mode === "main" ? ExchangeType.identityProtection : ExchangeType.aggressive,
    flags: encrypted ? HeaderFlag.encryption : 0,
    messageId: 0,
  };
  if (!encrypted) {
    return encodePacket(header, filling.policy.wholeWords ? extended(chain, wholeLength(chain, 4)) : chain);
  }
  const { cipher } = exchange.agreed;
  const padded = pad(chain, cipher.blockBytes, filling);
  const ciphertext = cipher.encrypt(exchange.secrets.get("cipher key"), exchange.vector, padded);
  exchange.vector = ciphertext.slice(-cipher.blockBytes);
  return encodePacket(header, ciphertext);
}

/**
 * Decrypts if need be, and decodes. The exchange is not changed: the caller moves the chain if it accepts.
 *
 * @param anyReserved Whether reserved bytes need not be zero.
 */
export function openMessage(exchange: Exchange, packet: Packet, anyReserved = false): Opened | Refusal {
  if (packet.encrypted) return decrypt(exchange, packet, exchange.vector, anyReserved).opened;
  const decoded = decodePayloads(packet.header.nextPayload, packet.body, false, anyReserved);
  if (decoded.type === "refused") return decoded;
  return { type: "opened", payloads: decoded.payloads, nextVector: exchange.vector };
}

/** Lays an informational message out, with its hash, encrypted under its own vector (RFC 2409 §5.7). */
export function sealInformational(
  exchange: Exchange,
  messageId: number,
  payloads: readonly OutgoingPayload[],
  filling: Filling,
): Uint8Array {
  const { hash, cipher } = exchange.agreed;
  const rest = encodePayloads(payloads);
  const chain = encodePayloads([
    {
      type: PayloadType.hash,
      body: informationalHash(hash, exchange.secrets.get("SKEYID_a"), messageId, rest),
    },
    ...payloads,
  ]);
  const vector = informationalVector(hash, cipher, exchange.vector, messageId);
  return encodePacket(
    {
      initiatorCookie: exchange.initiatorCookie,
      responderCookie: exchange.responderCookie,
      nextPayload: PayloadType.hash,
      exchangeType: ExchangeType.informational,
      flags: HeaderFlag.encryption,
      messageId,
    },
    cipher.encrypt(exchange.secrets.get("cipher key"), vector, pad(chain, cipher.blockBytes, filling)),
  );
}

/** Decrypts an informational message and checks its hash, over the bytes as they came. */
export function openInformational(exchange: Exchange, packet: Packet, anyReserved = false): Opened | Refusal {
  const { hash, cipher } = exchange.agreed;
  const { messageId } = packet.header;
  const vector = informationalVector(hash, cipher, exchange.vector, messageId);
  const { opened, plaintext, offsets } = decrypt(exchange, packet, vector, anyReserved);
  if (opened.type === "refused") return opened;
  const [first, ...others] = opened.payloads;
  const rest = plaintext.subarray(offsets[1], offsets.at(-1));
  const expected = informationalHash(hash, exchange.secrets.get("SKEYID_a"), messageId, rest);
  if (first?.type !== "hash" || !equalBytes(first.body, expected)) {
    return refuse(NotifyType.invalidHashInformation, "the hash of an informational message is wrong");
  }
  return { type: "opened", payloads: others, nextVector: exchange.vector };
}

function decrypt(
  exchange: Exchange,
  { header, body }: Packet,
  vector: Uint8Array,
  anyReserved: boolean,
): { readonly opened: Opened | Refusal; readonly plaintext: Uint8Array; readonly offsets: Payloads["offsets"] } {
  const { cipher } = exchange.agreed;
  if (body.length === 0 || body.length % cipher.blockBytes !== 0) {
    const opened = malformed(`${body.length} encrypted bytes are not whole blocks`);
    return { opened, plaintext: NO_BYTES, offsets: [] };
  }
  const plaintext = cipher.decrypt(exchange.secrets.get("cipher key"), vector, body);
  const decoded = decodePayloads(header.nextPayload, plaintext, true, anyReserved);
  if (decoded.type === "refused") {
    return { opened: { ...decoded, reason: `after decryption, ${decoded.reason}` }, plaintext, offsets: [] };
  }
  const nextVector = body.slice(-cipher.blockBytes);
  return {
    opened: { type: "opened", payloads: decoded.payloads, nextVector },
    plaintext,
    offsets: decoded.offsets,
  };
}

function pad(bytes: Uint8Array, blockBytes: number, { policy: { padding }, random }: Filling): Uint8Array {
  if (padding === "least") return extended(bytes, wholeLength(bytes, blockBytes));
  // At least one, so that bytes that are whole blocks get a block more.
  const padded = extended(bytes, wholeLength(bytes, blockBytes, 1));
  if (padding === "at least one") return padded;
  const count = padded.length - bytes.length;
  padded.set(random(count - 1), bytes.length);
  padded[padded.length - 1] = count - 1;
  return padded;
}

/** The length of whole units that hold some bytes and, if asked, more. */
function wholeLength({ length }: Uint8Array, unitBytes: number, moreBytes = 0): number {
  return Math.ceil((length + moreBytes) / unitBytes) * unitBytes;
}

/** The bytes, and zeros behind them. */
function extended(bytes: Uint8Array, lengthBytes: number): Uint8Array {
  const result = new Uint8Array(lengthBytes);
  result.set(bytes);
  return result;
}
