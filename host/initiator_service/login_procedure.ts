/**
 * Logging in for an application: what is asked for becomes a login of one
 * adapter, the named one or one that the service selects; and a further
 * connection one of the session's adapter.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { SAVED_LOGIN_EXCHANGE_SECONDS, SAVED_LOGIN_TRY_SECONDS, STATUSES_OF_ABSENCE } from "../design_choices.ts";
import type { MethodOutcome } from "../wmi/adapter_client.ts";
import {
  type AddConnectionParameters,
  LoginFlag,
  type LoginParameters,
  type TargetMapping,
  type UniqueConnectionId,
  type UniqueSessionId,
} from "../iscsidsc/structures.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { statusOf } from "./request_outcome.ts";
import { addConnection, logIn, logOut } from "./adapter_sessions.ts";
import { withRequiredIpsec } from "./ipsec_requirement.ts";
import { goToPortal } from "./login_operations.ts";
import type { LoginRequest, SessionIdentity } from "./login_request.ts";
import { saveLogin } from "./login_saving.ts";
import { knownPortal, takenLoginNumbers } from "./persistent_logins.ts";
import { portalRequest } from "./portal_choice.ts";
import { byReadiness, findScope } from "./scope.ts";
import type { ServiceRun } from "./service_run.ts";
import { newSessionNumber, standingOf } from "./session_list.ts";

/** A session and its first connection. */
export interface SessionIds {
  /** The session. */
  readonly session: UniqueSessionId;
  /** Its first connection. */
  readonly connection: UniqueConnectionId;
}

/** A login that no adapter is asked for yet: one that is refused before uses no number up. */
type WantedLogin = Omit<LoginRequest, "isidNumber">;

/** What came of a login. */
interface LoginAnswer {
  readonly status: number;
  /** Of a session that is open now; none of a login that was only saved. */
  readonly value?: SessionIds;
}

/** LoginIScsiTarget. */
export function* logInForApplication(run: ServiceRun, given: LoginParameters): Task<LoginAnswer> {
  const targetPortal = given.targetPortal ?? (yield* knownPortal(run, given.targetName));
  const parameters = { ...given, targetPortal };
  const request = loginRequest(run, parameters);
  if (typeof request === "number") return { status: request };
  const scope = findScope(run, parameters.initiatorInstance, request.portNumber);
  if (typeof scope === "number") return { status: scope };
  const links = byReadiness(scope.links);
  return request.persistent || mayBeSecondSession(request)
    ? yield* firstOf(run, links, request)
    : yield* asOnlySession(run, links, request);
}

/** AddIScsiConnection. */
export function* addConnectionForApplication(
  run: ServiceRun,
  parameters: AddConnectionParameters,
): Task<{ readonly status: number; readonly value?: UniqueConnectionId }> {
  const { adapterUnique, adapterSpecific } = parameters.uniqueSessionId;
  const link = yield* run.linkOf(adapterUnique);
  if (typeof link === "number") return { status: link };
  const portal = portalRequest(run, parameters);
  if (typeof portal === "number") return { status: portal };
  const scope = findScope(run, link.name, portal.portNumber);
  if (typeof scope === "number") return { status: scope };
  const request = yield* withRequiredIpsec(run, link, { ...portal, sessionId: adapterSpecific });
  if (typeof request === "number") return { status: request };
  const attempt = { request, limitCycles: run.settleLimitCycles };
  const outcome = yield* goToPortal(run.context, link, attempt, (...keyed) => addConnection(link, ...keyed));
  const status = statusOf(outcome);
  if (outcome.type === "failed" || outcome.value === undefined) return { status };
  return { status, value: { adapterUnique, adapterSpecific: outcome.value.connectionId } };
}

/**
 * A target has one session unless MULTIPATH_ENABLED; of two logins at once the second sees what comes of the first. An
 * adapter does not ask the service before it logs in by itself: its session counts, which is perhaps that of the disk on
 * which the system is, and one that was opened meanwhile is ended.
 */
function* asOnlySession(
  run: ServiceRun,
  links: readonly AdapterLink[],
  request: WantedLogin,
): Task<LoginAnswer> {
  const { targetName } = request;
  const { frequencyHz } = run.context.kernel;
  const lock = run.targetLock(targetName);
  yield* lock.acquire();
  try {
    const { driverLoads } = run;
    const standing = yield* standingOf(run, targetName, SAVED_LOGIN_TRY_SECONDS * frequencyHz);
    if (standing === "taken") return ALREADY_LOGGED_IN;
    const answer = yield* firstOf(run, links, request);
    const session = answer.value?.session;
    const mayHaveRival = standing === "tried" || driverLoads !== run.driverLoads;
    if (session === undefined || !mayHaveRival) return answer;
    const rival = yield* standingOf(run, targetName, SAVED_LOGIN_EXCHANGE_SECONDS * frequencyHz, session);
    if (rival !== "taken") return answer;
    const link = yield* run.linkOf(session.adapterUnique);
    if (typeof link !== "number") yield* logOut(link, session.adapterSpecific);
    return ALREADY_LOGGED_IN;
  } finally {
    lock.release();
  }
}

const ALREADY_LOGGED_IN: LoginAnswer = { status: IsdscStatus.TARGET_ALREADY_LOGGED_IN };

/**
 * Through the first adapter that is there, and keeps logins if one is to be
 * saved. Any other refusal is an answer, and no reason to ask another.
 */
function* firstOf(run: ServiceRun, links: readonly AdapterLink[], request: WantedLogin): Task<LoginAnswer> {
  let answer: LoginAnswer = { status: IsdscStatus.INITIATOR_INSTANCE_NOT_FOUND };
  for (const link of links) {
    answer = yield* through(run, link, request);
    if (!STATUSES_OF_ABSENCE.includes(answer.status) && !(request.persistent && keepsNone(answer))) break;
  }
  return answer;
}

function keepsNone({ status }: LoginAnswer): boolean {
  return status === IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA;
}

/**
 * A login that is saved takes along the key that it brings and no other: one of
 * the service's would stay with it when the setting is changed.
 */
function* through(run: ServiceRun, link: AdapterLink, wanted: WantedLogin): Task<LoginAnswer> {
  const request = yield* withRequiredIpsec(run, link, wanted);
  if (typeof request === "number") return { status: request };
  if (request.persistent) {
    const saving = { request, taken: yield* takenLoginNumbers(run), limitCycles: run.settleLimitCycles };
    return { status: yield* saveLogin(run.context, link, saving) };
  }
  const isidNumber = yield* newSessionNumber(run);
  if (isidNumber === undefined) return { status: IsdscStatus.OUT_OF_RESOURCES };
  const attempt = { request, limitCycles: run.settleLimitCycles };
  try {
    const send = (keyed: WantedLogin, because?: number) => logIn(link, { ...keyed, isidNumber }, because);
    return loginAnswer(link, yield* goToPortal(run.context, link, attempt, send));
  } finally {
    run.isidNumbers.over(isidNumber);
  }
}

function loginAnswer(link: AdapterLink, outcome: MethodOutcome<SessionIdentity>): LoginAnswer {
  const status = statusOf(outcome);
  if (outcome.type === "failed" || outcome.value === undefined) return { status };
  const adapterUnique = link.information?.UniqueAdapterId ?? 0n;
  const { sessionId, connectionId } = outcome.value;
  return {
    status,
    value: {
      session: { adapterUnique, adapterSpecific: sessionId },
      connection: { adapterUnique, adapterSpecific: connectionId },
    },
  };
}

/** What an adapter is asked for, or the status that says why it is not asked. */
function loginRequest(run: ServiceRun, parameters: LoginParameters): WantedLogin | number {
  const { targetName, mappings } = parameters;
  if (!ISCSI_NAME.test(targetName)) return IsdscStatus.INVALID_ISCSI_NAME;
  if (mappings !== undefined && !isUnambiguous(mappings)) return IsdscStatus.INVALID_TARGET_MAPPING;
  const portal = portalRequest(run, parameters);
  if (typeof portal === "number") return portal;
  return {
    ...portal,
    targetName,
    mappings,
    informational: parameters.isInformationalSession ?? false,
    persistent: parameters.isPersistent ?? false,
  };
}

function mayBeSecondSession({ loginOptions }: WantedLogin): boolean {
  return ((loginOptions?.loginFlags ?? 0) & LoginFlag.multipathEnabled) !== 0;
}

/**
 * The three forms of names (RFC 7143 §4.2.7.3 to .6), without the characters that RFC 3722 §6 prohibits: of ASCII, all
 * but letters, digits, dash, dot and colon; blanks, control characters and surrogates elsewhere.
 */
const ISCSI_NAME = /^(iqn\.|eui\.|naa\.)[^\0-,/;-@[-`{-\x7f\p{Z}\p{Cc}\p{Cs}]+$/iu;

/** A unit of the target is shown once, and a number of the system's is given once. */
function isUnambiguous({ lunList }: TargetMapping): boolean {
  const count = lunList.length;
  return new Set(lunList.map(({ osLun }) => osLun)).size === count &&
    new Set(lunList.map(({ targetLun }) => targetLun)).size === count;
}
