/**
 * ISCSI_LOGIN_FLAG_REQUIRE_IPSEC: no session without IPsec.
 *
 * LoginToTarget carries the flag, but an adapter that finds a key whose own
 * flags switch IPsec off opens the session without phase 1. So the service
 * leaves no choice to the key's flags: it asks for them, and what it hands over
 * is VALID and asks for IKE.
 *
 * @module
 */

import { addressIdentificationType, ALL_PORTS, IsdscStatus, SecurityFlag } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { LoginFlag } from "../iscsidsc/structures.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { keyForLogin } from "./login_keys.ts";
import type { PortalRequest } from "./login_request.ts";
import { queryFlags } from "./flags_query.ts";
import type { ServiceRun } from "./service_run.ts";

/** IKE, in the mode that fits the identifier: an adapter tries main mode first, and aggressive mode only with a name. */
const ANY_IKE = SecurityFlag.valid | SecurityFlag.ikeIpsecEnabled | SecurityFlag.mainModeEnabled |
  SecurityFlag.aggressiveModeEnabled;

/** The request as the adapter must have it, or TARGET_PRESHAREDKEY_UNAVAILABLE if it has IPsec switched off. */
export function* withRequiredIpsec<Request extends PortalRequest>(
  run: ServiceRun,
  link: AdapterLink,
  request: Request,
): Task<Request | number> {
  if (((request.loginOptions?.loginFlags ?? 0) & LoginFlag.requireIpsec) === 0) return request;
  if (isValid(request.securityFlags)) return judged(request, request.securityFlags);
  const found = request.key.length > 0 ? undefined : yield* flagsOfUsedKey(run, link, request);
  return judged(request, found === undefined || !isValid(found) ? ANY_IKE : found);
}

function judged<Request extends PortalRequest>(request: Request, securityFlags: bigint): Request | number {
  const asksForIke = (securityFlags & SecurityFlag.ikeIpsecEnabled) !== 0n;
  return asksForIke ? { ...request, securityFlags } : IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE;
}

/**
 * The flags of the key with which the adapter would go: that for the port's address, which comes before all others; else
 * the one that the service holds for what the port presents. `undefined` if there is none. A key for another identifier
 * that somebody else has set is not known to the service; the login's flags overrule it.
 */
function* flagsOfUsedKey(run: ServiceRun, link: AdapterLink, request: PortalRequest): Task<bigint | undefined> {
  const portNumber = request.portNumber === ALL_PORTS ? 0 : request.portNumber;
  const address = link.portAddresses[portNumber];
  if (address !== undefined) {
    const own = { portNumber, idType: addressIdentificationType(address), id: address };
    const { status, securityFlags } = yield* queryFlags(run.context, link, own);
    if (status === IsdscStatus.SUCCESS) return securityFlags;
  }
  const { held } = run.context;
  const row = keyForLogin(held, link, request);
  const identity = row === undefined ? undefined : held.identity(row);
  if (identity === undefined) return undefined;
  const { status, securityFlags } = yield* queryFlags(run.context, link, { ...identity, portNumber });
  return status === IsdscStatus.SUCCESS ? securityFlags : undefined;
}

function isValid(flags: bigint): boolean {
  return (flags & SecurityFlag.valid) !== 0n;
}
