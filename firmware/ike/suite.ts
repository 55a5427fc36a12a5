/**
 * Suites: what a transform of phase 1 proposes, by the names that strongSwan
 * uses, such as `aes256-sha256-modp2048`.
 *
 * @module
 */

import { encodeAttributes, lifetimeOf } from "./attributes.ts";
import { cipher, CIPHER_NAMES, type CipherName, cipherNameOfAttributes } from "./ciphers.ts";
import { AttributeType, AUTHENTICATION_PRESHARED_KEY, LIFE_TYPE_SECONDS, TRANSFORM_KEY_IKE } from "./constants.ts";
import type { DiffieHellmanGroup } from "./diffie_hellman.ts";
import { DIFFIE_HELLMAN_GROUPS, diffieHellmanGroup } from "./groups.ts";
import { HASH_NAMES, hashFunction, type HashName, hashNameOfAttribute } from "./hash_functions.ts";
import type { Transform } from "./payloads.ts";

/** Cipher, hash and group of a phase 1 security association. */
export interface Suite {
  /** The cipher. */
  readonly cipher: CipherName;
  /** The hash function. */
  readonly hash: HashName;
  /** Number of the Diffie-Hellman group, as the group description attribute has it. */
  readonly group: number;
}

/** Something that is no suite. */
export class SuiteError extends Error {
  /** What was given. */
  readonly given: string;

  /**
   * Says what was given and what is accepted.
   *
   * @param given The text, or a description of it.
   */
  constructor(given: string) {
    const groups = DIFFIE_HELLMAN_GROUPS.map(({ name }) => name);
    super(
      `${JSON.stringify(given)} is no suite: expected cipher-hash-group with a cipher of ${CIPHER_NAMES.join(", ")}, ` +
        `a hash of ${HASH_NAMES.join(", ")}, and a group of ${groups.join(", ")}`,
    );
    this.name = "SuiteError";
    this.given = given;
  }
}

/**
 * Reads a suite's name.
 *
 * @throws {SuiteError} It is none.
 */
export function parseSuite(text: string): Suite {
  const [cipherText, hashText, groupText, ...more] = text.split("-");
  const cipherName = CIPHER_NAMES.find((name) => name === cipherText);
  const hashName = HASH_NAMES.find((name) => name === hashText);
  const group = DIFFIE_HELLMAN_GROUPS.find(({ name }) => name === groupText)?.number;
  if (cipherName === undefined || hashName === undefined || group === undefined || more.length > 0) {
    throw new SuiteError(text);
  }
  return { cipher: cipherName, hash: hashName, group };
}

/** A suite's name. */
export function formatSuite(suite: Suite): string {
  return `${suite.cipher}-${suite.hash}-${diffieHellmanGroup(suite.group)?.name ?? "?"}`;
}

/**
 * The group of a suite.
 *
 * @throws {SuiteError} It has none that is known.
 */
export function groupOf(suite: Suite): DiffieHellmanGroup {
  const group = diffieHellmanGroup(suite.group);
  if (group === undefined) throw new SuiteError(`${suite.cipher}-${suite.hash}-group ${suite.group}`);
  return group;
}

/** True when two suites are the same. */
export function sameSuite(a: Suite, b: Suite): boolean {
  return a.cipher === b.cipher && a.hash === b.hash && a.group === b.group;
}

/** What a transform proposes. */
export type TransformMeaning =
  | { readonly type: "usable"; readonly suite: Suite; readonly lifetimeSeconds: number | undefined }
  | { readonly type: "unusable"; readonly reason: string };

const KNOWN_ATTRIBUTES: ReadonlySet<number> = new Set(Object.values(AttributeType));

/** What a transform proposes. An attribute that is repeated or unknown makes it unusable: a responder must not guess. */
export function meaningOf(transform: Transform): TransformMeaning {
  if (transform.id !== TRANSFORM_KEY_IKE) return unusable(`transform ${transform.id} is not known`);
  const values = new Map<number, number>();
  for (const { type, value } of transform.attributes) {
    if (!KNOWN_ATTRIBUTES.has(type)) return unusable(`attribute ${type} is unknown`);
    if (type === AttributeType.lifeType || type === AttributeType.lifeDuration) continue;
    if (value === undefined || values.has(type)) return unusable(`attribute ${type} is repeated or has no value`);
    values.set(type, value);
  }
  const lifetime = lifetimeOf(transform.attributes);
  if (lifetime === undefined) return unusable("the lifetime makes no sense");
  if (values.get(AttributeType.authentication) !== AUTHENTICATION_PRESHARED_KEY) {
    return unusable("authentication is not by preshared key");
  }
  const cipherName = cipherNameOfAttributes(
    values.get(AttributeType.encryption) ?? 0,
    values.get(AttributeType.keyLength),
  );
  const hashName = hashNameOfAttribute(values.get(AttributeType.hash) ?? 0);
  const group = diffieHellmanGroup(values.get(AttributeType.group) ?? 0);
  if (cipherName === undefined || hashName === undefined || group === undefined) {
    return unusable("cipher, hash or group are unknown");
  }
  // It only says of a group what its number says already.
  if ((values.get(AttributeType.groupType) ?? group.attributeType) !== group.attributeType) {
    return unusable("the group's type is not that of its number");
  }
  const suite = { cipher: cipherName, hash: hashName, group: group.number };
  return { type: "usable", suite, lifetimeSeconds: lifetime.seconds };
}

/** The encoded attributes of a transform that proposes a suite, in charon's order. */
export function suiteAttributes(suite: Suite, lifetimeSeconds: number): Uint8Array {
  const { attribute, keyLengthBits } = cipher(suite.cipher);
  return encodeAttributes([
    { type: AttributeType.encryption, value: attribute },
    ...(keyLengthBits === undefined ? [] : [{ type: AttributeType.keyLength, value: keyLengthBits }]),
    { type: AttributeType.hash, value: hashFunction(suite.hash).attribute },
    { type: AttributeType.group, value: suite.group },
    { type: AttributeType.authentication, value: AUTHENTICATION_PRESHARED_KEY },
    { type: AttributeType.lifeType, value: LIFE_TYPE_SECONDS },
    { type: AttributeType.lifeDuration, value: lifetimeSeconds },
  ]);
}

function unusable(reason: string): TransformMeaning {
  return { type: "unusable", reason };
}
