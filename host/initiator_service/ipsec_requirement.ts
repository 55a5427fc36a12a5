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
import type { PortalRequest } from "./login_request.ts";
import { queryFlags } from "./security_operations.ts";
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
  const found = request.key.length > 0 ? undefined : yield* flagsOfOwnKey(run, link, request.portNumber);
  return judged(request, found === undefined || !isValid(found) ? ANY_IKE : found);
}

function judged<Request extends PortalRequest>(request: Request, securityFlags: bigint): Request | number {
  const asksForIke = (securityFlags & SecurityFlag.ikeIpsecEnabled) !== 0n;
  return asksForIke ? { ...request, securityFlags } : IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE;
}

/** The flags of the key for the port's address, which comes before those for names; `undefined` if there is none. */
function* flagsOfOwnKey(run: ServiceRun, link: AdapterLink, port: number): Task<bigint | undefined> {
  const portNumber = port === ALL_PORTS ? 0 : port;
  const id = link.portAddresses[portNumber];
  if (id === undefined) return undefined;
  const query = { portNumber, idType: addressIdentificationType(id), id };
  const { status, securityFlags } = yield* queryFlags(run.context, link, query);
  return status === IsdscStatus.SUCCESS ? securityFlags : undefined;
}

function isValid(flags: bigint): boolean {
  return (flags & SecurityFlag.valid) !== 0n;
}
