/**
 * The MODP groups of phase 1.
 *
 * All are made by one published rule (RFC 2412 appendix E, RFC 3526),
 * p = 2^n - 2^(n-64) - 1 + 2^64 * (floor(2^(n-130) * pi) + c),
 * with the smallest c for which p is a safe prime; so they are computed here,
 * not listed. The generator is 2.
 *
 * @module
 */

import { bytesToBigint } from "../../sim/parts/modular_exponentiation.ts";

/** A Diffie-Hellman group over a safe prime, with generator 2. */
export interface ModpGroup {
  /** Number of the group description attribute. */
  readonly number: number;
  /** Length of the prime in bits. */
  readonly bits: number;
  /** Length of the prime in bytes; public values and the shared secret are left-padded to it. */
  readonly lengthBytes: number;
  /** Length of the secret exponents that are drawn, in bytes: no less than the lower estimate of RFC 3526 §8. */
  readonly exponentBytes: number;
  /** The prime. */
  readonly prime: bigint;
}

/** What is published of a group. */
export interface PublishedGroup extends Pick<ModpGroup, "number" | "bits" | "exponentBytes"> {
  /** The c of the rule. */
  readonly constant: bigint;
  /** The last 64 bits that the RFC prints of the prime before those that are all ones; c and pi both decide them. */
  readonly lastDigits: bigint;
}

/** The one place where groups are listed. */
const PUBLISHED: readonly PublishedGroup[] = [
  // RFC 2409 §6.1 and §6.2.
  { number: 1, bits: 768, constant: 149686n, lastDigits: 0xf44c42e9_a63a3620n, exponentBytes: 32 },
  { number: 2, bits: 1024, constant: 129093n, lastDigits: 0x49286651_ece65381n, exponentBytes: 32 },
  // RFC 3526 §2 to §7.
  { number: 5, bits: 1536, constant: 741804n, lastDigits: 0xf1746c08_ca237327n, exponentBytes: 32 },
  { number: 14, bits: 2048, constant: 124476n, lastDigits: 0x15728e5a_8aacaa68n, exponentBytes: 32 },
  { number: 15, bits: 3072, constant: 1690314n, lastDigits: 0x4b82d120_a93ad2can, exponentBytes: 40 },
  { number: 16, bits: 4096, constant: 240904n, lastDigits: 0x4df435c9_34063199n, exponentBytes: 40 },
  { number: 17, bits: 6144, constant: 929484n, lastDigits: 0xe694f91e_6dcc4024n, exponentBytes: 48 },
  { number: 18, bits: 8192, constant: 4743158n, lastDigits: 0x60c980dd_98edd3dfn, exponentBytes: 48 },
];

/**
 * Bits that an exponent has at the least, by the bits of the prime from which on this holds: estimate 1 of RFC 3526 §8,
 * twice the strength of the group.
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
 * Computes groups, and compares each prime with what is printed of it.
 *
 * @throws {RangeError} They differ: a group with a composite modulus would work with any peer that has the same, and
 * protect nothing. Or exponents are shorter than the lower estimate of RFC 3526 §8, or longer than the prime.
 */
export function computeGroups(published: readonly PublishedGroup[]): ReadonlyMap<number, ModpGroup> {
  const longestBits = Math.max(...published.map(({ bits }) => bits));
  const longestPi = piTimesPowerOfTwo(longestBits - 130);
  return new Map(published.map((group) => {
    requireExponents(group);
    const { number, bits, constant, lastDigits, exponentBytes } = group;
    const n = BigInt(bits);
    const pi = longestPi >> BigInt(longestBits - bits);
    const prime = (1n << n) - (1n << (n - 64n)) - 1n + ((pi + constant) << 64n);
    const digits = BigInt.asUintN(64, prime >> 64n);
    if (digits !== lastDigits) {
      const [given, accepted] = [digits, lastDigits].map((number) => number.toString(16));
      throw new RangeError(`The prime of group ${number} ends in ${given}, expected ${accepted}`);
    }
    return [number, { number, bits, lengthBytes: bits / 8, exponentBytes, prime }];
  }));
}

const GROUPS = computeGroups(PUBLISHED);

/** The group with this number, or `undefined`. */
export function modpGroup(number: number): ModpGroup | undefined {
  return GROUPS.get(number);
}

/** The numbers of all groups that are known. */
export const MODP_GROUP_NUMBERS: readonly number[] = [...GROUPS.keys()];

/** Why a peer's public value must not be used, or `undefined` if it may: its length is the group's, and 1 < y < p - 1. */
export function publicValueProblem(group: ModpGroup, value: Uint8Array): string | undefined {
  if (value.length !== group.lengthBytes) return `a public value of ${value.length} bytes in group ${group.number}`;
  const number = bytesToBigint(value);
  if (number <= 1n || number >= group.prime - 1n) return "a public value that is 0, 1, p - 1 or more";
  return undefined;
}
