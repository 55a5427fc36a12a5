/**
 * What an end proposes, accepts and keeps to.
 *
 * @module
 */

import { diffieHellmanGroup, GROUP_NUMBERS } from "./groups.ts";
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

/** What an end proposes, accepts and keeps to. */
export interface IkePolicy {
  /** Suites in order of preference. An initiator in aggressive mode offers those of the first one's group. */
  readonly suites: readonly Suite[];
  /** Modes that are answered as responder. */
  readonly modes: readonly Phase1Mode[];
  /** Proposed lifetime, and the longest that is kept to as responder, in seconds. */
  readonly lifetimeSeconds: number;
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
  /** Dead peer detection (RFC 3706); `undefined` means that it is not announced and not done. */
  readonly deadPeerDetection: DeadPeerDetectionPolicy | undefined;
  /** Detection of address translators and the move to port 4500 (RFC 3947). */
  readonly natTraversal: boolean;
  /** Whether messages are taken in fragments, and that is announced (MS-IKEE §3.3.6.1). None are sent. */
  readonly fragmentation: boolean;
  /** Whether INITIAL-CONTACT is sent with the first association to a peer (RFC 2407 §4.6.3.3). */
  readonly initialContact: boolean;
  /** Whether message 3 of aggressive mode is encrypted, as daemons do; RFC 2409 §5.4 allows both. */
  readonly encryptConfirmation: boolean;
  /** Zeros after the last payload: as few as fill the block, or at least one (charon adds a whole block). */
  readonly padding: "least" | "at least one";
  /** Vendor ids to announce, in order, in place of those of dead peer detection, NAT traversal and fragments. */
  readonly vendorIds?: readonly Uint8Array[];
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
  lifetimeSeconds: 28_800,
  rekeyMarginSeconds: 540,
  retransmission: DOUBLING_RETRANSMISSION,
  halfOpenLimit: 256,
  halfOpenPerAddress: 5,
  halfOpenMilliseconds: 30_000,
  deadPeerDetection: { idleMilliseconds: 30_000, retryMilliseconds: 5_000, attempts: 4 },
  natTraversal: true,
  fragmentation: false,
  initialContact: true,
  encryptConfirmation: true,
  padding: "least",
  tolerances: { identificationPortZero: false, nameInMainMode: true },
};

/** A policy that makes no sense. */
export class IkePolicyError extends Error {
  /** The field. */
  readonly field: string;
  /** What it was given. */
  readonly given: unknown;
  /** What is accepted. */
  readonly accepted: string;

  /**
   * Says what was given and what is accepted.
   *
   * @param field The field.
   * @param given What it was given.
   * @param accepted What is accepted.
   */
  constructor(field: keyof IkePolicy, given: unknown, accepted: string) {
    super(`IKE policy: ${field} is ${JSON.stringify(given)}, expected ${accepted}`);
    this.name = "IkePolicyError";
    this.field = field;
    this.given = given;
    this.accepted = accepted;
  }
}

/** The most suites of a policy: as many as a peer of this kind follows. */
const MAX_SUITES = 64;

/** The least and the most of a value, both included. */
type Bounds = readonly [least: number, most: number];

/** Between what the whole numbers of a policy lie. */
export const POLICY_BOUNDS = {
  lifetimeSeconds: [1, 2 ** 32 - 1],
  rekeyMarginSeconds: [0, 2 ** 32 - 1],
  halfOpenLimit: [1, 2 ** 32],
  halfOpenPerAddress: [1, 2 ** 32],
  halfOpenMilliseconds: [1, 2 ** 31 - 1],
} as const satisfies Partial<Record<keyof IkePolicy, Bounds>>;

/** A wait of a retransmission or of dead peer detection, in milliseconds. */
export const WAIT_BOUNDS: Bounds = [1, 2 ** 31 - 1];

/** How often a silent peer is asked. */
export const ATTEMPT_BOUNDS: Bounds = [1, 2 ** 31];

function isWhole(value: number, [least, most]: Bounds): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}

/**
 * Makes sure that a policy can be kept to.
 *
 * @throws {IkePolicyError} It cannot.
 */
export function checkPolicy(policy: IkePolicy): void {
  const { suites, retransmission, deadPeerDetection: detection } = policy;
  const demand = (holds: boolean, field: keyof IkePolicy, accepted: string) => {
    if (!holds) throw new IkePolicyError(field, policy[field], accepted);
  };
  demand(isWhole(suites.length, [1, MAX_SUITES]), "suites", `1 to ${MAX_SUITES} suites`);
  demand(
    suites.every(({ group }) => diffieHellmanGroup(group) !== undefined),
    "suites",
    `groups ${GROUP_NUMBERS.join(", ")}`,
  );
  for (const field of Object.keys(POLICY_BOUNDS) as (keyof typeof POLICY_BOUNDS)[]) {
    const [least, most] = POLICY_BOUNDS[field];
    demand(isWhole(policy[field], [least, most]), field, `a whole number from ${least} to ${most}`);
  }
  demand(
    retransmission.delaysMilliseconds.length > 0 &&
      retransmission.delaysMilliseconds.every((delay) => isWhole(delay, WAIT_BOUNDS)),
    "retransmission",
    "one wait or more, each from 1 to 2^31 - 1 ms",
  );
  demand(
    detection === undefined || (isWhole(detection.attempts, ATTEMPT_BOUNDS) &&
      isWhole(detection.idleMilliseconds, WAIT_BOUNDS) && isWhole(detection.retryMilliseconds, WAIT_BOUNDS)),
    "deadPeerDetection",
    "1 attempt or more and waits from 1 to 2^31 - 1 ms, or undefined",
  );
}
