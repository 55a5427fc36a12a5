/**
 * The rules about what goes over the wire, and what is left at its far end.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import type { ApiCall } from "../../../../host/iscsidsc/api_tap.ts";
import { sessionNumber } from "../../../../host/miniport/session_ids.ts";
import type { OracleView } from "./oracle_view.ts";
import type { Rule } from "./rule.ts";
import type { LoggedOut } from "./session_watch.ts";

/** So long a delete may take to its target, in nanoseconds: far longer than it is on its way. */
const DELETE_NANOSECONDS = 1e9;

/** The longest exchange that comes about, with all that is sent again. */
const LONGEST_EXCHANGE_SECONDS = 60;

/** The rules by their names. */
export const WIRE_RULES = {
  "messages are what RFC 2408 has them be": {
    // A message tells its length and version, no two exchanges have one cookie, and of messages after phase 1
    // no two have one id.
    when: "step",
    *find({ wire }) {
      yield* wire.misshapen;
    },
  },
  "no association outlives its lifetime": {
    // Neither end has an association whose exchange began longer ago than its lifetime and an exchange take.
    when: "rest",
    *find({ adapters, wire, world }) {
      const ends = [
        ...adapters.map(({ adapter: { name, sessions } }) => {
          return { name, associations: sessions?.sessions().flatMap(({ association }) => association ?? []) ?? [] };
        }),
        ...world.targets.values(),
      ];
      for (const { name, associations } of ends) {
        for (const { initiatorCookie, lifetimeSeconds } of associations) {
          const age = world.now - (wire.begun(initiatorCookie) ?? world.now);
          if (age > world.cycles((lifetimeSeconds + LONGEST_EXCHANGE_SECONDS) * 1e9)) yield `at ${name}`;
        }
      }
    },
  },
  "who logs out is gone at the target": {
    // A session that was logged out has no association at its target any more, unless the delete was lost.
    when: "rest",
    *find({ sessions, wire, world }) {
      for (const { association, adapter, boot, lost, at } of sessions.loggedOut) {
        const { initiatorCookie, local, peer } = association;
        const isDue = world.now - at > world.cycles(DELETE_NANOSECONDS) && adapter.sessions === boot &&
          wire.lostBetween(local.address, peer.address) === lost && !wire.isDoubtful(initiatorCookie);
        if (!isDue) continue;
        const target = [...world.targets.values()].find(({ address }) => equalBytes(address, peer.address));
        const isThere = target?.associations.some((each) => equalBytes(each.initiatorCookie, initiatorCookie));
        if (isThere === true) yield `${target?.name} has an association with a session that was logged out`;
      }
    },
  },
} as const satisfies Readonly<Record<string, Rule>>;

/** The association that is to end with the session that a call logs out. */
export function leavingOf(
  { adapters, wire }: OracleView,
  { name, request }: ApiCall,
): Omit<LoggedOut, "at"> | undefined {
  if (name !== "LogoutIScsiTarget") return undefined;
  const { adapter } = adapters[Number(request.adapterUnique) - 1] ?? {};
  const boot = adapter?.sessions;
  const own = sessionNumber(request.adapterSpecific);
  const association = boot?.sessions().find(({ number }) => number === own)?.association;
  if (adapter === undefined || association === undefined) return undefined;
  return { adapter, boot, association, lost: wire.lostBetween(association.local.address, association.peer.address) };
}
