/**
 * The rules of the oracle: this page, beside the prose in README.md. Each is
 * looked at when it says, and tells what is wrong.
 *
 * @module
 */

import { AdapterStatus, IsdscStatus } from "../../../../firmware/manual/interface.ts";
import { fingerprint } from "../../../trace/fingerprint.ts";
import { hexToBytes } from "@noble/hashes/utils.js";
import type { Value } from "./last_writer.ts";
import { differences, GROUP_KEY, heldSettings, isKeyName, keyName, tableKeys } from "./observed.ts";
import type { AnsweredCall, OracleView } from "./oracle_view.ts";

/** When a rule is looked at. */
export type Look =
  /** After each step from the healing on, when no call is under way. */
  | { readonly when: "rest"; readonly find: (view: OracleView) => Iterable<string> }
  /** At each answer. */
  | { readonly when: "answer"; readonly find: (view: OracleView, call: AnsweredCall) => Iterable<string> };

/** A rule: a sentence, and what finds that it is broken. */
export type Rule = Look & { readonly doc: string };

/** The rules by their names. */
export const RULES = {
  "the last acknowledged writer wins": {
    doc: "What is in force is what the last acknowledged call has set, or one that was not answered or overlapped it.",
    when: "rest",
    *find({ world, writer, adapters }) {
      for (const [index, unit] of adapters.entries()) {
        const { name } = unit.adapter;
        const held = heldSettings(world, name);
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
    doc: "After healing, and when asked, the key table of an adapter that keeps keys is what the service holds for it.",
    when: "rest",
    *find(view) {
      for (const [index, unit] of view.adapters.entries()) {
        const [held, table] = [heldSettings(view.world, unit.adapter.name), tableKeys(unit)];
        if (held === undefined || table === undefined || !keepsKeys(unit) || !view.isAsked(index)) continue;
        const keys = new Map([...held].filter(([name]) => name === GROUP_KEY || isKeyName(name)));
        for (const each of differences(keys, table)) yield `in the key table of ${unit.adapter.name} ${each}`;
      }
    },
  },
  "flash has what the key table has": {
    doc: "After healing a boot would find on flash the keys that are in the key table.",
    when: "rest",
    *find(view) {
      for (const unit of view.adapters) {
        const [table, flash] = [tableKeys(unit), view.flashKeys(unit)];
        if (table === undefined || flash === undefined) continue;
        for (const each of differences(table, flash)) yield `on the flash of ${unit.adapter.name} ${each}`;
      }
    },
  },
  "a question is answered with what is in force": {
    doc: "After healing GetIScsiIKEInfo finds a key that is in force, and none where there is none.",
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
    },
  },
  "a login uses the key in force": {
    doc:
      "It comes about at a target that knows the key in force, exact port before all ports before group, at no other.",
    when: "answer",
    *find(view, { call, answer, wasAtRest, wasCrowded, overlapped }) {
      if (call.name !== "LoginIScsiTarget" || call.request.isPersistent === true) return;
      const login = view.loginOf(call.request);
      if (login === undefined) return;
      const { known, possible, where } = login;
      const [mayMatch, mustMatch] = [possible.has(known), possible.size === 1 && possible.has(known)];
      const isStrict = wasAtRest && view.isAtRest;
      if (answer.status === 0 && known !== undefined && !mayMatch && (isStrict || !overlapped)) {
        yield `the login ${where} came about with ${tell(known)}, not ${[...possible].map(tell).join(" or ")}`;
      }
      if (answer.status !== 0 && isStrict && known !== undefined && mustMatch && !wasCrowded) {
        yield `the login ${where} with the right key ended 0x${answer.status.toString(16)}`;
      }
    },
  },
  "a setting comes about": {
    doc: "After healing every setting is acknowledged, but what an adapter without memory for keys cannot be given.",
    when: "answer",
    *find({ isAtRest, adapters }, { call: { name, request }, answer: { status }, wasAtRest }) {
      const isSetting = typeof request === "object" && "persist" in request;
      if (!isAtRest || !wasAtRest || !isSetting || status === IsdscStatus.SUCCESS) return;
      const mayRefuse = status === IsdscStatus.HBA_SECURITY_CACHE_NOT_SUPPORTED && !adapters.every(keepsKeys);
      if (!mayRefuse) yield `${name} ended 0x${status.toString(16)}`;
    },
  },
  "everything comes up": {
    doc:
      "After healing the service runs, drivers have their adapters, and adapters work; degraded only if their flash failed.",
    when: "rest",
    *find({ world: { host }, adapters }) {
      if (host.service.state !== "running") yield `the service is ${host.service.state}`;
      for (const { adapter, flash } of adapters) {
        const state = host.powered ? host.adapterState(adapter.name) : "without power";
        if (state !== "ready") yield `${adapter.name} is ${state}`;
        const health = adapter.cache?.information().status;
        const hasFailed = (flash?.counters.failures ?? 0) > 0;
        if (health === AdapterStatus.working || (health === AdapterStatus.degraded && hasFailed)) continue;
        if (state === "ready") yield `${adapter.name} says its status is ${health}`;
      }
    },
  },
  "a cache has the name that the service gave it": {
    doc:
      "After healing, and when asked, the generational GUID of a cache is the one by which the service vouches for it.",
    when: "rest",
    *find(view) {
      for (const [index, { adapter }] of view.adapters.entries()) {
        const expected = view.world.host.service.run?.context.held.generation(adapter.name);
        const found = adapter.cache?.information().generationalGuid;
        if (expected === undefined || found === undefined || !view.isAsked(index)) continue;
        if (expected.some((byte, index) => byte !== found[index])) yield `the cache of ${adapter.name} has another`;
      }
    },
  },
  "no key is where it should not be": {
    doc: "No key bytes in the trace, in system buffers, on flash or in the service's store when all is at rest.",
    when: "rest",
    find: ({ secretPlaces, secrets }) => secretPlaces.find(secrets),
  },
} as const satisfies Readonly<Record<string, Rule>>;

/** The name of a rule. */
export type RuleName = keyof typeof RULES;

function keepsKeys({ adapter }: OracleView["adapters"][number]): boolean {
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
  return names.filter((name) => asked === all ? whose(name) === whose(all) : name === asked || name === all);
}

/** A value as reports have it: a fingerprint tells keys apart. */
function tell(value: Value): string {
  return value === undefined ? "nothing" : fingerprint(hexToBytes(value));
}
