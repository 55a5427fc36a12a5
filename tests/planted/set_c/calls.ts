/**
 * Set C of planted bugs: statuses and completions.
 *
 * @module
 */

import type { PlantedBug } from "../planted_bug.ts";

/** The bugs, by family. */
export const CALLS_C: readonly PlantedBug[] = [
  {
    name: "removal-that-flash-has-refused",
    family: "status",
    file: "firmware/cache/persistent_logins.ts",
    find: `      const { type } = yield* store.delete(HEAD, name);
      if (type !== "stored" && type !== "unchanged") return IsdscStatus.COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA;
`,
    replace: `      yield* store.delete(HEAD, name);
`,
    why:
      "Whether flash has taken the removal of a saved login is not looked at: success is told, and the login is back " +
      "after the next loss of power.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "hidden-loss-told-as-absence",
    family: "status",
    file: "firmware/cache/security_cache.ts",
    find: `    const isLost = this.#damage.decidesKey(query, this.#table) ||
      (entry === undefined && this.#damage.mayHideRecords);`,
    replace: `    const isLost = this.#damage.decidesKey(query, this.#table);`,
    why:
      "Damage that took a record's name with it says of no key that it is lost: the adapter answers that there never " +
      "was one, in place of CACHE_CORRUPTED.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "event-of-an-earlier-life",
    family: "completion",
    file: "host/miniport/sessions.ts",
    find: `    this.#early.clear();
`,
    replace: "",
    why: "Events that nobody waited for outlive the reset of the adapter, which numbers its sessions anew: the next " +
      "login with the number of one that was given up is told how that one ended, and fails while its session is open.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "established-after-its-end",
    family: "completion",
    file: "firmware/session/session_manager.ts",
    find: `    if (negotiation.over) {
      if (event.type === "established") this.#runner.close(event.exchange);
      return;
    }`,
    replace: `    if (negotiation.over) return;`,
    why:
      "An exchange that is under way when its session ends is left alone, and nobody closes the association that it " +
      "comes to: after the logout adapter and target keep it for its lifetime.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "timer-of-the-driver-runs-once",
    family: "completion",
    file: "host/miniport/miniport.ts",
    find: `      if (isWaitedFor()) this.#look();
    }
    this.#watching = false;`,
    replace: `      if (isWaitedFor()) this.#look();
    }`,
    why:
      "The driver's timer is not started again once no request was there: a login that waits for the network when the " +
      "adapter is pulled out is completed by nobody for six minutes.",
    needs: { faults: 1, ties: 0 },
  },
];
