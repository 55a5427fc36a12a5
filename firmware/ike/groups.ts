/**
 * The MODP groups of phase 1: RFC 2409 §6.1 and §6.2 (1 and 2), RFC 3526 (5, 14, 15, 16).
 *
 * All are made by one published rule,
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
  /** Length of the secret exponents that are drawn, in bytes: at least the lower estimate of RFC 3526 §8. */
  readonly exponentBytes: number;
  /** The prime. */
  readonly prime: bigint;
}

const LONGEST_BITS = 4096;

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

const PI = piTimesPowerOfTwo(LONGEST_BITS);

function group(number: number, bits: number, constant: bigint, exponentBytes: number): readonly [number, ModpGroup] {
  const n = BigInt(bits);
  const pi = PI >> BigInt(LONGEST_BITS - (bits - 130));
  const prime = (1n << n) - (1n << (n - 64n)) - 1n + ((pi + constant) << 64n);
  return [number, { number, bits, lengthBytes: bits / 8, exponentBytes, prime }];
}

const GROUPS: ReadonlyMap<number, ModpGroup> = new Map([
  group(1, 768, 149686n, 32), // RFC 2409 §6.1
  group(2, 1024, 129093n, 32), // RFC 2409 §6.2
  group(5, 1536, 741804n, 32), // RFC 3526 §2
  group(14, 2048, 124476n, 32), // RFC 3526 §3
  group(15, 3072, 1690314n, 40), // RFC 3526 §4
  group(16, 4096, 240904n, 40), // RFC 3526 §5
]);

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
