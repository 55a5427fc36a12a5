/**
 * Sealing of secret rows: AES-256-GCM-SIV (RFC 8452) under a key of the
 * machine, which is kept apart from the store, as DPAPI keeps it on Windows.
 *
 * The row's name is authenticated with it, so a sealed value opens only in
 * its own row. GCM-SIV because its security does not end when a nonce comes
 * twice, as it may when a store is restored and a run repeated.
 *
 * @module
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { RandomStream } from "../../sim/kernel/random.ts";
import type { ResultMemory } from "../../sim/kernel/result_memory.ts";
import { writeUint32 } from "../../sim/layout/integers.ts";
import { allocateBytes } from "../../sim/layout/slab.ts";
import { rowKey, type StoreRowName } from "./key_store.ts";
import { ROW_CIPHER, type RowCipher } from "./row_cipher.ts";

const NONCE_BYTES = 12;

/** Length of the machine's sealing key in bytes. */
export const SEALING_KEY_BYTES = 32;

/** Seals and opens the values of secret rows. */
export class RowSealer {
  readonly #key: Uint8Array;
  readonly #random: RandomStream;
  readonly #results: ResultMemory | undefined;
  readonly #cipher: RowCipher;
  /** What each fingerprint begins with: the key is taken in once. */
  readonly #mac: ReturnType<typeof hmac.create>;

  /**
   * A sealer.
   *
   * @param key The machine's key, 32 bytes.
   * @param random Where nonces come from.
   * @param results Knows boxes that were sealed or opened before; none by default.
   * @param cipher Makes the boxes; all that may stand here make the same ones.
   */
  constructor(key: Uint8Array, random: RandomStream, results?: ResultMemory, cipher: RowCipher = ROW_CIPHER) {
    if (key.length !== SEALING_KEY_BYTES) {
      throw new RangeError(`The sealing key has ${key.length} bytes, expected ${SEALING_KEY_BYTES}`);
    }
    this.#key = key.slice();
    this.#random = random;
    this.#results = results;
    this.#cipher = cipher;
    this.#mac = hmac.create(sha256, hmac(sha256, key, utf8ToBytes("fingerprint")));
  }

  /** Seals a value for a row: nonce, ciphertext, tag. */
  seal(row: StoreRowName, value: Uint8Array): Uint8Array {
    const nonce = this.#random.bytes(NONCE_BYTES);
    const name = associatedData(row);
    const box = this.#once("seal a row", [nonce, name, value], () => this.#cipher.seal(this.#key, nonce, name, value));
    const sealed = allocateBytes(NONCE_BYTES + box.length);
    sealed.set(nonce);
    sealed.set(box, NONCE_BYTES);
    return sealed;
  }

  /** What stands for some bytes, secrets among them, and tells nothing of them to whom the machine's key is not known. */
  fingerprint(parts: readonly Uint8Array[]): Uint8Array {
    const mac = this.#mac.clone();
    const length = allocateBytes(4);
    for (const part of parts) {
      writeUint32(length, 0, part.length);
      mac.update(length).update(part);
    }
    return mac.digest();
  }

  /** Opens the value of a row; `undefined` if it was not sealed for it, or was changed. */
  open(row: StoreRowName, sealed: Uint8Array): Uint8Array | undefined {
    if (sealed.length < NONCE_BYTES + 16) return undefined;
    const name = associatedData(row);
    const [nonce, box] = [sealed.slice(0, NONCE_BYTES), sealed.slice(NONCE_BYTES)];
    try {
      return this.#once("open a row", [nonce, name, box], () => this.#cipher.open(this.#key, nonce, name, box));
    } catch {
      return undefined;
    }
  }

  #once(what: string, question: readonly Uint8Array[], compute: () => Uint8Array): Uint8Array {
    return this.#results === undefined ? compute() : this.#results.recall(what, [this.#key, ...question], compute);
  }
}

function associatedData(row: StoreRowName): Uint8Array {
  return new TextEncoder().encode(rowKey(row));
}
