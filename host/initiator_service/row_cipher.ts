/**
 * AES-256-GCM-SIV (RFC 8452), which seals rows of the service's store.
 *
 * @module
 */

import { gcmsiv } from "@noble/ciphers/aes.js";

/** Makes and opens the boxes of RFC 8452: a ciphertext, and its tag behind it. */
export interface RowCipher {
  /**
   * Makes a box.
   *
   * @param key 32 bytes.
   * @param nonce 12 bytes.
   * @param name What is authenticated with it.
   * @param value What is sealed.
   */
  seal(key: Uint8Array, nonce: Uint8Array, name: Uint8Array, value: Uint8Array): Uint8Array;
  /**
   * Opens a box.
   *
   * @param key 32 bytes.
   * @param nonce 12 bytes.
   * @param name What was authenticated with it.
   * @param box 16 bytes or more.
   * @throws {Error} It was not made of these.
   */
  open(key: Uint8Array, nonce: Uint8Array, name: Uint8Array, box: Uint8Array): Uint8Array;
}

/** The cipher that others have looked at. */
export const ROW_CIPHER: RowCipher = {
  seal: (key, nonce, name, value) => gcmsiv(key, nonce, name).encrypt(value),
  open: (key, nonce, name, box) => gcmsiv(key, nonce, name).decrypt(box),
};
