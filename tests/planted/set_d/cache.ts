/**
 * Set D of planted bugs: what is stored, in what order, which key counts, and what is left of it.
 *
 * @module
 */

import type { PlantedBug } from "../planted_bug.ts";

/** The bugs, by family. */
export const CACHE_D: readonly PlantedBug[] = [
  {
    name: "ram-cleared-before-flash",
    family: "ordering",
    file: "firmware/cache/security_cache.ts",
    find: `    let status: number = IsdscStatus.SUCCESS;
    if (this.#store !== undefined) {
      const dropped`,
    replace: `    let status: number = IsdscStatus.SUCCESS;
    // From here on no session may begin with a key that is about to go.
    this.#table.clear();
    if (this.#store !== undefined) {
      const dropped`,
    why: "ClearCache empties RAM before flash has taken anything of it. If flash refuses, the call says that it has " +
      "failed and the name of the cache stands, but the keys are gone until the next reset: logins fail.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "parts-removed-before-the-head",
    family: "ordering",
    file: "firmware/cache/persistent_logins.ts",
    find: `      const { type } = yield* store.delete(HEAD, name);
      if (type !== "stored" && type !== "unchanged") return IsdscStatus.COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA;
      const entry = this.#entries.get(name.join());
      this.#entries.delete(name.join());
      damage.forgetAmbiguous({ class: HEAD, name });
      yield* this.#removeParts(store, entry);`,
    replace: `      const entry = this.#entries.get(name.join());
      // Without its head nobody would know which parts are left over.
      yield* this.#removeParts(store, entry);
      const { type } = yield* store.delete(HEAD, name);
      if (type !== "stored" && type !== "unchanged") return IsdscStatus.COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA;
      this.#entries.delete(name.join());
      damage.forgetAmbiguous({ class: HEAD, name });`,
    why: "A saved login loses its content before its head. A cut in between, or a head that flash does not give up, " +
      "leaves a login that nobody lists, that cannot be made, and whose place is taken all the same.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "flags-of-the-key-before-those-of-the-login",
    family: "precedence",
    file: "firmware/session/key_selection.ts",
    find: `  if (login & SecurityFlag.valid) return login;
  if (entry !== undefined && entry.securityFlags & SecurityFlag.valid) {
    return entry.securityFlags;
  }
  return DEFAULT_FLAGS;`,
    replace: `  if (entry !== undefined && entry.securityFlags & SecurityFlag.valid) {
    return entry.securityFlags;
  }
  return login & SecurityFlag.valid ? login : DEFAULT_FLAGS;`,
    why:
      "What was set with a key counts before what a login says: a login that asks for aggressive mode, or for perfect " +
      "forward secrecy, goes with a key's flags for main mode and without it.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "first-set-port-before-the-lowest",
    family: "precedence",
    file: "firmware/cache/key_table.ts",
    find: `      .filter(({ idType, id }) => idType === identity.idType && equalBytes(id, identity.id))
      .sort((a, b) => a.portNumber - b.portNumber)[0];`,
    replace: `      .find(({ idType, id }) => idType === identity.idType && equalBytes(id, identity.id));`,
    why:
      "A question for all ports is answered from the port that was set first, not from the lowest: GetIScsiIKEInfo " +
      "tells the flags of another key than the one that the order of ports promises.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "parts-of-a-cut-off-save-stay",
    family: "zeroisation",
    file: "firmware/cache/persistent_logins.ts",
    find: `        this.#entries.set(name.join(), entry);
        numbers.add(entry.number);
      }
      this.#lastNumber = Math.max(this.#lastNumber, numberIn(recordClass === HEAD ? value : name));
      value.fill(0);`,
    replace: `        this.#entries.set(name.join(), entry);
      }
      const number = numberIn(recordClass === HEAD ? value : name);
      numbers.add(number);
      this.#lastNumber = Math.max(this.#lastNumber, number);
      value.fill(0);`,
    why:
      "Among the numbers of logins are those that only parts have, too: what a save has left that was cut off is never " +
      "removed. The key of a login that is not there stays in flash, and takes room that nobody counts.",
    needs: { faults: 1, ties: 0 },
  },
];
