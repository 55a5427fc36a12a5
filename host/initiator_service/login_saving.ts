/**
 * Having an adapter save a login. It takes room in the same memory as keys, and
 * none of it may be that of a key: an adapter grants what is free, and while its
 * cache is being filled, or after somebody has cleared it, that is the room of
 * what comes back. So nothing else is done to the cache meanwhile, and what was
 * saved into an emptied cache is acknowledged only if it is still there when all
 * is back: a full adapter has had to forget it for that.
 *
 * A login that takes the place of one that was acknowledged is not forgotten for
 * anything less than the room of a key: what was there before is gone.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";
import { SETTINGS_AT_ONCE } from "../design_choices.ts";
import type { MethodOutcome } from "../wmi/adapter_client.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { forgetLogins, logIn, savedLoginsOf } from "./adapter_sessions.ts";
import { lacksDisplaced } from "./claims.ts";
import {
  giveSavedLoginNumber,
  savedLoginIsKept,
  type SavedLoginNumber,
  takeBackSavedLoginNumber,
} from "./isid_numbers.ts";
import { withCache } from "./login_operations.ts";
import type { LoginRequest, SessionIdentity } from "./login_request.ts";
import { GONE, isFallback, isSuccess, statusOf, UNANSWERED } from "./request_outcome.ts";
import type { ServiceContext } from "./service_context.ts";
import { isSavedAs } from "./saved_login_name.ts";
import { ensureSynchrony, isUnchanged } from "./synchronization.ts";

/** A login that is to be saved. */
export interface LoginToSave {
  /** What is asked for, without a number yet. */
  readonly request: Omit<LoginRequest, "isidNumber">;
  /** The numbers of saved logins that are known. */
  readonly taken: ReadonlySet<number>;
  /** How long to wait for the adapter's synchronisation. */
  readonly limitCycles: Cycles;
}

/** @returns The status: success only of a login that stands beside all keys. */
export function* saveLogin(context: ServiceContext, link: AdapterLink, login: LoginToSave): Task<number> {
  let status = statusOf(UNANSWERED);
  const isDone = yield* withCache(
    link,
    login.limitCycles,
    function* (): Task {
      status = yield* saveBesideKeys(context, link, login);
    }(),
  );
  return !isDone && link.removed ? statusOf(GONE) : status;
}

function* saveBesideKeys(context: ServiceContext, link: AdapterLink, { request, taken }: LoginToSave): Task<number> {
  const isNew = !(yield* mayBeSaved(link, request));
  // Into a cache of which nothing is known none is saved: it might replace one, and have to go.
  if (!(yield* reachSynchrony(context, link))) return link.removed ? statusOf(GONE) : NOT_SAVED;
  // Nor in the room of a key: that comes back before.
  if (isNew && lacksDisplaced(link)) return NOT_SAVED;
  const given = yield* giveSavedLoginNumber(context, link, taken);
  if (given === undefined) return NOT_SAVED;
  const outcome: MethodOutcome<SessionIdentity> = yield* logIn(link, { ...request, isidNumber: given.number });
  if (outcome.type === "answered" && !isSuccess(outcome)) {
    yield* takeBackSavedLoginNumber(context, link, given);
    return outcome.status;
  }
  const isUndisturbed = yield* isUnchanged(context, link);
  if (!isUndisturbed) link.loseSynchrony();
  // Without an answer it is not known whether it was saved: whoever fills the cache finds out whether it has room.
  if (outcome.type === "failed") return statusOf(outcome);
  const hasRoom = isUndisturbed || (yield* outlivesFill(context, link, given));
  if (hasRoom && (yield* savedLoginIsKept(context, link, given))) return outcome.status;
  // What is not acknowledged shall not be there either, unless it has replaced what was.
  if (isNew) yield* forgetLogins(link, request);
  return link.removed ? statusOf(GONE) : NOT_SAVED;
}

/** Whether the cache is what it should be, be it that it had to be filled: others may clear it meanwhile. */
function* reachSynchrony(context: ServiceContext, link: AdapterLink): Task<boolean> {
  for (let attempt = 1; attempt <= SETTINGS_AT_ONCE; attempt++) {
    yield* ensureSynchrony(context, link);
    if (link.inSynchrony(context.held.revision)) return true;
  }
  return false;
}

/** Whether a login that was saved into an emptied cache is there when all is back: it is not if that took its room. */
function* outlivesFill(context: ServiceContext, link: AdapterLink, { number }: SavedLoginNumber): Task<boolean> {
  if (!(yield* reachSynchrony(context, link))) return false;
  const listed = yield* savedLoginsOf(link);
  return listed.type === "answered" && (listed.value ?? []).some((login) => login.UniqueIdForISID === number);
}

/** Whether a login of the same port, portal and target is saved, as far as the adapter says. */
function* mayBeSaved(link: AdapterLink, request: LoginToSave["request"]): Task<boolean> {
  const listed = yield* savedLoginsOf(link);
  if (listed.type === "failed") return !isFallback(listed);
  return (listed.value ?? []).some((login) => isSavedAs(login, request));
}

const NOT_SAVED: number = IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA;
