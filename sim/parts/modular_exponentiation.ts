/**
 * Modular exponentiation, as the public-key engine does it: a sliding window
 * over odd powers for any base, and a table of powers for a fixed base.
 *
 * Measured in V8, plain `*` and `%` of BigInt beat Montgomery and Barrett
 * forms written in BigInt and ladders in WebAssembly, and a sliding window of 5
 * bits beats fixed windows. For a fixed base there is a table of all bytes that
 * exponents have had at each place: it grows with use, so that the first power
 * costs no more than without one, and one of many a multiplication for each byte.
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

/** Powers of one base to one modulus: exponentiation by one multiplication for each byte of the exponent. */
export class FixedBaseTable {
  readonly #modulus: bigint;
  /** base^(2^n). */
  readonly #squares: bigint[];
  /** Row `n` holds base^(d * 256^n) for the bytes d that were asked for. */
  readonly #rows: (bigint | undefined)[][] = [];

  /**
   * An empty table; entries are computed as exponents need them.
   *
   * @param modulus Above 1.
   */
  constructor(base: bigint, modulus: bigint) {
    this.#modulus = modulus;
    this.#squares = [base % modulus];
  }

  /**
   * `base ** exponent % modulus`.
   *
   * @param exponent In network order.
   */
  power(exponent: Uint8Array): bigint {
    let result = 1n;
    for (let place = 0; place < exponent.length; place++) {
      const digit = exponent[exponent.length - 1 - place] as number;
      if (digit !== 0) result = (result * this.#entry(place, digit)) % this.#modulus;
    }
    return result;
  }

  #entry(place: number, digit: number): bigint {
    const row = this.#rows[place] ??= [];
    return row[digit] ??= this.#computed(place, digit);
  }

  /** From two entries that other bytes share: its halves, or the rest and its lowest bit. */
  #computed(place: number, digit: number): bigint {
    const rest = (digit & 0xf0) !== 0 && (digit & 0x0f) !== 0 ? digit & 0xf0 : digit & (digit - 1);
    if (rest === 0) return this.#square(8 * place + 31 - Math.clz32(digit));
    return (this.#entry(place, rest) * this.#entry(place, digit ^ rest)) % this.#modulus;
  }

  #square(bit: number): bigint {
    const squares = this.#squares;
    while (squares.length <= bit) {
      const last = squares[squares.length - 1] as bigint;
      squares.push((last * last) % this.#modulus);
    }
    return squares[bit] as bigint;
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
    return bigintToBytes(table.power(exponent), byteLength(modulus));
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
