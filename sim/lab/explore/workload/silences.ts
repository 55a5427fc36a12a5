/**
 * Calls that wait for the network, and what happens to them meanwhile: the far
 * end is silent or far away, several calls are about one session, an adapter
 * goes from under them, and what comes of them comes when nobody waits any more.
 *
 * @module
 */

import { drawLogin } from "./calls.ts";
import { drawAccident } from "./overlaps.ts";
import type { Scope, Written } from "./scope.ts";
import { sureLogin } from "./sure_login.ts";

/** How long datagrams may be on their way. */
const LATENCIES = ["1ms", "20ms", "100ms"] as const;

function silent(isSilent: boolean): Written {
  return { change: { targets: { disk: { silent: isSilent }, tape: { silent: isSilent } } } };
}

/** Logins that nobody answers, when something happens to their adapter: for a time, or for longer than a driver's timer. */
export function unanswered(scope: Scope): readonly Written[] {
  const { random } = scope;
  const { adapter, before, login } = sureLogin(scope);
  const goes: Written = random.chance(1, 2)
    ? { [scope.pick(["unplug", "powerCycle"])]: { adapter, mayMiss: true } }
    : drawAccident(scope);
  const after = `${1 + random.below(scope.pick([400, 4000]))}ms`;
  const lasting = goes["unplug"] !== undefined && random.chance(2, 3)
    ? { unplug: { adapter, for: "8s", mayMiss: true } }
    : goes["powerCycle"] !== undefined
    ? { powerCycle: { adapter, off: scope.pick(["8s", scope.time()]), mayMiss: true } }
    : goes;
  const second = random.chance(1, 3) ? { "application 2": [drawLogin(scope, adapter)] } : {};
  return [
    ...before,
    ...(random.chance(1, 2) ? [{ wait: "3s" }] : []),
    silent(true),
    { parallel: { "application 1": [login], ...second, accident: [{ ...lasting, after }] } },
    silent(false),
  ];
}

/** Several calls about one session, with a peer that is far away: one ends it while others are under way. */
export function aboutOneSession(scope: Scope): readonly Written[] {
  const { random } = scope;
  const { before, login } = sureLogin(scope);
  const name = scope.login();
  const session = { session: name };
  const calls = (): Written =>
    scope.pick<Written>([
      { addConnection: session, expect: "any" },
      { addConnection: session, expect: "any" },
      { logout: session, expect: "any" },
      login,
      { listSessions: {}, expect: "any" },
    ]);
  const latency = scope.pick(LATENCIES);
  const pause = (): Written => ({ wait: `${random.below(scope.pick([10, 100, 700]))}ms` });
  return [
    ...before,
    { change: { network: { latency } } },
    { ...login, name },
    {
      parallel: {
        "application 1": [{ addConnection: session, expect: "any" }],
        "application 2": [pause(), { logout: session, expect: "any" }],
        ...(random.chance(1, 2) ? { "application 3": [pause(), calls()] } : {}),
      },
    },
    { wait: "1s" },
    { change: { network: { latency: "50us" } } },
  ];
}

/**
 * A login is given up, by a timer, a reset of the bus or with its run of the service; what comes of it comes when nobody waits for it.
 * Then the adapter begins anew, with numbers that it has given before, and so do logins.
 */
export function anotherLife(scope: Scope): readonly Written[] {
  const { random } = scope;
  const { adapter, before, login } = sureLogin(scope);
  const isUnheard = random.chance(2, 3);
  if (isUnheard && random.chance(1, 2)) scope.isImpatient = true;
  const given: Written = scope.pick<Written>([
    { wait: "1ms" },
    { reset: { adapter, by: "bus", mayMiss: true } },
    { killService: { mayMiss: true } },
  ]);
  const anew: Written = random.chance(1, 3)
    ? { powerCycle: { adapter, off: "1ms", mayMiss: true } }
    : { reset: { adapter, by: scope.pick(["driver", "firmware"]), mayMiss: true } };
  return [
    ...before,
    ...(isUnheard ? [silent(true)] : []),
    { parallel: { application: [login], accident: [{ ...given, after: isUnheard ? "40ms" : scope.moment() }] } },
    // Two modes, each until it has no answer.
    { wait: isUnheard ? "40s" : scope.pick(["1s", scope.time()]) },
    silent(false),
    { startService: { mayMiss: true } },
    anew,
    { wait: "2s" },
    login,
    ...(random.chance(1, 2) ? [login] : []),
  ];
}
