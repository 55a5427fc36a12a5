/**
 * What applications, other tools and accidents do in a story. Each seed draws
 * which of these are on at all: rare combinations become frequent.
 *
 * @module
 */

import { drawForeign, drawLogin, drawMistake, drawQuestion, drawSaved, drawSetting } from "./calls.ts";
import { damagedKey } from "./damaged_keys.ts";
import {
  cutForeign,
  drawAccident,
  endedAtStart,
  filledAnew,
  interrupted,
  interruptedLogin,
  parallel,
  queued,
  queuedSettings,
  refusing,
  restarted,
  returning,
} from "./overlaps.ts";
import { loggedOutWhenDue, savedOverBoots, savedWithoutTarget } from "./saved_logins.ts";
import { allReturn, calledAtStart, missedSettings, sameAtOnce, struckAgain } from "./recoveries.ts";
import type { Scope, Written } from "./scope.ts";
import { aboutOneSession, anotherLife, unanswered } from "./silences.ts";
import { unattended } from "./unattended.ts";

/** A kind of step: how often it is drawn beside the others, and how it is drawn. */
export interface DrawnOperation {
  /** How often. */
  readonly weight: number;
  /** How. */
  readonly draw: (scope: Scope) => readonly Written[];
}

/** A login of which later steps speak. */
function named(scope: Scope): Written {
  return { ...drawLogin(scope), name: scope.login() };
}

/** The kinds of steps by their names. */
export const OPERATIONS = {
  set: { weight: 22, draw: (scope) => [drawSetting(scope)] },
  "set, interrupted": { weight: 20, draw: (scope) => [interrupted(scope)] },
  "several at once": { weight: 12, draw: (scope) => [parallel(scope)] },
  "an adapter returns under calls": { weight: 8, draw: (scope) => [returning(scope)] },
  "the service restarts under calls": { weight: 8, draw: (scope) => [restarted(scope)] },
  "the service ends while it starts": { weight: 4, draw: (scope) => [endedAtStart(scope)] },
  "logins queue": { weight: 4, draw: (scope) => [queued(scope)] },
  "settings queue": { weight: 8, draw: (scope) => [queuedSettings(scope)] },
  "struck again while it is brought up": { weight: 12, draw: struckAgain },
  "called when the service starts": { weight: 5, draw: calledAtStart },
  "adapters return at once": { weight: 5, draw: (scope) => [allReturn(scope)] },
  "the same at once": { weight: 5, draw: sameAtOnce },
  "settings are missed": { weight: 5, draw: missedSettings },
  "nobody answers": { weight: 4, draw: unanswered },
  "several calls about one session": { weight: 4, draw: aboutOneSession },
  "another life of an adapter": { weight: 5, draw: anotherLife },
  "nobody looks after an adapter": { weight: 8, draw: unattended },
  tunnel: {
    weight: 4,
    draw: (scope) => [{
      setTunnelAddress: {
        adapter: scope.adapter(),
        destination: "192.0.2.20",
        outer: `198.51.100.${1 + scope.random.below(200)}`,
      },
      expect: "any",
    }],
  },
  ask: { weight: 6, draw: (scope) => [drawQuestion(scope)] },
  login: { weight: 6, draw: (scope) => [named(scope)] },
  "login, interrupted": { weight: 8, draw: interruptedLogin },
  "log out": {
    weight: 3,
    draw(scope) {
      const session = scope.earlierLogin();
      if (session === undefined) return [named(scope)];
      return [{ [scope.pick(["logout", "addConnection"])]: { session }, expect: "any" }];
    },
  },
  "saved logins": {
    weight: 6,
    draw: (scope) => [
      drawSaved(scope),
      ...(scope.random.chance(1, 2) ? [{ listPersistentLogins: {}, expect: "any" }] : []),
    ],
  },
  "saved logins over boots": { weight: 6, draw: savedOverBoots },
  "saved logins without their target": { weight: 4, draw: savedWithoutTarget },
  "a saved login is logged out when it is due": { weight: 3, draw: loggedOutWhenDue },
  lists: {
    weight: 2,
    draw: (scope) => [{ [scope.pick(["listInitiators", "listSessions", "listPersistentLogins"])]: {}, expect: "any" }],
  },
  mistake: { weight: 3, draw: (scope) => [drawMistake(scope)] },
  "another tool": { weight: 10, draw: (scope) => [drawForeign(scope)] },
  "another tool, cut off": { weight: 8, draw: (scope) => [cutForeign(scope)] },
  "a cache is filled anew": { weight: 6, draw: filledAnew },
  "flash takes nothing for a while": { weight: 6, draw: refusing },
  "a key is damaged": { weight: 4, draw: damagedKey },
  accident: { weight: 14, draw: (scope) => [drawAccident(scope)] },
  "service restarts": {
    weight: 12,
    draw: (scope) => [
      { [scope.pick(["killService", "stopService"])]: { mayMiss: true } },
      { wait: scope.time() },
      { startService: { mayMiss: true } },
    ],
  },
  "adapter misses a setting": {
    weight: 6,
    draw: (scope) => [
      {
        parallel: {
          power: [{ powerCycle: { adapter: scope.adapter(), off: "8s", mayMiss: true } }],
          admin: [drawSetting(scope)],
        },
      },
    ],
  },
  "bad line": {
    weight: 5,
    draw: (scope) => [
      scope.random.chance(1, 2) ? { change: { network: { loss: `${1 + scope.random.below(30)}%`, jitter: "2ms" } } } : {
        cutLink: {
          from: scope.adapter(),
          to: "disk",
          for: scope.time(),
          oneWay: scope.random.chance(1, 2),
          mayMiss: true,
        },
      },
    ],
  },
  "deaf target": {
    weight: 3,
    draw: (scope) => [{ change: { targets: { disk: { silent: scope.random.chance(1, 2) } } } }],
  },
  pass: { weight: 6, draw: (scope) => [{ wait: scope.time() }] },
} as const satisfies Readonly<Record<string, DrawnOperation>>;
