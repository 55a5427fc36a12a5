/**
 * The rules about settings: what is in force, where it is kept, and what calls
 * say of it; and about the service that keeps it.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { TUNNEL_ADDRESS_LIMIT } from "../../../../firmware/cache/security_records.ts";
import { AdapterStatus, ALL_PORTS, IsdscStatus } from "../../../../firmware/manual/interface.ts";
import { isLeftBehind } from "../../../../host/initiator_service/left_tunnels.ts";
import { differences, isKey, keyName, tableKeys, tell } from "./observed.ts";
import type { OracleView } from "./oracle_view.ts";
import type { Rule } from "./rule.ts";

/** The rules by their names. */
export const SETTING_RULES = {
  "the last acknowledged writer wins": {
    // What is in force is what the last acknowledged call has set, or one that was not answered or overlapped
    // it.
    when: "rest",
    *find(view) {
      const { writer, adapters } = view;
      for (const [index, unit] of adapters.entries()) {
        const { name } = unit.adapter;
        const held = view.heldSettings(name);
        for (const setting of writer.names(index)) {
          const value = held?.get(setting);
          const allowed = writer.allowed(index, setting);
          if (allowed.has(value)) writer.seen(index, setting, value);
          else yield `${setting} of ${name} is ${tell(value)}, not ${[...allowed].map(tell).join(" or ")}`;
        }
      }
    },
  },
  "an adapter has what the service holds": {
    // After healing, and when asked, the key table of an adapter that keeps keys is what the service holds for
    // it.
    when: "rest",
    *find(view) {
      for (const [index, unit] of view.adapters.entries()) {
        const [held, table] = [view.heldSettings(unit.adapter.name), tableKeys(unit)];
        if (held === undefined || table === undefined || !keepsKeys(unit) || !view.isAsked(index)) continue;
        const keys = new Map([...held].filter(([name]) => isKey(name)));
        for (const each of differences(keys, table)) yield `in the key table of ${unit.adapter.name} ${each}`;
      }
    },
  },
  "flash has what the key table has": {
    // Between commands a boot would find on flash the keys that are in the key table.
    when: "step",
    // To look at flash takes longer than a command: of those in the midst of a step only what fails is worth that.
    after: ({ isChange, end }) => isChange && end.status !== IsdscStatus.SUCCESS,
    *find(view) {
      for (const unit of view.adapters) {
        if (!view.commands.isResting(unit)) continue;
        const [table, flash] = [tableKeys(unit), view.flashKeys(unit)];
        if (table === undefined || flash === undefined) continue;
        for (const each of differences(table, flash)) yield `on the flash of ${unit.adapter.name} ${each}`;
      }
    },
  },
  "a question is answered with what is in force": {
    // After healing GetIScsiIKEInfo finds a key that is in force, and none where there is none.
    when: "answer",
    *find(view, { call, answer, wasAtRest }) {
      const { isAtRest, writer } = view;
      if (!isAtRest || !wasAtRest || call.name !== "GetIScsiIKEInfo") return;
      const index = view.adapterIndex(call.request.initiatorName);
      if (index === undefined) return;
      const { initiatorPortNumber: portNumber, authInfo } = call.request;
      const names = answeringKeys(portNumber, authInfo, writer.names(index));
      const allowed = names.map((name) => writer.allowed(index, name));
      const mayBeNone = allowed.every((values) => values.has(undefined));
      const mustBeNone = allowed.every((values) => values.size === 1 && values.has(undefined));
      const isFound = answer.status === 0;
      if (isFound ? mustBeNone : !mayBeNone) {
        yield `${keyName({ portNumber, ...authInfo })} of ${call.request.initiatorName}: ` +
          `the question is answered 0x${answer.status.toString(16)}`;
      }
      const certain = allowed.findIndex((values) => !values.has(undefined));
      const candidates = allowed.slice(0, certain < 0 ? allowed.length : certain + 1).flatMap((each) => [...each]);
      if (
        isFound && !candidates.some((key) => [...view.flags.get(key) ?? []].some((flags) => flags === answer.value))
      ) {
        yield `${keyName({ portNumber, ...authInfo })} of ${call.request.initiatorName} is told with other flags`;
      }
    },
  },
  "keys lie in the order in which they were set": {
    // After healing, and when asked, the keys of a port lie in the order in which they were set for the first
    // time.
    when: "rest",
    // Of several names an adapter presents the one that comes first.
    *find(view) {
      for (const [index, unit] of view.adapters.entries()) {
        const { adapter } = unit;
        // One that flash has damaged is set again behind those that were set since.
        const isKnown = view.isAsked(index) && !view.savedLogins.wasDamaged(unit);
        const keys = isKnown ? adapter.cache?.keyTable.entries() ?? [] : [];
        for (const port of new Set(keys.map(({ portNumber }) => portNumber))) {
          const names = keys.filter(({ portNumber }) => portNumber === port).map(keyName);
          const ordered = view.writer.inOrder(index, names);
          if (ordered !== undefined && ordered.join() !== names.join()) {
            yield `${adapter.name} has ${names.join(", ")}, in this order`;
          }
        }
      }
    },
  },
  "an adapter has the gateways that the service holds": {
    // After healing, and when asked, an adapter has each outer address that the service holds for it.
    when: "rest",
    *find(view) {
      const { run } = view.world.host.service;
      for (const [index, { adapter: { cache, name } }] of view.adapters.entries()) {
        const [link, held] = [run?.link(name), run?.context.held];
        if (cache === undefined || link === undefined || held === undefined || !view.isAsked(index)) continue;
        for (const row of held.effective(name)) {
          if (row.row.kind !== "tunnel-address" || isLeftBehind(row) || link.notKept.has(row.key)) continue;
          const record = held.open(row);
          if (record?.kind !== "tunnel-address") continue;
          const found = cache.tunnelAddress(record.portNumber, record.destination);
          const isSame = typeof found === "object" && equalBytes(found.bytes, record.outerAddress.bytes);
          if (!isSame) yield `a gateway of ${name} is ${typeof found === "object" ? "another" : "missing"}`;
        }
      }
    },
  },
  "a setting comes about": {
    // After healing every setting is acknowledged, but what an adapter without memory for keys cannot be given.
    when: "answer",
    *find({ isAtRest, adapters }, { call: { name, request }, answer: { status }, wasAtRest }) {
      const isSetting = typeof request === "object" && "persist" in request;
      if (!isAtRest || !wasAtRest || !isSetting || status === IsdscStatus.SUCCESS) return;
      const mayRefuse = status === IsdscStatus.HBA_SECURITY_CACHE_NOT_SUPPORTED
        ? !adapters.every(keepsKeys)
        : status === IsdscStatus.HBA_SECURITY_CACHE_FULL && adapters.some(isFull);
      if (!mayRefuse) yield `${name} ended 0x${status.toString(16)}`;
    },
  },
  "everything comes up": {
    // After healing the service runs, drivers have their adapters, and adapters work; degraded only if their
    // flash failed.
    when: "rest",
    *find({ world: { host }, adapters, savedLogins }) {
      if (host.service.state !== "running") yield `the service is ${host.service.state}`;
      for (const unit of adapters) {
        const { adapter, flash } = unit;
        const state = host.powered ? host.adapterState(adapter.name) : "without power";
        if (state !== "ready") yield `${adapter.name} is ${state}`;
        const health = adapter.cache?.status;
        const hasFailed = (flash?.counters.failures ?? 0) > 0 || savedLogins.wasDamaged(unit);
        if (health === AdapterStatus.working || (health === AdapterStatus.degraded && hasFailed)) continue;
        if (state === "ready") yield `${adapter.name} says its status is ${health}`;
      }
    },
  },
  "a cache has the name that the service gave it": {
    // After healing, and when asked, the generational GUID of a cache is the one by which the service vouches
    // for it.
    when: "rest",
    *find(view) {
      for (const [index, { adapter, flash }] of view.adapters.entries()) {
        const held = view.world.host.service.run?.context.held;
        const expected = held?.generation(adapter.name);
        const found = adapter.cache?.generationalGuid;
        if (found === undefined || !view.isAsked(index)) continue;
        const mustHaveOne = flash?.counters.failures === 0 && !isFull({ adapter }) &&
          held?.hasVolatile(adapter.name) === false;
        if (expected === undefined) {
          if (mustHaveOne) yield `the cache of ${adapter.name} has none`;
          continue;
        }
        if (expected.some((byte, index) => byte !== found[index])) yield `the cache of ${adapter.name} has another`;
      }
    },
  },
  "a cache is what its name says": {
    // Between commands a cache that bears the name by which the service's store vouches for it has the keys of
    // that store.
    when: "step",
    // The service may be killed at any moment: what it would find then must be right after each command.
    after: ({ isChange }) => isChange,
    *find(view) {
      for (const unit of view.adapters) {
        // A damaged cache says of itself that it is not valid, whatever its name.
        const isValid = view.commands.isResting(unit) && unit.adapter.cache?.damage.count === 0;
        const table = isValid ? tableKeys(unit) : undefined;
        const keys = table === undefined ? undefined : view.vouchedKeys(unit);
        if (table === undefined || keys === undefined) continue;
        for (const each of differences(keys, table)) yield `in the key table of ${unit.adapter.name} ${each}`;
      }
    },
  },
  "a damaged key is passed over for no other": {
    // A key that is damaged is told as damaged where it is the one that counts, and nowhere else.
    when: "step",
    *find(view) {
      for (const [index, { adapter: { cache, name }, networkInterface }] of view.adapters.entries()) {
        if (cache === undefined || cache.damage.keys === 0) continue;
        const { damage, keyTable } = cache;
        for (const { idType, id } of view.identities(index)) {
          for (let portNumber = 0; portNumber < networkInterface.addresses.length; portNumber++) {
            const ranks = [portNumber, ALL_PORTS].map((port) => ({ portNumber: port, idType, id }));
            const counts = ranks.find((each) => keyTable.has(each) || damage.hasKey(each));
            const isDamaged = counts !== undefined && !keyTable.has(counts);
            const asked = { portNumber, idType, id };
            if (damage.decidesKey(asked, keyTable) !== isDamaged) yield `${keyName(asked)} of ${name}`;
          }
        }
      }
    },
  },
  "a cache is full only where there is no room": {
    // HBA_SECURITY_CACHE_FULL is the answer of an adapter that has as many keys, or gateways, as it says it can
    // take.
    when: "command",
    *find(view, { unit: { adapter }, command, end }) {
      if (end.status !== IsdscStatus.HBA_SECURITY_CACHE_FULL) return;
      if (isFull({ adapter })) return;
      const names = view.writer.names(view.adapterIndex(adapter.name) ?? 0);
      if (command === "setTunnelModeOuterAddress" && names.length >= TUNNEL_ADDRESS_LIMIT) return;
      yield `${command} of ${adapter.name} ended as full`;
    },
  },
  "a call that its service has not outlived fails": {
    // A call whose run of the service was over before its answer says no success.
    when: "answer",
    *find({ service, world: { now } }, { call, answer: { status }, since: { serviceRun } }) {
      const end = serviceRun === undefined ? undefined : service.endOf(serviceRun);
      if (status === IsdscStatus.SUCCESS && end !== undefined && end < now) yield `${call.name} says success`;
    },
  },
  "the service ends when it is told to": {
    // A run ends by a stop or a kill of this very run, and a stop waits for nothing that is over.
    when: "service",
    *find({ isIdle, service, world: { host: { timeouts }, now } }, event) {
      if (event.type === "begun") return;
      if (event.type === "ended") {
        if (!event.isOrdered) yield "a run was ended that nobody has told to end";
        return;
      }
      const hasEndedIt = service.endOf(event.run) === now;
      const isLast = now - event.begun >= timeouts.serviceStopCycles;
      if (hasEndedIt && isLast && isIdle && event.run.links.every(isSettled)) {
        yield "the service takes all the time there is to stop, with nothing under way";
      }
    },
  },
} as const satisfies Readonly<Record<string, Rule>>;

function isSettled({ settled }: { readonly settled: boolean }): boolean {
  return settled;
}

/** Whether an adapter has as many keys as it can take. */
export function isFull({ adapter }: Pick<OracleView["adapters"][number], "adapter">): boolean {
  const { keysStored = 0, keysDamaged = 0, keyCapacity = 0 } = adapter.cache?.information() ?? {};
  return keysStored + keysDamaged >= keyCapacity;
}

/** Whether an adapter has memory for keys. */
export function keepsKeys({ adapter }: OracleView["adapters"][number]): boolean {
  return (adapter.cache?.information().keyCapacity ?? 0) > 0;
}

/** The names of keys that may answer for one: the port's own, that for all ports, and for all ports any port's. */
function answeringKeys(
  portNumber: number,
  { idType, id }: { readonly idType: number; readonly id: Uint8Array },
  names: readonly string[],
): readonly string[] {
  const whose = (name: string) => name.slice(0, name.lastIndexOf(" at "));
  const asked = keyName({ portNumber, idType, id });
  const all = keyName({ portNumber: 0xffff_ffff, idType, id });
  // The better first.
  const best = asked === all ? all : asked;
  return names.filter((name) => asked === all ? whose(name) === whose(all) : name === asked || name === all)
    .toSorted((a, b) => Number(b === best) - Number(a === best));
}
