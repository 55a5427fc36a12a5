/**
 * What an end proposes, accepts and keeps to in phase 1: a preset, or the
 * default policy, and what differs from it.
 *
 * @module
 */

import { CIPHER_NAMES } from "../../../firmware/ike/ciphers.ts";
import { GROUP_NUMBERS } from "../../../firmware/ike/groups.ts";
import { HASH_NAMES } from "../../../firmware/ike/hash_functions.ts";
import {
  type DeadPeerDetectionPolicy,
  DEFAULT_POLICY,
  IKE_PRESETS,
  type IkePolicy,
  type IkePresetName,
  type OfferNumbering,
  type Phase1Mode,
  type RetransmissionPolicy,
  type Suite,
  type Tolerances,
} from "../../../firmware/ike/mod.ts";
import {
  ATTEMPT_BOUNDS,
  checkInitiatorPolicy,
  checkPolicy,
  KILOBYTE_BOUNDS,
  MOST_SUITES,
  MOST_VENDOR_IDS,
  NUMBER_BOUNDS,
  OFFER_ATTRIBUTES,
  POLICY_BOUNDS,
  VENDOR_ID_BOUNDS,
  WAIT_BOUNDS,
} from "../../../firmware/ike/policy_check.ts";
import { bytes, flag, list, oneOf, type Reader, record, text, whole, word } from "./option_readers.ts";
import { alsoBy } from "./own_check.ts";
import type { Phase1Options } from "./world_options.ts";

/** The policy of an end: what is given, and all else of its preset. */
export function phase1Policy({ preset, ...given }: Phase1Options = {}): IkePolicy {
  return { ...(preset === undefined ? DEFAULT_POLICY : IKE_PRESETS[preset].policy), ...given };
}

const suite = record<Suite>({
  cipher: { required: oneOf(CIPHER_NAMES) },
  hash: { required: oneOf(HASH_NAMES) },
  group: { required: oneOf(GROUP_NUMBERS) },
});

const vendorId = bytes(...VENDOR_ID_BOUNDS);
const vendorIds = list(vendorId, 0, MOST_VENDOR_IDS);
const alternatives = list(vendorId, 1, MOST_VENDOR_IDS);
const number = whole(...NUMBER_BOUNDS);

/** What an end says of phase 1, as far as it differs from a preset or {@linkcode DEFAULT_POLICY}. */
const phase1 = record<Phase1Options>({
  preset: oneOf(Object.keys(IKE_PRESETS) as IkePresetName[]),
  suites: list(suite, 1, MOST_SUITES),
  modes: list(word<Phase1Mode>({ main: true, aggressive: true }), 1, 2),
  numbering: record<OfferNumbering>({ proposal: { required: number }, firstTransform: { required: number } }),
  attributeOrder: list(oneOf(OFFER_ATTRIBUTES), 0),
  durationForm: word({ shortest: true, "four bytes": true }),
  choice: word({ unchanged: true, "encoded anew": true }),
  lifetimeSeconds: whole(...POLICY_BOUNDS.lifetimeSeconds),
  lifetimeKilobytes: { orUndefined: whole(...KILOBYTE_BOUNDS) },
  nonceBytes: whole(...POLICY_BOUNDS.nonceBytes),
  rekeyMarginSeconds: whole(...POLICY_BOUNDS.rekeyMarginSeconds),
  retransmission: record<RetransmissionPolicy>({
    name: { required: text },
    delaysMilliseconds: { required: list(whole(...WAIT_BOUNDS), 1, 1000) },
  }),
  halfOpenLimit: whole(...POLICY_BOUNDS.halfOpenLimit),
  halfOpenPerAddress: whole(...POLICY_BOUNDS.halfOpenPerAddress),
  halfOpenMilliseconds: whole(...POLICY_BOUNDS.halfOpenMilliseconds),
  deadPeerDetection: {
    orUndefined: record<DeadPeerDetectionPolicy>({
      idleMilliseconds: { required: whole(...WAIT_BOUNDS) },
      retryMilliseconds: { required: whole(...WAIT_BOUNDS) },
      attempts: { required: whole(...ATTEMPT_BOUNDS) },
    }),
  },
  natTraversal: flag,
  fragmentation: flag,
  initialContact: word({ never: true, "message 5": true, "last message": true, informational: true }),
  encryptConfirmation: flag,
  padding: word({ least: true, "at least one": true, random: true }),
  wholeWords: flag,
  vendorIds,
  answeredVendorIds: list(
    (value, path) => Array.isArray(value) ? alternatives(value, path) : vendorId(value, path),
    0,
    MOST_VENDOR_IDS,
  ),
  tolerances: record<Tolerances>({
    identificationPortZero: { required: flag },
    nameInMainMode: { required: flag },
    reservedBytes: flag,
  }),
});

/** Phase 1 of a target, which answers. */
export const responderPhase1: Reader<Phase1Options> = alsoBy(phase1, (given) => checkPolicy(phase1Policy(given)));

/** Phase 1 of an adapter, which begins. */
export const initiatorPhase1: Reader<Phase1Options> = alsoBy(
  responderPhase1,
  (given) => checkInitiatorPolicy(phase1Policy(given)),
);
