/**
 * The verbs of `iscsicli` that list what there is, and the one that takes a
 * saved login off its list.
 *
 * @module
 */

import { initiatorPort, text, textOrDefault, truth } from "./arguments.ts";
import { persistentLoginLines, sessionLines } from "./output.ts";
import { halfAPortal, invalidParameter, PORTAL, portalOf } from "./portal.ts";
import { type Verb, verb } from "./verb.ts";

/** ListInitiators. */
export const ListInitiators: Verb = verb({
  doc: "Lists the adapters by name.",
  required: {},
  prepare: () => (world) => {
    const { status, initiators } = world.run(world.host.api.reportIScsiInitiatorList());
    const lines = status === 0 ? ["Initiators List:", ...initiators.map((name) => `    ${name}`)] : [];
    return { status, lines, data: { initiators } };
  },
});

/** SessionList. */
export const SessionList: Verb = verb({
  doc: "Lists the sessions and their connections.",
  required: {},
  optional: { devices: truth("ShowSessionInfo", "with their devices, of which this host has none", "without") },
  prepare: () => (world) => {
    const { status, sessions } = world.run(world.host.api.getIScsiSessionList());
    return { status, lines: sessionLines(sessions), data: { sessions } };
  },
});

/** ListPersistentTargets. */
export const ListPersistentTargets: Verb = verb({
  doc: "Lists the saved logins of all adapters.",
  required: {},
  prepare: () => (world) => {
    const { status, persistentLogins } = world.run(world.host.api.reportIScsiPersistentLogins());
    return { status, lines: persistentLoginLines(persistentLogins), data: { persistentLogins } };
  },
});

/** RemovePersistentTarget. */
export const RemovePersistentTarget: Verb = verb({
  doc: "Removes saved logins. Sessions that came of them stay until they end.",
  required: {
    initiator: textOrDefault("InitiatorName", "the name of the adapter, as ListPersistentTargets shows it"),
    targetName: text("TargetName", "the iSCSI name of the target"),
    port: initiatorPort("PortNumber"),
    ...PORTAL,
  },
  prepare({ initiator, targetName, port, ...words }) {
    if (initiator === undefined) return invalidParameter("InitiatorName must be given");
    const portal = portalOf(words);
    if (portal === "half a portal") return halfAPortal();
    return (world) => ({
      status: world.run(world.host.api.removeIScsiPersistentTarget(initiator, port, targetName, portal)),
    });
  },
});
