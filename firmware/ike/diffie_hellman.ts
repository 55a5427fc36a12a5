/**
 * What a Diffie-Hellman group of phase 1 is, of whatever kind: lengths on the
 * wire, which public values are refused, and the two computations.
 *
 * @module
 */

/** What the public-key engine does in a group: it decides what a computation costs. */
export type GroupOperation = "modular exponentiation" | "scalar multiplication";

/** A Diffie-Hellman group. Values of all functions are bytes as they travel. */
export interface DiffieHellmanGroup {
  /** Number of the group description attribute (RFC 2409 appendix A, and the registry that goes on from it). */
  readonly number: number;
  /** Its name in suites, as strongSwan writes it: `modp2048`, `ecp256`, `curve25519`. */
  readonly name: string;
  /** Value of the group type attribute, should a peer add it: it only says of a group what its number says already. */
  readonly attributeType: number;
  /** Length of the prime in bits: of the modulus, or of the field of a curve. */
  readonly bits: number;
  /** Length of public values in bytes. */
  readonly publicBytes: number;
  /** Length of the shared secret in bytes. */
  readonly sharedBytes: number;
  /** How many random bytes an exponent is made of. */
  readonly exponentBytes: number;
  /** What a computation is. */
  readonly operation: GroupOperation;
  /** This end's public value; `publicBytes` long, padded on the left. */
  readonly publicValue: (exponent: Uint8Array) => Uint8Array;
  /** The shared secret, `sharedBytes` long, padded on the left. The peer's value is one without a problem. */
  readonly sharedSecret: (exponent: Uint8Array, peerValue: Uint8Array) => Uint8Array;
  /** Why a peer's public value of the right length must not be used, or `undefined` if it may. */
  readonly problemOf: (value: Uint8Array) => string | undefined;
}

/** Why a peer's public value must not be used, or `undefined` if it may. */
export function publicValueProblem(group: DiffieHellmanGroup, value: Uint8Array): string | undefined {
  if (value.length !== group.publicBytes) return `a public value of ${value.length} bytes in group ${group.number}`;
  return group.problemOf(value);
}
