/**
 * Groups of points on elliptic curves.
 *
 * Points of curves over a prime travel as x and y, each padded on the left to
 * the field's length, without the octet that says which form it is; the shared
 * secret is x alone (RFC 5903 §7; RFC 4753, which had both, is replaced by it).
 * Curve25519 knows no y, and its octets are used as RFC 7748 has them, in the
 * order of neither end (RFC 8031 §2).
 *
 * @module
 */

import { getMinHashLength } from "@noble/curves/abstract/modular.js";
import type { MontgomeryECDH } from "@noble/curves/abstract/montgomery.js";
import type { ECDSA } from "@noble/curves/abstract/weierstrass.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { bytesToBigint } from "../../sim/parts/modular_exponentiation.ts";
import { GROUP_TYPE_ECP } from "./constants.ts";
import type { DiffieHellmanGroup } from "./diffie_hellman.ts";

/** SEC 1 §2.3.3: what precedes x and y. */
const UNCOMPRESSED = Uint8Array.of(4);

/**
 * A group over a prime field (ECP).
 *
 * @param number Of the group description attribute.
 * @param name In suites.
 * @param curve Its cofactor is 1, so that every point on it does.
 */
export function ecpGroup(number: number, name: string, curve: ECDSA): DiffieHellmanGroup {
  const { Fp } = curve.Point;
  /** Uses the scalar that an exponent stands for: reduced from half as many bits again (FIPS 186-5 A.2.1). */
  const withScalar = (exponent: Uint8Array, use: (scalar: Uint8Array) => Uint8Array) => {
    const scalar = curve.utils.randomSecretKey(exponent);
    const result = use(scalar);
    scalar.fill(0);
    return result;
  };
  const sec1 = (value: Uint8Array) => concatBytes(UNCOMPRESSED, value);
  return {
    number,
    name,
    attributeType: GROUP_TYPE_ECP,
    bits: Fp.BITS,
    publicBytes: 2 * Fp.BYTES,
    sharedBytes: Fp.BYTES,
    exponentBytes: getMinHashLength(curve.Point.Fn.ORDER),
    operation: "scalar multiplication",
    publicValue: (exponent) => withScalar(exponent, (scalar) => curve.getPublicKey(scalar, false).slice(1)),
    sharedSecret: (exponent, peerValue) =>
      withScalar(exponent, (scalar) => {
        const point = curve.getSharedSecret(scalar, sec1(peerValue), false);
        const x = point.slice(1, 1 + Fp.BYTES);
        point.fill(0);
        return x;
      }),
    problemOf: (value) =>
      curve.utils.isValidPublicKey(sec1(value), false) ? undefined : "a public value that is no point on the curve",
  };
}

/** What is published of Curve25519. */
export interface Curve25519 {
  /** The curve. */
  readonly curve: MontgomeryECDH;
  /** 2^255 - 19. */
  readonly prime: bigint;
  /**
   * The u-coordinates of all points, on the curve and on its twist, whose order divides 8: every clamped scalar takes
   * them to 0, and the secret would be known to everybody.
   */
  readonly smallOrders: readonly bigint[];
}

/**
 * Curve25519. RFC 8031 numbers it for IKEv2 alone; strongSwan and libreswan use the number in IKEv1 as well.
 *
 * @param number Of the group description attribute.
 * @param name In suites.
 */
export function curve25519Group(number: number, name: string, published: Curve25519): DiffieHellmanGroup {
  const { curve, prime, smallOrders } = published;
  const bits = prime.toString(2).length;
  const lengthBytes = Math.ceil(bits / 8);
  return {
    number,
    name,
    attributeType: GROUP_TYPE_ECP,
    bits,
    publicBytes: lengthBytes,
    sharedBytes: lengthBytes,
    exponentBytes: lengthBytes,
    operation: "scalar multiplication",
    publicValue: curve.getPublicKey,
    sharedSecret: curve.getSharedSecret,
    problemOf(value) {
      // RFC 7748 §5: little-endian, the highest bit masked, values of the prime and above accepted.
      const u = BigInt.asUintN(bits, bytesToBigint(value.toReversed())) % prime;
      return smallOrders.includes(u) ? "a public value of small order" : undefined;
    },
  };
}
