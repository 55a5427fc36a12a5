/**
 * Logging in and out through an adapter.
 *
 * @module
 */

import { IsdscStatus, SecurityFlag } from "../../firmware/manual/interface.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";
import { Win32Error } from "../status.ts";
import { LOGIN_TO_TARGET_OUT } from "../wmi/adapter_operations.ts";
import { type AdapterLink, type CallOutcome, isSuccess, statusOf } from "./adapter_link.ts";
import { type HandedOverKey, keyToHandOver } from "./login_keys.ts";
import type { LoginRequest, SessionIdentity } from "./login_request.ts";
import { ensureSynchrony, type ServiceContext } from "./synchronization.ts";

/** How a login ended. */
export type LoginOutcome =
  /** Phase 1 is established. */
  | { readonly type: "established"; readonly session: SessionIdentity }
  /** It is not, and why. */
  | { readonly type: "failed"; readonly status: number };

/** A login as an application asks for it. */
export interface LoginAttempt {
  /** With the key of the call, if it brings one. */
  readonly request: LoginRequest;
  /** The addresses of the adapter's ports; without them a key for any address counts as the port's own. */
  readonly portAddresses: readonly Uint8Array[];
  /** How long to wait for the adapter's synchronisation. */
  readonly limitCycles: Cycles;
}

/** How a login ends that finds no key, a damaged one, or another than the target's. */
const KEY_STATUSES: readonly number[] = [
  IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE,
  IsdscStatus.CACHE_CORRUPTED,
  IsdscStatus.AUTHENTICATION_FAILURE,
];

/**
 * Logs in through an adapter whose cache is what the service holds, as far as
 * that can be had. A login that fails for want of the right key while somebody
 * clears the cache, or the service fills it, is made once more.
 */
export function* login(context: ServiceContext, link: AdapterLink, attempt: LoginAttempt): Task<LoginOutcome> {
  if (!(yield* synchronized(context, link, attempt.limitCycles))) {
    return { type: "failed", status: Win32Error.timeout };
  }
  const { synchronizations } = link;
  const outcome = yield* loginOnce(context, link, attempt);
  if (outcome.type === "failed" || !KEY_STATUSES.includes(outcome.status)) return readLogin(outcome);
  yield* synchronized(context, link, attempt.limitCycles);
  if (link.synchronizations === synchronizations) return readLogin(outcome);
  return readLogin(yield* loginOnce(context, link, attempt));
}

/**
 * Has an adapter save a login, with the key that it brings and no other: one of
 * the service's would stay there when the setting is changed. Nobody logs in
 * before the adapter's next start.
 *
 * @returns The status.
 */
export function* saveLogin(link: AdapterLink, request: LoginRequest): Task<number> {
  return statusOf(yield* link.login(request));
}

/**
 * Logs out.
 *
 * @returns The status.
 */
export function* logout(link: AdapterLink, sessionId: bigint): Task<number> {
  return statusOf(yield* link.logout(sessionId));
}

/** False if it was not possible to see about the adapter's cache within the limit. */
function* synchronized(context: ServiceContext, link: AdapterLink, limitCycles: Cycles): Task<boolean> {
  if (!(yield* link.waitUntilSettled(limitCycles))) return false;
  if (!(yield* link.lock.acquireWithin(limitCycles))) return false;
  try {
    yield* ensureSynchrony(context, link);
    return true;
  } finally {
    link.lock.release();
  }
}

function* loginOnce(
  { held }: ServiceContext,
  link: AdapterLink,
  { request, portAddresses }: LoginAttempt,
): Task<CallOutcome> {
  const handedOver = request.key.length > 0 ? undefined : keyToHandOver(held, link, request, portAddresses);
  const outcome = yield* link.login(withKey(request, handedOver));
  handedOver?.key.fill(0);
  return outcome;
}

function withKey(request: LoginRequest, handedOver: HandedOverKey | undefined): LoginRequest {
  if (handedOver === undefined) return request;
  const { key, securityFlags } = handedOver;
  const said = (request.securityFlags & SecurityFlag.valid) !== 0n;
  return { ...request, key, securityFlags: said ? request.securityFlags : securityFlags ?? request.securityFlags };
}

function readLogin(outcome: CallOutcome): LoginOutcome {
  if (!isSuccess(outcome) || outcome.type === "failed") return { type: "failed", status: statusOf(outcome) };
  const { UniqueSessionId, UniqueConnectionId } = LOGIN_TO_TARGET_OUT.decode(outcome.data);
  return { type: "established", session: { sessionId: UniqueSessionId, connectionId: UniqueConnectionId } };
}
