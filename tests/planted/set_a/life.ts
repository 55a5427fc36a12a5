/**
 * Set A of planted bugs: repetition, locks, and what comes after a reset.
 *
 * @module
 */

import type { PlantedBug } from "../planted_bug.ts";

/** The bugs, by family. */
export const LIFE_A: readonly PlantedBug[] = [
  {
    name: "last-message-sent-once",
    family: "retransmission",
    file: "firmware/ike/transitions.ts",
    find: `    if ((mode === "main") === (role === "responder")) {`,
    replace: `    if ((mode === "main") === (role === "initiator")) {`,
    why: "The wrong end repeats the last message of phase 1. When it is lost the peer asks for it in vain: the login " +
      "fails, and the other end keeps an association of which this one knows nothing.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "refused-message-moves-the-vector",
    family: "retransmission",
    file: "firmware/ike/receiver.ts",
    find: `    exchange.vector = before.vector;
    exchange.responderCookie = before.responderCookie;`,
    replace: `    exchange.responderCookie = before.responderCookie;`,
    why: "An encrypted message with a wrong hash moves the chain of initialization vectors. After one bit error in " +
      "message 5 or 6 the repetition cannot be read: the login ends in AUTHENTICATION_FAILURE although the keys are " +
      "the same.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "first-wait-twice",
    family: "retransmission",
    file: "firmware/ike/timekeeper.ts",
    find: `this.#waits(exchange)[++exchange.waits] ?? 0`,
    replace: `this.#waits(exchange)[exchange.waits++] ?? 0`,
    why: "Off by one in the schedule: the first wait is kept twice and the last never, so that the last repetition " +
      "comes after 4 s in place of 7, and the end after 8 in place of 15. A login fails that a short cut of the link " +
      "should only have delayed.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "waits-counted-over-states",
    family: "retransmission",
    file: "firmware/ike/engine.ts",
    find: `    exchange.waits = 0;
`,
    replace: "",
    why: "The waits of a message are not forgotten when it is answered. An exchange that had to repeat one message " +
      "gives up the next after its first wait: two short disturbances, each of which it survives, make the login fail.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "stop-waits-for-an-answered-call",
    family: "lock",
    file: "host/initiator_service/initiator_service.ts",
    find: `        this.#calls.delete(end);
        done.complete({ type: "answered", value });`,
    replace: `        done.complete({ type: "answered", value });`,
    why:
      "A call counts as under way until its caller has gone on, which has its own delete. If the stop of the service " +
      "is woken in that cycle before the caller, it finds the call, and waits for a signal that has been given: the " +
      "stop takes 20 s, in which every call is refused.",
    needs: { faults: 1, ties: 1 },
  },
  {
    name: "locks-in-order-of-readiness",
    family: "lock",
    file: "host/initiator_service/scope.ts",
    find: `  if (name === undefined) return { links: run.links, adapter: ALL_ADAPTERS };`,
    replace: `  if (name === undefined) return { links: byReadiness(run.links), adapter: ALL_ADAPTERS };`,
    why:
      "A setting for all adapters takes their locks in an order that depends on which are ready. Two such settings, " +
      "one begun before a reset and one after it, wait for each other: neither call ends.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "mailbox-not-looked-at-again",
    family: "lock",
    file: "host/miniport/mailbox.ts",
    find: `        return this.#open && isWanted() ? yield*`,
    replace: `        return isWanted() ? yield*`,
    why:
      "A command that has waited for its turn does not look again whether the mailbox is open. A reset that aborts " +
      "the command before it lets it begin: its doorbell is lost, and it blocks the mailbox for a minute, in which " +
      "calls time out, and resets the adapter once more.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "stop-ends-the-next-run",
    family: "lock",
    file: "host/initiator_service/initiator_service.ts",
    find: `    if (this.#run === run) this.kill();`,
    replace: `    this.kill();`,
    why: "A stop that waits for calls does not look again whether the service is still the one that it was asked to " +
      "stop. If that is killed and started meanwhile, the stop ends the new run: the service is down after its start " +
      "was reported, and calls fail.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "reset-during-bring-up-not-seen",
    family: "replay",
    file: "host/miniport/mailbox.ts",
    find: `      if (status & Control.netResetInterrupt) return { type: "aborted" };
`,
    replace: "",
    why: "While the driver polls for the firmware's state after a reset, it does not notice another reset, which has " +
      "taken the command away. It polls for 30 s, and calls fail meanwhile that should only have waited.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "volatile-key-vouched-for",
    family: "replay",
    file: "host/initiator_service/security_operations.ts",
    find:
      `  if (!persist || before === undefined || held.hasVolatile(link.name, { record, adapter: scope.adapter })) {`,
    replace: `  if (before === undefined || held.hasVolatile(link.name, { record, adapter: scope.adapter })) {`,
    why:
      "The first volatile key of an adapter is taken for a durable one: the store vouches for the cache that holds " +
      "it. The next run of the service believes the name: the volatile key outlives it, and the persistent key that " +
      "it hid stays lost.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "failed-replay-counts-as-complete",
    family: "replay",
    file: "host/initiator_service/replay.ts",
    find: `    if (!isLastingRefusal(outcome)) complete = offered = false;`,
    replace: `    if (!isLastingRefusal(outcome) && outcome.type === "answered") complete = offered = false;`,
    why:
      "A record that the driver stack has not brought to the adapter is not missing, only one that the adapter has " +
      "failed to take. An I/O error while a cache is filled after a reset leaves it without an acknowledged key, and " +
      "the service takes it for synchronised.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "login-numbers-begin-anew",
    family: "replay",
    file: "firmware/cache/persistent_logins.ts",
    find: `      this.#lastNumber = Math.max(this.#lastNumber, numberIn(recordClass === HEAD ? value : name));
`,
    replace: "",
    why:
      "After a boot the numbers of persistent logins begin at 1 again. The next login that is saved gets the number " +
      "of an older one and overwrites its parts: the older target is asked with the other's key, and one of the two " +
      "is not logged in to at all.",
    needs: { faults: 1, ties: 0 },
  },
];
