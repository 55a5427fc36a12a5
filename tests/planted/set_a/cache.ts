/**
 * Set A of planted bugs: what is stored, in what order, which key counts, and what is left of it.
 *
 * @module
 */

import type { PlantedBug } from "../planted_bug.ts";

/** The bugs, by family. */
export const CACHE_A: readonly PlantedBug[] = [
  {
    name: "ram-before-flash",
    family: "ordering",
    file: "firmware/cache/security_cache.ts",
    find: `    const stored = yield* this.#put(keyRecord(request));
    if (stored !== IsdscStatus.SUCCESS) return stored;
    yield* this.#options.core.spend(this.#options.costs.keyTableCycles);
    this.#table.set(request, request.key);
    return IsdscStatus.SUCCESS;`,
    replace: `    yield* this.#options.core.spend(this.#options.costs.keyTableCycles);
    this.#table.set(request, request.key);
    return yield* this.#put(keyRecord(request));`,
    why:
      "The RAM table is changed before flash has taken the record. When flash refuses it the call fails, but logins " +
      "use the refused key: the wrong key is used in a login, until a reset brings the old one back.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "guid-dropped-after-clear",
    family: "ordering",
    file: "firmware/cache/security_cache.ts",
    find: `      const dropped = yield* this.#store.delete("generational-guid", GENERATIONAL_GUID_NAME);
      if (!accepted(dropped)) return storeStatus(dropped);
      this.#guid.fill(0);
      const cleared = yield* this.#store.clearSecrets();
      status = storeStatus(cleared);
      // Without the scrub the keys are gone all the same: RAM must not go on to hold them.
      if (!accepted(cleared) && cleared.type !== "unscrubbed") return status;`,
    replace: `      const cleared = yield* this.#store.clearSecrets();
      status = storeStatus(cleared);
      // Without the scrub the keys are gone all the same: RAM must not go on to hold them.
      if (!accepted(cleared) && cleared.type !== "unscrubbed") return status;
      const dropped = yield* this.#store.delete("generational-guid", GENERATIONAL_GUID_NAME);
      if (!accepted(dropped)) return storeStatus(dropped);`,
    why:
      "ClearCache drops the generational GUID last. Power that goes while sectors are erased leaves an empty cache " +
      "with a valid name: the service believes it, and acknowledged keys are missing on the adapter.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "generation-forgotten-after-set",
    family: "ordering",
    file: "host/initiator_service/security_operations.ts",
    find: `  if (forgets.length === 0) return begun;
  return (yield* commit(context, "forget generations", () => forgets)).type === "failed" ? undefined : begun;`,
    replace: `  if (forgets.length === 0) return begun;
  for (const each of begun) yield* setOn(context, each, change);
  return (yield* commit(context, "forget generations", () => forgets)).type === "failed" ? undefined : begun;`,
    why: "The store forgets the generation after the adapter has taken the key, not before. A service that dies in " +
      "between leaves a key that was never acknowledged under a name that the store still vouches for: adapter and " +
      "service differ for good, and logins use the wrong key.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "vouched-at-another-revision",
    family: "ordering",
    file: "host/initiator_service/vouching.ts",
    find: `    () => revision === held.revision ? held.generationChanges(link.name, vouch) : [],`,
    replace: `    () => held.generationChanges(link.name, vouch),`,
    why:
      "While an adapter that has just come is filled, a setting for all adapters may become durable that it has not " +
      "got; the store then vouches for its cache all the same. The acknowledged key is missing there until a login " +
      "finds it absent.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "all-ports-before-exact-port",
    family: "precedence",
    file: "firmware/cache/key_table.ts",
    find: `    const exact = this.#slots.get(indexKey(identity)) ??
      this.#slots.get(indexKey({ ...identity, portNumber: ALL_PORTS }));`,
    replace: `    const exact = this.#slots.get(indexKey({ ...identity, portNumber: ALL_PORTS })) ??
      this.#slots.get(indexKey(identity));`,
    why: "The two look-ups are swapped: where an identifier has a key for one port and one for all ports, the port " +
      "goes with that for all. The wrong key is used in a login.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "name-of-all-ports-before-that-of-the-port",
    family: "precedence",
    file: "firmware/session/key_selection.ts",
    find: `  const named = entries.find((entry) => entry.portNumber === portNumber) ??
    forAll.find(({ idType }) => !isAddressIdentification(idType));`,
    replace: `  const named = forAll.find(({ idType }) => !isAddressIdentification(idType)) ??
    entries.find((entry) => entry.portNumber === portNumber);`,
    why: "A port without a key for its address presents a name that is set for all ports before one that is set for " +
      "itself: another identifier than the application has given it, with the wrong key.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "damaged-key-passed-over",
    family: "precedence",
    file: "firmware/cache/cache_damage.ts",
    find: `    for (const portNumber of new Set([query.portNumber, ALL_PORTS])) {`,
    replace: `    for (const portNumber of new Set([ALL_PORTS, query.portNumber])) {`,
    why:
      "Damage is looked for in the wrong order: where the key for a port is damaged and there is one for all ports, " +
      "that one is taken, and its flags are told, in place of CACHE_CORRUPTED.",
    needs: { faults: 2, ties: 0 },
  },
  {
    name: "group-key-alone-not-zeroed",
    family: "zeroisation",
    file: "firmware/cache/key_table.ts",
    find: `    if (this.#slots.size > 0 || this.#hasGroupKey) this.#region.bytes.fill(0);`,
    replace: `    if (this.#slots.size > 0) this.#region.bytes.fill(0);`,
    why: "A table that has nothing but a group key counts as empty when it is cleared: the key's bytes stay in the " +
      "adapter's RAM after ClearCache.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "key-of-a-failed-exchange",
    family: "zeroisation",
    file: "firmware/ike/secrets.ts",
    find: `    this.erase(...this.#secrets.keys());
    if (this.#places`,
    replace: `    this.erase(...(Object.keys(PLACES) as SecretName[]));
    if (this.#places`,
    why:
      "At the end of an exchange all places are zeroed but the preshared key, which has memory of its own: where the " +
      "exchange ends before keys are derived from it, it stays in RAM, and its memory is never given back.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "bounce-buffer-of-an-aborted-command",
    family: "zeroisation",
    file: "host/miniport/mailbox.ts",
    find: `      if (bounce !== undefined) dmaMemory.free(bounce);
      if (response !== undefined) dmaMemory.free(response);`,
    replace: `      // The adapter may still work on what was aborted.
      if (bounce !== undefined && this.#open) dmaMemory.free(bounce);
      if (response !== undefined && this.#open) dmaMemory.free(response);`,
    why: "The bounce buffers of a command that a reset has aborted are never given back: the key stays in the host's " +
      "DMA memory, open to the adapter.",
    needs: { faults: 1, ties: 0 },
  },
];
