/**
 * Having an adapter save a login. It takes room in the same memory as keys, and
 * none of it may be that of a key: an adapter grants what is free, and while its
 * cache is being filled, or after somebody has cleared it, that is the room of
 * what comes back. So nothing else is done to the cache meanwhile, and what was
 * saved into an emptied cache is forgotten again if a key finds no room then.
 *
 * @module
 */

import { IsdscStatus } from "../../firmware/manual/interface.ts";
import type { Cycles, Task } from "../../sim/kernel/task.ts";
import { NtStatus } from "../status.ts";
import type { MethodOutcome } from "../wmi/adapter_client.ts";
import type { AdapterLink } from "./adapter_link.ts";
import { forgetLogins, logIn } from "./adapter_sessions.ts";
import { withCache } from "./login_operations.ts";
import type { LoginRequest, SessionIdentity } from "./login_request.ts";
import { GONE, isSuccess } from "./request_outcome.ts";
import { ensureSynchrony, isUnchanged, type ServiceContext, synchronize } from "./synchronization.ts";

type Outcome = MethodOutcome<SessionIdentity>;

/** How a save ends of which nobody knows what it has done. */
const UNKNOWN: Outcome = { type: "failed", ntStatus: NtStatus.ioDeviceError };

/** How a save ends for which there is no room. */
const REFUSED: Outcome = {
  type: "answered",
  status: IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA,
  value: undefined,
};

/** @param limitCycles How long to wait for the adapter's synchronisation. */
export function* saveLogin(
  context: ServiceContext,
  link: AdapterLink,
  request: LoginRequest,
  limitCycles: Cycles,
): Task<Outcome> {
  let outcome: Outcome = { type: "failed", ntStatus: NtStatus.ioTimeout };
  const isDone = yield* withCache(
    link,
    limitCycles,
    function* (): Task {
      outcome = yield* saveBesideKeys(context, link, request);
    }(),
  );
  return !isDone && link.removed ? GONE : outcome;
}

function* saveBesideKeys(context: ServiceContext, link: AdapterLink, request: LoginRequest): Task<Outcome> {
  const { held } = context;
  yield* ensureSynchrony(context, link);
  const isKnown = link.inSynchrony(held.revision);
  const outcome = yield* logIn(link, request);
  // What was refused has taken nothing.
  if (outcome.type === "answered" && !isSuccess(outcome)) return outcome;
  if (isKnown && (yield* isUnchanged(context, link))) return outcome;
  const refused = new Set(link.notKept);
  yield* synchronize(context, link, "none");
  const isFilled = link.inSynchrony(held.revision);
  if (isFilled && [...link.notKept].every((key) => refused.has(key))) return outcome;
  const forgotten = yield* forgetLogins(link, request);
  yield* synchronize(context, link, "none");
  return forgotten.type === "answered" ? REFUSED : UNKNOWN;
}
