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
import type { AdapterLink, RequestOutcome } from "./adapter_link.ts";
import { type HandedOverKey, keyToHandOver } from "./login_keys.ts";
import type { PortalRequest } from "./login_request.ts";
import { ensureSynchrony, type ServiceContext } from "./synchronization.ts";

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

/**
 * Goes to a portal through an adapter whose cache is what the service holds, as
 * far as that can be had. An attempt that fails for want of the right key while
 * somebody clears the cache, or the service fills it, is made once more.
 *
 * @param send Asks the adapter, with the key that it shall have, and the event that wrote it if the service holds it.
 */
export function* goToPortal<Request extends PortalRequest, T>(
  context: ServiceContext,
  link: AdapterLink,
  attempt: PortalAttempt<Request>,
  send: (request: Request, because?: number) => Task<MethodOutcome<T>>,
): Task<MethodOutcome<T>> {
  if (!(yield* synchronized(context, link, attempt.limitCycles))) {
    return { type: "failed", ntStatus: link.removed ? NtStatus.noSuchDevice : NtStatus.ioTimeout };
  }
  const { synchronizations } = link;
  const outcome = yield* goOnce(context, link, attempt, send);
  if (!isForWantOfKey(outcome)) return outcome;
  yield* synchronized(context, link, attempt.limitCycles);
  return link.synchronizations === synchronizations ? outcome : yield* goOnce(context, link, attempt, send);
}

function isForWantOfKey(outcome: RequestOutcome): boolean {
  return outcome.type === "answered" && KEY_STATUSES.includes(outcome.status);
}

/** False if it was not possible to see about the adapter's cache within the limit, or at all, for want of the adapter. */
function* synchronized(context: ServiceContext, link: AdapterLink, limitCycles: Cycles): Task<boolean> {
  if (!(yield* link.waitUntilSettled(limitCycles))) return false;
  if (!(yield* link.lock.acquireWithin(limitCycles))) return false;
  try {
    if (link.removed) return false;
    yield* ensureSynchrony(context, link);
    return true;
  } finally {
    link.lock.release();
  }
}

function* goOnce<Request extends PortalRequest, T>(
  { held }: ServiceContext,
  link: AdapterLink,
  { request }: PortalAttempt<Request>,
  send: (request: Request, because?: number) => Task<MethodOutcome<T>>,
): Task<MethodOutcome<T>> {
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
