/**
 * The end of a story: it is healed, and then all must be well.
 *
 * @module
 */

import { HEALING } from "../oracle/healing.ts";
import { drawLogin, drawSaved, drawSetting, settingOf } from "./calls.ts";
import { drawKeyedAnew, drawOutage, hasShortLifetimes, triesAgain } from "./keyed_anew.ts";
import { stoppedInVain } from "./overlaps.ts";
import type { Scope, Whom, Written } from "./scope.ts";
import { drawSureLogin } from "./sure_login.ts";

const LISTS = ["listInitiators", "listSessions", "listPersistentLogins"].map((each) => ({ [each]: {}, expect: "any" }));

const ALL_HEARD = { disk: { silent: false }, tape: { silent: false } };

/**
 * The steps that heal a world: what has gone wrong is over, everything is on, and each key has been asked for, by which
 * the service notices what another tool has done to a cache. In some stories the service restarts once more, and nobody
 * looks after it then.
 *
 * @param name What the step is called.
 */
export function healing(scope: Scope, name: string = HEALING): Written {
  // Whoever logs in before anybody has asked finds what the service has not noticed.
  const early = scope.random.chance(1, 4) ? [...scope.adapters.keys()].map((adapter) => drawLogin(scope, adapter)) : [];
  const steps = (wait: string): readonly Written[] => [
    { change: { network: { latency: "50us", loss: "0%", jitter: "0s" }, targets: ALL_HEARD } },
    ...[...scope.adapters.keys()].map((adapter) => ({ powerOn: { adapter, mayMiss: true } })),
    { startService: { mayMiss: true } },
    { wait },
    ...early,
    ...questions(scope),
  ];
  if (!scope.random.chance(1, 8)) return { name, sequence: steps(scope.awaitsTarget ? "46s" : "10s") };
  // By then each adapter answers again. An orderly stop may take 20 s, and must not end what has started since.
  return { name, parallel: { healer: steps("190s"), ...stoppedInVain(scope, "150s") } };
}

/**
 * What comes after the healing: logins, of which some are logged out again; a reboot, a setting; and logins that must
 * come about whatever the wire does.
 */
export function drawChecks(scope: Scope): readonly Written[] {
  const { random } = scope;
  const logsIn = random.chance(1, 4);
  const logsOut = random.chance(1, 2);
  const logins = (when: string): readonly Written[] => {
    if (!logsIn) return [];
    const named = [...scope.adapters.keys()].map((adapter) => ({
      adapter,
      name: `login of ${adapter} ${when}`,
    }));
    const logouts = logsOut ? named.map(({ name }) => ({ logout: { session: name }, expect: "any" })) : [];
    return [
      ...named.map(({ adapter, name }) => {
        return {
          login: { adapter, target: scope.pick(["disk", "tape"]) },
          ...(logsOut ? { name } : {}),
          expect: "any",
        };
      }),
      ...logouts,
    ];
  };
  const asked = { sequence: questions(scope) };
  const again = random.chance(1, 3) ? [{ rebootHost: {} }, { wait: "1s" }, asked, ...logins("after a boot")] : [];
  const anew = scope.whom.length > 1 && random.chance(1, 6) ? [...setAnew(scope), asked] : [];
  const last = random.chance(1, 3) ? [drawSetting(scope), asked, ...logins("in the end")] : [];
  const sure = random.chance(1, 3) ? drawLast(scope) : [];
  const lists = random.chance(1, 3) ? [...random.chance(1, 2) ? [drawSaved(scope)] : [], ...LISTS] : [];
  return [...logins("when healed"), ...lists, ...anew, ...again, ...last, ...sure];
}

/**
 * Of two keys the first is set once more, and then a cache is filled with both: as it was emptied by another tool, or by
 * the adapter's loss of power if it has no other memory.
 */
function setAnew(scope: Scope): readonly Written[] {
  const { random } = scope;
  const adapter = scope.adapter();
  const first = random.below(scope.whom.length - 1);
  const settings = [first, first + 1, first].map((place) => settingOf(scope, adapter, scope.whom[place] as Whom));
  const emptied = { wmi: { adapter, method: "ClearCache" }, expect: "any" };
  return [...settings, random.chance(1, 2) ? emptied : { powerCycle: { adapter, off: "1ms" } }, { wait: "1s" }];
}

/** Logins of a healed world that must come about, or sessions that must stay. */
export function drawLast(scope: Scope): readonly Written[] {
  const { random } = scope;
  if (!hasShortLifetimes(scope) || random.chance(1, 3)) return drawSureLogin(scope);
  return triesAgain(scope) || random.chance(1, 3) ? drawOutage(scope) : drawKeyedAnew(scope);
}

/** Each adapter is asked for all that the story is about. */
function questions(scope: Scope): readonly Written[] {
  return [...scope.adapters.keys()].flatMap((adapter) =>
    scope.whom.map((each) => question(adapter, scope.address(adapter, each.port), each))
  );
}

/** GetIScsiIKEInfo for somebody's key. */
function question(adapter: string, address: string, { id, port }: Whom): Written {
  return {
    getKey: { adapter, ...(port === "all" ? {} : { port }), id: id === "own" ? address : id },
    expect: "any",
  };
}
