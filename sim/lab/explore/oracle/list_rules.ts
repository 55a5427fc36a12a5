/**
 * The rules about what is listed, and about what adapters save.
 *
 * @module
 */

import { ALL_PORTS, type InternetAddress, IsdscStatus, networkAddress } from "../../../../firmware/manual/interface.ts";
import type { ApiCall } from "../../../../host/iscsidsc/api_tap.ts";
import type { PersistentLoginInformation, SessionInformation } from "../../../../host/iscsidsc/structures.ts";
import { sessionNumber } from "../../../../host/miniport/session_ids.ts";
import { FIRST_PERSISTENT_SESSION } from "../../../../host/miniport/sessions.ts";
import { formatInternetAddress } from "../../../network/internet_address.ts";
import type { AdapterUnit } from "../../world/world.ts";
import type { Writing } from "./last_writer.ts";
import type { OracleView } from "./oracle_view.ts";
import type { Rule } from "./rule.ts";
import { contentOf } from "./saved_logins.ts";

/** A list: what it tells, and what there is. */
interface Listed {
  readonly told: (value: unknown) => readonly string[];
  readonly there: (unit: AdapterUnit, index: number) => readonly string[];
}

/** The lists by the functions that give them. Sessions that adapters open by themselves come and go, and do not count. */
const LISTS: Readonly<Record<string, Listed>> = {
  ReportIScsiInitiatorList: {
    told: (value) => value as readonly string[],
    there: ({ adapter }) => [adapter.name],
  },
  ReportIScsiPersistentLogins: {
    told: (value) =>
      (value as readonly PersistentLoginInformation[]).map(({ initiatorInstance, targetName, targetPortal }) =>
        `${initiatorInstance} ${targetName} ${targetPortal?.address}`
      ),
    there: ({ adapter: { cache, name } }) =>
      (cache?.persistentLogins.logins() ?? []).map(({ targetName, target }) =>
        `${name} ${new TextDecoder().decode(targetName)} ${textOf(target)}`
      ),
  },
  GetIScsiSessionList: {
    told: (value) =>
      (value as readonly SessionInformation[])
        .filter(({ sessionId }) => sessionNumber(sessionId.adapterSpecific) < FIRST_PERSISTENT_SESSION)
        .flatMap(({ sessionId: { adapterUnique, adapterSpecific }, connections }) =>
          connections.map(({ connectionId, initiatorAddress, targetAddress }) => {
            const numbers = [adapterSpecific, connectionId.adapterSpecific].map(sessionNumber);
            return [adapterUnique, ...numbers, initiatorAddress, targetAddress].join(" ");
          })
        ),
    there: ({ adapter }, index) =>
      adapter.connections.filter(({ persistentLogin }) => persistentLogin === 0)
        .map(({ session, connection, local, target }) =>
          [index + 1, session, connection, textOf(local), textOf(target)].join(" ")
        ),
  },
};

/** The rules by their names. */
export const LIST_RULES = {
  "a list tells what is there": {
    // After healing a list has all adapters, all saved logins, or all sessions of callers, and no others.
    when: "answer",
    *find({ adapters, savedLogins, isAtRest }, { call: { name }, answer: { status, value }, wasAtRest, since }) {
      const list = wasAtRest && isAtRest && !since.hasAccident() ? LISTS[name] : undefined;
      if (list === undefined) return;
      // Of a saved login that flash has damaged a part may be left.
      if (name === "ReportIScsiPersistentLogins" && adapters.some((unit) => savedLogins.wasDamaged(unit))) return;
      const told = status === IsdscStatus.SUCCESS ? list.told(value).toSorted().join(", ") : `0x${status.toString(16)}`;
      const there = adapters.flatMap(list.there).toSorted().join(", ");
      if (told !== there) yield `${name} tells ${told}, not ${there}`;
    },
  },
  "a login is saved where there is memory for it": {
    // After healing an adapter with flash saves a login, and forgets it.
    when: "answer",
    *find(view, { call, answer: { status }, wasAtRest }) {
      const { adapters, isAtRest, savings } = view;
      const writings = savingsOf(view, call);
      const [{ adapter: index, value } = { adapter: undefined, value: undefined }] = writings;
      if (!wasAtRest || !isAtRest || typeof index !== "number" || status === IsdscStatus.SUCCESS) return;
      const mayBeGone = writings.every(({ name }) => {
        const allowed = savings.allowed(index, name);
        return allowed.has(undefined) || allowed.has(REMOVED);
      });
      const { nvram, flash } = adapters[index] ?? {};
      const mayRefuse = value === REMOVED
        ? status === IsdscStatus.NOT_FOUND && mayBeGone
        : (nvram === undefined || (flash?.counters.failures ?? 0) > 0) &&
          status === IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA;
      if (!mayRefuse) yield `${call.name} ended 0x${status.toString(16)}`;
    },
  },
  "a login stays saved until it is removed": {
    // After healing an adapter has the logins that it was last told to save, with key and flags, and none that
    // were removed.
    when: "rest",
    *find({ savings, savedLogins, adapters }) {
      for (const [index, unit] of adapters.entries()) {
        const isKnown = unit.adapter.cache !== undefined && !savedLogins.wasDamaged(unit);
        const saved = isKnown ? savedLogins.of(unit) : undefined;
        for (const name of saved === undefined ? [] : savings.names(index)) {
          const login = saved?.find((each) => savingName(each.name, each.portNumber) === name);
          const value = login === undefined ? REMOVED : login.content;
          const allowed = savings.allowed(index, name);
          if (allowed.has(value) || (value === REMOVED && allowed.has(undefined))) savings.seen(index, name, value);
          else yield `the login to ${name} of ${unit.adapter.name} is ${told(value)}`;
        }
      }
    },
  },
} as const satisfies Readonly<Record<string, Rule>>;

/** What has become of a login that an adapter was to forget. */
const REMOVED = "not saved";

/** What an adapter has of a login, in words that tell no key. */
function told(content: string | undefined): string {
  return content === REMOVED ? content : content === undefined ? "without its content" : "saved with another content";
}

/** What a saved login is called: those of one port are others than those of all. */
function savingName(targetName: string, portNumber: number): string {
  return `${targetName} at ${portNumber === ALL_PORTS ? "all ports" : `port ${portNumber}`}`;
}

/** What a call has an adapter save, or forget: for all ports whatever it has saved of a target. */
export function savingsOf(view: OracleView, { name, request }: ApiCall): readonly Writing[] {
  const isRemoval = name === "RemoveIScsiPersistentTarget";
  if (!isRemoval && (name !== "LoginIScsiTarget" || request.isPersistent !== true)) return [];
  const adapter = view.adapterIndex(request.initiatorInstance);
  if (adapter === undefined) return [];
  const { world: { now }, writer: { run }, savings } = view;
  const { targetName, initiatorPortNumber = ALL_PORTS } = request;
  const value = isRemoval ? REMOVED : contentOf(request);
  const meant = savingName(targetName, initiatorPortNumber);
  const others = isRemoval && initiatorPortNumber === ALL_PORTS
    ? savings.names(adapter).filter((each) => each.startsWith(`${targetName} at `))
    : [];
  return [...new Set([meant, ...others])].map((each) => ({
    adapter,
    name: each,
    persist: true,
    value,
    begun: now,
    run,
  }));
}

function textOf(address: InternetAddress): string {
  return formatInternetAddress(networkAddress(address));
}
