/**
 * The hash functions of phase 1 and their HMACs (the prf of RFC 2409 §3.2).
 *
 * @module
 */

import { hmac } from "@noble/hashes/hmac.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";

/** Names of hash functions, as suites spell them. */
export type HashName = "md5" | "sha1" | "sha256" | "sha384" | "sha512";

/** A hash function of phase 1. */
export interface HashFunction {
  /** Its name. */
  readonly name: HashName;
  /** Value of the hash attribute (RFC 2409 appendix A; SHA-2: IANA ipsec-registry). */
  readonly attribute: number;
  /** Length of its output in bytes. */
  readonly outputBytes: number;
  /** Length of its block in bytes. */
  readonly blockBytes: number;
  /** The hash of some bytes. */
  hash(bytes: Uint8Array): Uint8Array;
  /** HMAC with this hash (RFC 2104). */
  prf(key: Uint8Array, data: Uint8Array): Uint8Array;
}

function entry(
  name: HashName,
  attribute: number,
  hash: typeof sha1 | typeof sha512,
): readonly [HashName, HashFunction] {
  return [name, {
    name,
    attribute,
    outputBytes: hash.outputLen,
    blockBytes: hash.blockLen,
    hash: (bytes) => hash(bytes),
    prf: (key, data) => hmac(hash, key, data),
  }];
}

const FUNCTIONS: ReadonlyMap<HashName, HashFunction> = new Map([
  entry("md5", 1, md5),
  entry("sha1", 2, sha1),
  entry("sha256", 4, sha256),
  entry("sha384", 5, sha384),
  entry("sha512", 6, sha512),
]);

/** The hash function of a name. */
export function hashFunction(name: HashName): HashFunction {
  return FUNCTIONS.get(name) as HashFunction;
}

/** The name that belongs to a value of the hash attribute, or `undefined`. */
export function hashNameOfAttribute(attribute: number): HashName | undefined {
  return [...FUNCTIONS.values()].find((each) => each.attribute === attribute)?.name;
}
