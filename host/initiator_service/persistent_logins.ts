/**
 * Logins that adapters have saved. They are the adapters' and not the
 * service's: an adapter logs in to them before the service runs, and keeps the
 * key of each with it. Neither comes back from there.
 *
 * @module
 */

import { ALL_PORTS, IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import type { PersistentLoginInformation, TargetMapping, TargetPortal } from "../iscsidsc/structures.ts";
import { ANY_MAPPING } from "../wmi/adapter_operations.ts";
import type { PersistentLogin } from "../wmi/persistent_logins.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { statusOf } from "./request_outcome.ts";
import { askAll, askThoseThatAnswer } from "./adapter_lists.ts";
import { forgetLogins, savedLoginsOf } from "./adapter_sessions.ts";
import { lacksDisplaced } from "./claims.ts";
import { addressText, resolveAddress } from "./address_resolution.ts";
import { ISCSI_SOCKET, type RemovalRequest } from "./login_request.ts";
import { isToTarget } from "./saved_login_name.ts";
import { findScope } from "./scope.ts";
import type { ServiceRun } from "./service_run.ts";
import { ensureSynchrony } from "./synchronization.ts";

/** Which saved logins shall be forgotten. */
export interface RemoveParameters {
  /** The adapter. */
  readonly initiatorInstance: string;
  /** Port from 0, or all ports. */
  readonly initiatorPortNumber: number;
  /** The target's iSCSI name. */
  readonly targetName: string;
  /** The portal; `undefined`, or one with an empty address, for all of them. */
  readonly portal: TargetPortal | undefined;
}

/** ReportIScsiPersistentLogins. */
export function listPersistentLogins(
  run: ServiceRun,
): Task<{ readonly status: number; readonly value?: readonly PersistentLoginInformation[] }> {
  return askAll(run, savedLoginsOf, informationOf);
}

/** RemoveIScsiPersistentTarget. */
export function* removePersistentTarget(
  run: ServiceRun,
  { initiatorInstance, initiatorPortNumber, targetName, portal }: RemoveParameters,
): Task<{ readonly status: number }> {
  const scope = findScope(run, initiatorInstance, initiatorPortNumber);
  if (typeof scope === "number") return { status: scope };
  const [link] = scope.links;
  if (link === undefined) return { status: IsdscStatus.INITIATOR_NOT_FOUND };
  const target = resolveAddress(portal?.address ?? "");
  if (target === undefined) return { status: IsdscStatus.DNS_NAME_UNRESOLVED };
  const request = { portNumber: initiatorPortNumber, targetName, target, socket: portal?.socket ?? ISCSI_SOCKET };
  // A save under way is over before, with all that it may have to take back: what is forgotten then stays so.
  yield* link.lock.acquire();
  try {
    const forgetting = initiatorPortNumber === ALL_PORTS ? forgetOfAllPorts(link, request) : forget(link, request);
    const status = yield* forgetting;
    // There is room now for a key that another tool's login has displaced.
    if (status === IsdscStatus.SUCCESS && lacksDisplaced(link)) yield* ensureSynchrony(run.context, link);
    return { status };
  } finally {
    link.lock.release();
  }
}

function* forget(link: AdapterLink, request: RemovalRequest): Task<number> {
  return statusOf(yield* forgetLogins(link, request));
}

/** Forgets what is saved for each port of an adapter, and for any: also what is damaged, which it does not tell of. */
function* forgetOfAllPorts(link: AdapterLink, request: RemovalRequest): Task<number> {
  const listed = yield* savedLoginsOf(link);
  if (listed.type === "failed") return statusOf(listed);
  const told = (listed.value ?? []).filter((login) => isToTarget(login, request));
  const own = Array.from({ length: link.information?.NumberOfPorts ?? 0 }, (_, port) => port);
  let result: number = IsdscStatus.NOT_FOUND;
  for (const portNumber of new Set([...told.map((login) => login.InitiatorPortNumber), ...own, ALL_PORTS])) {
    const status = yield* forget(link, { ...request, portNumber });
    if (status === IsdscStatus.SUCCESS) result = status;
    else if (status !== IsdscStatus.NOT_FOUND) return status;
  }
  return result;
}

/** The portal of a target that an adapter has saved a login to; `undefined` if none is known to have. */
export function* knownPortal(run: ServiceRun, targetName: string): Task<TargetPortal | undefined> {
  const known = yield* askThoseThatAnswer(run, savedLoginsOf, informationOf);
  return known.find((login) => login.targetName.toLowerCase() === targetName.toLowerCase())?.targetPortal;
}

/** The numbers of saved logins that adapters tell of. */
export function* takenLoginNumbers(run: ServiceRun): Task<ReadonlySet<number>> {
  const known = yield* askThoseThatAnswer(run, savedLoginsOf, (_, logins) => logins);
  return new Set(known.map(({ UniqueIdForISID }) => UniqueIdForISID));
}

function informationOf(link: AdapterLink, logins: readonly PersistentLogin[]): readonly PersistentLoginInformation[] {
  return logins.map((login) => loginInformation(link, login));
}

function loginInformation({ name }: AdapterLink, login: PersistentLogin): PersistentLoginInformation {
  const { Address, Socket } = login.TargetPortal;
  const { LoginOptions: options } = login;
  return {
    targetName: login.TargetName,
    isInformationalSession: login.IsInformationalSession,
    initiatorInstance: name,
    initiatorPortNumber: login.InitiatorPortNumber,
    targetPortal: { address: addressText(Address), socket: Socket },
    securityFlags: login.SecurityFlags,
    mappings: mappingOf(login),
    loginOptions: {
      version: 0,
      informationSpecified: options.InformationSpecified,
      loginFlags: options.LoginFlags,
      authType: options.AuthType,
      headerDigest: options.HeaderDigest,
      dataDigest: options.DataDigest,
      maximumConnections: options.MaximumConnections,
      defaultTime2Wait: options.DefaultTime2Wait,
      defaultTime2Retain: options.DefaultTime2Retain,
      username: login.Username.slice(),
    },
  };
}

/** Nothing was mapped if everything is left to the driver. */
function mappingOf({ OSBus, OSTarget, LUNList }: PersistentLogin): TargetMapping | undefined {
  if (OSBus === ANY_MAPPING && OSTarget === ANY_MAPPING && LUNList.length === 0) return undefined;
  const lunList = LUNList.map(({ OSLUN, TargetLUN }) => ({ osLun: OSLUN, targetLun: TargetLUN }));
  return { osBusNumber: OSBus, osTargetNumber: OSTarget, lunList };
}
