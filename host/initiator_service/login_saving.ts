/**
 * Having an adapter save a login. It takes room in the same memory as keys, and
 * none of it may be that of a key: an adapter grants what is free, and while its
 * cache is being filled, or after somebody has cleared it, that is the room of
 * what comes back. So nothing else is done to the cache meanwhile, and what was
 * saved into an emptied cache is forgotten again before the cache is filled, and
 * then saved once more: a full adapter says so then, as it would have done.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";
import { SETTINGS_AT_ONCE } from "../design_choices.ts";
import { NtStatus } from "../status.ts";
import type { MethodOutcome } from "../wmi/adapter_client.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { logIn } from "./adapter_sessions.ts";
import { giveSavedLoginNumber, savedLoginIsKept, takeBackSavedLoginNumber } from "./isid_numbers.ts";
import { withCache } from "./login_operations.ts";
import type { LoginRequest, SessionIdentity } from "./login_request.ts";
import { GONE, isSuccess, statusOf } from "./request_outcome.ts";
import type { ServiceContext } from "./service_context.ts";
import { ensureSynchrony, isUnchanged, synchronize } from "./synchronization.ts";

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
  let status = statusOf({ type: "failed", ntStatus: NtStatus.ioTimeout });
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
  for (let attempt = 1; attempt <= SETTINGS_AT_ONCE; attempt++) {
    yield* ensureSynchrony(context, link);
    const isKnown = link.inSynchrony(context.held.revision);
    const given = yield* giveSavedLoginNumber(context, link.name, taken);
    if (given === undefined) return NOT_SAVED;
    const outcome: MethodOutcome<SessionIdentity> = yield* logIn(link, { ...request, isidNumber: given.number });
    if (outcome.type === "answered" && !isSuccess(outcome)) {
      yield* takeBackSavedLoginNumber(context, link.name, given);
      return outcome.status;
    }
    if (isKnown && (yield* isUnchanged(context, link))) {
      const isKept = yield* savedLoginIsKept(context, link.name, given);
      return isKept ? statusOf(outcome) : NOT_SAVED;
    }
    link.loseSynchrony();
    // Without an answer it is not known whether it was saved: whoever fills the cache has it forgotten.
    if (outcome.type === "failed") return statusOf(outcome);
  }
  yield* synchronize(context, link, "none");
  return NOT_SAVED;
}

const NOT_SAVED: number = IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA;
