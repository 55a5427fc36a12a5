/**
 * Set B of planted bugs: what is stored, in what order, which key counts, and what is left of it.
 *
 * @module
 */

import type { PlantedBug } from "../planted_bug.ts";

/** The bugs, by family. */
export const CACHE_B: readonly PlantedBug[] = [
  {
    name: "guid-dropped-after-the-keys",
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
    why: "The name of a generation is taken for a label that goes with the keys, not for the commit record: power " +
      "that goes while another tool's ClearCache scrubs the flash leaves a valid GUID over an empty cache, and the " +
      "service believes it by its name.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "persistent-set-keeps-its-voucher",
    family: "ordering",
    file: "host/initiator_service/security_operations.ts",
    find: `  { record }: Change,
): readonly StoreChange[] {
  const vouched = before === undefined ? [] : [
    ...(held.series(name) === undefined ? [held.seriesChange(name, before.series)] : []),
    ...(before.stored === undefined ? [] : held.generationChanges(name, undefined)),`,
    replace: `  { record, persist }: Change,
): readonly StoreChange[] {
  const vouched = before === undefined ? [] : [
    ...(held.series(name) === undefined ? [held.seriesChange(name, before.series)] : []),
    // What is durable replaces the generation in the second transaction anyway.
    ...(before.stored === undefined || persist ? [] : held.generationChanges(name, undefined)),`,
    why: "The first transaction looks redundant for a durable setting, whose second one writes the generation again: " +
      "if the service is killed after the adapter has taken the key and before it is renamed, the store still " +
      "vouches for a cache that holds a key which the service does not hold, and no synchronisation puts that " +
      "right.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "old-login-makes-room-first",
    family: "ordering",
    file: "firmware/cache/persistent_logins.ts",
    find: `    const saved = yield* this.#write(store, entry, content);
    content.fill(0);
    yield* this.#removeParts(store, saved ? before : entry);
    if (!saved) return failed;`,
    replace: `    // Room first: the parts of the login before are not needed any more.
    yield* this.#removeParts(store, before);
    const saved = yield* this.#write(store, entry, content);
    content.fill(0);
    if (!saved) yield* this.#removeParts(store, entry);
    if (!saved) return failed;`,
    why: "The parts of the saved login are deleted before the head of the new one has committed: power that goes " +
      "while a persistent login is saved again leaves a head without parts, and neither the old login nor the new " +
      "one.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "changes-made-before-the-disk",
    family: "ordering",
    file: "host/initiator_service/service_context.ts",
    find: `  yield* kernel.sleep(costs.storeCommitCycles);
  const made = changes();`,
    replace: `  const made = changes();
  yield* kernel.sleep(costs.storeCommitCycles);`,
    why: "The changes of a transaction are made when it is begun and not when it happens, five milliseconds later: " +
      "what two calls do at once is made from the same past, so two logins saved at once get one ISID number, and " +
      "the store may vouch for the cache of an adapter that came back during a SetGroupPresharedKey and lacks that " +
      "key.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "name-of-all-ports-before-key-of-port",
    family: "precedence",
    file: "firmware/session/key_selection.ts",
    find: `  const named = entries.find((entry) => entry.portNumber === portNumber) ??
    forAll.find(({ idType }) => !isAddressIdentification(idType));`,
    replace: `  const named = forAll.find(({ idType }) => !isAddressIdentification(idType)) ??
    entries.find((entry) => entry.portNumber === portNumber);`,
    why: "Names are looked for before the port's own entries: of a key for a name of exactly this port and one for " +
      "another name of all ports the adapter presents the wrong identifier, with the wrong key, and the service " +
      "counts on the other one.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "rekey-with-the-identifier-of-the-login",
    family: "precedence",
    file: "firmware/session/session_manager.ts",
    find: `    this.#initiate(negotiation, mode, current.identity, current.key, replaces);`,
    replace: `    this.#initiate(negotiation, mode, selection.identity, current.key, replaces);`,
    why: "A re-key chooses its key anew, but keeps the identifier of the login: after a more specific key was set " +
      "during the session the identifier of one key goes with the bytes of another, the target refuses, and the " +
      "session dies at the end of its lifetime.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "durable-hides-volatile",
    family: "precedence",
    file: "host/initiator_service/held_records.ts",
    find: `    for (const layer of [this.#durable, this.#volatile]) {`,
    replace: `    for (const layer of [this.#volatile, this.#durable]) {`,
    why: "Later layers overwrite earlier ones, and the engineer took it for the first one to count: a volatile key " +
      "that was set over a durable one is acknowledged and used, until a reset of the adapter brings the old key " +
      "back.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "group-key-outlives-clear",
    family: "zeroisation",
    file: "firmware/cache/key_table.ts",
    find: `    if (this.#slots.size > 0 || this.#hasGroupKey) this.#region.bytes.fill(0);`,
    replace: `    if (this.#slots.size > 0) this.#region.bytes.fill(0);`,
    why: "An empty table need not be wiped, and the group key has no slot in the map: ClearCache on an adapter with " +
      "nothing but a group key leaves that key in RAM.",
    needs: { faults: 0, ties: 0 },
  },
  {
    name: "failed-exchange-keeps-its-secrets",
    family: "zeroisation",
    file: "firmware/ike/secrets.ts",
    find: `    this.erase(...this.#secrets.keys());`,
    replace: `    this.erase(...ASSOCIATION_PLACES);`,
    why: "At the end only the secrets of associations are thought of: an exchange that fails before it is " +
      "established leaves preshared key and exponent in RAM, and never gives the key's memory back, so that in the " +
      "end every login is refused for want of it.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "bounce-buffer-left-to-a-hung-adapter",
    family: "zeroisation",
    file: "host/miniport/mailbox.ts",
    find: `      if (bounce !== undefined) dmaMemory.free(bounce);`,
    replace: `      // An adapter that has not answered may still read it.
      if (bounce !== undefined && outstanding.completed) dmaMemory.free(bounce);`,
    why: "Memory is kept from reuse while a hung adapter might read it, and nobody frees it after the reset: a " +
      "command that times out leaves its key in DMA memory, open to the adapter, until the host loses power.",
    needs: { faults: 1, ties: 0 },
  },
  {
    name: "system-buffer-lost-with-its-caller",
    family: "zeroisation",
    file: "host/wmi/kernel_wmi.ts",
    find: `    const onEnd = (status: IoStatus) => {
      take = readAnswer(buffer.subarray(0, status.informationBytes), status.ntStatus, read);
      this.buffers.release(buffer);
    };
    const { ntStatus, srbStatus, informationBytes } = yield* device.systemControl({
      minorFunction,
      dataPath: guid,
      buffer,
      owner,
      onEnd,
    });`,
    replace: `    const onEnd = (status: IoStatus) => {
      take = readAnswer(buffer.subarray(0, status.informationBytes), status.ntStatus, read);
    };
    const { ntStatus, srbStatus, informationBytes } = yield* device.systemControl({
      minorFunction,
      dataPath: guid,
      buffer,
      owner,
      onEnd,
    });
    this.buffers.release(buffer);`,
    why: "The buffer is given back by whoever waits for the IRP, and not by its end: if the service is killed while " +
      "its request waits to be submitted again, because the adapter is being reset, nobody waits any more, and the " +
      "key stays in a system buffer until the host loses power.",
    needs: { faults: 2, ties: 0 },
  },
];
