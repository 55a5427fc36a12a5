/**
 * The rules about logins, sessions and their exchanges.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { ConnectionState, IsdscStatus, SecurityFlag } from "../../../../firmware/manual/interface.ts";
import { sessionNumber } from "../../../../host/miniport/session_ids.ts";
import { Win32Error } from "../../../../host/status.ts";
import { tell } from "./observed.ts";
import type { AnsweredCall, ExpectedLogin, OracleView } from "./oracle_view.ts";
import type { Rule } from "./rule.ts";
import { sessionOf } from "./session_watch.ts";
import type { WireHarm } from "./wire_watch.ts";

/** The rules by their names. */
export const SESSION_RULES = {
  "a login uses the key in force": {
    // It comes about at a target that knows the key in force, exact port before all ports before group, at no
    // other.
    when: "answer",
    *find(view, answered) {
      const { answer: { status }, wasAtRest, wasCrowded, overlapped, since } = answered;
      const login = plainLogin(view, answered);
      if (login === undefined || login.known === undefined) return;
      const { possible, where, mayMatch, mustMatch } = login;
      const isAtRest = wasAtRest && view.isAtRest;
      // With the run of the service what does not persist ends, be it in the cycle of the answer.
      const isOneRun = view.world.host.service.run === since.serviceRun;
      if (status === IsdscStatus.SUCCESS && !mayMatch && isOneRun && (isAtRest || !overlapped)) {
        yield `the login ${where} came about with ${tell(login.known)}, not ${[...possible].map(tell).join(" or ")}`;
      }
      const isWithoutSession = hasLostSession(view, login, answered);
      const isWithoutKey = !isWithoutSession && [...possible].every((key) => key === undefined);
      const isTold = status === IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE;
      if (isAtRest && isOneRun && (isTold ? !possible.has(undefined) : isWithoutKey)) {
        yield `the login ${where} ended 0x${status.toString(16)} ${isTold ? "with" : "without"} a key`;
      }
      const isExcused = isWithoutSession ||
        (status === IsdscStatus.NO_TUNNEL_OUTER_MODE_ADDRESS && login.mayLackGateway);
      const mustComeAbout = isAtRest ? status !== IsdscStatus.SUCCESS : hasFailedInCalm(answered);
      if (mustComeAbout && !isExcused && mustMatch && !wasCrowded && harmTo(view, login, answered) === "none") {
        yield `the login ${where} with the right key ended 0x${status.toString(16)}`;
      }
    },
  },
  "a session is as its flags say": {
    // A login has come about in a mode, and with PFS or without, as its flags say, or those of a key in force.
    when: "answer",
    *find(view, answered) {
      const { call, answer: { status, value }, overlapped, since } = answered;
      const login = status === IsdscStatus.SUCCESS && !overlapped && since.isCalm()
        ? plainLogin(view, answered)
        : undefined;
      const number = sessionNumber(sessionOf(value)?.adapterSpecific ?? 0n);
      const session = login?.unit.adapter.sessions?.sessions().find((each) => each.number === number);
      if (login === undefined || session?.association === undefined || call.name !== "LoginIScsiTarget") return;
      const { securityFlags: given = 0n } = call.request;
      const { association: { mode }, phase2: { pfs } } = session;
      const isAllowed = [...login.possible].flatMap((key) => [...view.flags.get(key) ?? [0n]]).some((ofKey) => {
        const flags = [given, ofKey, MAIN_MODE].find((each) => (each & SecurityFlag.valid) !== 0n) ?? 0n;
        const [modeFlag, hasPfs] = [MODE_FLAGS[mode], (flags & SecurityFlag.pfsEnabled) !== 0n];
        return (flags & modeFlag) !== 0n && pfs === hasPfs;
      });
      if (!isAllowed) yield `the login ${login.where} came about in ${mode} mode, PFS ${pfs}`;
    },
  },
  "a call of a whole world is soon over": {
    // After healing a call needs no timer: what it waits for tells it. Nor does a login that comes about
    // undisturbed, unless its target has enough of strangers.
    when: "answer",
    *find(view, answered) {
      const { call: { name }, begun, answer: { status }, wasAtRest, since } = answered;
      // A question may wait for a command of which the end was lost: whoever comes after it has a free way.
      const isFree = wasAtRest && view.isAtRest && !since.hasAccident() && name !== "GetIScsiIKEInfo";
      // Where logins are given up before commands, a command may outlast the healing.
      const { loginCycles, mailboxCycles } = view.world.host.timeouts;
      if (!isFree || (loginCycles < mailboxCycles && !view.absences.isBusQuiet)) return;
      const login = plainLogin(view, answered);
      const mayTakeTime = name.includes("Login") || name === "AddIScsiConnection"
        ? (login?.mustMatch !== true ||
          status !== IsdscStatus.SUCCESS || answered.wasCrowded || harmTo(view, login, answered) !== "none")
        : false;
      const { world } = view;
      if (!mayTakeTime && world.now - begun > world.cycles(SOON_NANOSECONDS)) {
        yield `${name} took ${(world.now - begun) / world.cycles(1e6)} ms`;
      }
    },
  },
  "repetition makes up for what is lost": {
    // A login with the right key comes about, at any time, if of no message more was lost than what is sent
    // again makes up for.
    when: "answer",
    *find(view, answered) {
      const login = hasFailedInCalm(answered) && !answered.wasCrowded ? plainLogin(view, answered) : undefined;
      if (login === undefined || !login.mustMatch || hasLostSession(view, login, answered)) return;
      if (harmTo(view, login, answered) !== "made up for") return;
      yield `the login ${login.where} with the right key ended 0x${answered.answer.status.toString(16)}`;
    },
  },
  "a call does not wait for an adapter that is gone": {
    // A login, or a logout, is over soon after its adapter was taken away, if no other call was before it.
    when: "answer",
    *find(view, { call, begun, wasFree }) {
      const { world, adapters, absences } = view;
      const { name, request } = call;
      const unit = name === "LoginIScsiTarget"
        ? adapters[view.adapterIndex(request.initiatorInstance) ?? -1]
        : name === "LogoutIScsiTarget"
        ? adapters[Number(request.adapterUnique) - 1]
        : undefined;
      if (unit === undefined || !wasFree) return;
      if (absences.since(unit, begun) > world.cycles(NOTICED_NANOSECONDS)) yield `${name} of ${unit.adapter.name}`;
    },
  },
  "who is told of a timeout has waited": {
    // A call that ends as timed out has taken as long as the shortest of the timers that end calls.
    when: "answer",
    *find({ world: { host: { timeouts }, now } }, { call, begun, answer: { status } }) {
      const shortest = Math.min(timeouts.loginCycles, timeouts.requestCycles);
      if (status === Win32Error.timeout && now - begun < shortest) yield call.name;
    },
  },
  "a session that is told of is there": {
    // A login's success names a session of its adapter; it is open until something ends it. No other login is
    // made there.
    when: "answer",
    *find(view, { call, answer, since }) {
      if (call.name !== "LoginIScsiTarget" || answer.status !== IsdscStatus.SUCCESS || call.request.isPersistent) {
        return;
      }
      const id = sessionOf(answer.value);
      const index = view.adapterIndex(call.request.initiatorInstance);
      const unit = view.adapters[Number(id?.adapterUnique ?? 0n) - 1];
      if (id === undefined || unit === undefined || (index !== undefined && view.adapters[index] !== unit)) {
        yield `a login through ${call.request.initiatorInstance} has a session of another adapter, or of none`;
      } else if (id.adapterSpecific === 0n || (since.isCalm() && !view.sessions.has(unit, id.adapterSpecific))) {
        yield `a login through ${unit.adapter.name} has a session that is not there`;
      }
    },
  },
  "a logout ends its own session": {
    // After success it is gone; that there is no such session is said only where there is none.
    when: "answer",
    *find({ adapters, sessions }, { call, answer: { status }, since }) {
      if (call.name !== "LogoutIScsiTarget" || !since.isCalm()) return;
      const { adapterUnique, adapterSpecific } = call.request;
      const unit = adapters[Number(adapterUnique) - 1];
      if (unit === undefined) return;
      const isThere = sessions.has(unit, adapterSpecific);
      if (isThere && status === IsdscStatus.SUCCESS) {
        yield `a session of ${unit.adapter.name} is there after its logout`;
      }
      if (isThere && status === IsdscStatus.INVALID_SESSION_ID) {
        yield `a session of ${unit.adapter.name} is denied`;
      }
    },
  },
  "no session is nobody's": {
    // After healing each session is one that somebody was told of, or that its adapter opens by itself.
    when: "rest",
    *find({ sessions, adapters }) {
      for (const unit of adapters) {
        for (const connection of sessions.ofNobody(unit)) yield `connection ${connection} of ${unit.adapter.name}`;
      }
    },
  },
  "a session lasts until something ends it": {
    // After healing a session that somebody was told of is there until it is logged out, if its target knows
    // what is in force.
    when: "rest",
    *find(view) {
      for (const { adapter } of view.lasting.ended(view)) yield `a session of ${adapter.name} is over`;
    },
  },
  "an adapter lists each of its sessions": {
    // After healing an adapter has no session that is not one of its connections, and no connection without
    // one.
    when: "rest",
    *find({ adapters }) {
      for (const { adapter } of adapters) {
        const open = adapter.sessions?.sessions().length ?? 0;
        const listed = adapter.connections.filter(({ state }) => state !== ConnectionState.waiting).length;
        if (open !== listed) yield `${adapter.name} has ${open} and lists ${listed}`;
        const { sessions } = adapter;
        const hasLeft = open === 0 && sessions?.statistics().negotiating === 0 && sessions.exchangeCount > 0;
        if (hasLeft) yield `${adapter.name} has an association, and no session`;
      }
    },
  },
  "a session has an association at both ends": {
    // After healing the target has what the adapter has, if no more was lost than repetition makes up for.
    when: "rest",
    *find({ adapters, wire, world: { targets } }) {
      for (const { adapter } of adapters) {
        for (const { association } of adapter.sessions?.sessions() ?? []) {
          if (association === undefined || !wire.wasMadeUpFor(association.initiatorCookie, adapter.phase1)) continue;
          const target = [...targets.values()].find(({ address }) => equalBytes(address, association.peer.address));
          const isThere = ({ initiatorCookie }: { readonly initiatorCookie: Uint8Array }) =>
            equalBytes(initiatorCookie, association.initiatorCookie);
          if (target === undefined || target.associations.some(isThere)) continue;
          yield `${target.name} has no association with a session of ${adapter.name}`;
        }
      }
    },
  },
  "saved logins have numbers of their own": {
    // No two saved logins have the same number for their ISID: the second would end the session of the first.
    when: "rest",
    *find({ adapters, savedLogins }) {
      const numbers = new Set<number>();
      for (const { isidNumber } of adapters.flatMap((unit) => savedLogins.of(unit))) {
        if (isidNumber === undefined) continue;
        if (numbers.has(isidNumber)) yield `number ${isidNumber} is given twice`;
        numbers.add(isidNumber);
      }
    },
  },
  "no call waits for a timer of last resort": {
    // The port driver's timer for logins, the longest, is there for adapters that do not work: no call runs
    // into it.
    when: "answer",
    *find({ adapters, world: { host, now } }, { call, begun, since }) {
      const { loginCycles, mailboxCycles } = host.timeouts;
      // In some stories it is shorter than the others.
      if (loginCycles < mailboxCycles || now - begun < loginCycles) return;
      // Of an event whose interrupt was lost nobody tells the driver: it stands in the registers.
      const isUntold = since.hasAccident() && adapters.some(({ adapter }) => adapter.registers.interruptAsserted);
      if (!isUntold) yield `${call.name}`;
    },
  },
} as const satisfies Readonly<Record<string, Rule>>;

/** A driver that waits looks once in a second whether its adapter is there; what it was asked for ends soon after. */
const NOTICED_NANOSECONDS = 3e9;

/** Longer than anything takes that waits for no timer. */
const SOON_NANOSECONDS = 900e6;

/** If neither a login nor its key says anything. */
const MAIN_MODE = SecurityFlag.valid | SecurityFlag.mainModeEnabled;

const MODE_FLAGS = { main: SecurityFlag.mainModeEnabled, aggressive: SecurityFlag.aggressiveModeEnabled } as const;

/** How a login ends of which phase 1 has failed. */
const PHASE1_FAILURES: readonly number[] = [
  IsdscStatus.CONNECTION_FAILED,
  IsdscStatus.AUTHENTICATION_FAILURE,
  IsdscStatus.FAILED_TO_CONFIGURE_IPSEC,
  IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE,
];

/** Whether a login has failed in phase 1, while nothing else has happened than what goes over the wire. */
function hasFailedInCalm({ answer: { status }, since, overlapped }: AnsweredCall): boolean {
  return PHASE1_FAILURES.includes(status) && !overlapped && since.isCalm();
}

/** What can be said of a login that is made now, and not saved. */
function plainLogin(view: OracleView, { call }: AnsweredCall): ExpectedLogin | undefined {
  if (call.name === "LoginIScsiTarget") return call.request.isPersistent ? undefined : view.loginOf(call.request);
  if (call.name !== "AddIScsiConnection") return undefined;
  const { uniqueSessionId: { adapterUnique }, ...request } = call.request;
  const initiatorInstance = view.adapters[Number(adapterUnique) - 1]?.adapter.name;
  return view.loginOf({ ...request, targetName: "", initiatorInstance });
}

/** What has happened on the wire to the exchanges of a login. */
function harmTo({ wire }: OracleView, { unit, from, target }: ExpectedLogin, { begun }: AnsweredCall): WireHarm {
  return wire.harmBetween(from, target.address, begun, unit.adapter.phase1);
}

/** Whether a connection was to be added to a session that is over. */
function hasLostSession(
  { sessions }: OracleView,
  { unit }: ExpectedLogin,
  { call: { name, request } }: AnsweredCall,
): boolean {
  return name === "AddIScsiConnection" && !sessions.has(unit, request.uniqueSessionId.adapterSpecific);
}
