/**
 * Set D of planted bugs: repetition, locks, and what comes after a reset.
 *
 * @module
 */

import type { PlantedBug } from "../planted_bug.ts";

/** The bugs, by family. */
export const LIFE_D: readonly PlantedBug[] = [
  {
    name: "first-contact-clears-who-came-meanwhile",
    family: "retransmission",
    file: "firmware/ike/engine.ts",
    find: `      const before = (other.newestWhenEstablished ?? exchange.id) < exchange.id;
      if (same && before) this.#dispatch(other, "peer began anew");`,
    replace: `      if (same && other !== exchange) this.#dispatch(other, "peer began anew");`,
    why:
      "INITIAL-CONTACT ends all other associations with the peer, also those that came about while the exchange that " +
      "says it was under way: if its message 5 has to be repeated, a session that has overtaken it is lost at the target.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "first-contact-beside-others",
    family: "retransmission",
    file: "firmware/ike/registry.ts",
    find: `    if (this.#firstContacts.has(key)) return false;
    if (this.establishedWith(exchange.peer.address).some((other) => relationOf(other) === key)) return false;
`,
    replace: `    if (this.#firstContacts.has(key)) return false;
`,
    why:
      "Whether there are associations with a peer is told by the one that has said INITIAL-CONTACT alone. When that " +
      "one is logged out while others live, the next login says it again, and the target forgets those.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "removal-wakes-nobody",
    family: "lock",
    file: "host/initiator_service/adapter_link.ts",
    find: `    this.depart();
    this.#removed = true;
    this.#settledSignal.fire();`,
    replace: `    this.depart();
    this.#removed = true;`,
    why:
      "Whoever waits for the synchronisation of an adapter is not woken when it is pulled out: a login that came while " +
      "it was being reset ends half a minute later.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "slot-is-not-listened-to",
    family: "lock",
    file: "host/miniport/miniport.ts",
    find: `    const { interrupt, arrival } = this.#options.registers;
    group.spawn(\`\${this.name} interrupt line\`, this.#wakeOn(interrupt), { daemon: true });
    group.spawn(\`\${this.name} slot\`, this.#wakeOn(arrival), { daemon: true });`,
    replace: `    const { interrupt } = this.#options.registers;
    group.spawn(\`\${this.name} interrupt line\`, this.#wakeOn(interrupt), { daemon: true });`,
    why:
      "That an adapter is there again is told by its interrupt alone. If that is lost after its absence was noticed, " +
      "nobody looks at its registers any more: it is away for good.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "datagram-behind-another",
    family: "lock",
    file: "firmware/session/session_manager.ts",
    find: `      const datagram = network.take();
      if (datagram === undefined) {
        yield* network.arrival.wait();
        continue;
      }`,
    replace: `      yield* network.arrival.wait();
      const datagram = network.take();
      if (datagram === undefined) continue;`,
    why:
      "A datagram that arrives while another one is served wakes nobody, and waits in the ring for the next: from the " +
      "moment at which two have come together, each message is taken only when a later one arrives.",
    needs: { faults: 1, ties: 1 },
  },
  {
    name: "departure-seen-for-ever",
    family: "lock",
    file: "host/initiator_service/synchronization.ts",
    find: `  for (;;) {
    const { departures } = link;
    const { revision } = context.held;`,
    replace: `  const { departures } = link;
  for (;;) {
    const { revision } = context.held;`,
    why: "The departures are counted before the first attempt and not before each: after a reset during a " +
      "synchronisation none of the next ones is the last, the adapter is filled again without end, and logins time out.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "logged-out-login-comes-back",
    family: "replay",
    file: "firmware/session/login_retries.ts",
    find: `    if (!this.#standing.has(login)) return;`,
    replace: `    // Sessions that the host has opened are nobody's to open again.
    if (login === 0) return;`,
    why:
      "A persistent login for which nothing is to be done any more is tried again all the same when its session ends: " +
      "after its removal the adapter fails to make it, and tells so, every five seconds.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "who-was-away-is-vouched-for",
    family: "replay",
    file: "host/initiator_service/held_records.ts",
    find: `    if (adapter === ALL_ADAPTERS) {
      return [...this.#durable.named(GENERATION_KEY)].map(({ row }) => row).filter((row) => !vouching.has(row.adapter));
    }
    const own`,
    replace: `    const own`,
    why: "A durable setting for all adapters leaves the stored names of those that did not take part. One that was " +
      "without power meanwhile comes back under its name, is believed, and goes on with the old group key.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "vouched-although-it-missed-one",
    family: "replay",
    file: "host/initiator_service/security_operations.ts",
    find: `  const named = revision === held.revision ? vouching : new Map<string, Vouch>();
`,
    replace: `  const named = vouching;
`,
    why:
      "The store vouches for a cache as it was when the setting began. If a group key for all adapters was stored in " +
      "between, in which this one had no part because it was just arriving, its name vouches for what it lacks.",
    needs: { faults: 1, ties: 1 },
  },
];
