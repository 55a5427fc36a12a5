/**
 * Logins that an adapter saves: it keeps them over boots, replaces one by
 * another whole or not at all, and makes them by itself when its driver starts,
 * again and again if the target is away.
 *
 * @module
 */

import { FIRST_PERSISTENT_SESSION } from "../../../../host/miniport/sessions.ts";
import { drawSaved } from "./calls.ts";
import { mayMiss } from "./fault_kinds.ts";
import type { Scope, Written } from "./scope.ts";
import { sureLogin } from "./sure_login.ts";

/** A save of a login takes some six programs, and as many if it replaces another. */
const MOST_PROGRAMS = 8;

/** A login that is saved, half of them with a key of its own. */
function savedLogin(scope: Scope, adapter: string): Written {
  const key = scope.random.chance(1, 2) ? { key: scope.key() } : {};
  return { login: { adapter, target: scope.pick(["disk", "tape"]), persistent: true, ...key }, expect: "any" };
}

/** An adapter boots, or its driver starts again. */
function boot(scope: Scope, adapter: string): readonly Written[] {
  const boots: readonly Written[] = [
    { powerCycle: { adapter, off: "50ms", mayMiss: true } },
    { reset: { adapter, by: scope.pick(["driver", "firmware", "bus"]), mayMiss: true } },
    { rebootHost: { orderly: true, mayMiss: true } },
  ];
  return [scope.pick(boots), { wait: "1s" }];
}

/** Logins are saved before and after a boot, the same or others; power may go while the last one is saved. */
export function savedOverBoots(scope: Scope): readonly Written[] {
  const { random } = scope;
  const adapter = scope.flashAdapter();
  if (adapter === undefined) return [drawSaved(scope)];
  const last = savedLogin(scope, adapter);
  const moment = { flashProgram: 1 + random.below(MOST_PROGRAMS), after: `${random.below(64)}bytes` };
  const cut = mayMiss({ powerCycle: { adapter, off: scope.time(), ...moment } });
  return [
    savedLogin(scope, adapter),
    ...(random.chance(2, 3) ? boot(scope, adapter) : []),
    random.chance(1, 2) ? { ...last, faults: [cut] } : last,
  ];
}

/** The adapter makes a login that it has saved while the target is away, for a time that its attempts may outlive. */
export function savedWithoutTarget(scope: Scope): readonly Written[] {
  const { before, login } = sureLogin(scope, scope.flashAdapter());
  scope.awaitsTarget = true;
  const fields: Written = Object(login["login"]);
  const { adapter, target } = fields;
  return [
    ...before,
    { ...login, login: { ...fields, persistent: true } },
    { change: { targets: { [`${target}`]: { silent: true } } } },
    ...boot(scope, `${adapter}`),
    { wait: scope.pick([scope.time(), "16s", "40s"]) },
  ];
}

/** So long after it has failed an adapter makes a login again. */
const RETRY_NANOSECONDS = 5_000_000_000;

/** So long a command may take to the adapter's core, and the adapter to the login. */
const MEETING_NANOSECONDS = 4000;

/**
 * A saved login lacks a gateway when it is made; until it is made again there is one. About at the moment at which that is
 * due another tool logs it out.
 */
export function loggedOutWhenDue(scope: Scope): readonly Written[] {
  const adapter = scope.flashAdapter();
  if (adapter === undefined) return [drawSaved(scope)];
  const { random } = scope;
  const login = { adapter, target: "tape", persistent: true, key: scope.key(), flags: ["ike", "main", "tunnel"] };
  const due = RETRY_NANOSECONDS + 500 * random.below(MEETING_NANOSECONDS / 500);
  const session = FIRST_PERSISTENT_SESSION + 1 + random.below(random.below(3) + 1);
  return [{ login, expect: "any" }, {
    parallel: {
      driver: [
        // By this an adapter knows that a driver is there, and makes its logins.
        { mailbox: { adapter, command: "getFirmwareState" }, expect: "any" },
        { setTunnelAddress: { adapter, destination: "192.0.2.21", outer: "198.51.100.1" }, expect: "any" },
      ],
      "another tool": [
        { wait: `${due}ns` },
        { mailbox: { adapter, command: "closeSession", parameter: session }, expect: "any" },
      ],
    },
  }];
}
