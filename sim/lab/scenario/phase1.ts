/**
 * What a scenario file says of phase 1: each field of a policy, and the daemon
 * that all others are like.
 *
 * Fields are called as in {@linkcode IkePolicy}, but lengths of time have a
 * unit in their value and not in their name: `lifetimeSeconds: 3600` of a
 * program is `lifetime: 1h` in a file.
 *
 * @module
 */

import { hexToBytes } from "@noble/hashes/utils.js";
import {
  type DeadPeerDetectionPolicy,
  DEFAULT_POLICY,
  IKE_PRESETS,
  type IkePolicy,
  type IkePresetName,
  RETRANSMISSIONS,
  VENDOR_IDS,
  type VendorIdName,
} from "../../../firmware/ike/mod.ts";
import {
  ATTEMPT_BOUNDS,
  KILOBYTE_BOUNDS,
  NUMBER_BOUNDS,
  OFFER_ATTRIBUTES,
  POLICY_BOUNDS,
  WAIT_BOUNDS,
} from "../../../firmware/ike/policy_check.ts";
import { alternatives } from "../../shape/alternatives.ts";
import {
  boolean,
  converted,
  convertedScalar,
  doc,
  either,
  integer,
  list,
  mapping,
  oneOf,
  optional,
  type OptionalField,
  scalar,
  type Shape,
  titled,
} from "../../shape/shape.ts";
import { indivisible } from "../../shape/stand_in.ts";
import type { Phase1Options } from "../world/world_options.ts";
import { durationIn, SUITE } from "./values.ts";

type Field<Name extends keyof IkePolicy> = OptionalField<IkePolicy[Name]>;

/** A shape for each field of a policy, of its type: one that is forgotten does not compile. */
type PolicyFields = { readonly [Name in keyof IkePolicy]-?: Field<Name> };

const PRESET_NAMES = Object.keys(IKE_PRESETS) as IkePresetName[];

const RETRANSMISSION_NAMES = Object.keys(RETRANSMISSIONS) as (keyof typeof RETRANSMISSIONS)[];

const VENDOR_ID_NAMES = Object.keys(VENDOR_IDS) as VendorIdName[];

const WAIT = durationIn("ms", WAIT_BOUNDS);

const NUMBER = integer(...NUMBER_BOUNDS);

const NO_DETECTION = scalar<"none">({ accepts: "none", words: ["none"], parse: () => "none" });

const DETECTION = converted(
  mapping({
    idle: doc("Silence before the first question.", WAIT),
    retry: doc("Wait for an answer before the next.", WAIT),
    attempts: doc("How many questions go unanswered before the association is given up.", integer(...ATTEMPT_BOUNDS)),
  }),
  ({ idle, retry, attempts }): DeadPeerDetectionPolicy => ({
    idleMilliseconds: idle,
    retryMilliseconds: retry,
    attempts,
  }),
);

const KILOBYTES = integer(...KILOBYTE_BOUNDS);

const VENDOR_ID = scalar<Uint8Array>({
  accepts: `${VENDOR_ID_NAMES.join(", ")}, or the bytes of a vendor id in hex`,
  words: VENDOR_ID_NAMES,
  pattern: /^([0-9a-f]{2})+$/i,
  parse: (text) => {
    const name = VENDOR_ID_NAMES.find((each) => each === text);
    return name === undefined ? hexToBytes(text) : VENDOR_IDS[name];
  },
});

const TOLERANCES = mapping({
  identificationPortZero: doc(
    "Identifications with protocol 17 and port 0 are taken; false by default.",
    optional(boolean(), DEFAULT_POLICY.tolerances.identificationPortZero),
  ),
  nameInMainMode: doc(
    "A name does as the initiator's identification in main mode; true by default.",
    optional(boolean(), DEFAULT_POLICY.tolerances.nameInMainMode),
  ),
  reservedBytes: doc("Reserved bytes need not be zero; false by default.", optional(boolean(), false)),
});

const POLICY_FIELDS: PolicyFields = {
  suites: doc("What it proposes or accepts, in order of preference.", optional(list(SUITE))),
  modes: doc("The modes that it begins or answers.", optional(list(oneOf("main", "aggressive")))),
  numbering: doc(
    "The numbers of proposal and transforms in an offer.",
    optional(mapping({
      proposal: doc("That of the proposal.", NUMBER),
      firstTransform: doc("That of the first transform; the others follow.", NUMBER),
    })),
  ),
  attributeOrder: doc(
    "The order of attributes in a transform, each once; seconds and kilobytes are lifetimes.",
    optional(list(oneOf(...OFFER_ATTRIBUTES))),
  ),
  durationForm: doc(
    "How a life duration is laid out: in two bytes if it fits, or always in four with their length.",
    optional(oneOf("shortest", "four bytes")),
  ),
  choice: doc(
    "How a responder returns what it chose: byte for byte, or in its own order and form.",
    optional(oneOf("unchanged", "encoded anew")),
  ),
  lifetimeSeconds: doc(
    "Proposed lifetime, and the longest that it keeps to.",
    optional(durationIn("s", POLICY_BOUNDS.lifetimeSeconds)),
  ),
  lifetimeKilobytes: doc(
    "Proposed lifetime in kilobytes, or none.",
    optional(converted(
      scalar<number | "none">({
        ...KILOBYTES,
        accepts: `none, or ${KILOBYTES.accepts}`,
        words: ["none"],
        parse: (text) => text === "none" ? text : KILOBYTES.parse(text),
      }),
      (value) => value === "none" ? undefined : value,
    )),
  ),
  nonceBytes: doc("Length of its nonces in bytes.", optional(integer(...POLICY_BOUNDS.nonceBytes))),
  rekeyMarginSeconds: doc(
    "How long before its end an association is keyed anew.",
    optional(durationIn("s", POLICY_BOUNDS.rekeyMarginSeconds)),
  ),
  retransmission: doc(
    "How it repeats what is not answered: a schedule by its name, or the waits one after the other.",
    optional(either(
      scalar({
        accepts: alternatives(RETRANSMISSION_NAMES),
        words: RETRANSMISSION_NAMES,
        parse: (text) => RETRANSMISSIONS[RETRANSMISSION_NAMES.find((name) => name === text) ?? "doubling"],
      }),
      converted(list(WAIT), (delaysMilliseconds) => ({ name: "waits of the file", delaysMilliseconds })),
    )),
  ),
  halfOpenLimit: doc(
    "How many exchanges that peers began may be half open at once.",
    optional(integer(...POLICY_BOUNDS.halfOpenLimit)),
  ),
  halfOpenPerAddress: doc(
    "How many of them may be of one address; and how many it begins at once with one.",
    optional(integer(...POLICY_BOUNDS.halfOpenPerAddress)),
  ),
  halfOpenMilliseconds: doc(
    "How long a responder waits in main mode for the next message.",
    optional(durationIn("ms", POLICY_BOUNDS.halfOpenMilliseconds)),
  ),
  deadPeerDetection: doc(
    "When it asks a silent peer whether it is there, or none if it asks nobody.",
    optional(converted(either(NO_DETECTION, DETECTION), (value) => value === "none" ? undefined : value)),
  ),
  natTraversal: doc("Whether address translators are detected.", optional(boolean())),
  fragmentation: doc("Whether it takes messages in fragments, and announces that.", optional(boolean())),
  initialContact: doc(
    "How it says INITIAL-CONTACT with the first association to a peer.",
    optional(oneOf("never", "message 5", "last message", "informational")),
  ),
  encryptConfirmation: doc("Whether message 3 of aggressive mode is encrypted.", optional(boolean())),
  padding: doc(
    "What follows the last payload of an encrypted message: as few zeros as fill the block, at least one, or random bytes.",
    optional(oneOf("least", "at least one", "random")),
  ),
  wholeWords: doc(
    "Whether messages that are not encrypted are filled up to whole words of four bytes.",
    optional(boolean()),
  ),
  vendorIds: doc(
    "Vendor ids in order, in place of those of dead peer detection and NAT traversal.",
    optional(list(VENDOR_ID)),
  ),
  answeredVendorIds: doc(
    "Vendor ids of a responder, if they are others; of a list within, the first that the peer has announced.",
    optional(list(either(VENDOR_ID, list(VENDOR_ID)))),
  ),
  tolerances: doc("What of real peers is let pass.", optional(TOLERANCES)),
};

/** What files call a field of a policy: its unit stands in the value. */
export function policyFieldInFiles(name: string): string {
  return name.replace(/(Milliseconds|Seconds)$/, "");
}

const POLICY_NAMES = Object.keys(POLICY_FIELDS) as (keyof IkePolicy)[];

const PRESET = oneOf(...PRESET_NAMES);

const WRITTEN = mapping({
  like: doc(
    "The daemon whose figures all others are that are not given; those of hbasim by default.",
    optional(PRESET),
  ),
  ...Object.fromEntries(POLICY_NAMES.map((name) => [policyFieldInFiles(name), POLICY_FIELDS[name]])),
});

/** The fields of a policy as a file names them. */
export const POLICY_IN_FILES: Shape<Phase1Options> = converted(
  indivisible(WRITTEN),
  (written: Readonly<Record<string, unknown>>) => {
    const named = POLICY_NAMES.map((name) => [name, policyFieldInFiles(name)] as const);
    const given = named.filter(([, inFiles]) => inFiles in written).map(([name, inFiles]) => [name, written[inFiles]]);
    const { like } = written;
    // The type of the table makes each field read what the policy has there.
    return { ...(like === undefined ? {} : { preset: like }), ...Object.fromEntries(given) } as Phase1Options;
  },
);

/** What an end says of phase 1: a daemon that it is like, or the fields of a policy. */
export const POLICY: Shape<Phase1Options> = titled(
  "policy",
  either(convertedScalar(PRESET, (preset): Phase1Options => ({ preset })), POLICY_IN_FILES),
);
