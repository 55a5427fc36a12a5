/**
 * The look at sessions, at either end.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { formatSuite, type NegotiationSummary } from "../../../../firmware/ike/mod.ts";
import { doc, mapping, nameOf, oneOf, optional } from "../../../shape/shape.ts";
import { addressesOf } from "../../faults/accidents.ts";
import type { World } from "../../world/world.ts";
import { COUNT_RANGE } from "../ranges.ts";
import { refuseSilentWay } from "../silent_ways.ts";
import { SUITE } from "../values.ts";
import { counted, look, titledLook } from "./look.ts";

/** A session as it was found: of one that is negotiated what is known until now, of one without phase 1 nothing. */
interface FoundSession extends Partial<Pick<NegotiationSummary, "mode" | "suite" | "peer">> {
  readonly state: "negotiating" | "established";
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
        mode: doc(
          "The mode of phase 1, known from its first message on, so that exchanges count that are never established; " +
            "whichever by default.",
          optional(oneOf("main", "aggressive")),
        ),
        suite: doc(
          "What was agreed on, known once the end that is looked at has chosen it or heard of the choice (message 1 or " +
            "2); whichever by default.",
          optional(SUITE),
        ),
        count: doc("How many there must be; 1.. by default, and 0 for none.", optional(COUNT_RANGE)),
      }),
    ),
    check({ of: end, with: other }, check) {
      for (const [field, name] of [["of", end], ["with", other]] as const) {
        if (name === undefined || addressesOf(name, check.world).length > 0) continue;
        check.part(field).about([name]).refuse(`${name}, which is outside`, "an end in the world");
      }
      if (end === other) check.part("with").refuse(other, `another end than ${end}`);
      else if (other !== undefined) refuseSilentWay(end, other, check, "with");
    },
    changedBy: ({ of: end }) => ({ component }) => component === end,
    find({ of: end, with: other, state, mode, suite, count }, world) {
      const peers = other === undefined ? undefined : addressesOf(other, world);
      const sessions = sessionsOf(end, world);
      const found = sessions.filter((each) =>
        (state === undefined || state === each.state) && (mode === undefined || mode === each.mode) &&
        (suite === undefined || (each.suite !== undefined && formatSuite(suite) === formatSuite(each.suite))) &&
        (peers === undefined ||
          peers.some((address) => each.peer !== undefined && equalBytes(address, each.peer.address)))
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
    return (unit.adapter.sessions?.sessions() ?? []).map(({ state, association, negotiation }) => ({
      state: state === "active" ? "established" : "negotiating",
      ...(association ?? negotiation),
    }));
  }
  const target = targets.get(end);
  if (target === undefined) return [];
  return [
    ...target.associations.map((each) => ({ ...each, state: "established" as const })),
    ...target.negotiating.map((each) => ({ ...each, state: "negotiating" as const })),
  ];
}

/** A session in words. */
export function tellSession({ state, mode, suite }: FoundSession): string {
  return [mode === undefined ? state : `${state} in ${mode} mode`, ...(suite === undefined ? [] : [formatSuite(suite)])]
    .join(", ");
}
