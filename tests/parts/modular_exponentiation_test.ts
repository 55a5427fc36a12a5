import { assertEquals } from "@std/assert";
import { createDiffieHellman, getDiffieHellman } from "node:crypto";
import fc from "fast-check";
import { RandomStreams } from "../../sim/kernel/random.ts";
import {
  bigintToBytes,
  bytesToBigint,
  FixedBaseTable,
  modularExponentiation,
  ModularExponentiator,
} from "../../sim/parts/modular_exponentiation.ts";

/** By the definition: square and multiply, bit by bit. */
function slow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n % modulus;
  for (const bit of exponent.toString(2)) {
    result = result * result % modulus;
    if (bit === "1") result = result * base % modulus;
  }
  return result;
}

function bytesOf(exponent: bigint): Uint8Array {
  return bigintToBytes(exponent, Math.ceil(exponent.toString(16).length / 2));
}

const modulus = fc.bigInt({ min: 2n, max: (1n << 512n) - 1n });
const number = fc.bigInt({ min: 0n, max: (1n << 300n) - 1n });

Deno.test("modularExponentiation() and FixedBaseTable equal square and multiply", () => {
  fc.assert(
    fc.property(number, number, modulus, (base, exponent, m) => {
      const expected = slow(base % m, exponent, m);
      assertEquals(modularExponentiation(base % m, exponent, m) % m, expected);
      assertEquals(new FixedBaseTable(base, m).power(bytesOf(exponent)) % m, expected);
    }),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("modularExponentiation(): exponents of few bits, where windows meet the ends", () => {
  for (let exponent = 0n; exponent < 300n; exponent++) {
    assertEquals(modularExponentiation(7n, exponent, 1_000_003n), slow(7n, exponent, 1_000_003n));
    assertEquals(new FixedBaseTable(7n, 1_000_003n).power(bytesOf(exponent)), slow(7n, exponent, 1_000_003n));
  }
});

Deno.test("FixedBaseTable gives the same for short exponents after long ones", () => {
  const table = new FixedBaseTable(2n, (1n << 127n) - 1n);
  for (const bits of [200n, 3n, 64n, 0n, 199n]) {
    const exponent = (1n << bits) - 1n;
    assertEquals(table.power(bytesOf(exponent)), slow(2n, exponent, (1n << 127n) - 1n));
  }
});

Deno.test("generatorPower() equals node:crypto for 1,000 random exponents, 200 in each of groups 2, 5, 14, 15 and 16", () => {
  const random = new RandomStreams(1).stream("exponents");
  for (
    const [name, exponentBytes] of [["modp2", 32], ["modp5", 32], ["modp14", 32], ["modp15", 40], [
      "modp16",
      40,
    ]] as const
  ) {
    const primeBytes = getDiffieHellman(name).getPrime();
    const prime = bytesToBigint(primeBytes);
    const unit = new ModularExponentiator();
    const peer = createDiffieHellman(primeBytes, 2);
    for (let count = 0; count < 200; count++) {
      const exponent = random.bytes(exponentBytes);
      peer.setPrivateKey(exponent);
      // With the generator as the peer's value its "secret" is the power of the generator.
      assertEquals(unit.generatorPower(exponent, prime), new Uint8Array(peer.computeSecret(Uint8Array.of(2))), name);
    }
  }
});

Deno.test("ModularExponentiator: two ends agree, and values are as long as the modulus", () => {
  const prime = (1n << 521n) - 1n;
  const unit = new ModularExponentiator();
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      (a, b) => {
        const [publicA, publicB] = [unit.generatorPower(a, prime), unit.generatorPower(b, prime)];
        const shared = unit.power(publicB, a, prime);
        assertEquals(shared, unit.power(publicA, b, prime));
        assertEquals([publicA.length, shared.length], [66, 66]);
      },
    ),
    { seed: 2, numRuns: 50 },
  );
});

Deno.test("bytesToBigint() and bigintToBytes() are the inverse of each other, with zeros on the left", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assertEquals(bigintToBytes(bytesToBigint(bytes), bytes.length), bytes);
    }),
    { seed: 3 },
  );
  assertEquals(bytesToBigint(new Uint8Array(0)), 0n);
  assertEquals(bigintToBytes(0xabcn, 4), Uint8Array.of(0, 0, 0x0a, 0xbc));
});
