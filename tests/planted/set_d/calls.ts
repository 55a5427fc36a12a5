/**
 * Set D of planted bugs: statuses and completions.
 *
 * @module
 */

import type { PlantedBug } from "../planted_bug.ts";

/** The bugs, by family. */
export const CALLS_D: readonly PlantedBug[] = [
  {
    name: "one-adapter-is-enough",
    family: "status",
    file: "host/initiator_service/security_operations.ts",
    find: `  const failed = taken.filter((each) => !isTaken(each));
  const [first] = failed;
  if (first === undefined) return IsdscStatus.SUCCESS;
  return failed.length < taken.length ? IsdscStatus.OPERATION_NOT_ALL_SUCCESS : first.status;`,
    replace: `  const [first] = taken;
  // What one of them holds is stored, and comes to the others with their next synchronisation.
  if (first === undefined || taken.some(isTaken)) return IsdscStatus.SUCCESS;
  return first.status;`,
    why:
      "A setting for all adapters is told as a success if one of them has taken it: nobody learns that another one, " +
      "whose flash has refused the group key, goes on with the old one or with none.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "lossy-cache-calls-itself-valid",
    family: "status",
    file: "firmware/cache/security_cache.ts",
    find: `      cacheValid: nvram && !storeFailed && damaged === 0 && this.#guid.some((byte) => byte !== 0),`,
    replace: `      cacheValid: nvram && !storeFailed && this.#guid.some((byte) => byte !== 0),`,
    why:
      "A cache that has lost a record to damage says that it is valid as long as its name can be read. The service " +
      "believes the name: what is lost is set again only when a login happens to fail for want of it.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "repetitions-of-one-wait-count-each",
    family: "status",
    file: "firmware/ike/association.ts",
    find: `    if (exchange.lastWaitWithRepetition !== exchange.waits) exchange.waitsWithRepetition++;
    exchange.lastWaitWithRepetition = exchange.waits;`,
    replace: `    exchange.waitsWithRepetition++;
    exchange.lastWaitWithRepetition = exchange.waits;`,
    why: "Copies of message 4 that the network has made are counted as if the peer had asked again and again. If the " +
      "peer is cut off then, the login ends with AUTHENTICATION_FAILURE, and the keys are right.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "re-key-under-way-is-the-association",
    family: "completion",
    file: "firmware/session/session_manager.ts",
    find: `      if (replaces === undefined) negotiation.exchange = exchange;
      if`,
    replace: `      negotiation.exchange = exchange;
      if`,
    why:
      "From the beginning of a re-key its exchange is taken for the session's association. If the re-key fails until " +
      "the lifetime is over, the end of the association is that of a replaced one: the session stays active, without any.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "shortened-lifetime-starts-no-timer",
    family: "completion",
    file: "firmware/ike/engine.ts",
    find: `    this.#timekeeper.keep(exchange, event, lifetimeSeconds);`,
    replace: `    this.#timekeeper.keep(exchange, event, exchange.lifetimeSeconds);`,
    why: "The lifetime is compared with what it has become already. A target that shortens it in the message behind " +
      "aggressive mode is heard and not heeded: no re-key comes before its end, and the session is lost.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "lost-reset-is-not-looked-for",
    family: "completion",
    file: "host/miniport/miniport.ts",
    find: `    if (isAbsent(registers)) this.#surpriseRemoval();
    else if (wasReset(registers)) this.#wake.fire();`,
    replace: `    if (isAbsent(registers)) this.#surpriseRemoval();`,
    why:
      "The timers of the driver look for an adapter that is gone, and not for one that was reset. If the interrupt of " +
      "the reset is lost, a command ends after a minute, and a login that waits for the network after six.",
    needs: { faults: 2, ties: 0 },
  },
];
