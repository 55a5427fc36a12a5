/** Opens the encrypted messages of a known exchange, and seals others in their place: what a peer with the key can do. */

import { concatBytes } from "@noble/hashes/utils.js";
import { cipher } from "../../../firmware/ike/ciphers.ts";
import { decodePayloads } from "../../../firmware/ike/decode.ts";
import { hashFunction } from "../../../firmware/ike/hash_functions.ts";
import { decodePacket } from "../../../firmware/ike/header.ts";
import { firstVector, informationalVector } from "../../../firmware/ike/key_derivation.ts";
import type { Suite } from "../../../firmware/ike/mod.ts";
import { findPayload } from "../../../firmware/ike/payloads.ts";

const HEADER_BYTES = 28;
const INFORMATIONAL = 5;

/** A message without its encryption, and the way back. */
export interface Opened {
  /** Header and plaintext, padding included. */
  readonly plain: Uint8Array;
  /** Encrypts header and plaintext as that message was. */
  seal(plain: Uint8Array): Uint8Array;
}

/**
 * Opens the last of the messages of an exchange.
 *
 * @param messages All messages so far, in order, repetitions left out.
 * @returns `undefined` if the last one is not encrypted.
 */
export function openLast(suite: Suite, cipherKey: Uint8Array, messages: readonly Uint8Array[]): Opened | undefined {
  const hash = hashFunction(suite.hash);
  const suiteCipher = cipher(suite.cipher);
  const publicValues: Uint8Array[] = [];
  let vector: Uint8Array = new Uint8Array(0);
  for (const [index, bytes] of messages.entries()) {
    const packet = decodePacket(bytes);
    if (packet.type === "refused") return undefined;
    const { header, body, encrypted } = packet;
    if (!encrypted) {
      const decoded = decodePayloads(header.nextPayload, body, false);
      const value = decoded.type === "payloads" ? findPayload(decoded.payloads, "key-exchange") : undefined;
      if (value !== undefined) publicValues.push(value.body);
      const [gxi, gxr] = publicValues;
      if (gxi !== undefined && gxr !== undefined) vector = firstVector(hash, suiteCipher, gxi, gxr);
      continue;
    }
    if (vector.length === 0) return undefined;
    const own = header.exchangeType === INFORMATIONAL
      ? informationalVector(hash, suiteCipher, vector, header.messageId)
      : vector;
    if (index === messages.length - 1) {
      const { blockBytes } = suiteCipher;
      return {
        plain: concatBytes(bytes.subarray(0, HEADER_BYTES), suiteCipher.decrypt(cipherKey, own, body)),
        seal: (plain) => {
          if (plain.length < HEADER_BYTES) return plain;
          const padded = new Uint8Array(
            Math.max(1, Math.ceil((plain.length - HEADER_BYTES) / blockBytes)) * blockBytes,
          );
          padded.set(plain.subarray(HEADER_BYTES));
          const sealed = concatBytes(plain.subarray(0, HEADER_BYTES), suiteCipher.encrypt(cipherKey, own, padded));
          new DataView(sealed.buffer).setUint32(24, sealed.length);
          return sealed;
        },
      };
    }
    if (header.exchangeType !== INFORMATIONAL) vector = body.slice(-suiteCipher.blockBytes);
  }
  return undefined;
}
