/**
 * The ciphers of phase 1, in CBC mode without padding of their own.
 *
 * @module
 */

import { cbc } from "@noble/ciphers/aes.js";
import des from "des.js";
import type { SymmetricWork } from "./symmetric_work.ts";

/** Names of ciphers, as suites spell them. */
export type CipherName = "des" | "3des" | "aes128" | "aes192" | "aes256";

/** A cipher of phase 1. */
export interface Cipher {
  /** Its name. */
  readonly name: CipherName;
  /** Value of the encryption attribute (RFC 2409 appendix A; AES: RFC 3602 §6). */
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

function desCipher(name: "des" | "3des", attribute: number, keyBytes: number, base: unknown): Cipher {
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
    name,
    attribute,
    keyLengthBits: undefined,
    keyBytes,
    blockBytes: 8,
    encrypt: (key, iv, plaintext) => run("encrypt", key, iv, plaintext),
    decrypt: (key, iv, ciphertext) => run("decrypt", key, iv, ciphertext),
  };
}

function aesCipher(name: CipherName, keyLengthBits: number): Cipher {
  const options = { disablePadding: true };
  return {
    name,
    attribute: 7,
    keyLengthBits,
    keyBytes: keyLengthBits / 8,
    blockBytes: 16,
    encrypt: (key, iv, plaintext) => cbc(key, iv, options).encrypt(plaintext),
    decrypt: (key, iv, ciphertext) => cbc(key, iv, options).decrypt(ciphertext),
  };
}

const { DES, EDE } = des as unknown as { readonly DES: unknown; readonly EDE: unknown };

const CIPHERS = {
  des: desCipher("des", 1, 8, DES),
  "3des": desCipher("3des", 5, 24, EDE),
  aes128: aesCipher("aes128", 128),
  aes192: aesCipher("aes192", 192),
  aes256: aesCipher("aes256", 256),
} as const satisfies Record<CipherName, Cipher>;

/** The cipher of a name. */
export function cipher(name: CipherName): Cipher {
  return CIPHERS[name];
}

/** Names of all ciphers. */
export const CIPHER_NAMES: readonly CipherName[] = Object.keys(CIPHERS) as CipherName[];

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
