/**
 * Set B of planted bugs: statuses and completions.
 *
 * @module
 */

import type { PlantedBug } from "../planted_bug.ts";

/** The bugs, by family. */
export const CALLS_B: readonly PlantedBug[] = [
  {
    name: "interrupted-login-succeeds",
    family: "status",
    file: "host/miniport/login_requests.ts",
    find: `    this.#answer(context, kind, event?.status ?? LOGIN_INTERRUPTED_STATUS, established ? id : 0n);`,
    replace: `    this.#answer(context, kind, event?.status ?? IsdscStatus.SUCCESS, established ? id : 0n);`,
    why: "Without an event of the adapter there is no status, and the default is the harmless-looking 0: a login " +
      "during which the adapter is reset is answered with success and a session that does not exist.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "unscrubbed-is-success",
    family: "status",
    file: "firmware/cache/store_outcome.ts",
    find: `    case "stored":
    case "unchanged":
      return IsdscStatus.SUCCESS;
    case "full":
      return IsdscStatus.HBA_SECURITY_CACHE_FULL;
    case "corrupted":
      return IsdscStatus.CACHE_CORRUPTED;
    case "failed":
    case "unscrubbed":`,
    replace: `    case "stored":
    case "unchanged":
    case "unscrubbed":
      return IsdscStatus.SUCCESS;
    case "full":
      return IsdscStatus.HBA_SECURITY_CACHE_FULL;
    case "corrupted":
      return IsdscStatus.CACHE_CORRUPTED;
    case "failed":`,
    why: "Unscrubbed reads like a kind of done: ClearCache says success on a part that did not erase a sector, the " +
      "service gives the cache a name, and old keys are still in the image, of which success says that they are " +
      "not.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "run-looked-up-before-the-call-arrives",
    family: "status",
    file: "host/initiator_service/initiator_service.ts",
    find: `    yield* kernel.sleep(costs.rpcCycles);
    const run = this.#run;
    if (this.#state !== "running" || run === undefined) {`,
    replace: `    const run = this.#state === "running" ? this.#run : undefined;
    yield* kernel.sleep(costs.rpcCycles);
    if (run === undefined) {`,
    why: "Whether the service runs is asked when the call is sent, not when it arrives: if the service is killed and " +
      "started in between, the run that is gone serves the call and says success for a key that the new run does " +
      "not hold, and takes from the adapter with its first synchronisation.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "abandoned-login-stays-open",
    family: "completion",
    file: "host/miniport/login_requests.ts",
    find: `    if (event === undefined || (established && givenUp)) yield* this.#close(connection, session);`,
    replace: `    if (event === undefined) yield* this.#close(connection, session);`,
    why: "A login that completes after the port driver has given it up is dropped without a word: after a bus reset " +
      "during phase 1 the application is told of a failure, and the adapter keeps a session that nobody knows.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "late-stop-ends-the-next-run",
    family: "completion",
    file: "host/initiator_service/initiator_service.ts",
    find: `    if (this.#run === run) this.kill();`,
    replace: `    this.kill();`,
    why: "The orderly stop does not ask whether its run is still the present one when it has waited: if the host is " +
      "rebooted while the service stops, the old stop comes to its end up to 20 s later and ends the new run.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "acceptance-and-reset-in-one-cycle",
    family: "completion",
    file: "host/miniport/login_requests.ts",
    find:
      `// The supervisor may begin a reset in the cycle in which it takes the acceptance: then no event comes any more.
    const interruption = opened.accepted ? access.interruption : undefined;
    if (interruption !== undefined) {
      complete(context, interruption, 0);
      return;
    }
    // The adapter has the key now;`,
    replace: `// The adapter has the key now;`,
    why: "The acceptance of a login is a promise of an event, unless the adapter is reset before the login goes on: " +
      "if the supervisor blocks the adapter in the cycle in which it takes the acceptance, nobody ends the wait " +
      "that begins after that, and the call hangs for six minutes instead of being tried again.",
    needs: { faults: 1, ties: 1 },
  },
  {
    name: "opened-for-a-session-that-ended",
    family: "completion",
    file: "firmware/session/host_sessions.ts",
    find: `    if (this.#sessions.get(session.number) !== session) {
      // It has ended while this was being opened: the host never hears of it.
      this.#early.delete(inner);
      yield* this.inner.close(inner);
      return refused(IsdscStatus.INVALID_SESSION_ID);
    }
`,
    replace: ``,
    why: "What has waited for the core does not look again whether its session is still there: a persistent login " +
      "that falls due at the moment at which it is logged out is opened for a session that is in no list any more, " +
      "and stays with the target although the logout succeeded.",
    needs: { faults: 1, ties: 1 },
  },
];
