/**
 * Set B of planted bugs: repetition, locks, and what comes after a reset.
 *
 * @module
 */

import type { PlantedBug } from "../planted_bug.ts";

/** The bugs, by family. */
export const LIFE_B: readonly PlantedBug[] = [
  {
    name: "aggressive-message-3-sent-once",
    family: "retransmission",
    file: "firmware/ike/transitions.ts",
    find: `    if ((mode === "main") === (role === "responder")) {`,
    replace: `    if (mode === "main" && role === "responder") {`,
    why: "Only main mode's message 6 is thought of as a last message: when message 3 of aggressive mode is lost and " +
      "the target repeats message 2, the adapter, which is established, says nothing more, and its session is " +
      "active without an association at the target.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "waits-are-counted-over-states",
    family: "retransmission",
    file: "firmware/ike/engine.ts",
    find: `    exchange.waits = 0;
    exchange.waitsWithRepetition = 0;`,
    replace: `    exchange.waitsWithRepetition = 0;`,
    why: "The count of waits is kept when the exchange comes to a new state, as if the schedule were the exchange's " +
      "and not the message's: of two outages, each shorter than the schedule, the second ends the login.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "refused-message-moves-the-vector",
    family: "retransmission",
    file: "firmware/ike/receiver.ts",
    find: `    if (exchange.state === "over") return;
    exchange.vector = before.vector;
    exchange.responderCookie = before.responderCookie;`,
    replace: `    if (exchange.state === "over") return;
    exchange.responderCookie = before.responderCookie;`,
    why: "A message that decrypts and is refused leaves its last block as the vector: after one corrupted message 5 " +
      "or 6 of main mode the true one, when it is repeated, decrypts to garbage, and the login fails as if the keys " +
      "differed.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "anybody-may-refuse",
    family: "retransmission",
    file: "firmware/ike/association.ts",
    find: `        exchange.problem = { reason: reasonOfComplaint(exchange, payload.notifyType), text };
      }
    }
    return { type: "proceed" };`,
    replace: `        exchange.problem = { reason: reasonOfComplaint(exchange, payload.notifyType), text };
      }
    }
    // No use in sending again what the peer has refused.
    if (exchange.problem !== undefined) return fail(exchange.problem.reason, undefined, exchange.problem.text);
    return { type: "proceed" };`,
    why: "An unprotected notification ends the exchange instead of explaining its end: one datagram that arrives " +
      "corrupted, and about which the target complains, fails a login that its repetition would have carried on.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "lock-kept-by-who-finds-the-adapter-gone",
    family: "lock",
    file: "host/initiator_service/login_operations.ts",
    find: `  try {
    if (link.removed) return false;
    yield* work;`,
    replace: `  if (link.removed) return false;
  try {
    yield* work;`,
    why: "An early return in front of the try leaks the lock: a login that waits for it while the adapter is " +
      "unplugged keeps it for ever, and the adapter, plugged in again, is never synchronised and takes no setting.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "retry-wakes-nobody",
    family: "lock",
    file: "firmware/session/login_retries.ts",
    find: `this.#standing.set(login, { type: "due", at: this.#kernel.now + RETRY_SECONDS * this.#kernel.frequencyHz });
    this.#changed.fire();`,
    replace:
      `this.#standing.set(login, { type: "due", at: this.#kernel.now + RETRY_SECONDS * this.#kernel.frequencyHz });`,
    why: "The wake-up is thought to be needed only for what is due at once: the process that makes persistent logins " +
      "waits for a signal when nothing is due, so one whose target did not answer, or whose session was lost, is " +
      "not made again before the next driver load.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "mailbox-turn-comes-while-closed",
    family: "lock",
    file: "host/miniport/mailbox.ts",
    find: `return this.#open && isWanted() ?`,
    replace: `return isWanted() ?`,
    why: "That the mailbox is open is asked before the wait for the slot and not after it: of two commands at once, " +
      "the second is written into an adapter that is being reset, collides with the driver's own polling, and holds " +
      "the mailbox for 60 s, after which a healthy adapter is reset.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "stop-wakes-before-the-caller",
    family: "lock",
    file: "host/initiator_service/initiator_service.ts",
    find: `      const serving = this.#serve(call, PROCEDURES[procedure](run, request), (value) => {
        this.#calls.delete(end);
        done.complete({ type: "answered", value });
      });`,
    replace: `      const serving = this.#serve(call, PROCEDURES[procedure](run, request), (value) => {
        done.complete({ type: "answered", value });
      });`,
    why: "The call is struck off by its caller anyway, so the line looks redundant: if of the two that the last " +
      "answer wakes the orderly stop comes before the caller, it still counts the call, misses the only wake-up " +
      "there is, and the service is stopping for 20 s with nothing under way.",
    needs: { faults: 1, ties: 1 },
  },
  {
    name: "reset-during-synchronisation-goes-unseen",
    family: "replay",
    file: "host/initiator_service/synchronization.ts",
    find: `    if (revision !== context.held.revision || departures !== link.departures) continue;`,
    replace: `    if (revision !== context.held.revision) continue;`,
    why: "What came of an attempt is taken for what holds of the adapter that has come back: a second reset during a " +
      "replay settles the link, the synchronisation of the new arrival finds it settled and does nothing, and the " +
      "adapter stays without keys until somebody asks for one.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "volatile-cache-is-not-cleared",
    family: "replay",
    file: "host/initiator_service/synchronization.ts",
    find: `  const cleared = yield* link.clearCache();`,
    replace: `  // A cache in RAM is empty when its adapter arrives.
  const cleared: CallOutcome = link.isNonvolatile
    ? yield* link.clearCache()
    : { type: "answered", status: 0, data: new Uint8Array(0) };`,
    why: "An adapter arrives not only from a reset: when the service alone is killed and started, keys of its " +
      "earlier run that were not to outlive it stay in an adapter without NVRAM and go on to be used.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "key-set-again-is-replayed-last",
    family: "replay",
    file: "host/initiator_service/held_records.ts",
    find: `    const ordinal = age === Infinity ? now : age;`,
    replace: `    const ordinal = adapter === ALL_ADAPTERS && age !== Infinity ? age : now;`,
    why: "A key that is set again is taken for the newest: the adapter has it where its name was first set, the " +
      "replay brings it last, and after a power cycle the adapter presents itself by another name than before.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "reset-timer-outlives-the-reset",
    family: "replay",
    file: "firmware/adapter.ts",
    find: `    if (this.#resetTimer !== undefined) {
      this.#options.kernel.cancel(this.#resetTimer);
    }
    this.#resetTimer = undefined;
    this.#firmware.kill();`,
    replace: `    this.#resetTimer = undefined;
    this.#firmware.kill();`,
    why: "The timer that lets go of the reset line is forgotten and not cancelled: a loss of power, or another " +
      "reset, in the millisecond of a reset boots a second firmware beside the first, or one without power.",
    needs: { faults: 2, ties: 0 },
  },
];
