/**
 * Going to a portal through an adapter, with the key that counts: for logins
 * and for further connections.
 *
 * @module
 */

import { IsdscStatus, SecurityFlag } from "../../firmware/manual/interface.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";
import { NtStatus } from "../status.ts";
import type { MethodOutcome } from "../wmi/adapter_client.ts";
import type { AdapterLink } from "./adapter_link.ts";
import type { HeldRow } from "./held_records.ts";
import { GONE, isSuccess, UNANSWERED } from "./request_outcome.ts";
import { type HandedOverKey, isBestKeyLost, keyForLogin, keyToHandOver } from "./login_keys.ts";
import type { PortalRequest } from "./login_request.ts";
import type { ServiceContext } from "./service_context.ts";
import { ensureSynchrony, synchronize } from "./synchronization.ts";

/** A portal as an application asks for it. */
export interface PortalAttempt<Request extends PortalRequest> {
  /** With the key of the call, if it brings one. */
  readonly request: Request;
  /** How long to wait for the adapter's synchronisation. */
  readonly limitCycles: Cycles;
}

/** How an attempt ends that finds no key, a damaged one, or another than the target's. */
const KEY_STATUSES: readonly number[] = [
  IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE,
  IsdscStatus.CACHE_CORRUPTED,
  IsdscStatus.AUTHENTICATION_FAILURE,
];

/** How an adapter says that it has not got a key, or not any more. */
const ABSENT_STATUSES: readonly number[] = [
  IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE,
  IsdscStatus.CACHE_CORRUPTED,
];

/**
 * Goes to a portal through an adapter whose cache is what the service holds, as
 * far as that can be had. An attempt that fails for want of the right key while
 * somebody clears the cache, or the service fills it, is made once more; so is
 * one that lacks a key which the adapter has taken and lost, when all is set again.
 *
 * @param send Asks the adapter, with the key that it shall have, and the event that wrote it if the service holds it.
 */
export function* goToPortal<Request extends PortalRequest, T>(
  context: ServiceContext,
  link: AdapterLink,
  attempt: PortalAttempt<Request>,
  send: (request: Request, because?: number) => Task<MethodOutcome<T>>,
): Task<MethodOutcome<T>> {
  const { limitCycles, request } = attempt;
  if (!(yield* withCache(link, limitCycles, ensureSynchrony(context, link)))) {
    return link.removed ? GONE : UNANSWERED;
  }
  const { synchronizations } = link;
  const outcome = yield* goOnce(context, link, attempt, send);
  if (outcome.type === "failed" || !KEY_STATUSES.includes(outcome.status)) return outcome;
  const best = request.key.length > 0 ? undefined : keyForLogin(context.held, link, request);
  yield* withCache(link, limitCycles, restoreKey(context, link, best, outcome.status, synchronizations));
  if (link.synchronizations === synchronizations) return outcome;
  const second = yield* goOnce(context, link, attempt, send);
  if (best !== undefined && isSuccess(second)) link.refills.succeededFor(best.key);
  return second;
}

/** Does something to an adapter's cache. False if it was not possible within the limit, or at all, for want of the adapter. */
export function* withCache(link: AdapterLink, limitCycles: Cycles, work: Task): Task<boolean> {
  if (!(yield* link.waitUntilSettled(limitCycles))) return false;
  if (!(yield* link.lock.acquireWithin(limitCycles))) return false;
  try {
    if (link.removed) return false;
    yield* work;
    return true;
  } finally {
    link.lock.release();
  }
}

/**
 * The cache is what it should be after this, if the key that an attempt lacked is one that the adapter has lost. That it
 * was in vain is believed until an attempt succeeds.
 *
 * @param best The key with which it goes.
 */
function* restoreKey(
  context: ServiceContext,
  link: AdapterLink,
  best: HeldRow | undefined,
  status: number,
  synchronizations: number,
): Task {
  yield* ensureSynchrony(context, link);
  if (link.synchronizations !== synchronizations) return;
  if (best === undefined || !link.refills.areDueFor(best.key)) return;
  if (!(yield* hasLostKey(context, link, best, status))) return;
  yield* synchronize(context, link, "none");
  link.refills.failedFor(best.key);
}

/**
 * Whether an adapter has lost the key with which a login goes, if it is the adapter that keeps it. A key that is refused
 * by the target may be there, and wrong: then it is asked for. Of the group key nobody can tell.
 */
function* hasLostKey(
  { held }: ServiceContext,
  link: AdapterLink,
  best: HeldRow,
  status: number,
): Task<boolean> {
  if (link.notKept.has(best.key)) return false;
  if (ABSENT_STATUSES.includes(status)) return true;
  const identity = held.identity(best);
  if (identity === undefined) return false;
  const answer = yield* link.getFlags(identity.portNumber, identity.idType, identity.id);
  return answer.type === "answered" && ABSENT_STATUSES.includes(answer.status);
}

function* goOnce<Request extends PortalRequest, T>(
  { held }: ServiceContext,
  link: AdapterLink,
  { request }: PortalAttempt<Request>,
  send: (request: Request, because?: number) => Task<MethodOutcome<T>>,
): Task<MethodOutcome<T>> {
  // The port would go with the next best key: with one that does not count.
  if (request.key.length === 0 && isBestKeyLost(held, link, request)) {
    return { type: "failed", ntStatus: NtStatus.ioDeviceError };
  }
  const handedOver = request.key.length > 0 ? undefined : keyToHandOver(held, link, request);
  const outcome = handedOver === undefined
    ? yield* send(request)
    : yield* send({ ...request, ...withKey(request, handedOver) }, handedOver.because);
  handedOver?.key.fill(0);
  return outcome;
}

function withKey(request: PortalRequest, { key, securityFlags }: HandedOverKey): Partial<PortalRequest> {
  const said = (request.securityFlags & SecurityFlag.valid) !== 0n;
  return { key, securityFlags: said ? request.securityFlags : securityFlags ?? request.securityFlags };
}
