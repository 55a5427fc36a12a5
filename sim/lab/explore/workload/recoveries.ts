/**
 * Something goes wrong, and while that is put right something else does: an
 * adapter is struck while it is brought up and filled after an accident; the
 * service is called in the cycle in which it runs again; adapters come back at
 * the same time, while settings for all of them are under way.
 *
 * @module
 */

import { drawCall, drawGroupSetting, drawQuestion, drawSaved, drawSetting } from "./calls.ts";
import { drawSequel, mayMiss } from "./fault_kinds.ts";
import { accidentAtLandmark } from "./moments.ts";
import { drawAccident } from "./overlaps.ts";
import type { Scope, Written } from "./scope.ts";
import { sureLogin } from "./sure_login.ts";

/** A start of the service takes so long, to the cycle. */
const START = "500ms";

/** By then an adapter is there again, whatever has happened to it meanwhile. */
const LONG_ENOUGH = "18s";

/** Something by which an adapter has to be brought up again, or to be filled. */
function setback(scope: Scope, adapter: string): readonly Written[] {
  const mayMissIt = { mayMiss: true };
  return scope.pick<readonly Written[]>([
    [{ reset: { adapter, by: scope.pick(["driver", "firmware", "bus"]), ...mayMissIt } }],
    [{ reset: { adapter, by: "firmware", ...mayMissIt } }],
    [{ powerCycle: { adapter, off: scope.pick(["1ms", scope.time()]), ...mayMissIt } }],
    [{ unplug: { adapter, for: scope.pick(["1ms", scope.time()]), ...mayMissIt } }],
    [{ killService: mayMissIt }, { startService: mayMissIt }],
    [{ rebootHost: mayMissIt }],
  ]);
}

/** One or two faults while an adapter is brought up after an accident and filled, with or without calls that wait for it. */
export function struckAgain(scope: Scope): readonly Written[] {
  const { random } = scope;
  const adapter = scope.adapter();
  const count = random.chance(1, 4) ? 2 : 1;
  const faults = Array.from(
    { length: count },
    () =>
      random.chance(1, 5)
        ? mayMiss(drawSequel(scope, adapter, 1 + random.below(scope.pick([3, 12]))))
        : accidentAtLandmark(scope, adapter),
  );
  const { before, login } = sureLogin(scope, adapter);
  const waiting = scope.pick<readonly Written[]>([
    [],
    [login],
    [login],
    [drawSetting(scope, adapter)],
    [drawCall(scope)],
  ]);
  const parallel = {
    adapter: [...setback(scope, adapter), { wait: "700ms" }],
    ...(waiting.length === 0 ? {} : { application: [{ wait: scope.pick(["1ms", scope.moment()]) }, ...waiting] }),
    // Who has waited for the adapter would not see how long that takes.
    later: [{ wait: LONG_ENOUGH }, drawQuestion(scope, adapter)],
  };
  return [...(waiting[0] === login ? before : []), { parallel, faults }];
}

/** What another tool asks an adapter, so that its mailbox is busy. */
function busy(adapter: string): readonly Written[] {
  const question = { wmi: { adapter, method: "GetPresharedKeyForId", in: { IdType: 1, Id: "c0 00 02 0a" } } };
  return Array.from({ length: 6 }, () => ({ ...question, expect: "any" }));
}

/** The service starts anew, and is called in the cycle in which it runs, or soon after. */
export function calledAtStart(scope: Scope): readonly Written[] {
  const { random } = scope;
  const { adapter, before, login } = sureLogin(scope, [...scope.adapters.keys()].at(-1));
  const name = scope.login();
  const session = { session: name };
  const calls: readonly Written[] = [
    { logout: session, expect: "any" },
    { logout: session, expect: "any" },
    { addConnection: session, expect: "any" },
    drawCall(scope),
  ];
  const wait = random.chance(1, 2) ? START : `${500_000 + random.below(scope.pick([60, 12_000]))}us`;
  return [
    ...before,
    { ...login, name },
    {
      parallel: {
        operator: [{ killService: { mayMiss: true } }, { startService: { mayMiss: true } }],
        application: [{ wait }, scope.pick(calls)],
        ...(random.chance(1, 2) ? { tool: [{ wait: "499900us" }, ...busy(adapter)] } : {}),
      },
    },
  ];
}

/** Each adapter goes and comes back, more or less at the same time, while settings for all are under way. */
export function allReturn(scope: Scope): Written {
  const { random } = scope;
  if (scope.adapters.size > 1 && random.chance(1, 2)) return comesUnderSettings(scope);
  const adapters = [...scope.adapters.keys()];
  const spread = scope.pick([1000, 20_000, 100_000]);
  const branches = adapters.map((adapter, index): [string, readonly Written[]] => {
    const off = `${30_000 + random.below(spread)}us`;
    const goes = index === 0 && adapters.length > 1
      ? scope.pick([{ reset: { adapter, by: "firmware", mayMiss: true } }, {
        powerCycle: { adapter, off, mayMiss: true },
      }])
      : { unplug: { adapter, for: off, mayMiss: true } };
    return [adapter, [goes, { wait: "600ms" }]];
  });
  const set = random.chance(2, 3) ? drawGroupSetting : drawSetting;
  return {
    parallel: {
      ...Object.fromEntries(branches),
      application: [{ wait: `${1 + random.below(30)}ms` }, set(scope), ...(random.chance(1, 2) ? [set(scope)] : [])],
    },
  };
}

/**
 * An adapter is away, and so much is to be set for all others that this goes on when it is there again and gets what it has
 * missed.
 */
function comesUnderSettings(scope: Scope): Written {
  const { random } = scope;
  const adapter = [...scope.adapters.keys()].at(-1) ?? "";
  // It is filled some 80 ms after it has come; a setting takes some 6 ms, and each waits for the one before.
  const count = 4 + random.below(16);
  const begin = `${300 + random.below(80)}ms`;
  const queue = Array.from({ length: count }, (_, index): [string, readonly Written[]] => {
    return [`application ${index + 2}`, [{ wait: begin }, drawGroupSetting(scope)]];
  });
  return {
    parallel: {
      adapter: [{ unplug: { adapter, for: "300ms", mayMiss: true } }, { wait: "1s" }],
      tool: [{ wait: "5ms" }, ...busy(adapter).slice(0, 1)],
      "application 1": [{ wait: `${50 + random.below(100)}ms` }, drawGroupSetting(scope)],
      ...Object.fromEntries(queue),
    },
  };
}

/** The same call at once through each adapter, or several times through the only one; and something may happen to them. */
export function sameAtOnce(scope: Scope): readonly Written[] {
  const { random } = scope;
  const adapters = [...scope.adapters.keys()];
  const [first = ""] = adapters;
  const draw = scope.pick([drawSaved, drawSaved, drawSetting, drawQuestion]);
  const branches = (adapters.length > 1 ? adapters : [first, first]).map((adapter, index) =>
    [`application ${index + 1}`, [draw(scope, adapter)]] as const
  );
  const accident = random.chance(1, 4) ? { accident: [{ ...drawAccident(scope), after: scope.moment() }] } : {};
  return [{ parallel: { ...Object.fromEntries(branches), ...accident } }];
}

/**
 * An adapter is away, and everybody knows; settings come about without it, for all or for others; then it is there again,
 * with its memory as it was.
 */
export function missedSettings(scope: Scope): readonly Written[] {
  const { random } = scope;
  const adapter = scope.adapter();
  const others = [...scope.adapters.keys()].filter((each) => each !== adapter);
  const [other = adapter] = others;
  const missed = Array.from(
    { length: 1 + random.below(2) },
    () => random.chance(2, 3) ? drawGroupSetting(scope) : drawSetting(scope, other),
  );
  return [
    ...(random.chance(1, 2) ? [drawGroupSetting(scope)] : []),
    {
      parallel: {
        adapter: [{ unplug: { adapter, for: "4s", mayMiss: true } }, { wait: "1s" }],
        // The driver notices by an interrupt that does not come, or when it is asked.
        tool: [{ wait: "5ms" }, ...busy(adapter).slice(0, 1)],
        application: [{ wait: `${1 + random.below(3)}s` }, ...missed],
      },
    },
  ];
}
