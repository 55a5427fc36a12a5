/**
 * Policies by which an end sends what a real daemon sends.
 *
 * Each says where it is from. What nobody has measured or read is `assumed`, by
 * the names of its fields: it is a figure to begin with, and no fact. What none
 * of them says (tolerances, dead peer detection where the daemon asks nobody)
 * is that of {@linkcode DEFAULT_POLICY}.
 *
 * @module
 */

import {
  DEFAULT_POLICY,
  type IkePolicy,
  type OfferAttribute,
  RETRANSMISSIONS,
  STRONGSWAN_RETRANSMISSION,
} from "./policy.ts";
import { parseSuite } from "./suite.ts";
import { VENDOR_IDS } from "./vendor_ids.ts";

/** The daemons of which there is a preset. */
export type IkePresetName = "strongswan" | "libreswan" | "racoon" | "windows";

/** A policy by which an end sends what a daemon sends. */
export interface IkePreset {
  /** The daemon and its version, and how its figures are known. */
  readonly source: string;
  /** The policy. */
  readonly policy: IkePolicy;
  /** Fields that are assumed: neither measured nor read in a source. */
  readonly assumed: readonly (keyof IkePolicy)[];
}

/** The limits are those of a policy: more than there can be. */
const NO_LIMIT = 2 ** 32;

const HASHES = ["sha256", "sha512", "sha1"];
const GROUPS = ["modp2048", "modp1536"];

/** pluto's own suites. */
const PLUTO_SUITES: readonly string[] = [
  ...GROUPS.flatMap((group) => HASHES.flatMap((hash) => [`aes256-${hash}-${group}`, `aes128-${hash}-${group}`])),
  ...GROUPS.flatMap((group) => HASHES.map((hash) => `3des-${hash}-${group}`)),
];

/** charon's, and as far as is known that of Windows. */
const CIPHER_FIRST: readonly OfferAttribute[] = DEFAULT_POLICY.attributeOrder;

/** The NAT traversal of a peer that is answered: the best that it has announced. */
const BEST_NAT_TRAVERSAL: readonly Uint8Array[] = [
  VENDOR_IDS["RFC 3947"],
  VENDOR_IDS["draft-ietf-ipsec-nat-t-ike-03"],
  VENDOR_IDS["draft-ietf-ipsec-nat-t-ike-02"],
  VENDOR_IDS["draft-ietf-ipsec-nat-t-ike-02 with line feed"],
];

const WINDOWS_VENDOR_IDS: readonly Uint8Array[] = [
  VENDOR_IDS["MS NT5 ISAKMPOAKLEY 9"],
  VENDOR_IDS["RFC 3947"],
  VENDOR_IDS["draft-ietf-ipsec-nat-t-ike-02 with line feed"],
  VENDOR_IDS.fragmentation,
  VENDOR_IDS["MS-Negotiation Discovery Capable"],
];

/** The presets. */
export const IKE_PRESETS: Readonly<Record<IkePresetName, IkePreset>> = {
  strongswan: {
    source:
      "charon 5.9.8 with swanctl: captured, `ikev1/task_manager_v1.c`, `isakmp_vendor.c`, `encrypted_payload.c`. " +
      "Its own suites end with what is left of AEAD ciphers, which nobody can take: those of the default policy are here",
    policy: {
      ...DEFAULT_POLICY,
      attributeOrder: CIPHER_FIRST,
      choice: "encoded anew",
      // Four hours to the re-key, and a tenth more to the end.
      lifetimeSeconds: 15_840,
      rekeyMarginSeconds: 1_440,
      retransmission: STRONGSWAN_RETRANSMISSION,
      halfOpenLimit: NO_LIMIT,
      halfOpenPerAddress: 5,
      halfOpenMilliseconds: 30_000,
      deadPeerDetection: undefined,
      fragmentation: true,
      initialContact: "message 5",
      padding: "at least one",
      vendorIds: [
        VENDOR_IDS.XAUTH,
        VENDOR_IDS["dead peer detection"],
        VENDOR_IDS["fragmentation of phase 1"],
        VENDOR_IDS["RFC 3947"],
        VENDOR_IDS["draft-ietf-ipsec-nat-t-ike-02 with line feed"],
      ],
      answeredVendorIds: [
        VENDOR_IDS.XAUTH,
        VENDOR_IDS["dead peer detection"],
        [VENDOR_IDS["fragmentation of phase 1"]],
        BEST_NAT_TRAVERSAL,
      ],
    },
    assumed: ["suites"],
  },
  libreswan: {
    source: "pluto 4.10 with the defaults of ipsec.conf: captured, `ikev1_main.c`, `state.c`, `pluto_constants.h`",
    policy: {
      ...DEFAULT_POLICY,
      suites: PLUTO_SUITES.map(parseSuite),
      numbering: { proposal: 0, firstTransform: 0 },
      attributeOrder: ["seconds", "kilobytes", "encryption", "hash", "authentication", "group", "keyLength"],
      lifetimeSeconds: 28_800,
      retransmission: RETRANSMISSIONS.libreswan,
      halfOpenLimit: 50_000,
      halfOpenPerAddress: 50_000,
      halfOpenMilliseconds: 60_000,
      deadPeerDetection: undefined,
      fragmentation: true,
      initialContact: "never",
      wholeWords: true,
      vendorIds: [
        VENDOR_IDS.fragmentation,
        VENDOR_IDS["dead peer detection"],
        VENDOR_IDS["RFC 3947"],
        VENDOR_IDS["draft-ietf-ipsec-nat-t-ike-03"],
        VENDOR_IDS["draft-ietf-ipsec-nat-t-ike-02 with line feed"],
        VENDOR_IDS["draft-ietf-ipsec-nat-t-ike-02"],
      ],
      answeredVendorIds: [VENDOR_IDS.fragmentation, VENDOR_IDS["dead peer detection"], BEST_NAT_TRAVERSAL],
    },
    assumed: ["rekeyMarginSeconds"],
  },
  racoon: {
    source:
      "racoon of ipsec-tools 0.9.1, read: `ipsec_doi.c`, `remoteconf.c`, `localconf.h`, `isakmp.c`, `oakley.c`. " +
      "Its suites are those of its configuration",
    policy: {
      ...DEFAULT_POLICY,
      attributeOrder: ["seconds", "kilobytes", "encryption", "keyLength", "authentication", "hash", "group"],
      lifetimeSeconds: 28_800,
      nonceBytes: 16,
      retransmission: RETRANSMISSIONS.racoon,
      halfOpenLimit: NO_LIMIT,
      halfOpenPerAddress: NO_LIMIT,
      halfOpenMilliseconds: 50_000,
      deadPeerDetection: undefined,
      natTraversal: false,
      initialContact: "informational",
      encryptConfirmation: false,
      padding: "random",
      vendorIds: [VENDOR_IDS["dead peer detection"]],
      answeredVendorIds: [[VENDOR_IDS["dead peer detection"]]],
    },
    assumed: ["suites", "rekeyMarginSeconds", "answeredVendorIds"],
  },
  windows: {
    source: "IKE of Windows 8 and later: vendor ids and life durations from public logs and scans; the rest is assumed",
    policy: {
      ...DEFAULT_POLICY,
      suites: [
        "aes256-sha1-ecp384",
        "aes128-sha1-ecp256",
        "aes256-sha1-modp2048",
        "3des-sha1-modp2048",
        "3des-sha1-modp1024",
      ].map(parseSuite),
      modes: ["main"],
      attributeOrder: CIPHER_FIRST,
      durationForm: "four bytes",
      lifetimeSeconds: 28_800,
      nonceBytes: 48,
      retransmission: RETRANSMISSIONS.windows,
      halfOpenLimit: 500,
      halfOpenPerAddress: 5,
      halfOpenMilliseconds: 60_000,
      deadPeerDetection: undefined,
      fragmentation: true,
      // It has a vendor id that says so.
      initialContact: "never",
      vendorIds: [
        VENDOR_IDS["Windows client"],
        ...WINDOWS_VENDOR_IDS,
        VENDOR_IDS["Vid-Initial-Contact"],
        VENDOR_IDS["IKE CGA version 1"],
      ],
      answeredVendorIds: [...WINDOWS_VENDOR_IDS, VENDOR_IDS["IKE CGA version 1"]],
    },
    assumed: [
      "suites",
      "modes",
      "numbering",
      "attributeOrder",
      "choice",
      "nonceBytes",
      "rekeyMarginSeconds",
      "retransmission",
      "halfOpenLimit",
      "halfOpenPerAddress",
      "halfOpenMilliseconds",
      "encryptConfirmation",
      "padding",
      "wholeWords",
    ],
  },
};
