/**
 * The look at sessions, at either end.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { type AssociationSummary, formatSuite } from "../../../../firmware/ike/mod.ts";
import { doc, mapping, nameOf, oneOf, optional } from "../../../shape/shape.ts";
import { addressesOf } from "../../faults/accidents.ts";
import type { World } from "../../world/world.ts";
import { COUNT_RANGE } from "../ranges.ts";
import { SUITE } from "../values.ts";
import { counted, look, titledLook } from "./look.ts";

/** A session as it was found. */
interface FoundSession {
  readonly state: "negotiating" | "established";
  readonly association?: AssociationSummary;
}

/** Looks at sessions. */
export const SESSION_LOOKS = {
  sessions: look({
    doc: "The sessions of an adapter, or the exchanges of a target.",
    shape: titledLook(
      "sessions",
      mapping({
        of: doc("The adapter or target, by its name.", nameOf("adapter or target")),
        with: doc("The other end, by its name; whichever by default.", optional(nameOf("adapter or target"))),
        state: doc("Their state; whichever by default.", optional(oneOf("negotiating", "established"))),
        mode: doc("The mode of phase 1; whichever by default.", optional(oneOf("main", "aggressive"))),
        suite: doc("What was agreed on; whichever by default.", optional(SUITE)),
        count: doc("How many there must be; 1.. by default, and 0 for none.", optional(COUNT_RANGE)),
      }),
    ),
    check({ of: end, with: other }, check) {
      for (const [field, name] of [["of", end], ["with", other]] as const) {
        if (name === undefined || addressesOf(name, check.world).length > 0) continue;
        check.part(field).refuse(`${name}, which is outside`, "an end in the world");
      }
    },
    changedBy: ({ of: end }) => ({ component }) => component === end,
    find({ of: end, with: other, state, mode, suite, count }, world) {
      const peers = other === undefined ? undefined : addressesOf(other, world);
      const sessions = sessionsOf(end, world);
      const found = sessions.filter(({ state: is, association }) =>
        (state === undefined || state === is) && (mode === undefined || mode === association?.mode) &&
        (suite === undefined || (association !== undefined && formatSuite(suite) === formatSuite(association.suite))) &&
        (peers === undefined ||
          peers.some((each) => association !== undefined && equalBytes(each, association.peer.address)))
      );
      const others = sessions.filter((each) => !found.includes(each));
      const what = [
        ...(state === undefined ? [] : [state]),
        ...(mode === undefined ? [] : [`${mode} mode`]),
        ...(suite === undefined ? [] : [formatSuite(suite)]),
        `sessions of ${end}`,
        ...(other === undefined ? [] : [`with ${other}`]),
      ].join(" ");
      return counted(what, count, found.map(tellSession), others.map(tellSession));
    },
  }),
};

/** The sessions of an adapter, or the exchanges of a target. */
export function sessionsOf(end: string, { adapters, targets }: World): FoundSession[] {
  const unit = adapters.get(end);
  if (unit !== undefined) {
    return (unit.adapter.sessions?.sessions() ?? []).map(({ state, association }) => ({
      state: state === "active" ? "established" : "negotiating",
      ...(association === undefined ? {} : { association }),
    }));
  }
  const target = targets.get(end);
  if (target === undefined) return [];
  const established = target.associations.map((association) => ({ state: "established" as const, association }));
  const others = Math.max(0, target.exchangeCount - established.length);
  return [...established, ...Array.from({ length: others }, () => ({ state: "negotiating" as const }))];
}

/** A session in words. */
export function tellSession({ state, association }: FoundSession): string {
  return association === undefined ? state : `${state} in ${association.mode} mode, ${formatSuite(association.suite)}`;
}
