/**
 * The hash functions of phase 1 and their HMACs (the prf of RFC 2409 §4).
 *
 * @module
 */

import { hmac } from "@noble/hashes/hmac.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { requireDistinct } from "./distinct_rows.ts";
import type { SymmetricWork } from "./symmetric_work.ts";

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
  /** The hash of some bytes, given in parts. */
  hash(...parts: readonly Uint8Array[]): Uint8Array;
  /** HMAC with this hash (RFC 2104) of some bytes, given in parts. */
  prf(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array;
}

type Primitive = typeof sha1 | typeof sha512;

function hashOf(name: HashName, attribute: number, primitive: Primitive): HashFunction {
  const absorb = <Hash extends { update(bytes: Uint8Array): unknown; digest(): Uint8Array }>(
    hash: Hash,
    parts: readonly Uint8Array[],
  ) => {
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  return {
    name,
    attribute,
    outputBytes: primitive.outputLen,
    blockBytes: primitive.blockLen,
    hash: (...parts) => absorb(primitive.create(), parts),
    prf: (key, ...parts) => absorb(hmac.create(primitive, key), parts),
  };
}

const FUNCTIONS = {
  md5: hashOf("md5", 1, md5),
  sha1: hashOf("sha1", 2, sha1),
  sha256: hashOf("sha256", 4, sha256),
  sha384: hashOf("sha384", 5, sha384),
  sha512: hashOf("sha512", 6, sha512),
} as const satisfies Record<HashName, HashFunction>;
requireDistinct("hash attribute", Object.values(FUNCTIONS).map(({ attribute }) => attribute));

/** Names of all hash functions. */
export const HASH_NAMES: readonly HashName[] = Object.keys(FUNCTIONS) as HashName[];

const NAMES_BY_ATTRIBUTE: ReadonlyMap<number, HashName> = new Map(
  Object.values(FUNCTIONS).map(({ attribute, name }) => [attribute, name]),
);

/** The hash function of a name. */
export function hashFunction(name: HashName): HashFunction {
  return FUNCTIONS[name];
}

/** The name that belongs to a value of the hash attribute, or `undefined`. */
export function hashNameOfAttribute(attribute: number): HashName | undefined {
  return NAMES_BY_ATTRIBUTE.get(attribute);
}

/** A hash function whose blocks are counted. */
export function countedHash(hash: HashFunction, work: SymmetricWork): HashFunction {
  const { blockBytes, outputBytes } = hash;
  // A hash pads with one byte and the length: 8 bytes, or 16 in SHA-384 and SHA-512 (FIPS 180-4 §5.1).
  const blocks = (lengthBytes: number) => Math.ceil((lengthBytes + 1 + blockBytes / 8) / blockBytes);
  const total = (parts: readonly Uint8Array[]) => parts.reduce((sum, { length }) => sum + length, 0);
  const count = (count: number) => work.addHashBlocks(count * blockBytes / 64);
  return {
    ...hash,
    hash: (...parts) => {
      count(blocks(total(parts)));
      return hash.hash(...parts);
    },
    prf: (key, ...parts) => {
      const keyBlocks = key.length > blockBytes ? blocks(key.length) : 0;
      count(keyBlocks + blocks(blockBytes + total(parts)) + blocks(blockBytes + outputBytes));
      return hash.prf(key, ...parts);
    },
  };
}
