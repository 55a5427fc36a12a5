/**
 * Set C of planted bugs: repetition, locks, and what comes after a reset.
 *
 * @module
 */

import type { PlantedBug } from "../planted_bug.ts";

/** The bugs, by family. */
export const LIFE_C: readonly PlantedBug[] = [
  {
    name: "limit-for-strangers-holds-for-all",
    family: "retransmission",
    file: "firmware/ike/outbox.ts",
    find: `    const { receivedBytes, sentBytes, proved } = exchange.traffic;
    const isTooMuch = exchange.sendings === MAX_UNPROVED_SENDINGS ||
      sentBytes + bytes.length > MAX_AMPLIFICATION * receivedBytes;
    if (exchange.role === "responder" && !proved && isTooMuch) {`,
    replace: `    const { receivedBytes, sentBytes } = exchange.traffic;
    const isTooMuch = exchange.sendings === MAX_UNPROVED_SENDINGS ||
      sentBytes + bytes.length > MAX_AMPLIFICATION * receivedBytes;
    if (exchange.role === "responder" && isTooMuch) {`,
    why:
      "How often a message is sent to a peer that may be nobody limits repetitions to one that has proved to be there, " +
      "too: an outage from which the fourth sending would recover makes the login fail.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "failed-re-key-is-the-last",
    family: "retransmission",
    file: "firmware/session/session_manager.ts",
    find: `        if (session.state === "active") return this.#rekeyLater(negotiation);`,
    replace: `        if (session.state === "active") return;`,
    why:
      "That a failed re-key leaves the association alone is taken for all that there is to do: it is not tried again " +
      "after a short outage, and the session ends with its lifetime.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "failed-exchange-keeps-its-turn",
    family: "lock",
    file: "firmware/ike/engine.ts",
    find: `    this.#receiver.forget(exchange);
    this.#registry.remove(exchange);
    this.#endInitiation(exchange);`,
    replace: `    this.#receiver.forget(exchange);
    this.#registry.remove(exchange);`,
    why:
      "The turn of an exchange with a peer is given back when it is established, and not when it fails: after as many " +
      "failures as there are turns, no login to that target ever begins again.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "woken-is-settled",
    family: "lock",
    file: "host/initiator_service/adapter_link.ts",
    find: `    yield* this.#settledSignal.until(() => this.#settled || this.#removed, limitCycles);
    return this.#settled;`,
    replace: `    if (!this.#settled && !this.#removed) yield* this.#settledSignal.waitFor(limitCycles);
    return this.#settled;`,
    why:
      "Whoever waits for a synchronisation does not wait again if it is woken in vain: a reset that begins in the cycle " +
      "in which the adapter is settled, before the waiting login goes on, makes that end as timed out.",
    needs: { faults: 1, ties: 1 },
  },
  {
    name: "whose-number-asked-once",
    family: "lock",
    file: "host/initiator_service/service_run.ts",
    find: `    yield* this.#idle.until(() => find() !== undefined || !mayBeUnknown(), this.settleLimitCycles);`,
    replace: `    if (find() === undefined && mayBeUnknown()) yield* this.#idle.waitFor(this.settleLimitCycles);`,
    why: "Whoever needs the adapter of a session waits for the end of one synchronisation only. If that is another " +
      "adapter's, and the right one has not said its number in that cycle yet, a logout after a restart of the service " +
      "is told of a timeout that has not passed, and the session stays.",
    needs: { faults: 1, ties: 1 },
  },
  {
    name: "left-over-under-a-foreign-name",
    family: "replay",
    file: "host/initiator_service/synchronization.ts",
    find: `  const kept = isForeign && KEEPS[context.foreignCaches] && !hasLeftOver ? found : undefined;`,
    replace: `  const kept = isForeign && KEEPS[context.foreignCaches] ? found : undefined;`,
    why:
      "A cache that another tool has named is kept as it is, also if it holds a volatile key of an earlier run of the " +
      "service: that key outlives the run that it was set for.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "group-key-replaced-at-one-revision",
    family: "replay",
    file: "host/initiator_service/held_records.ts",
    find: `      this.holdVolatile(record, adapter);
      break;
    }
    if (adapter === ALL_ADAPTERS) this.#revision++;`,
    replace: `      this.holdVolatile(record, adapter);
      break;
    }`,
    why: "A durable setting for all adapters does not count as a change: the cache of one that was away meanwhile is " +
      "believed by its name when it comes back, and it goes on with the group key from before.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "doubt-is-forgotten-at-the-next-boot",
    family: "replay",
    file: "firmware/cache/security_cache.ts",
    find: `      yield* store.delete("generational-guid", GENERATIONAL_GUID_NAME);
      this.#guid.fill(0);
    }
    const keys`,
    replace: `      this.#guid.fill(0);
    }
    const keys`,
    why:
      "A cut-off write makes the name of a cache invalid in RAM only: the mount has settled it, so the next boot sees " +
      "none, and the old name is valid again over a key that nobody vouches for.",
    needs: { faults: 2, ties: 0 },
  },
];
