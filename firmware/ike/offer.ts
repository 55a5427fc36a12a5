/**
 * How an offer is laid out: which attributes a transform has, in which order
 * and form, and by which numbers. Daemons differ in all of that, and a policy
 * says it.
 *
 * @module
 */

import { type Attribute, encodeAttributes, type OutgoingAttribute } from "./attributes.ts";
import { cipher } from "./ciphers.ts";
import {
  AttributeType,
  AUTHENTICATION_PRESHARED_KEY,
  LIFE_TYPE_KILOBYTES,
  LIFE_TYPE_SECONDS,
  PayloadType,
} from "./constants.ts";
import { encodePayloads } from "./encode.ts";
import { hashFunction } from "./hash_functions.ts";
import type { Proposal, Transform } from "./payloads.ts";
import { DEFAULT_POLICY, type IkePolicy, type OfferAttribute } from "./policy.ts";
import { choiceBody, offerBody, transformBody } from "./security_association.ts";
import type { Suite } from "./suite.ts";

/** What a policy says of the form of offers. */
export type OfferForm = Pick<IkePolicy, "numbering" | "attributeOrder" | "durationForm" | "lifetimeKilobytes">;

/** The body of an offer of some suites. */
export function offerOf(
  suites: readonly Suite[],
  lifetimeSeconds: number,
  form: OfferForm = DEFAULT_POLICY,
): Uint8Array {
  return offerBody(suites.map((suite) => suiteAttributes(suite, lifetimeSeconds, form)), form.numbering);
}

/** The encoded attributes of a transform that proposes a suite. */
export function suiteAttributes(
  suite: Suite,
  lifetimeSeconds: number,
  form: OfferForm = DEFAULT_POLICY,
): Uint8Array {
  return encodeInForm(form.attributeOrder.flatMap((name) => attributesOf(name, suite, lifetimeSeconds, form)), form);
}

/** The answer to an offer: the transform that was chosen, alone in its proposal, as the policy returns it. */
export function answerBody(
  proposal: Proposal,
  transform: Transform,
  policy: OfferForm & Pick<IkePolicy, "choice">,
): Uint8Array {
  if (policy.choice === "unchanged") return choiceBody(proposal, transform);
  const { numbering } = policy;
  const number = transform.number || numbering.firstTransform;
  const body = transformBody(number, encodeInForm(inOrder(transform.attributes, policy), policy));
  const anew = { ...transform, bytes: encodePayloads([{ type: PayloadType.transform, body }]) };
  return choiceBody({ ...proposal, number: proposal.number || numbering.proposal }, anew);
}

function encodeInForm(attributes: readonly OutgoingAttribute[], { durationForm }: OfferForm): Uint8Array {
  return durationForm === "shortest"
    ? encodeAttributes(attributes)
    : encodeAttributes(attributes, AttributeType.lifeDuration);
}

/** The attributes that have a name; none where the suite or policy has no such thing. */
function attributesOf(
  name: OfferAttribute,
  suite: Suite,
  lifetimeSeconds: number,
  { lifetimeKilobytes }: OfferForm,
): readonly OutgoingAttribute[] {
  const { attribute: encryption, keyLengthBits } = cipher(suite.cipher);
  switch (name) {
    case "encryption":
      return [{ type: AttributeType.encryption, value: encryption }];
    case "keyLength":
      return keyLengthBits === undefined ? [] : [{ type: AttributeType.keyLength, value: keyLengthBits }];
    case "hash":
      return [{ type: AttributeType.hash, value: hashFunction(suite.hash).attribute }];
    case "group":
      return [{ type: AttributeType.group, value: suite.group }];
    case "authentication":
      return [{ type: AttributeType.authentication, value: AUTHENTICATION_PRESHARED_KEY }];
    case "seconds":
      return lifetime(LIFE_TYPE_SECONDS, lifetimeSeconds);
    case "kilobytes":
      return lifetimeKilobytes === undefined ? [] : lifetime(LIFE_TYPE_KILOBYTES, lifetimeKilobytes);
    default:
      return name satisfies never;
  }
}

function lifetime(lifeType: number, duration: number): readonly OutgoingAttribute[] {
  return [
    { type: AttributeType.lifeType, value: lifeType },
    { type: AttributeType.lifeDuration, value: duration },
  ];
}

/** What the attributes of a transform are called: a duration as the life type before it. */
const NAMES: ReadonlyMap<number, OfferAttribute> = new Map([
  [AttributeType.encryption, "encryption"],
  [AttributeType.keyLength, "keyLength"],
  [AttributeType.hash, "hash"],
  [AttributeType.group, "group"],
  [AttributeType.authentication, "authentication"],
]);

/** The attributes of a transform that was understood, in an order; those that it has no name for at the end. */
function inOrder(attributes: readonly Attribute[], { attributeOrder }: OfferForm): readonly OutgoingAttribute[] {
  let lifeType: number | undefined;
  const placed = attributes.map(({ type, value = 0 }) => {
    if (type === AttributeType.lifeType) lifeType = value;
    const isLife = type === AttributeType.lifeType || type === AttributeType.lifeDuration;
    const ofLife = lifeType === LIFE_TYPE_KILOBYTES ? "kilobytes" : "seconds";
    const name = isLife ? ofLife : NAMES.get(type);
    return { attribute: { type, value }, place: name === undefined ? Infinity : attributeOrder.indexOf(name) };
  });
  return placed.toSorted((a, b) => a.place === b.place ? 0 : a.place - b.place).map(({ attribute }) => attribute);
}
