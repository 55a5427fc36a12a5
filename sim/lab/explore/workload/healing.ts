/**
 * The end of a story: it is healed, and then all must be well.
 *
 * @module
 */

import { HEALING } from "../oracle/world_oracle.ts";
import { drawSetting } from "./calls.ts";
import { stoppedInVain } from "./overlaps.ts";
import type { Scope, Whom, Written } from "./scope.ts";
import { drawSureLogin } from "./sure_login.ts";

/**
 * The steps that heal a world: what has gone wrong is over, everything is on, and each key has been asked for, by which
 * the service notices what another tool has done to a cache. In some stories the service restarts once more, and nobody
 * looks after it then.
 */
export function healing(scope: Scope, targets: readonly string[]): Written {
  const allHeard = Object.fromEntries(targets.map((name) => [name, { silent: false }]));
  const steps = (wait: string): readonly Written[] => [
    { change: { network: { loss: "0%", jitter: "0s" }, targets: allHeard } },
    ...[...scope.adapters.keys()].map((adapter) => ({ powerOn: { adapter, mayMiss: true } })),
    { startService: { mayMiss: true } },
    { wait },
    ...questions(scope),
  ];
  if (!scope.random.chance(1, 5)) return { name: HEALING, sequence: steps("10s") };
  // By then each adapter answers again. An orderly stop may take 20 s, and must not end what has started since.
  return { name: HEALING, parallel: { healer: steps("190s"), ...stoppedInVain(scope, "150s") } };
}

/** What comes after the healing: logins, a reboot, a setting; and logins that must come about whatever the wire does. */
export function drawChecks(scope: Scope): readonly Written[] {
  const { random } = scope;
  const logsIn = random.chance(1, 4);
  const logins = () =>
    !logsIn ? [] : [...scope.adapters.keys()].map((adapter): Written => {
      return { login: { adapter, target: scope.pick(["disk", "tape"]) }, expect: "any" };
    });
  const again = random.chance(1, 2) ? [{ rebootHost: {} }, { wait: "1s" }, ...questions(scope), ...logins()] : [];
  const last = random.chance(1, 2) ? [drawSetting(scope), ...questions(scope), ...logins()] : [];
  const sure = random.chance(1, 5) ? drawSureLogin(scope) : [];
  return [...logins(), ...again, ...last, ...sure];
}

/** Each adapter is asked for all that the story is about. */
function questions({ adapters, whom }: Scope): readonly Written[] {
  return [...adapters].flatMap(([adapter, { address }]) => whom.map((each) => question(adapter, address, each)));
}

/** GetIScsiIKEInfo for somebody's key. */
function question(adapter: string, address: string, { id, port }: Whom): Written {
  return {
    getKey: { adapter, ...(port === "all" ? {} : { port }), id: id === "own" ? address : id },
    expect: "any",
  };
}
