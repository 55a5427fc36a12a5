/**
 * For each rule of the oracle a bug that no other rule notices: a rule without
 * one would be needless.
 *
 * @module
 */

import type { RuleName } from "../../../../sim/lab/explore/oracle/rules.ts";
import { BOOT_BUGS } from "./boot_bugs.ts";
import type { RuleBug } from "./rule_bug.ts";
import type { StoryName } from "./stories.ts";

const SERVICE = "host/initiator_service";

/** A bug that does harm only if the service is killed between two commands: after the step all is well again. */
export const BUG_OF_A_MOMENT: RuleBug & { readonly rule: RuleName; readonly story: StoryName } = {
  rule: "a cache is what its name says",
  what: "the store goes on to vouch for a cache while it gets another key",
  story: "a key is set anew",
  fault: {
    file: `${SERVICE}/security_operations.ts`,
    text: "    ...(before.stored === undefined ? [] : held.generationChanges(name, undefined)),\n",
    fault: "",
  },
};

/** The bug of each rule. */
export const PLANTED_BUGS: Readonly<Record<RuleName, RuleBug>> = {
  "the last acknowledged writer wins": {
    what: "a gateway is stored as its own destination",
    story: "a gateway is set",
    fault: {
      file: `${SERVICE}/procedures.ts`,
      text: "    const outerAddress = resolveAddress(request.outerModeAddress);\n",
      fault: "    const outerAddress = resolveAddress(request.destinationAddress);\n",
    },
  },
  "an adapter has what the service holds": {
    what: "an adapter without flash acknowledges a group key and does not keep it",
    story: "a group key, for an adapter without flash too, where another tool is about",
    fault: {
      file: "firmware/cache/security_cache.ts",
      text: "    this.#table.setGroupKey(key);\n    return IsdscStatus.SUCCESS;\n",
      fault: "    if (this.#store !== undefined) this.#table.setGroupKey(key);\n    return IsdscStatus.SUCCESS;\n",
    },
  },
  "flash has what the key table has": {
    what: "a key goes to the key table and not to flash",
    story: "a key is set",
    fault: {
      file: "firmware/cache/security_cache.ts",
      text: "    const stored = yield* this.#put(keyRecord(request));\n",
      fault: "    const stored: number = IsdscStatus.SUCCESS;\n",
    },
  },
  "a question is answered with what is in force": {
    what: "a question for a port is not answered with the key for all ports",
    story: "a key is set",
    fault: {
      file: "firmware/cache/security_cache.ts",
      text: "    const entry = this.#table.find(query);\n",
      fault: "    const entry = this.#table.has(query) ? this.#table.find(query) : undefined;\n",
    },
  },
  "a login uses the key in force": {
    what: "the group key beats a key of one's own",
    story: "a login with a key of one's own, beside a group key",
    fault: {
      file: "firmware/session/key_selection.ts",
      text: "  if (entry !== undefined && key !== undefined) {\n    return {\n      key,\n",
      fault: "  if (entry !== undefined && key !== undefined && !keyTable.hasGroupKey) {\n    return {\n      key,\n",
    },
  },
  "a setting comes about": {
    what: "a setting for all adapters is refused where there are several",
    fault: {
      file: `${SERVICE}/security_operations.ts`,
      text: "  if (scope.links.length === 0) return",
      fault: "  if (scope.links.length !== 1) return",
    },
  },
  "everything comes up": {
    what: "an adapter always says that it is degraded",
    fault: {
      file: "firmware/cache/security_cache.ts",
      text: 'return count > 0 || this.#store?.health().state === "degraded" ?',
      fault: "return count >= 0 ?",
    },
  },
  "a cache has the name that the service gave it": {
    what: "the store vouches for another name than the cache was given",
    fault: {
      file: `${SERVICE}/security_operations.ts`,
      text: "    vouching.set(link.name, { generation, refused",
      fault: "    vouching.set(link.name, { generation: generation.toReversed(), refused",
    },
  },
  "no key is where it should not be": {
    what: "the trace shows the group key",
    fault: {
      file: "host/iscsidsc/iscsidsc.ts",
      text: "detail: `key ${fingerprint(given)}, ",
      fault: "detail: `key ${new TextDecoder().decode(given)}, ",
    },
  },
  "a cache is what its name says": {
    what: "the store vouches for a cache with a key that is not to outlive the service",
    story: "a key for this run of the service alone",
    fault: {
      file: `${SERVICE}/security_operations.ts`,
      text:
        "  if (!persist || before === undefined || held.hasVolatile(link.name, { record, adapter: scope.adapter })) {\n",
      fault: "  if (before === undefined || held.hasVolatile(link.name, { record, adapter: scope.adapter })) {\n",
    },
  },
  "what is given back holds zeros": {
    what: "a cache that is cleared forgets where its keys are, and they stay there",
    fault: {
      file: "firmware/cache/key_table.ts",
      text: "    if (this.#slots.size > 0 || this.#hasGroupKey) this.#region.bytes.fill(0);\n",
      fault: "",
    },
  },
  "what no exchange needs is forgotten": {
    what: "the preshared key of an exchange that ends early stays in memory that nobody gives back",
    fault: {
      file: "firmware/ike/secrets.ts",
      text: "    this.erase(...this.#secrets.keys());\n    if (this.#places",
      fault:
        '    this.erase(...[...this.#secrets.keys()].filter((name) => name !== "preshared key"));\n    if (this.#places',
    },
  },
  "a cleared cache has no key left on flash": {
    what: "ClearCache leaves the erasing to the next start",
    fault: {
      file: "firmware/nvram/ring_store.ts",
      text: "    const isScrubbed = yield* this.#finishScrub();\n",
      fault: "    const isScrubbed = this.#turning.isScrubbing;\n",
    },
  },
  "a cache is full only where there is no room": {
    what: "a flash part that takes nothing is told as full",
    story: "flash takes nothing",
    fault: {
      file: "firmware/cache/store_outcome.ts",
      text: '    case "full":\n',
      fault: '    case "full":\n    case "failed":\n',
    },
  },
  "a session that is told of is there": {
    what: "a login of which nobody knows how it went is told as success",
    story: "a reset during a login",
    fault: {
      file: "host/miniport/login_requests.ts",
      text: "event?.status ?? LOGIN_INTERRUPTED_STATUS, established",
      fault: "event?.status ?? IsdscStatus.SUCCESS, established",
    },
  },
  "a logout ends its own session": {
    what: "a logout goes to the first adapter, whoever has the session",
    story: "a logout at the second of two adapters",
    fault: {
      file: `${SERVICE}/service_run.ts`,
      text: "information?.UniqueAdapterId === adapterUnique);\n",
      fault: "information !== undefined);\n",
    },
  },
  "no session is nobody's": {
    what: "a login that was given up and succeeds later stays open",
    story: "a bus reset during a login",
    fault: {
      file: "host/miniport/login_requests.ts",
      text: "    if (event === undefined || (established && givenUp)) yield*",
      fault: "    if (event === undefined) yield*",
    },
  },
  "a session has an association at both ends": {
    what: "the last message of aggressive mode is sent once",
    story: "message 3 of aggressive mode is lost",
    fault: {
      file: "firmware/ike/transitions.ts",
      text: '    if ((mode === "main") === (role === "responder")) {\n',
      fault: '    if (mode === "main" && role === "responder") {\n',
    },
  },
  "repetition makes up for what is lost": {
    what: "a message is sent twice and no more",
    story: "message 1 is lost twice",
    fault: {
      file: "firmware/ike/timekeeper.ts",
      text: "exchange.waits + 1 < this.#waits(exchange).length",
      fault: "exchange.waits < 1",
    },
  },
  "a call that its service has not outlived fails": {
    what: "a call is served by the run that was there when it was made",
    story: "the service is killed while a call is on its way to it",
    fault: {
      file: `${SERVICE}/initiator_service.ts`,
      text:
        '    yield* kernel.sleep(costs.rpcCycles);\n    const run = this.#run;\n    if (this.#state !== "running" || run === undefined) {\n',
      fault: "    const run = this.#run;\n    yield* kernel.sleep(costs.rpcCycles);\n    if (run === undefined) {\n",
    },
  },
  "the service ends when it is told to": {
    what: "a stop is not told that the last call has ended",
    story: "the service is stopped during a call",
    fault: {
      file: `${SERVICE}/initiator_service.ts`,
      text: "    answer(value);\n    this.#callEnded.fire();\n",
      fault: "    answer(value);\n",
    },
  },
  "no call waits for a timer of last resort": {
    what: "a driver does not tell logins that their adapter was reset",
    story: "a reset during a login",
    fault: {
      file: "host/miniport/sessions.ts",
      text: "    for (const completion of waiting) completion.complete(undefined);\n",
      fault: "    waiting.length = 0;\n",
    },
  },
  "keys lie in the order in which they were set": {
    what: "the newest setting is given to an adapter first",
    story: "two names are set, for an adapter without flash that loses its power",
    fault: {
      file: `${SERVICE}/synchronization.ts`,
      text: "  const given = rows.filter(({ key }) => !without.has(key));\n",
      fault: "  const given = rows.filter(({ key }) => !without.has(key)).toReversed();\n",
    },
  },
  "an adapter has the gateways that the service holds": {
    what: "a gateway goes to flash and not to the table in RAM",
    story: "a gateway is set",
    fault: {
      file: "firmware/cache/security_cache.ts",
      text: "    this.#tunnels.set(request);\n",
      fault: "",
    },
  },
  "a session is as its flags say": {
    what: "a session has PFS where nobody has asked for it",
    story: "a login",
    fault: {
      file: "firmware/session/session_manager.ts",
      text: "    pfs: (flags & SecurityFlag.pfsEnabled) !== 0n,\n",
      fault: "    pfs: (flags & SecurityFlag.pfsEnabled) === 0n,\n",
    },
  },
  "messages are what RFC 2408 has them be": {
    what: "a notification that is not protected has the message id of phase 1",
    story: "a login where nobody knows the adapter",
    fault: {
      file: "firmware/ike/outbox.ts",
      text: "      messageId: this.#messageId(),\n",
      fault: "      messageId: 0,\n",
    },
  },
  "no association outlives its lifetime": {
    what: "an association has nine times its lifetime, and is not keyed anew before",
    story: "a login of two minutes",
    fault: {
      file: "firmware/ike/timekeeper.ts",
      text: '    start("lifetime", lifetimeSeconds);\n',
      fault: '    if (lifetimeSeconds > 0) return start("lifetime", 9 * lifetimeSeconds);\n',
    },
  },
  "who logs out is gone at the target": {
    what: "a session ends, and its target is not told",
    story: "a login, and a logout",
    fault: {
      file: "firmware/ike/engine.ts",
      text: "    if (outcome.inform !== undefined && outcome.inform.length > 0) this.#outbox",
      fault: "    if (outcome.inform !== undefined && outcome.inform.length > 1) this.#outbox",
    },
  },
  "a list tells what is there": {
    what: "a list begins with its second entry",
    story: "a login",
    fault: {
      file: `${SERVICE}/adapter_lists.ts`,
      text: "  return { status: IsdscStatus.SUCCESS, value: items };\n",
      fault: "  return { status: IsdscStatus.SUCCESS, value: items.slice(1) };\n",
    },
  },
  "a login stays saved until it is removed": {
    what: "a login is removed, and goes on to be there",
    story: "a login is saved, and removed",
    fault: {
      file: "firmware/commands.ts",
      text: "      const status = yield* cache.persistentLogins.remove(PERSISTENT_LOGIN_NAME.decode(request));\n",
      fault:
        "      const status = PERSISTENT_LOGIN_NAME.decode(request).socket < 0 ? yield* cache.persistentLogins.remove(PERSISTENT_LOGIN_NAME.decode(request)) : IsdscStatus.SUCCESS;\n",
    },
  },
  "a login is saved where there is memory for it": {
    what: "a login that was saved is told as one that was not",
    story: "a gateway is set",
    fault: {
      file: `${SERVICE}/login_saving.ts`,
      text: "  if (hasRoom && (yield* savedLoginIsKept(context, link, given))) return outcome.status;\n",
      fault: "  if (hasRoom && !(yield* savedLoginIsKept(context, link, given))) return outcome.status;\n",
    },
  },
  "a call of a whole world is soon over": {
    what: "the service waits for the disk as long as for a hundred of its turns",
    story: "a gateway is set",
    fault: {
      file: `${SERVICE}/service_context.ts`,
      text: "  yield* kernel.sleep(costs.storeCommitCycles);\n",
      fault: "  yield* kernel.sleep(200 * costs.storeCommitCycles);\n",
    },
  },
  "saved logins have numbers of their own": {
    what: "the number of a saved login is chosen before the disk has turned to it",
    story: "two logins are saved at once",
    fault: {
      file: `${SERVICE}/service_context.ts`,
      text: "  yield* kernel.sleep(costs.storeCommitCycles);\n  const made = changes();\n",
      fault: "  const made = changes();\n  yield* kernel.sleep(costs.storeCommitCycles);\n",
    },
  },
  "a saved login is tried again": {
    what: "a saved login that has failed is tried again after an hour",
    story: "a saved login whose target is away when its driver starts",
    fault: {
      file: "firmware/session/login_retries.ts",
      text: "const RETRY_SECONDS = 5;\n",
      fault: "const RETRY_SECONDS = 3600;\n",
    },
  },
  "a session lasts until something ends it": {
    what: "a session is not keyed anew before its association ends",
    story: "a session of two lifetimes, once all is well",
    fault: {
      file: "firmware/session/session_manager.ts",
      text: "        return this.#rekey(negotiation, event.exchange);\n",
      fault: "        return;\n",
    },
  },
  "an adapter lists each of its sessions": {
    what: "a saved login that is logged out while it is being made is made all the same, for no session",
    story: "a saved login is logged out at the moment at which it is made again",
    fault: {
      file: "firmware/session/host_sessions.ts",
      text: "    if (this.#sessions.get(session.number) !== session) {\n",
      fault: "    if (session.connections.length < 0) {\n",
    },
  },
  "a damaged key is passed over for no other": {
    what: "where the key for a port is damaged, that for all ports is taken",
    story: "of the keys for a port and for all ports the first is damaged",
    fault: {
      file: "firmware/cache/cache_damage.ts",
      text: "    for (const portNumber of new Set([query.portNumber, ALL_PORTS])) {\n",
      fault: "    for (const portNumber of new Set([ALL_PORTS, query.portNumber])) {\n",
    },
  },
  ...BOOT_BUGS,
};
