/**
 * Faults of the kind that the histories are for: each would lose or replace an
 * acknowledged key, and some once did.
 *
 * @module
 */

import type { PlantedFault } from "../../support/planted_copy.ts";

const SERVICE = "host/initiator_service";

/** A question takes an absent key as it is: otherwise it would notice, and mend, what the fault beside it has done. */
const BELIEVED_QUESTION: PlantedFault = {
  file: `${SERVICE}/flags_query.ts`,
  text: 'const lost = isAbsent ? findHeld(context.held, link, query, "adapter") : undefined;',
  fault: 'const lost = isAbsent && link.removed ? findHeld(context.held, link, query, "adapter") : undefined;',
};

/** One key is witness enough: otherwise all is set again as long as there are not two. */
const ONE_WITNESS: PlantedFault = {
  file: `${SERVICE}/cache_witness.ts`,
  text: "const ENOUGH_WITNESSES = 2;",
  fault: "const ENOUGH_WITNESSES = 1;",
};

/** By what they do. */
export const PLANTED_FAULTS: Readonly<Record<string, readonly PlantedFault[]>> = {
  "requests of a dead service are submitted again, and the next run does not wait for them": [
    { file: "host/port_driver.ts", text: "    this.recall(CANCELLED);\n", fault: "" },
    { file: `${SERVICE}/initiator_service.ts`, text: "    yield* this.#previousRunEnd();\n", fault: "" },
  ],
  "the store vouches for a cache while it changes": [{
    file: `${SERVICE}/security_operations.ts`,
    text: "...(before.stored === undefined ? [] : held.generationChanges(name, undefined)),",
    fault: "",
  }],
  "a cache of the service's own with volatile settings is kept, and their notes are not read": [{
    file: `${SERVICE}/synchronization.ts`,
    text: "const isForeign = found !== undefined && !(series !== undefined && isOfSeries(found, series));",
    fault: "const isForeign = found !== undefined && !(series !== undefined && isOfSeries(series, found));",
  }, {
    file: `${SERVICE}/synchronization.ts`,
    text: "const hasLeftOver = held.hasLeftOver(link.name);",
    fault: "const hasLeftOver = false;",
  }],
  "a setting for all leaves the name of an adapter that has missed it": [{
    file: `${SERVICE}/held_records.ts`,
    text: "filter((row) => !vouching.has(row.adapter))",
    fault: "filter((row) => row.adapter === adapter)",
  }],
  "a setting neither looks at the cache first nor asks for a key afterwards": [{
    file: `${SERVICE}/security_operations.ts`,
    text: "for (const link of scope.links) yield* ensureSynchrony(context, link);",
    fault: "",
  }, {
    file: `${SERVICE}/cache_naming.ts`,
    text: "if (!isSuccess(outcome) || (yield* isComplete)) return outcome;",
    fault: 'if (outcome.type === "answered") return outcome;',
  }],
  "a cache without a name is not looked at": [{
    file: `${SERVICE}/synchronization.ts`,
    text: "return link.isPartial || (yield* isWhole(context.held, link));",
    fault: "return true;",
  }, BELIEVED_QUESTION],
  "a durable setting leaves the volatile one over it": [{
    file: `${SERVICE}/security_operations.ts`,
    text: "if (persist) held.uncover(record, scope.adapter);\n  else",
    fault: "if (!persist)",
  }],
  "an I/O error counts as an adapter that keeps no keys": [{
    file: "host/design_choices.ts",
    text: "  NtStatus.invalidDeviceRequest,\n",
    fault: "  NtStatus.invalidDeviceRequest,\n  NtStatus.ioDeviceError,\n",
  }],
  "a store that could not be written leaves the adapter with the new key": [{
    file: `${SERVICE}/security_operations.ts`,
    text: "    for (const link of scope.links) link.loseSynchrony();\n",
    fault: "",
  }],
  "volatile settings outlive the run of the service": [{
    file: `${SERVICE}/held_records.ts`,
    text: "readonly #volatile = new RowIndex();",
    fault: "readonly #volatile = VOLATILE;",
  }, {
    file: `${SERVICE}/held_records.ts`,
    text: "/** The records that the service holds, from its start to its end. */",
    fault: "const VOLATILE = new RowIndex();\n",
  }],
  "a setting that one adapter did not answer is not stored for the others": [{
    file: `${SERVICE}/security_operations.ts`,
    text: "const isHeld = settled.some(isTaken);",
    fault: "const isHeld = settled.every(isTaken);",
  }],
  "the answer comes before the record is durable": [{
    file: `${SERVICE}/security_operations.ts`,
    text: "...held.recordChanges(record, scope.adapter, named),",
    fault: "...held.recordChanges(record, scope.adapter, named).filter((each) => each.row.kind !== record.kind),",
  }],
  "a key bears witness although another one may answer for it": [{
    file: `${SERVICE}/cache_witness.ts`,
    text: "others.find(({ key }) => !isOfIdentifier(key, first.question))",
    fault: "others.find((each) => each !== first)",
  }],
  "the group key is replayed before the key that bears witness for it": [{
    file: `${SERVICE}/cache_witness.ts`,
    text: "return [...rows.filter(isKey), ...rows.filter((row) => !isKey(row))];",
    fault: "return [...rows.filter((row) => !isKey(row)), ...rows.filter(isKey)];",
  }, ONE_WITNESS],
  "tunnel addresses of an earlier run stay as they are": [{
    file: `${SERVICE}/held_records.ts`,
    text:
      "    for (const row of leftTunnels(this.#notes(adapter), rows)) rows.set(nameKey(row), { key: nameKey(row), row });\n",
    fault: "",
  }],
  "what an adapter is about to be given is not noted": [{
    file: `${SERVICE}/security_operations.ts`,
    text: "held.noteChanges(name, before !== undefined, record)",
    fault: "held.noteChanges(name, before !== undefined)",
  }],
  "a login takes it that its key is lost": [{
    file: `${SERVICE}/login_operations.ts`,
    text: "if (!(yield* hasLostKey(context, link, best, status))) return;",
    fault: "if (!(yield* hasLostKey(context, link, best, status)) || !link.removed) return;",
  }, BELIEVED_QUESTION],
  "a key that no login can bring is taken": [{
    file: `${SERVICE}/login_keys.ts`,
    text: "return isPresented(record, portAddresses) ? keyStatus(key)",
    fault: "return record.id.length > 0 ? keyStatus(key)",
  }],
  "a query tells of a key that is held for other adapters": [{
    file: `${SERVICE}/flags_query.ts`,
    text: 'const isUsable = keeper === "adapter" || loginKeyStatus(record, link) === IsdscStatus.SUCCESS;',
    fault: "const isUsable = loginKeyStatus(record, link) !== IsdscStatus.INVALID_PARAMETER;",
  }],
  "what an adapter refuses for want of a port keeps its cache from being named": [{
    file: "host/design_choices.ts",
    text: "  IsdscStatus.INVALID_PORT_NUMBER,\n",
    fault: "",
  }],
  "a name is as old on each adapter as on the first that had it": [{
    file: `${SERVICE}/held_records.ts`,
    text: "const age = oldest([ALL_ADAPTERS, adapter]);",
    fault: "const age = Math.min(...known.map(({ row }) => row.ordinal));",
  }],
  "an adapter that did not answer a setting is taken for what it was": [{
    file: `${SERVICE}/security_operations.ts`,
    text: "if (isLost(outcome) || lacks) link.loseSynchrony();",
    fault: "if (lacks) link.loseSynchrony();",
  }],
  "a setting for all locks the first adapter only": [{
    file: `${SERVICE}/security_operations.ts`,
    text: "for (const link of scope.links) yield* link.lock.acquire();",
    fault: "for (const link of scope.links.slice(0, 1)) yield* link.lock.acquire();",
  }, {
    file: `${SERVICE}/security_operations.ts`,
    text: "for (const link of scope.links) link.lock.release();",
    fault: "for (const link of scope.links.slice(0, 1)) link.lock.release();",
  }],
  "an adapter that arrives is synchronised without its lock": [{
    file: `${SERVICE}/service_run.ts`,
    text: "    yield* link.lock.acquire();\n",
    fault: "",
  }, {
    file: `${SERVICE}/service_run.ts`,
    text: "      link.lock.release();\n",
    fault: "",
  }],
  "a setting that landed in an emptied cache is acknowledged": [{
    file: `${SERVICE}/security_operations.ts`,
    text: "if (proof !== undefined) return { ...taken, ...proof };",
    fault:
      "if (proof === undefined) link.loseSynchrony();\n    if (proof !== undefined || link.name.length > 0) return { ...taken, ...proof };",
  }],
  "a login is saved without regard to the cache": [{
    file: `${SERVICE}/login_saving.ts`,
    text: "const isUndisturbed = yield* isUnchanged(context, link);",
    fault: "const isUndisturbed = link.name.length > 0;",
  }],
  "what was being saved when the service died stays in the room of a key": [{
    file: `${SERVICE}/saving_notes.ts`,
    text: "return savingsOf(store, name).some((note) =>",
    fault: 'return savingsOf(store, "").some((note) =>',
  }],
  "an acknowledged login that was saved over is forgotten": [{
    file: `${SERVICE}/saving_notes.ts`,
    text: "rows.some(({ key, row }) => row.ordinal <= note.ordinal && !waitedAt(note).includes(key))",
    fault: "rows.length < 1000 && !waitedAt(note).includes(name)",
  }],
  "a save that fails forgets the login that it has replaced": [{
    file: `${SERVICE}/login_saving.ts`,
    text: "const isNew = !(yield* mayBeSaved(link, request));",
    fault: "const isNew = !(yield* mayBeSaved(link, request)) || link.name.length > 0;",
  }],
  "a login for any port is forgotten with those for single ports": [{
    file: `${SERVICE}/saving_notes.ts`,
    text: "const status = statusOf(yield* forgetLogins(link, name));",
    fault:
      "for (const portNumber of [0, 1]) yield* forgetLogins(link, { ...name, portNumber });\n    const status = statusOf(yield* forgetLogins(link, name));",
  }],
  "a save in vain forgets the login for any port with one for a single port, or the other way round": [{
    file: `${SERVICE}/login_saving.ts`,
    text: "if (isNew) yield* forgetLogins(link, request);",
    fault:
      "if (isNew) for (const portNumber of [0, 0xffff_ffff]) yield* forgetLogins(link, { ...request, portNumber });",
  }],
  "a setting that is made once more is believed": [{
    file: `${SERVICE}/security_operations.ts`,
    text: "    taken = yield* setOn(context, begun, change);\n",
    fault: "    taken = yield* setOn(context, begun, change);\n    if (isSuccess(taken.outcome)) return taken;\n",
  }],
  "a setting that has waited for room takes that of a login which was saved meanwhile": [{
    file: `${SERVICE}/saving_notes.ts`,
    text: "row.ordinal <= note.ordinal && !waitedAt(note).includes(key))",
    fault: "row.ordinal <= note.ordinal && !waitedAt(note).includes(`${key}/`))",
  }],
  "who has waited for room in an earlier run comes by its age": [{
    file: `${SERVICE}/adapter_link.ts`,
    text: "this.waiting = options.waiting;",
    fault: "this.waiting = new Set(options.name.length > 0 ? [] : options.waiting);",
  }],
  "who waits for room is stored with a name that vouches for the cache, or not at all": [{
    file: `${SERVICE}/security_operations.ts`,
    text: "    ...unnamed.flatMap(([{ name }, refused]) => held.refusalChanges(name, refused)),\n",
    fault: "",
  }, {
    file: `${SERVICE}/claims.ts`,
    text: "held.generation(link.name) === undefined ? held.refusalChanges",
    fault: "link.name.length === 0 ? held.refusalChanges",
  }],
  "a cache that could not be cleared counts as one that was": [{
    file: `${SERVICE}/synchronization.ts`,
    text: "link.inSynchrony(context.held.revision) && !link.refills.isClearDue;",
    fault: "link.inSynchrony(context.held.revision);",
  }],
  "a name counts of a cache that could not be cleared": [{
    file: `${SERVICE}/security_operations.ts`,
    text: "link.inSynchrony(revision) && !link.refills.isClearOwed)",
    fault: "link.inSynchrony(revision))",
  }],
  "a key that another tool displaces waits for room": [{
    file: `${SERVICE}/claims.ts`,
    text: "  link.waiting = new Set([...waiting, ...barred]);\n",
    fault: "  link.waiting = new Set([...waiting, ...barred, ...hadNoRoom]);\n  displace(link, hadNoRoom);\n",
  }],
  "without ClearCache a new key has the room of one that it displaces": [{
    file: `${SERVICE}/displaced.ts`,
    text: 'if (record.kind !== "preshared-key" || !lacksDisplaced(link)) return false;',
    fault: 'if (record.kind !== "preshared-key" || link.isPartial || !lacksDisplaced(link)) return false;',
  }],
  "what an adapter refuses for want of a port has a claim to room by its age": [{
    file: `${SERVICE}/claims.ts`,
    text: "if (!isOutOfRoom(outcome) && !isBarred(outcome)) return waiting;",
    fault: "if (!isOutOfRoom(outcome)) return waiting;",
  }],
  "a login waits for the reset of another adapter": [{
    file: `${SERVICE}/login_procedure.ts`,
    text: "  const isidNumber = yield* newSessionNumber(run);",
    fault:
      "  yield* run.driversLoad(run.context.kernel.now + run.driverLoadLimitCycles);\n  const isidNumber = yield* newSessionNumber(run);",
  }],
};
