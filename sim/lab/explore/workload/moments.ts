/**
 * Moments that are named by what happens in them: an adapter is there again, the
 * service has filled it, a commit begins. What comes in the same cycle, or soon
 * after, meets the work that follows, whatever that costs.
 *
 * @module
 */

import { mayMiss } from "./fault_kinds.ts";
import type { Scope, Written } from "./scope.ts";

/** Two looks of a driver at an adapter that it brings up are so far apart. */
const POLL_MICROSECONDS = 10_000;

/** What a driver asks an adapter for while that is brought up and filled. */
const COMMANDS = ["getFirmwareState", "getAdapterInformation", "clearCache", "set*", "getPresharedKeyForId"] as const;

/** At an event by which an adapter is brought up and filled: in its cycle, soon after, or until the driver looks again. */
function atLandmark(scope: Scope, adapter: string): Written {
  const { random } = scope;
  const [driver, service] = [`miniport ${adapter}`, "initiator service"];
  // Whoever has waited for a state goes on in its cycle.
  const states: readonly Written[] = [
    { component: driver, kind: "state", state: "initializing" },
    { component: driver, kind: "state", state: "ready" },
    { component: service, kind: "state", state: `${adapter} synchronised` },
    { component: service, kind: "state", state: `${adapter} synchronised` },
  ];
  const calls: readonly Written[] = [
    ...COMMANDS.map((operation) => ({ component: driver, kind: "call", operation })),
    { component: service, kind: "call", operation: "commit" },
  ];
  const isState = random.chance(2, 5);
  const after = random.below(scope.pick(isState ? [1, 1, 30, POLL_MICROSECONDS] : [30, 400, POLL_MICROSECONDS]));
  return { event: scope.pick(isState ? states : calls), ...(after === 0 ? {} : { after: `${after}us` }) };
}

/** What can happen while an adapter is brought up and filled. */
const ACCIDENTS: readonly ((scope: Scope, adapter: string, moment: Written) => Written)[] = [
  (scope, adapter, moment) => ({ reset: { adapter, by: scope.pick(["driver", "firmware", "bus"]), ...moment } }),
  // Of this the service knows at once.
  (_, adapter, moment) => ({ reset: { adapter, by: "driver", ...moment } }),
  (scope, adapter, moment) => ({ powerCycle: { adapter, off: scope.pick(["1ms", scope.time()]), ...moment } }),
  (scope, adapter, moment) => ({ unplug: { adapter, for: scope.time(), ...moment } }),
  (_, __, moment) => ({ killService: moment }),
];

/** An accident at one of these events. */
export function accidentAtLandmark(scope: Scope, adapter: string): Written {
  return mayMiss(scope.pick(ACCIDENTS)(scope, adapter, atLandmark(scope, adapter)));
}
