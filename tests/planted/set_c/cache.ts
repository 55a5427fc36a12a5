/**
 * Set C of planted bugs: what is stored, in what order, which key counts, and what is left of it.
 *
 * @module
 */

import type { PlantedBug } from "../planted_bug.ts";

/** The bugs, by family. */
export const CACHE_C: readonly PlantedBug[] = [
  {
    name: "losses-forgotten-before-the-name",
    family: "ordering",
    file: "firmware/cache/security_cache.ts",
    find: `    const stored = yield* this.#put(guidRecord(guid));
    if (stored !== IsdscStatus.SUCCESS) return stored;
    // Afterwards: a cut in between leaves a cache that is not valid.
    const forgotten = yield* this.#forgetLosses();
    if (forgotten !== IsdscStatus.SUCCESS) return forgotten;`,
    replace: `    const forgotten = yield* this.#forgetLosses();
    if (forgotten !== IsdscStatus.SUCCESS) return forgotten;
    const stored = yield* this.#put(guidRecord(guid));
    if (stored !== IsdscStatus.SUCCESS) return stored;`,
    why: "What was lost is forgotten before the new name is in flash: power that goes in between leaves a cache that " +
      "lacks a key, says nothing of it, and is valid under its old name, which whoever knows it believes.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "keys-in-ram-after-a-clear-without-scrub",
    family: "ordering",
    file: "firmware/cache/security_cache.ts",
    find: `      if (!accepted(cleared) && cleared.type !== "unscrubbed") return status;`,
    replace: `      if (!accepted(cleared)) return status;`,
    why: "A clear that could not erase a sector is taken for one that has changed nothing. The records are gone from " +
      "flash, and RAM goes on to hold the keys: logins succeed with keys that are cleared, until the next reset.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "taken-by-some-is-held-by-none",
    family: "ordering",
    file: "host/initiator_service/security_operations.ts",
    find: `  const isHeld = settled.some(isTaken);`,
    replace: `  const isHeld = settled.every(isTaken);`,
    why: "A setting for all adapters that one of them fails to take is not stored, although the others have it, and " +
      "the caller is told so: an adapter without NVRAM has lost it after its next reset.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "address-of-nobody-before-the-group",
    family: "precedence",
    file: "firmware/session/key_selection.ts",
    find: `  const hasGroupKey = keyTable.hasGroupKey || damage.hasGroupKey;
  const chosen = named ?? (hasGroupKey ? own : forAll.find((entry) => !isOfAdapter(entry, input)) ?? own);`,
    replace: `  // The group key is used with the port's own address.
  const chosen = named ?? forAll.find((entry) => !isOfAdapter(entry, input)) ?? own;`,
    why:
      "The last two ranks are exchanged: a key for all ports and an address that no port has goes before the group " +
      "key, and the port presents an address that is not its own.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "key-of-the-login-forgotten-at-the-re-key",
    family: "precedence",
    file: "firmware/session/session_manager.ts",
    find: `    if (selection.source === "login") {
      this.#initiate(negotiation, mode, selection.identity, selection.key, replaces);
      return;
    }
`,
    replace: "",
    why:
      "A re-key chooses its key anew also where the login has brought one, which is not in the request any more: the " +
      "session goes on with a key of the table, or, if there is none for it, ends with its lifetime.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "association-keys-copied-and-not-moved",
    family: "zeroisation",
    file: "firmware/ike/secrets.ts",
    find: `      place.set(secret);
      secret.fill(0);
      this.#secrets.set(name, place);`,
    replace: `      place.set(secret);
      this.#secrets.set(name, place);`,
    why: "The keys of an association are copied to its key slots, and the memory of the exchange is given back with " +
      "what it holds: cipher key and SKEYID_a stay in RAM that nobody owns.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "tail-of-a-longer-key",
    family: "zeroisation",
    file: "firmware/cache/key_table.ts",
    find: `    bytes.fill(0, offset, offset + KEY_TABLE_ENTRY_BYTES);
    view.setUint8(offset, 1);
    view.setUint8(offset + 1, entry.idType);`,
    replace: `    bytes.fill(0, offset, offset + KEY_OFFSET);
    view.setUint8(offset, 1);
    view.setUint8(offset + 1, entry.idType);`,
    why:
      "Only the head of a row is cleared before a key is written over another: behind a shorter key the end of the " +
      "one that it has replaced stays in RAM.",
    needs: { faults: 0, ties: 0 },
  },
];
