/**
 * What a saved login is told from others by: its port, its target and its portal.
 * A login for any port is one beside those for single ports, and no adapter is
 * asked for "all ports": whoever means them names each.
 *
 * @module
 */

import { AddressType } from "../../firmware/manual/interface.ts";
import { equalBytes } from "@noble/ciphers/utils.js";
import type { PersistentLogin } from "../wmi/persistent_logins.ts";
import { addressText, resolveAddress } from "./address_resolution.ts";
import type { RemovalRequest } from "./login_request.ts";

/** What an adapter calls a login that it tells of; `undefined` if it says a name of the portal that has no address. */
export function savedLoginName(login: PersistentLogin): RemovalRequest | undefined {
  const target = resolveAddress(addressText(login.TargetPortal.Address));
  if (target === undefined) return undefined;
  const { InitiatorPortNumber: portNumber, TargetName: targetName, TargetPortal: { Socket: socket } } = login;
  return { portNumber, targetName, target, socket };
}

/** Whether a login is to a target, whose name has no case (RFC 3722), at a portal; the empty address is any portal. */
export function isToTarget(login: PersistentLogin, wanted: Omit<RemovalRequest, "portNumber">): boolean {
  const name = savedLoginName(login);
  if (name === undefined || name.targetName.toLowerCase() !== wanted.targetName.toLowerCase()) return false;
  const isAnyPortal = wanted.target.type === AddressType.empty;
  return isAnyPortal || name.socket === wanted.socket && name.target.type === wanted.target.type &&
      equalBytes(name.target.bytes, wanted.target.bytes);
}

/** Whether a login would be replaced by one of a name. */
export function isSavedAs(login: PersistentLogin, name: RemovalRequest): boolean {
  return login.InitiatorPortNumber === name.portNumber && isToTarget(login, name);
}
