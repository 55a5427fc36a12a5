/** The primes of the groups, computed again from the published formula with another series for pi, and by OpenSSL's list. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { getDiffieHellman } from "node:crypto";
import { DIFFIE_HELLMAN_GROUPS } from "../../../firmware/ike/groups.ts";
import { type ModpGroup, modpGroups } from "../../../firmware/ike/modp_groups.ts";

/** Bits and constant of p = 2^n - 2^(n-64) - 1 + 2^64 * (floor(2^(n-130) * pi) + c), for every group that has one. */
const PUBLISHED: ReadonlyMap<number, { readonly bits: number; readonly constant: bigint }> = new Map([
  [1, { bits: 768, constant: 149686n }], // RFC 2409 §6.1
  [2, { bits: 1024, constant: 129093n }], // RFC 2409 §6.2
  [5, { bits: 1536, constant: 741804n }], // RFC 3526 §2
  [14, { bits: 2048, constant: 124476n }], // RFC 3526 §3
  [15, { bits: 3072, constant: 1690314n }], // RFC 3526 §4
  [16, { bits: 4096, constant: 240904n }], // RFC 3526 §5
  [17, { bits: 6144, constant: 929484n }], // RFC 3526 §6
  [18, { bits: 8192, constant: 4743158n }], // RFC 3526 §7
]);

/** floor(2^bits * pi), by Størmer's formula: pi/4 = 44 arctan 1/57 + 7 arctan 1/239 - 12 arctan 1/682 + 24 arctan 1/12943. */
function piTimesPowerOfTwo(bits: number): bigint {
  const guardBits = 64n;
  const one = 1n << (BigInt(bits) + guardBits);
  const arctanOfInverse = (divisor: bigint) => {
    let [sum, power, sign] = [0n, one / divisor, 1n];
    for (let denominator = 1n; power > 0n; denominator += 2n) {
      sum += sign * (power / denominator);
      power /= divisor * divisor;
      sign = -sign;
    }
    return sum;
  };
  const quarter = 44n * arctanOfInverse(57n) + 7n * arctanOfInverse(239n) - 12n * arctanOfInverse(682n) +
    24n * arctanOfInverse(12943n);
  return (4n * quarter) >> guardBits;
}

function publishedPrime(bits: number, constant: bigint): bigint {
  const n = BigInt(bits);
  return (1n << n) - (1n << (n - 64n)) - 1n + ((piTimesPowerOfTwo(bits - 130) + constant) << 64n);
}

/** The groups of primes. */
const MODP_GROUPS = DIFFIE_HELLMAN_GROUPS.filter((group): group is ModpGroup => "prime" in group);

Deno.test("every group of a prime has that of the published formula, however long it is", () => {
  assert(MODP_GROUPS.length >= 6);
  for (const group of MODP_GROUPS) {
    const { number } = group;
    const published = PUBLISHED.get(number);
    assert(published !== undefined, `group ${number} has no published formula here`);
    assertEquals(group.bits, published.bits, `group ${number}`);
    assertEquals(group.publicBytes, published.bits / 8, `group ${number}`);
    assertEquals(group.sharedBytes, published.bits / 8, `group ${number}`);
    assertEquals(group.name, `modp${published.bits}`);
    assert(group.prime === publishedPrime(published.bits, published.constant), `the prime of group ${number}`);
    assertEquals(group.prime.toString(2).length, published.bits, `group ${number}`);
  }
});

/** The prime in OpenSSL's own list; an unknown group throws. */
function opensslPrime(number: number): bigint {
  return BigInt(`0x${getDiffieHellman(`modp${number}`).getPrime("hex")}`);
}

Deno.test("every group of a prime has that which OpenSSL lists", () => {
  for (const { number, prime } of MODP_GROUPS) {
    assert(prime === opensslPrime(number), `the prime of group ${number}`);
  }
});

/** RFC 3526 §6 and §7: what one would have to add for longer groups. */
const GROUP_17 = { number: 17, bits: 6144, constant: 929484n, lastDigits: 0xe694f91e_6dcc4024n, exponentBytes: 48 };
const GROUP_18 = { number: 18, bits: 8192, constant: 4743158n, lastDigits: 0x60c980dd_98edd3dfn, exponentBytes: 48 };

Deno.test("modpGroups() needs no more than a row for a longer group, and one row does not change another", () => {
  for (const groups of [[GROUP_17], [GROUP_18], [GROUP_17, GROUP_18]]) {
    for (const { number, prime } of modpGroups(groups)) assert(prime === opensslPrime(number), `group ${number}`);
  }
});

Deno.test("modpGroups() refuses a row that does not give the published prime", () => {
  const wrong = [
    { ...GROUP_17, constant: 929485n },
    { ...GROUP_17, bits: 6208 },
    { ...GROUP_17, bits: 4096 },
    { ...GROUP_17, lastDigits: GROUP_17.lastDigits ^ 1n },
  ];
  for (const row of wrong) {
    const [, group] = modpGroups([GROUP_18, row]);
    assertThrows(() => group?.prime, RangeError, "The prime of group 17 ends in ");
    assertThrows(() => group?.publicValue(Uint8Array.of(1)), RangeError, "The prime of group 17 ends in ");
  }
});

Deno.test("modpGroups() refuses exponents below the lower estimate of RFC 3526 §8, and longer than the prime", () => {
  // Bytes, from the table's bits: 180, 220, 260, 300, 340, 380. RFC 2409 has no estimate: the lowest holds for its groups.
  const least: readonly (readonly [number: number, bits: number, bytes: number])[] = [
    [1, 768, 23],
    [2, 1024, 23],
    [5, 1536, 23],
    [14, 2048, 28],
    [15, 3072, 33],
    [16, 4096, 38],
    [17, 6144, 43],
    [18, 8192, 48],
  ];
  assertEquals(least.map(([number]) => number), MODP_GROUPS.map(({ number }) => number));
  for (const [number, bits, bytes] of least) {
    const { prime = 0n, exponentBytes = 0 } = MODP_GROUPS.find((group) => group.number === number) ?? {};
    const row = (exponentBytes: number) => ({
      number,
      bits,
      constant: PUBLISHED.get(number)?.constant ?? 0n,
      lastDigits: BigInt.asUintN(64, prime >> 64n),
      exponentBytes,
    });
    for (const accepted of [bytes, exponentBytes, bits / 8]) modpGroups([row(accepted)]);
    for (const refused of [0, 1, 8, bytes - 1, bytes + 0.5, bits / 8 + 1, NaN, -32]) {
      const message = `The exponents of group ${number} have ${refused} bytes, expected ${bytes} to ${bits / 8}`;
      assertThrows(() => modpGroups([row(refused)]), RangeError, message);
    }
  }
});
