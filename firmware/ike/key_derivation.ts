/**
 * Keys and hashes of phase 1 with a preshared key (RFC 2409 §5 and §5.4,
 * appendix B). `_b` is a payload's body without its generic header.
 *
 * @module
 */

import { concatBytes } from "@noble/hashes/utils.js";
import { uint32 } from "./bytes.ts";
import type { Cipher } from "./ciphers.ts";
import type { HashFunction } from "./hash_functions.ts";

/** The three keys that follow from SKEYID. */
export interface DerivedKeys {
  /** SKEYID_d: keys of phase 2 are derived from it. */
  readonly skeyidD: Uint8Array;
  /** SKEYID_a: authenticates messages after phase 1. */
  readonly skeyidA: Uint8Array;
  /** SKEYID_e: encrypts. */
  readonly skeyidE: Uint8Array;
}

/** SKEYID = prf(preshared key, Ni_b | Nr_b). */
export function deriveSkeyid(hash: HashFunction, key: Uint8Array, ni: Uint8Array, nr: Uint8Array): Uint8Array {
  return hash.prf(key, ni, nr);
}

/**
 * SKEYID_d = prf(SKEYID, g^xy | CKY-I | CKY-R | 0), SKEYID_a = prf(SKEYID, SKEYID_d | g^xy | CKY-I | CKY-R | 1),
 * SKEYID_e = prf(SKEYID, SKEYID_a | g^xy | CKY-I | CKY-R | 2).
 *
 * @param sharedSecret g^xy, as long as the group's prime.
 */
export function deriveKeys(
  hash: HashFunction,
  skeyid: Uint8Array,
  sharedSecret: Uint8Array,
  initiatorCookie: Uint8Array,
  responderCookie: Uint8Array,
): DerivedKeys {
  const cookies = concatBytes(initiatorCookie, responderCookie);
  const skeyidD = hash.prf(skeyid, sharedSecret, cookies, Uint8Array.of(0));
  const skeyidA = hash.prf(skeyid, skeyidD, sharedSecret, cookies, Uint8Array.of(1));
  const skeyidE = hash.prf(skeyid, skeyidA, sharedSecret, cookies, Uint8Array.of(2));
  return { skeyidD, skeyidA, skeyidE };
}

/**
 * The cipher's key: SKEYID_e cut to length; if it is too short, K1 = prf(SKEYID_e, 0),
 * K2 = prf(SKEYID_e, K1) and so on, joined and cut (RFC 2409 appendix B).
 */
export function deriveCipherKey(hash: HashFunction, skeyidE: Uint8Array, cipher: Cipher): Uint8Array {
  const key = new Uint8Array(cipher.keyBytes);
  if (skeyidE.length >= key.length) {
    key.set(skeyidE.subarray(0, key.length));
    return key;
  }
  let block: Uint8Array = Uint8Array.of(0);
  for (let offset = 0; offset < key.length; offset += block.length) {
    const next = hash.prf(skeyidE, block);
    block.fill(0);
    block = next;
    key.set(block.subarray(0, key.length - offset), offset);
  }
  block.fill(0);
  return key;
}

/** The first initialization vector: hash(g^xi | g^xr), cut to the block. */
export function firstVector(hash: HashFunction, cipher: Cipher, gxi: Uint8Array, gxr: Uint8Array): Uint8Array {
  return hash.hash(gxi, gxr).slice(0, cipher.blockBytes);
}

/** The vector of an exchange after phase 1: hash(last block of phase 1 | message id), cut to the block. */
export function informationalVector(
  hash: HashFunction,
  cipher: Cipher,
  lastBlock: Uint8Array,
  messageId: number,
): Uint8Array {
  return hash.hash(lastBlock, uint32(messageId)).slice(0, cipher.blockBytes);
}

/**
 * HASH(1) = prf(SKEYID_a, M-ID | rest) of an informational exchange (RFC 2409 §5.7).
 *
 * @param rest The payloads after the hash, generic headers included.
 */
export function informationalHash(
  hash: HashFunction,
  skeyidA: Uint8Array,
  messageId: number,
  rest: Uint8Array,
): Uint8Array {
  return hash.prf(skeyidA, uint32(messageId), rest);
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
  return hash.prf(skeyid, gxi, gxr, initiatorCookie, responderCookie, offer, identification);
}

/** HASH_R = prf(SKEYID, g^xr | g^xi | CKY-R | CKY-I | SAi_b | IDir_b). */
export function responderHash(
  hash: HashFunction,
  skeyid: Uint8Array,
  { gxi, gxr, initiatorCookie, responderCookie, offer }: AuthenticationInput,
  identification: Uint8Array,
): Uint8Array {
  return hash.prf(skeyid, gxr, gxi, responderCookie, initiatorCookie, offer, identification);
}
