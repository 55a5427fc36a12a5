/**
 * Whether a policy can be kept to: between what its figures lie, and what does
 * not go together.
 *
 * @module
 */

import { diffieHellmanGroup, GROUP_NUMBERS } from "./groups.ts";
import type { IkePolicy, OfferAttribute } from "./policy.ts";
import { formatSuite } from "./suite.ts";
import {
  announces,
  DEAD_PEER_DETECTION_VENDOR_ID,
  FRAGMENTATION_VENDOR_ID,
  NAT_TRAVERSAL_VENDOR_ID,
  vendorIdName,
} from "./vendor_ids.ts";

/** A policy that makes no sense. */
export class IkePolicyError extends Error {
  /** The field, or a path in it: `suites[1].group`. */
  readonly field: string;
  /** What it was given. */
  readonly given: unknown;
  /** What is accepted. */
  readonly accepted: string;

  /**
   * Says what was given and what is accepted.
   *
   * @param field The field, or a path in it.
   * @param given What it was given.
   * @param accepted What is accepted.
   */
  constructor(field: string, given: unknown, accepted: string) {
    super(`IKE policy: ${field} is ${JSON.stringify(given)}, expected ${accepted}`);
    this.name = "IkePolicyError";
    this.field = field;
    this.given = given;
    this.accepted = accepted;
  }
}

/** The most suites of a policy: as many as a peer of this kind follows. */
export const MOST_SUITES = 64;

/** The most vendor ids of one message: what is followed of a peer's, less the payloads beside them. */
export const MOST_VENDOR_IDS = 24;

/** The least and the most of a value, both included. */
export type Bounds = readonly [least: number, most: number];

/** Between what the whole numbers of a policy lie. */
export const POLICY_BOUNDS = {
  lifetimeSeconds: [1, 2 ** 32 - 1],
  nonceBytes: [8, 256],
  rekeyMarginSeconds: [0, 2 ** 32 - 1],
  halfOpenLimit: [1, 2 ** 32],
  halfOpenPerAddress: [1, 2 ** 32],
  halfOpenMilliseconds: [1, 2 ** 31 - 1],
} as const satisfies Partial<Record<keyof IkePolicy, Bounds>>;

/** A lifetime in kilobytes. */
export const KILOBYTE_BOUNDS: Bounds = [1, 2 ** 32 - 1];

/** A number of a proposal or transform. */
export const NUMBER_BOUNDS: Bounds = [0, 255];

/** A wait of a retransmission or of dead peer detection, in milliseconds. */
export const WAIT_BOUNDS: Bounds = [1, 2 ** 31 - 1];

/** How often a silent peer is asked. */
export const ATTEMPT_BOUNDS: Bounds = [1, 2 ** 31];

/** Length of a vendor id in bytes. */
export const VENDOR_ID_BOUNDS: Bounds = [1, 1024];

/** All attributes of an offer: one that is forgotten does not compile. */
const ALL_ATTRIBUTES: Readonly<Record<OfferAttribute, true>> = {
  encryption: true,
  keyLength: true,
  hash: true,
  group: true,
  authentication: true,
  seconds: true,
  kilobytes: true,
};

/** The names of all attributes of an offer. */
export const OFFER_ATTRIBUTES: readonly OfferAttribute[] = Object.keys(ALL_ATTRIBUTES) as OfferAttribute[];

/**
 * Makes sure that a policy can be kept to.
 *
 * @throws {IkePolicyError} It cannot.
 */
export function checkPolicy(policy: IkePolicy): void {
  checkFigures(policy);
  checkSuites(policy);
  checkOfferForm(policy);
  checkVendorIds(policy);
}

/**
 * Makes sure that an initiator can offer what its policy has.
 *
 * @throws {IkePolicyError} It knows aggressive mode alone, which offers one group (RFC 2409 §5.4), and suites of others.
 */
export function checkInitiatorPolicy({ modes, suites }: IkePolicy): void {
  if (modes.includes("main") || !modes.includes("aggressive")) return;
  const index = suites.findIndex(({ group }) => group !== suites[0]?.group);
  if (index < 0) return;
  const accepted = `${suites[0]?.group}, as suites[0] has: aggressive mode alone offers suites of one group`;
  throw new IkePolicyError(`suites[${index}].group`, suites[index]?.group, accepted);
}

function isWhole(value: number, [least, most]: Bounds): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}

function demand(holds: boolean, field: string, given: unknown, accepted: string): void {
  if (!holds) throw new IkePolicyError(field, given, accepted);
}

function demandWhole(field: string, value: number, [least, most]: Bounds): void {
  demand(isWhole(value, [least, most]), field, value, `a whole number from ${least} to ${most}`);
}

function demandEachOnce<T>(field: string, values: readonly T[], show: (value: T) => string): void {
  const names = values.map(show);
  const second = names.findIndex((name, index) => names.indexOf(name) < index);
  if (second < 0) return;
  const first = names.indexOf(names[second] ?? "");
  throw new IkePolicyError(`${field}[${second}]`, `${names[second]} occurs twice`, `another than ${field}[${first}]`);
}

function checkFigures(policy: IkePolicy): void {
  const { retransmission, deadPeerDetection: detection, lifetimeKilobytes } = policy;
  for (const field of Object.keys(POLICY_BOUNDS) as (keyof typeof POLICY_BOUNDS)[]) {
    demandWhole(field, policy[field], POLICY_BOUNDS[field]);
  }
  if (lifetimeKilobytes !== undefined) demandWhole("lifetimeKilobytes", lifetimeKilobytes, KILOBYTE_BOUNDS);
  demand(
    retransmission.delaysMilliseconds.length > 0 &&
      retransmission.delaysMilliseconds.every((delay) => isWhole(delay, WAIT_BOUNDS)),
    "retransmission",
    retransmission,
    "one wait or more, each from 1 to 2^31 - 1 ms",
  );
  demand(
    detection === undefined || (isWhole(detection.attempts, ATTEMPT_BOUNDS) &&
      isWhole(detection.idleMilliseconds, WAIT_BOUNDS) && isWhole(detection.retryMilliseconds, WAIT_BOUNDS)),
    "deadPeerDetection",
    detection,
    "1 attempt or more and waits from 1 to 2^31 - 1 ms, or undefined",
  );
}

function checkSuites({ suites, modes }: IkePolicy): void {
  demand(isWhole(suites.length, [1, MOST_SUITES]), "suites", suites, `1 to ${MOST_SUITES} suites`);
  suites.forEach(({ group }, index) =>
    demand(
      diffieHellmanGroup(group) !== undefined,
      `suites[${index}].group`,
      group,
      `groups ${GROUP_NUMBERS.join(", ")}`,
    )
  );
  demandEachOnce("suites", suites, formatSuite);
  demand(modes.length > 0, "modes", "none", "main, aggressive, or both");
  demandEachOnce("modes", modes, (mode) => mode);
}

function checkOfferForm({ suites, numbering, attributeOrder }: IkePolicy): void {
  demandWhole("numbering.proposal", numbering.proposal, NUMBER_BOUNDS);
  // Each transform has a number of one byte.
  const most = NUMBER_BOUNDS[1] + 1 - suites.length;
  demand(
    isWhole(numbering.firstTransform, [0, most]),
    "numbering.firstTransform",
    numbering.firstTransform,
    `a whole number from 0 to ${most}, as there are ${suites.length} suites`,
  );
  demandEachOnce("attributeOrder", attributeOrder, (each) => each);
  demand(
    attributeOrder.length === OFFER_ATTRIBUTES.length &&
      OFFER_ATTRIBUTES.every((each) => attributeOrder.includes(each)),
    "attributeOrder",
    attributeOrder.join(", "),
    `${OFFER_ATTRIBUTES.join(", ")} in some order, each once`,
  );
}

/** What is announced must be what is done, or a peer relies on it in vain; and what is done must be announced. */
function checkVendorIds(policy: IkePolicy): void {
  const { vendorIds, answeredVendorIds, natTraversal, fragmentation, deadPeerDetection } = policy;
  for (const [field, list] of Object.entries({ vendorIds, answeredVendorIds })) {
    if (list === undefined) continue;
    demand(list.length <= MOST_VENDOR_IDS, field, `a list of ${list.length}`, `${MOST_VENDOR_IDS} at the most`);
    list.forEach((each, index) =>
      alternativesOf(each).forEach(({ length }) =>
        demand(
          isWhole(length, VENDOR_ID_BOUNDS),
          `${field}[${index}]`,
          `${length} bytes`,
          VENDOR_ID_BOUNDS.join(" to "),
        )
      )
    );
    const ids = list.flatMap(alternativesOf);
    demandAnnounced(field, ids, NAT_TRAVERSAL_VENDOR_ID, { natTraversal });
    demandAnnounced(field, ids, FRAGMENTATION_VENDOR_ID, { fragmentation });
    demand(
      deadPeerDetection === undefined || announces(ids, DEAD_PEER_DETECTION_VENDOR_ID),
      field,
      'no vendor id "dead peer detection"',
      "it, or no deadPeerDetection",
    );
  }
}

/** A vendor id must be among others exactly if what it announces is done. */
function demandAnnounced(
  field: string,
  ids: readonly Uint8Array[],
  vendorId: Uint8Array,
  done: Readonly<Record<string, boolean>>,
): void {
  const isAnnounced = announces(ids, vendorId);
  for (const [name, isDone] of Object.entries(done)) {
    const given = `${isAnnounced ? "" : "no "}vendor id "${vendorIdName(vendorId)}"`;
    demand(isAnnounced === isDone, field, given, `${isAnnounced ? "none" : "it"}, or ${name}: ${isAnnounced}`);
  }
}

function alternativesOf(each: Uint8Array | readonly Uint8Array[]): readonly Uint8Array[] {
  return each instanceof Uint8Array ? [each] : each;
}
