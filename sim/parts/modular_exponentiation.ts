/**
 * Modular exponentiation, as the public-key engine does it: a sliding window
 * over odd powers for any base, and a table of powers for a fixed base.
 *
 * Measured in V8, plain `*` and `%` of BigInt beat Montgomery and Barrett
 * forms written in BigInt, a sliding window of 5 bits beats fixed windows, and
 * for a fixed base a table of all 4-bit digits is the fastest that costs next
 * to nothing to build.
 *
 * @module
 */

import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

const WINDOW_BITS = 5;

/**
 * `base ** exponent % modulus`.
 *
 * @param base From 0 to `modulus - 1`.
 * @param exponent 0 or more.
 * @param modulus Above 1.
 */
export function modularExponentiation(base: bigint, exponent: bigint, modulus: bigint): bigint {
  if (exponent === 0n) return 1n;
  const bits = exponent.toString(2);
  const square = (base * base) % modulus;
  const oddPowers = [base];
  for (let index = 1; index < 1 << (WINDOW_BITS - 1); index++) {
    oddPowers.push(((oddPowers[index - 1] as bigint) * square) % modulus);
  }
  let result = 1n;
  for (let at = 0; at < bits.length;) {
    if (bits[at] === "0") {
      result = (result * result) % modulus;
      at++;
      continue;
    }
    let end = Math.min(at + WINDOW_BITS, bits.length);
    while (bits[end - 1] === "0") end--;
    for (let count = at; count < end; count++) result = (result * result) % modulus;
    result = (result * (oddPowers[parseInt(bits.slice(at, end), 2) >> 1] as bigint)) % modulus;
    at = end;
  }
  return result;
}

const DIGIT_BITS = 4;

/** Powers of one base to one modulus: exponentiation by one multiplication for each four bits. */
export class FixedBaseTable {
  readonly #modulus: bigint;
  /** Row `n` holds base^(d * 16^n) for the digits d from 1 to 15. */
  readonly #rows: bigint[][] = [];
  #next: bigint;

  /**
   * An empty table; rows are computed as exponents need them.
   *
   * @param modulus Above 1.
   */
  constructor(base: bigint, modulus: bigint) {
    this.#modulus = modulus;
    this.#next = base % modulus;
  }

  /**
   * `base ** exponent % modulus`.
   *
   * @param exponent 0 or more.
   */
  power(exponent: bigint): bigint {
    const digits = exponent.toString(1 << DIGIT_BITS);
    let result = 1n;
    for (let place = 0; place < digits.length; place++) {
      const digit = parseInt(digits[digits.length - 1 - place] as string, 1 << DIGIT_BITS);
      if (digit > 0) result = (result * (this.#row(place)[digit - 1] as bigint)) % this.#modulus;
    }
    return result;
  }

  #row(place: number): readonly bigint[] {
    while (this.#rows.length <= place) {
      const row = [this.#next];
      for (let digit = 2; digit <= 1 << DIGIT_BITS; digit++) {
        row.push(((row[digit - 2] as bigint) * this.#next) % this.#modulus);
      }
      this.#next = row.pop() as bigint;
      this.#rows.push(row);
    }
    return this.#rows[place] as bigint[];
  }
}

/** The unit that computes Diffie-Hellman values: bytes in, bytes out, one table for each modulus that is used. */
export class ModularExponentiator {
  readonly #generator: bigint;
  readonly #tables = new Map<bigint, FixedBaseTable>();

  /**
   * A unit without tables.
   *
   * @param generator The fixed base; 2 in all MODP groups.
   */
  constructor(generator = 2n) {
    this.#generator = generator;
  }

  /**
   * `generator ** exponent % modulus`.
   *
   * @param exponent In network order.
   * @returns As long as the modulus, padded with zeros on the left.
   */
  generatorPower(exponent: Uint8Array, modulus: bigint): Uint8Array {
    let table = this.#tables.get(modulus);
    if (table === undefined) {
      table = new FixedBaseTable(this.#generator, modulus);
      this.#tables.set(modulus, table);
    }
    return bigintToBytes(table.power(bytesToBigint(exponent)), byteLength(modulus));
  }

  /**
   * `base ** exponent % modulus`.
   *
   * @param base Below the modulus, in network order.
   * @param exponent In network order.
   * @returns As long as the modulus, padded with zeros on the left.
   */
  power(base: Uint8Array, exponent: Uint8Array, modulus: bigint): Uint8Array {
    const result = modularExponentiation(bytesToBigint(base), bytesToBigint(exponent), modulus);
    return bigintToBytes(result, byteLength(modulus));
  }
}

function byteLength(modulus: bigint): number {
  return Math.ceil(modulus.toString(16).length / 2);
}

/** The number that bytes in network order make; 0 for none. */
export function bytesToBigint(bytes: Uint8Array): bigint {
  return BigInt(`0x0${bytesToHex(bytes)}`);
}

/**
 * A number as bytes in network order, padded with zeros on the left.
 *
 * @param value 0 or more, and below 256 to the power of `lengthBytes`.
 */
export function bigintToBytes(value: bigint, lengthBytes: number): Uint8Array {
  const digits = value === 0n ? "" : value.toString(16);
  return hexToBytes(digits.padStart(lengthBytes * 2, "0"));
}
