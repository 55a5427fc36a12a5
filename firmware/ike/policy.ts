/**
 * What an end proposes, accepts and keeps to.
 *
 * @module
 */

import type { Suite } from "./suite.ts";

/** The two exchanges of phase 1 (RFC 2409 §5). */
export type Phase1Mode = "main" | "aggressive";

/** How long to wait for an answer before sending again; when the last wait is over the exchange fails. */
export interface RetransmissionPolicy {
  /** A name for reports. */
  readonly name: string;
  /** The waits in milliseconds: one after the first sending, one after each repetition. */
  readonly delaysMilliseconds: readonly number[];
}

/** charon's default: 4 s x 1.8^n, five repetitions, 165 s in all. */
export const STRONGSWAN_RETRANSMISSION: RetransmissionPolicy = {
  name: "strongSwan",
  delaysMilliseconds: [4000, 7200, 12960, 23328, 41990, 75583],
};

/** 1, 2, 4, 8 s: three repetitions, 15 s in all. */
export const DOUBLING_RETRANSMISSION: RetransmissionPolicy = {
  name: "doubling",
  delaysMilliseconds: [1000, 2000, 4000, 8000],
};

/** Retransmissions by their names. */
export const RETRANSMISSIONS = {
  doubling: DOUBLING_RETRANSMISSION,
  strongSwan: STRONGSWAN_RETRANSMISSION,
  /** pluto sends at 0, 0.5, 1, 2, 4 ... s and gives up after 60 s (measured, and `state.c` of 4.10). */
  libreswan: { name: "libreswan", delaysMilliseconds: [500, 500, 1000, 2000, 4000, 8000, 16_000, 28_000] },
  /** Ten seconds, five repetitions (`localconf.h` of ipsec-tools 0.9.1). */
  racoon: { name: "racoon", delaysMilliseconds: [10_000, 10_000, 10_000, 10_000, 10_000, 10_000] },
  /** Doubling from one second, 60 s in all: assumed. */
  windows: { name: "windows", delaysMilliseconds: [1000, 2000, 4000, 8000, 16_000, 29_000] },
} as const satisfies Readonly<Record<string, RetransmissionPolicy>>;

/** When to ask a silent peer whether it is still there (RFC 3706 §5). */
export interface DeadPeerDetectionPolicy {
  /** Silence before the first R-U-THERE, in milliseconds. */
  readonly idleMilliseconds: number;
  /** Wait for an acknowledgement before asking again, in milliseconds. */
  readonly retryMilliseconds: number;
  /** How many R-U-THERE go unanswered before the association is given up; at least 1. */
  readonly attempts: number;
}

/** What of real peers is let pass. */
export interface Tolerances {
  /** Identifications with protocol 17 and port 0, as Cisco IOS sends them; RFC 2407 §4.6.2 forbids it. */
  readonly identificationPortZero: boolean;
  /**
   * Main mode: a name as the initiator's identification. Its key is found by the address (RFC 2409 §5.4), which forbids
   * no name; daemons take it, and so does this by default. Whether the name is known is for `acceptPeer` to say.
   */
  readonly nameInMainMode: boolean;
  /** Reserved bytes of payloads and transforms that are not zero; RFC 2408 §5.3 and §5.6 have them refused. */
  readonly reservedBytes?: boolean;
}

/** The numbers of an offer (RFC 2408 §3.5 and §3.6), each one byte. */
export interface OfferNumbering {
  /** That of the proposal. */
  readonly proposal: number;
  /** That of the first transform; the others follow. */
  readonly firstTransform: number;
}

/**
 * What a transform says, in the order in which it says it. `seconds` and `kilobytes` are a life type and its duration;
 * what a suite or policy does not have is left out.
 */
export type OfferAttribute =
  | "encryption"
  | "keyLength"
  | "hash"
  | "group"
  | "authentication"
  | "seconds"
  | "kilobytes";

/** What an end proposes, accepts and keeps to. */
export interface IkePolicy {
  /** Suites in order of preference, each once. An initiator in aggressive mode offers those of the first one's group. */
  readonly suites: readonly Suite[];
  /** Modes that are begun as initiator and answered as responder. */
  readonly modes: readonly Phase1Mode[];
  /** The numbers of proposal and transforms in an offer. */
  readonly numbering: OfferNumbering;
  /** The order of attributes in a transform: each of them once. */
  readonly attributeOrder: readonly OfferAttribute[];
  /** How a life duration is laid out: in two bytes if it fits (`shortest`), or always in four with their length. */
  readonly durationForm: "shortest" | "four bytes";
  /**
   * How a responder answers with the transform that it chose: `unchanged`, byte for byte, or `encoded anew`, the same
   * values in the order, form and (where they are 0) numbers of its own policy, as charon does.
   */
  readonly choice: "unchanged" | "encoded anew";
  /** Proposed lifetime, and the longest that is kept to as responder, in seconds. */
  readonly lifetimeSeconds: number;
  /** Proposed lifetime in kilobytes; `undefined` proposes none. Nobody keeps account of it: phase 1 moves few. */
  readonly lifetimeKilobytes: number | undefined;
  /** Length of the nonces that are sent, in bytes (RFC 2409 §5: 8 to 256). */
  readonly nonceBytes: number;
  /** How long before its end an association that this end began is to be re-keyed, in seconds; at most half a lifetime is taken. */
  readonly rekeyMarginSeconds: number;
  /** When to send again. */
  readonly retransmission: RetransmissionPolicy;
  /** How many exchanges that peers began may be half open at once; of the address with the most, the oldest gives way. */
  readonly halfOpenLimit: number;
  /**
   * How many of them may be of one address; further first messages from there are dropped. charon's
   * figure is 5. This end begins no more at once with one address, either: the others wait for their turn.
   */
  readonly halfOpenPerAddress: number;
  /** How long a responder waits in main mode for the initiator's next message, in milliseconds. */
  readonly halfOpenMilliseconds: number;
  /**
   * Dead peer detection (RFC 3706); `undefined` means that this end asks nobody, and announces it only if its vendor ids
   * do. Whoever asks is answered.
   */
  readonly deadPeerDetection: DeadPeerDetectionPolicy | undefined;
  /** Detection of address translators and the move to port 4500 (RFC 3947). */
  readonly natTraversal: boolean;
  /** Whether messages are taken in fragments, and that is announced (MS-IKEE §3.3.6.1). None are sent. */
  readonly fragmentation: boolean;
  /**
   * How an initiator says INITIAL-CONTACT with its first association to a peer (RFC 2407 §4.6.3.3): `never`; in
   * `message 5` of main mode, and not in aggressive mode, as charon does; with the `last message`, which is in message 5,
   * or right behind message 3 of aggressive mode; or in an `informational` message of its own when phase 1 is complete.
   */
  readonly initialContact: "never" | "message 5" | "last message" | "informational";
  /** Whether message 3 of aggressive mode is encrypted, as daemons do; RFC 2409 §5.4 allows both. */
  readonly encryptConfirmation: boolean;
  /**
   * What follows the last payload of an encrypted message: as few zeros as fill the block, at least one (charon adds a
   * whole block), or at least one random byte, the last of which counts those before it (racoon).
   */
  readonly padding: "least" | "at least one" | "random";
  /** Whether messages that are not encrypted are filled with zeros up to whole words of four bytes (pluto's ikepad). */
  readonly wholeWords: boolean;
  /** Vendor ids to announce, in order, in place of those of dead peer detection, NAT traversal and fragments. */
  readonly vendorIds?: readonly Uint8Array[];
  /**
   * What a responder announces, if that is not what an initiator does. Of a list within, the first that the peer has
   * announced, if any.
   */
  readonly answeredVendorIds?: readonly (Uint8Array | readonly Uint8Array[])[];
  /** What is let pass. */
  readonly tolerances: Tolerances;
}

/** The policy that others are made from by spreading; 3DES with SHA-1 is what RFC 3723 §2.3 makes mandatory. */
export const DEFAULT_POLICY: IkePolicy = {
  suites: [
    { cipher: "aes256", hash: "sha256", group: 14 },
    { cipher: "aes128", hash: "sha1", group: 14 },
    { cipher: "aes128", hash: "sha1", group: 2 },
    { cipher: "3des", hash: "sha1", group: 2 },
  ],
  modes: ["main", "aggressive"],
  numbering: { proposal: 1, firstTransform: 1 },
  attributeOrder: ["encryption", "keyLength", "hash", "group", "authentication", "seconds", "kilobytes"],
  durationForm: "shortest",
  choice: "unchanged",
  lifetimeSeconds: 28_800,
  lifetimeKilobytes: undefined,
  nonceBytes: 32,
  rekeyMarginSeconds: 540,
  retransmission: DOUBLING_RETRANSMISSION,
  halfOpenLimit: 256,
  halfOpenPerAddress: 5,
  halfOpenMilliseconds: 30_000,
  deadPeerDetection: { idleMilliseconds: 30_000, retryMilliseconds: 5_000, attempts: 4 },
  natTraversal: true,
  fragmentation: false,
  initialContact: "last message",
  encryptConfirmation: true,
  padding: "least",
  wholeWords: false,
  tolerances: { identificationPortZero: false, nameInMainMode: true },
};
