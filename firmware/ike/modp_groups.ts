/**
 * Groups of exponentiation modulo a prime (MODP).
 *
 * All are made by one published rule (RFC 2412 appendix E, RFC 3526),
 * p = 2^n - 2^(n-64) - 1 + 2^64 * (floor(2^(n-130) * pi) + c),
 * with the smallest c for which p is a safe prime; so they are computed here,
 * not listed. The generator is 2.
 *
 * @module
 */

import { bytesToBigint, ModularExponentiator } from "../../sim/parts/modular_exponentiation.ts";
import { GROUP_TYPE_MODP } from "./constants.ts";
import type { DiffieHellmanGroup } from "./diffie_hellman.ts";

/** What is published of a MODP group. */
export interface PublishedGroup {
  /** Number of the group description attribute. */
  readonly number: number;
  /** Length of the prime in bits. */
  readonly bits: number;
  /** The c of the rule. */
  readonly constant: bigint;
  /** The last 64 bits that the RFC prints of the prime before those that are all ones; c and pi both decide them. */
  readonly lastDigits: bigint;
  /** Length of the secret exponents that are drawn, in bytes: no less than the lower estimate of RFC 3526 §8. */
  readonly exponentBytes: number;
}

/** A Diffie-Hellman group over a safe prime, with generator 2. */
export interface ModpGroup extends DiffieHellmanGroup {
  /** The prime; throws a `RangeError` if it is not the one that is printed. */
  readonly prime: bigint;
}

/**
 * Bits that an exponent has at the least, by the bits of the prime from which on this holds: the table of RFC 3526 §8,
 * strength estimate 1, which has 180 for group 5, then 220, 260, 300, 340, and 380 for group 18: twice the strength.
 *
 * RFC 2409 gives none for its two groups. The first row is for them, too: a strength of 90 is more than theirs, since a
 * prime of 1228 bits has one of 80 (RFC 3766 §5).
 */
const LEAST_EXPONENT_BITS: readonly (readonly [primeBits: number, exponentBits: number])[] = [
  [0, 180],
  [2048, 220],
  [3072, 260],
  [4096, 300],
  [6144, 340],
  [8192, 380],
];

/** Refuses exponents that are the weakest part of a group: they would work with any peer, and protect less. */
function requireExponents({ number, bits, exponentBytes }: PublishedGroup): void {
  const least = LEAST_EXPONENT_BITS.findLast(([primeBits]) => bits >= primeBits)?.[1] ?? Infinity;
  if (!Number.isInteger(exponentBytes) || exponentBytes * 8 < least || exponentBytes * 8 > bits) {
    const accepted = `${Math.ceil(least / 8)} to ${bits / 8}`;
    throw new RangeError(`The exponents of group ${number} have ${exponentBytes} bytes, expected ${accepted}`);
  }
}

/** floor(2^bits * pi), by Machin's formula pi = 16 arctan(1/5) - 4 arctan(1/239). */
function piTimesPowerOfTwo(bits: number): bigint {
  const guardBits = 32n;
  const unit = 1n << (BigInt(bits) + guardBits);
  const arctanOfInverse = (divisor: bigint) => {
    let sum = 0n;
    let power = unit / divisor;
    for (let term = 0n; power > 0n; term++, power /= divisor * divisor) {
      const part = power / (2n * term + 1n);
      sum += term % 2n === 0n ? part : -part;
    }
    return sum;
  };
  return (16n * arctanOfInverse(5n) - 4n * arctanOfInverse(239n)) >> guardBits;
}

/**
 * Groups, each of which computes its prime when that is first needed, and compares it with what is printed of it.
 *
 * @throws {RangeError} Exponents are shorter than the lower estimate of RFC 3526 §8, or longer than the prime.
 */
export function modpGroups(published: readonly PublishedGroup[]): readonly ModpGroup[] {
  published.forEach(requireExponents);
  return published.map(groupOver);
}

/**
 * The prime of a group.
 *
 * @throws {RangeError} It does not end in the printed digits: a group with a composite modulus would work with any peer
 * that has the same, and protect nothing.
 */
function primeOf({ number, bits, constant, lastDigits }: PublishedGroup): bigint {
  const n = BigInt(bits);
  const prime = (1n << n) - (1n << (n - 64n)) - 1n + ((piTimesPowerOfTwo(bits - 130) + constant) << 64n);
  const digits = BigInt.asUintN(64, prime >> 64n);
  if (digits !== lastDigits) {
    const [given, accepted] = [digits, lastDigits].map((number) => number.toString(16));
    throw new RangeError(`The prime of group ${number} ends in ${given}, expected ${accepted}`);
  }
  return prime;
}

function groupOver(published: PublishedGroup): ModpGroup {
  const { number, bits, exponentBytes } = published;
  const lengthBytes = bits / 8;
  let known: bigint | undefined;
  const prime = () => known ??= primeOf(published);
  // Its table is a pure function of the prime, so all worlds may share it.
  const unit = new ModularExponentiator();
  return {
    number,
    name: `modp${bits}`,
    attributeType: GROUP_TYPE_MODP,
    bits,
    get prime() {
      return prime();
    },
    publicBytes: lengthBytes,
    sharedBytes: lengthBytes,
    exponentBytes,
    operation: "modular exponentiation",
    publicValue: (exponent) => unit.generatorPower(exponent, prime()),
    sharedSecret: (exponent, peerValue) => unit.power(peerValue, exponent, prime()),
    problemOf(value) {
      const element = bytesToBigint(value);
      // RFC 2631 §2.1.5: what lies in a group of one or two elements.
      return element <= 1n || element >= prime() - 1n ? "a public value that is 0, 1, p - 1 or more" : undefined;
    },
  };
}
