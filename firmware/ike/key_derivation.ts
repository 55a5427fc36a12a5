/**
 * Keys and hashes of phase 1 with a preshared key (RFC 2409 §5 and §5.4,
 * appendix B). `_b` is a payload's body without its generic header.
 *
 * @module
 */

import type { Cipher } from "./ciphers.ts";
import type { HashFunction } from "./hash_functions.ts";

/** The four keys of a phase 1 security association. */
export interface Phase1Keys {
  /** SKEYID: authenticates the exchange. */
  readonly skeyid: Uint8Array;
  /** SKEYID_d: keys of phase 2 are derived from it. */
  readonly skeyidD: Uint8Array;
  /** SKEYID_a: authenticates messages after phase 1. */
  readonly skeyidA: Uint8Array;
  /** SKEYID_e: encrypts. */
  readonly skeyidE: Uint8Array;
}

/** SKEYID = prf(preshared key, Ni_b | Nr_b). */
export function deriveSkeyid(hash: HashFunction, key: Uint8Array, ni: Uint8Array, nr: Uint8Array): Uint8Array {
  return hash.prf(key, concatenate(ni, nr));
}

/** The keys that follow from SKEYID, g^xy and the cookies. */
export function deriveKeys(
  hash: HashFunction,
  skeyid: Uint8Array,
  sharedSecret: Uint8Array,
  initiatorCookie: Uint8Array,
  responderCookie: Uint8Array,
): Phase1Keys {
  const derive = (before: Uint8Array, octet: number) => {
    const data = concatenate(before, sharedSecret, initiatorCookie, responderCookie, Uint8Array.of(octet));
    const key = hash.prf(skeyid, data);
    data.fill(0);
    return key;
  };
  const skeyidD = derive(new Uint8Array(0), 0);
  const skeyidA = derive(skeyidD, 1);
  return { skeyid, skeyidD, skeyidA, skeyidE: derive(skeyidA, 2) };
}

/**
 * The cipher's key: SKEYID_e cut to length; if it is too short, K1 = prf(SKEYID_e, 0),
 * K2 = prf(SKEYID_e, K1) and so on, joined (RFC 2409 appendix B).
 */
export function deriveCipherKey(hash: HashFunction, skeyidE: Uint8Array, cipher: Cipher): Uint8Array {
  if (skeyidE.length >= cipher.keyBytes) return skeyidE.slice(0, cipher.keyBytes);
  let block = hash.prf(skeyidE, Uint8Array.of(0));
  let material = block;
  while (material.length < cipher.keyBytes) {
    block = hash.prf(skeyidE, block);
    material = concatenate(material, block);
  }
  return material.slice(0, cipher.keyBytes);
}

/** The first initialization vector: hash(g^xi | g^xr), cut to the block. */
export function firstVector(hash: HashFunction, cipher: Cipher, gxi: Uint8Array, gxr: Uint8Array): Uint8Array {
  return hash.hash(concatenate(gxi, gxr)).slice(0, cipher.blockBytes);
}

/** The vector of an exchange after phase 1: hash(last block of phase 1 | message id), cut to the block. */
export function informationalVector(
  hash: HashFunction,
  cipher: Cipher,
  lastBlock: Uint8Array,
  messageId: number,
): Uint8Array {
  return hash.hash(concatenate(lastBlock, messageIdBytes(messageId))).slice(0, cipher.blockBytes);
}

/** HASH(1) = prf(SKEYID_a, M-ID | rest) of an informational exchange (RFC 2409 §5.7). */
export function informationalHash(
  hash: HashFunction,
  skeyidA: Uint8Array,
  messageId: number,
  rest: Uint8Array,
): Uint8Array {
  return hash.prf(skeyidA, concatenate(messageIdBytes(messageId), rest));
}

/** What HASH_I and HASH_R are made of. */
export interface AuthenticationInput {
  /** g^xi, as long as the group's prime. */
  readonly gxi: Uint8Array;
  /** g^xr, as long as the group's prime. */
  readonly gxr: Uint8Array;
  /** CKY-I. */
  readonly initiatorCookie: Uint8Array;
  /** CKY-R. */
  readonly responderCookie: Uint8Array;
  /** SAi_b: the initiator's whole offer as sent. */
  readonly offer: Uint8Array;
}

/** HASH_I = prf(SKEYID, g^xi | g^xr | CKY-I | CKY-R | SAi_b | IDii_b). */
export function initiatorHash(
  hash: HashFunction,
  skeyid: Uint8Array,
  { gxi, gxr, initiatorCookie, responderCookie, offer }: AuthenticationInput,
  identification: Uint8Array,
): Uint8Array {
  return hash.prf(skeyid, concatenate(gxi, gxr, initiatorCookie, responderCookie, offer, identification));
}

/** HASH_R = prf(SKEYID, g^xr | g^xi | CKY-R | CKY-I | SAi_b | IDir_b). */
export function responderHash(
  hash: HashFunction,
  skeyid: Uint8Array,
  { gxi, gxr, initiatorCookie, responderCookie, offer }: AuthenticationInput,
  identification: Uint8Array,
): Uint8Array {
  return hash.prf(skeyid, concatenate(gxr, gxi, responderCookie, initiatorCookie, offer, identification));
}

/** True when both are equal; takes the same time wherever they differ. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let index = 0; index < a.length; index++) difference |= (a[index] as number) ^ (b[index] as number);
  return difference === 0;
}

/** Bytes one after the other. */
export function concatenate(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function messageIdBytes(messageId: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, messageId);
  return bytes;
}
