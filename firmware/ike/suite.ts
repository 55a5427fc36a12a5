/**
 * Suites: what a transform of phase 1 proposes, by the names that strongSwan
 * uses, such as `aes256-sha256-modp2048`.
 *
 * @module
 */

import { cipher, type CipherName, cipherNameOfAttributes } from "./ciphers.ts";
import {
  AttributeType,
  AUTHENTICATION_PRESHARED_KEY,
  IPSEC_DOI,
  LIFE_TYPE_SECONDS,
  PayloadType,
  PROTOCOL_ISAKMP,
  SITUATION_IDENTITY_ONLY,
  TRANSFORM_KEY_IKE,
} from "./constants.ts";
import { MODP_GROUP_NUMBERS, type ModpGroup, modpGroup } from "./groups.ts";
import { hashFunction, type HashName, hashNameOfAttribute } from "./hash_functions.ts";
import { type Attribute, encodePayloads, type Transform } from "./message.ts";

/** Cipher, hash and group of a phase 1 security association. */
export interface Suite {
  /** The cipher. */
  readonly cipher: CipherName;
  /** The hash function. */
  readonly hash: HashName;
  /** Number of the MODP group. */
  readonly group: number;
}

/** A text that names no suite. */
export class SuiteError extends Error {
  /**
   * Says what was given and what is accepted.
   *
   * @param given The text.
   */
  constructor(given: string) {
    const groups = MODP_GROUP_NUMBERS.map((number) => `modp${modpGroup(number)?.bits}`).join(", ");
    super(
      `${JSON.stringify(given)} is no suite: expected cipher-hash-group with des, 3des, aes128, aes192 or aes256, ` +
        `md5, sha1, sha256, sha384 or sha512, and ${groups}`,
    );
    this.name = "SuiteError";
  }
}

/**
 * Reads a suite's name.
 *
 * @throws {SuiteError} It is none.
 */
export function parseSuite(text: string): Suite {
  const match = /^(des|3des|aes128|aes192|aes256)-(md5|sha1|sha256|sha384|sha512)-modp(\d+)$/.exec(text);
  const group = MODP_GROUP_NUMBERS.find((number) => String(modpGroup(number)?.bits) === match?.[3]);
  if (match === null || group === undefined) throw new SuiteError(text);
  return { cipher: match[1] as CipherName, hash: match[2] as HashName, group };
}

/** A suite's name. */
export function formatSuite(suite: Suite): string {
  return `${suite.cipher}-${suite.hash}-modp${modpGroup(suite.group)?.bits ?? "?"}`;
}

/** The group of a suite. */
export function groupOf(suite: Suite): ModpGroup {
  return modpGroup(suite.group) as ModpGroup;
}

/**
 * What a transform proposes, or why it cannot be used. An attribute that is
 * repeated or unknown makes it unusable: a responder must not guess.
 */
export function suiteOfTransform(
  transform: Transform,
): { readonly suite: Suite; readonly lifetimeSeconds: number | undefined } | undefined {
  const values = new Map<number, number>();
  for (const { type, value } of transform.attributes) {
    const repeatable = type === AttributeType.lifeType || type === AttributeType.lifeDuration;
    if (values.has(type) && !repeatable) return undefined;
    if (!values.has(type)) values.set(type, value);
  }
  const known: readonly number[] = Object.values(AttributeType);
  if ([...values.keys()].some((type) => !known.includes(type))) return undefined;
  if (values.get(AttributeType.authentication) !== AUTHENTICATION_PRESHARED_KEY) return undefined;
  const cipherName = cipherNameOfAttributes(
    values.get(AttributeType.encryption) ?? 0,
    values.get(AttributeType.keyLength),
  );
  const hashName = hashNameOfAttribute(values.get(AttributeType.hash) ?? 0);
  const group = values.get(AttributeType.group) ?? 0;
  if (cipherName === undefined || hashName === undefined || modpGroup(group) === undefined) return undefined;
  return {
    suite: { cipher: cipherName, hash: hashName, group },
    lifetimeSeconds: lifetime(transform.attributes),
  };
}

/** The body of a security association payload that offers suites in order of preference, one transform each. */
export function offerBody(suites: readonly Suite[], lifetimeSeconds: number): Uint8Array {
  const transforms = suites.map((suite, index) => {
    const attributes = encodeAttributes(attributesOf(suite, lifetimeSeconds));
    const body = new Uint8Array(4 + attributes.length);
    body[0] = index + 1;
    body[1] = TRANSFORM_KEY_IKE;
    body.set(attributes, 4);
    return { type: PayloadType.transform, body };
  });
  return associationBody(1, new Uint8Array(0), suites.length, encodePayloads(transforms));
}

/**
 * The body of the answer to an offer: one proposal with one transform, unchanged.
 *
 * @param transform The transform's bytes as received, generic header included.
 */
export function choiceBody(proposalNumber: number, spi: Uint8Array, transform: Uint8Array): Uint8Array {
  const only = transform.slice();
  only[0] = PayloadType.none;
  return associationBody(proposalNumber, spi, 1, only);
}

/** True when two transforms say the same, in whatever order: daemons reorder attributes in their answer. */
export function sameAttributes(a: readonly Attribute[], b: readonly Attribute[]): boolean {
  const key = (attributes: readonly Attribute[]) =>
    attributes.map(({ type, value }) => `${type}=${value}`).sort().join();
  return key(a) === key(b);
}

function associationBody(number: number, spi: Uint8Array, count: number, transforms: Uint8Array): Uint8Array {
  const proposal = new Uint8Array(4 + spi.length + transforms.length);
  proposal.set([number, PROTOCOL_ISAKMP, spi.length, count]);
  proposal.set(spi, 4);
  proposal.set(transforms, 4 + spi.length);
  const chain = encodePayloads([{ type: PayloadType.proposal, body: proposal }]);
  const body = new Uint8Array(8 + chain.length);
  const view = new DataView(body.buffer);
  view.setUint32(0, IPSEC_DOI);
  view.setUint32(4, SITUATION_IDENTITY_ONLY);
  body.set(chain, 8);
  return body;
}

function attributesOf(suite: Suite, lifetimeSeconds: number): Attribute[] {
  const { attribute, keyLengthBits } = cipher(suite.cipher);
  return [
    { type: AttributeType.encryption, value: attribute },
    ...(keyLengthBits === undefined ? [] : [{ type: AttributeType.keyLength, value: keyLengthBits }]),
    { type: AttributeType.hash, value: hashFunction(suite.hash).attribute },
    { type: AttributeType.group, value: suite.group },
    { type: AttributeType.authentication, value: AUTHENTICATION_PRESHARED_KEY },
    { type: AttributeType.lifeType, value: LIFE_TYPE_SECONDS },
    { type: AttributeType.lifeDuration, value: lifetimeSeconds },
  ];
}

function encodeAttributes(attributes: readonly Attribute[]): Uint8Array {
  const bytes: number[] = [];
  for (const { type, value } of attributes) {
    if (value <= 0xffff) bytes.push(0x80 | (type >> 8), type & 0xff, value >> 8, value & 0xff);
    else {bytes.push(
        type >> 8,
        type & 0xff,
        0,
        4,
        value >>> 24,
        (value >> 16) & 0xff,
        (value >> 8) & 0xff,
        value & 0xff,
      );}
  }
  return Uint8Array.from(bytes);
}

function lifetime(attributes: readonly Attribute[]): number | undefined {
  for (let index = 0; index + 1 < attributes.length; index++) {
    const [type, duration] = [attributes[index], attributes[index + 1]];
    if (
      type?.type === AttributeType.lifeType && type.value === LIFE_TYPE_SECONDS &&
      duration?.type === AttributeType.lifeDuration
    ) return duration.value;
  }
  return undefined;
}
