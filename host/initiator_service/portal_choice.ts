/**
 * What logins and further connections have in common when the service judges
 * them: where they go, and with which flags.
 *
 * @module
 */

import { ALL_PORTS, IsdscStatus, SecurityFlag } from "../../firmware/manual/interface.ts";
import type { AddConnectionParameters, LoginParameters } from "../iscsidsc/structures.ts";
import { resolveAddress } from "./address_resolution.ts";
import { ISCSI_SOCKET, type PortalRequest } from "./login_request.ts";
import type { ServiceRun } from "./service_run.ts";

/** What an adapter is asked for, or the status that says why it is not asked. */
export function portalRequest(
  run: ServiceRun,
  parameters: LoginParameters | AddConnectionParameters,
): PortalRequest | number {
  const { targetPortal, loginOptions } = parameters;
  // No saved login either: there is no discovery that would know of another portal.
  if (targetPortal === undefined) return IsdscStatus.TARGET_NOT_FOUND;
  const target = resolveAddress(targetPortal.address);
  if (target === undefined) return IsdscStatus.DNS_NAME_UNRESOLVED;
  return {
    portNumber: parameters.initiatorPortNumber ?? ALL_PORTS,
    target,
    socket: targetPortal.socket ?? ISCSI_SOCKET,
    securityFlags: knownFlags(run, parameters.securityFlags ?? 0n),
    loginOptions,
    key: parameters.key ?? new Uint8Array(0),
  };
}

/** Flags that are not VALID say nothing: those of the registry count then, if it has any. */
function knownFlags(run: ServiceRun, flags: bigint): bigint {
  return (flags & SecurityFlag.valid) === 0n ? run.defaultSecurityFlags ?? flags : flags;
}
