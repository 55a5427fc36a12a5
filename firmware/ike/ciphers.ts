/**
 * The ciphers of phase 1, in CBC mode without padding of their own.
 *
 * @module
 */

import { cbc } from "@noble/ciphers/aes.js";
import des from "des.js";
import { requireDistinct } from "./distinct_rows.ts";
import type { SymmetricWork } from "./symmetric_work.ts";

/** The one place where ciphers are listed, by the names that suites spell; the algorithms are below. */
export const CIPHERS = {
  /** RFC 2409 appendix A. */
  "des": { algorithm: "DES", attribute: 1, keyBytes: 8 },
  /** RFC 2409 appendix A. */
  "3des": { algorithm: "EDE", attribute: 5, keyBytes: 24 },
  /** RFC 3602 §6. */
  "aes128": { algorithm: "AES", attribute: 7, keyBytes: 16 },
  /** RFC 3602 §6. */
  "aes192": { algorithm: "AES", attribute: 7, keyBytes: 24 },
  /** RFC 3602 §6. */
  "aes256": { algorithm: "AES", attribute: 7, keyBytes: 32 },
} as const;

/** Names of ciphers, as suites spell them. */
export type CipherName = keyof typeof CIPHERS;

/** A cipher of phase 1. */
export interface Cipher {
  /** Value of the encryption attribute (RFC 2409 appendix A). */
  readonly attribute: number;
  /** Value of the key length attribute in bits; absent for ciphers with one key length. */
  readonly keyLengthBits: number | undefined;
  /** Length of the key in bytes. */
  readonly keyBytes: number;
  /** Length of block and initialization vector in bytes. */
  readonly blockBytes: number;
  /** Encrypts whole blocks. */
  encrypt(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** Decrypts whole blocks. */
  decrypt(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array;
}

/** The part of des.js that is used; the package has no types of its own. */
interface BlockCipher {
  update(bytes: Uint8Array): number[];
}
interface CbcClass {
  create(options: {
    readonly type: "encrypt" | "decrypt";
    readonly key: Uint8Array;
    readonly iv: Uint8Array;
    readonly padding: false;
  }): BlockCipher;
}
interface CbcFactory {
  instantiate(base: unknown): CbcClass;
}

/** A block cipher in CBC mode, for keys of any length that it takes. */
interface Algorithm extends Pick<Cipher, "blockBytes" | "encrypt" | "decrypt"> {
  /** Keys have several lengths, so that a transform says which. */
  readonly saysKeyLength: boolean;
}

function desAlgorithm(base: unknown): Algorithm {
  const cbcMode = (des as unknown as { readonly CBC: CbcFactory }).CBC.instantiate(base);
  const run = (type: "encrypt" | "decrypt", key: Uint8Array, iv: Uint8Array, bytes: Uint8Array) => {
    // des.js keeps the last block back when it decrypts, in case it is padding; one more block pushes it out.
    const cipher = cbcMode.create({ type, key, iv, padding: false });
    const output = Uint8Array.from(cipher.update(bytes));
    if (output.length === bytes.length) return output;
    const flushed = Uint8Array.from(cipher.update(new Uint8Array(8)));
    const whole = new Uint8Array(bytes.length);
    whole.set(output);
    whole.set(flushed.subarray(0, bytes.length - output.length), output.length);
    return whole;
  };
  return {
    saysKeyLength: false,
    blockBytes: 8,
    encrypt: (key, iv, plaintext) => run("encrypt", key, iv, plaintext),
    decrypt: (key, iv, ciphertext) => run("decrypt", key, iv, ciphertext),
  };
}

const { DES, EDE } = des as unknown as { readonly DES: unknown; readonly EDE: unknown };

const ALGORITHMS: Readonly<Record<typeof CIPHERS[CipherName]["algorithm"], Algorithm>> = {
  DES: desAlgorithm(DES),
  EDE: desAlgorithm(EDE),
  AES: {
    saysKeyLength: true,
    blockBytes: 16,
    encrypt: (key, iv, plaintext) => cbc(key, iv, { disablePadding: true }).encrypt(plaintext),
    decrypt: (key, iv, ciphertext) => cbc(key, iv, { disablePadding: true }).decrypt(ciphertext),
  },
};

/** The cipher of a name. */
export function cipher(name: CipherName): Cipher {
  const { algorithm, attribute, keyBytes } = CIPHERS[name];
  const { saysKeyLength, ...rest } = ALGORITHMS[algorithm];
  return { ...rest, attribute, keyBytes, keyLengthBits: saysKeyLength ? 8 * keyBytes : undefined };
}

/** Names of all ciphers. */
export const CIPHER_NAMES: readonly CipherName[] = Object.keys(CIPHERS) as CipherName[];

requireDistinct(
  "encryption attribute and key length",
  CIPHER_NAMES.map(cipher).map(({ attribute, keyLengthBits = "of its own" }) => `${attribute}, ${keyLengthBits}`),
);

/** The name that belongs to values of the encryption and key length attributes, or `undefined`. */
export function cipherNameOfAttributes(attribute: number, keyLengthBits: number | undefined): CipherName | undefined {
  return CIPHER_NAMES.find((name) => {
    const each = cipher(name);
    return each.attribute === attribute && each.keyLengthBits === keyLengthBits;
  });
}

/** A cipher whose blocks are counted. */
export function countedCipher(counted: Cipher, work: SymmetricWork): Cipher {
  const count = (bytes: Uint8Array) => work.addCipherBlocks(bytes.length / counted.blockBytes);
  return {
    ...counted,
    encrypt: (key, iv, plaintext) => {
      count(plaintext);
      return counted.encrypt(key, iv, plaintext);
    },
    decrypt: (key, iv, ciphertext) => {
      count(ciphertext);
      return counted.decrypt(key, iv, ciphertext);
    },
  };
}
