/**
 * LoginIScsiTarget in the service: what is asked for becomes a login of one
 * adapter, the named one or one that the service selects.
 *
 * @module
 */

import { ALL_PORTS, IsdscStatus, SecurityFlag } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { STATUSES_OF_ABSENCE } from "../design_choices.ts";
import {
  LoginFlag,
  type LoginOptions,
  type LoginParameters,
  type TargetMapping,
  type UniqueConnectionId,
  type UniqueSessionId,
} from "../iscsidsc/structures.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { resolveAddress } from "./address_resolution.ts";
import { login, saveLogin } from "./login_operations.ts";
import { ISCSI_SOCKET, type LoginRequest } from "./login_request.ts";
import { byReadiness, findScope } from "./scope.ts";
import type { ServiceRun } from "./service_run.ts";

/** A session and its first connection. */
export interface SessionIds {
  /** The session. */
  readonly session: UniqueSessionId;
  /** Its first connection. */
  readonly connection: UniqueConnectionId;
}

/** What came of a login. */
export interface LoginAnswer {
  /** 0, an ISDSC status or a Win32 error. */
  readonly status: number;
  /** The session; `undefined` of a login that was only saved. */
  readonly value?: SessionIds | undefined;
}

/** LoginIScsiTarget. */
export function* logIn(run: ServiceRun, parameters: LoginParameters): Task<LoginAnswer> {
  const request = loginRequest(run, parameters);
  if (typeof request === "number") return { status: request };
  const { initiatorInstance, initiatorPortNumber = ALL_PORTS } = parameters;
  const scope = findScope(run, initiatorInstance, initiatorPortNumber);
  if (typeof scope === "number") return { status: scope };
  let answer: LoginAnswer = { status: IsdscStatus.INITIATOR_INSTANCE_NOT_FOUND };
  for (const link of byReadiness(scope.links)) {
    answer = yield* logInThrough(run, link, request);
    if (!STATUSES_OF_ABSENCE.includes(answer.status)) break;
  }
  return answer;
}

function* logInThrough(run: ServiceRun, link: AdapterLink, request: LoginRequest): Task<LoginAnswer> {
  if (request.persistent) return { status: yield* saveLogin(link, request) };
  const attempt = { request, portAddresses: run.portAddresses(link.name), limitCycles: run.settleLimitCycles };
  const outcome = yield* login(run.context, link, attempt);
  if (outcome.type === "failed") return { status: outcome.status };
  const adapterUnique = link.information?.UniqueAdapterId ?? 0n;
  const { sessionId, connectionId } = outcome.session;
  return {
    status: IsdscStatus.SUCCESS,
    value: {
      session: { adapterUnique, adapterSpecific: sessionId },
      connection: { adapterUnique, adapterSpecific: connectionId },
    },
  };
}

/** What an adapter is asked for, or the status that says why it is not asked. */
function loginRequest(run: ServiceRun, parameters: LoginParameters): LoginRequest | number {
  const { targetName, targetPortal, mappings, loginOptions } = parameters;
  if (!ISCSI_NAME.test(targetName)) return IsdscStatus.INVALID_ISCSI_NAME;
  if (mappings !== undefined && !isUnambiguous(mappings)) return IsdscStatus.INVALID_TARGET_MAPPING;
  const securityFlags = knownFlags(run, parameters.securityFlags ?? 0n);
  if (requiresIpsec(loginOptions) && !permitIpsec(securityFlags)) return IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE;
  // There is no discovery, so no portal through which any target is known to be reachable.
  if (targetPortal === undefined) return IsdscStatus.TARGET_NOT_FOUND;
  const target = resolveAddress(targetPortal.address);
  if (target === undefined) return IsdscStatus.DNS_NAME_UNRESOLVED;
  return {
    portNumber: parameters.initiatorPortNumber ?? ALL_PORTS,
    target,
    socket: targetPortal.socket ?? ISCSI_SOCKET,
    targetName,
    securityFlags,
    loginOptions,
    mappings,
    key: parameters.key ?? new Uint8Array(0),
    informational: parameters.isInformationalSession ?? false,
    persistent: parameters.isPersistent ?? false,
  };
}

/** The three forms of names (RFC 7143 §4.2.7.3 to .6, RFC 3980), in any characters: they are normalised elsewhere. */
const ISCSI_NAME = /^(iqn\.|eui\.|naa\.)./i;

/** A unit of the target is shown once, and a number of the system's is given once. */
function isUnambiguous({ lunList }: TargetMapping): boolean {
  const count = lunList.length;
  return new Set(lunList.map(({ osLun }) => osLun)).size === count &&
    new Set(lunList.map(({ targetLun }) => targetLun)).size === count;
}

/** Flags that are not VALID say nothing: those of the registry count then, if it has any. */
function knownFlags(run: ServiceRun, flags: bigint): bigint {
  return (flags & SecurityFlag.valid) === 0n ? run.defaultSecurityFlags ?? flags : flags;
}

function requiresIpsec(options: LoginOptions | undefined): boolean {
  return ((options?.loginFlags ?? 0) & LoginFlag.requireIpsec) !== 0;
}

/** Flags that are VALID and do not ask for IKE switch IPsec off. */
function permitIpsec(flags: bigint): boolean {
  return (flags & SecurityFlag.valid) === 0n || (flags & SecurityFlag.ikeIpsecEnabled) !== 0n;
}
