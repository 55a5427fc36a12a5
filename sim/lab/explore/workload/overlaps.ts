/**
 * Things that happen at once: calls of several applications, and accidents
 * within them. What needs two of these at one moment is drawn so that they meet.
 *
 * @module
 */

import {
  drawCall,
  drawForeign,
  drawGroupSetting,
  drawLogin,
  drawQuestion,
  drawSaved,
  drawSetting,
  settingOf,
} from "./calls.ts";
import { drawSequel, mayMiss, servingInterrupt } from "./fault_kinds.ts";
import type { Scope, Written } from "./scope.ts";
import { sureLogin } from "./sure_login.ts";

/** Something that happens to the adapters, the service or the host. */
export function drawAccident(scope: Scope): Written {
  const { random } = scope;
  const adapter = scope.adapter();
  const accidents: readonly (() => Written)[] = [
    // What is away for longer already, it does not take.
    () => ({ powerCycle: { adapter, off: scope.time(), mayMiss: true } }),
    () => resetOf(scope, adapter),
    () => ({ unplug: { adapter, for: scope.time(), mayMiss: true } }),
    () => ({ killService: { mayMiss: true } }),
    () => ({ stopService: { mayMiss: true } }),
    () => ({ rebootHost: random.chance(1, 2) ? { mayMiss: true } : { orderly: true, mayMiss: true } }),
  ];
  return scope.pick(accidents)();
}

function some(scope: Scope, most: number, draw: (scope: Scope) => Written): readonly Written[] {
  return Array.from({ length: 1 + scope.random.below(most) }, () => draw(scope));
}

/** Several applications at once: each does what it likes; or all want the same, through an adapter each if there are several. */
export function parallel(scope: Scope): Written {
  const { random } = scope;
  const adapters = [...scope.adapters.keys()];
  const same = random.chance(1, 3) ? scope.pick([drawSetting, drawLogin, drawSaved]) : undefined;
  const draw = (adapter: string | undefined) => {
    if (same !== undefined) return same(scope, adapter);
    return scope.pick([drawSetting, drawSetting, drawQuestion, drawForeign, drawCall])(scope);
  };
  const count = 2 + random.below(2);
  const branches = Array.from({ length: count }, (_, index): [string, readonly Written[]] => {
    return [`application ${index + 1}`, some(scope, 2, () => draw(adapters[index % adapters.length]))];
  });
  return { parallel: Object.fromEntries(branches) };
}

/** An accident within a setting. */
export function interrupted(scope: Scope): Written {
  const what = scope.pick([drawAccident, drawAccident, drawForeign])(scope);
  const after = scope.random.chance(1, 2) ? scope.time() : scope.moment();
  return { parallel: { admin: [drawSetting(scope)], accident: [{ ...what, after }] } };
}

/**
 * An accident within a login, mostly one that would come about: any; a bus reset, after which the adapter goes on with
 * what nobody waits for any more; or a reset while the driver serves one of the login's interrupts.
 */
export function interruptedLogin(scope: Scope): readonly Written[] {
  const { random } = scope;
  const { adapter, before, login } = random.chance(2, 3)
    ? sureLogin(scope)
    : { adapter: scope.adapter(), before: [], login: drawLogin(scope) };
  if (random.chance(1, 3)) {
    const by = scope.pick(["driver", "firmware", "bus"]);
    const served = { interrupt: 1 + random.below(4), after: servingInterrupt(scope) };
    return [...before, { ...login, faults: [{ reset: { adapter, by, ...served, mayMiss: true } }] }];
  }
  const what = random.chance(1, 3) ? { reset: { adapter, by: "bus", mayMiss: true } } : drawAccident(scope);
  const after = random.chance(1, 3) ? scope.time() : scope.moment();
  return [...before, { parallel: { admin: [login], accident: [{ ...what, after }] } }];
}

/**
 * An adapter goes and comes back while settings are made: some come about without it, others in the midst of its being
 * filled with what it has missed; and at one of the operations by which it is filled something may go wrong.
 */
export function returning(scope: Scope): Written {
  const { random } = scope;
  const adapter = scope.adapter();
  const off = 1 + random.below(400);
  const either = () => random.chance(1, 2) ? drawGroupSetting(scope) : drawSetting(scope);
  const setting = scope.pick([drawGroupSetting, drawSetting, either]);
  const goes = (off: string): Written =>
    // Who is not there, a setting for all is not for: it is for the others, and may be under way when the adapter comes.
    scope.adapters.size > 1 && random.chance(1, 2)
      ? { unplug: { adapter, for: off, mayMiss: true } }
      : leaves(scope, adapter, off);
  // Its firmware answers some 70 ms after power has come, and is filled then.
  const later = random.chance(1, 2) ? 50 + random.below(50) : random.below(scope.pick([40, 400, 1200]));
  const filled = `${off + later}ms`;
  const faults = random.chance(1, 2)
    ? [mayMiss(drawSequel(scope, adapter, 1 + random.below(scope.pick([6, 24]))))]
    : [];
  return {
    ...(faults.length === 0 ? {} : { faults }),
    parallel: {
      adapter: [goes(`${off}ms`), { wait: "500ms" }],
      ...(random.chance(1, 2) ? { "application 1": [{ wait: `${random.below(off)}ms` }, drawSetting(scope)] } : {}),
      "application 2": [{ wait: filled }, ...some(scope, 5, setting)],
      ...(random.chance(1, 3) ? { "application 3": [{ wait: filled }, ...some(scope, 2, drawCall)] } : {}),
    },
  };
}

/** An adapter goes for a time, or is reset. */
function leaves(scope: Scope, adapter: string, off: string): Written {
  return scope.pick([
    { powerCycle: { adapter, off, mayMiss: true } },
    { unplug: { adapter, for: off, mayMiss: true } },
    resetOf(scope, adapter),
  ]);
}

/** An adapter is reset by somebody. */
function resetOf(scope: Scope, adapter: string): Written {
  return { reset: { adapter, by: scope.pick(["driver", "firmware", "bus"]), mayMiss: true } };
}

/**
 * Several logins wait for one another, and for what the service does beside, when their adapter goes; or when the driver
 * hears late of one of the things that the adapter has to say, so that it has two.
 */
export function queued(scope: Scope): Written {
  const { random } = scope;
  const adapter = scope.adapter();
  const [first, ...others] = Array.from({ length: 2 + random.below(2) }, () => drawLogin(scope, adapter));
  const branches = others.map((each, index): [string, readonly Written[]] => [`application ${index + 2}`, [each]]);
  const settings = random.chance(1, 2) ? [drawSetting(scope)] : [];
  const logins = { "application 1": [...settings, first], ...Object.fromEntries(branches) };
  if (random.chance(1, 3)) {
    const lateInterrupt = { adapter, interrupt: 1 + random.below(24), by: `${1 + random.below(20)}ms` };
    const questions = Array.from({ length: 8 }, () => drawQuestion(scope, adapter));
    return { parallel: { ...logins, asking: questions }, faults: [mayMiss({ lateInterrupt })] };
  }
  const goes: Written = random.chance(1, 3) ? drawAccident(scope) : leaves(scope, adapter, scope.time());
  return { parallel: { ...logins, accident: [{ ...goes, after: scope.moment() }] } };
}

/** Settings wait for one another, for an adapter and for all, when that adapter goes; another comes while it is away. */
export function queuedSettings(scope: Scope): Written {
  const { random } = scope;
  const adapter = scope.adapter();
  // With several adapters one for all waits for each.
  const either = () => random.chance(scope.adapters.size, 3) ? drawGroupSetting(scope) : drawSetting(scope);
  const begun = random.below(scope.pick([400, 6000]));
  // After a reset all of them go on; after anything else some are told that there is no adapter.
  const goes = random.chance(1, 2) ? resetOf(scope, adapter) : leaves(scope, adapter, scope.time());
  return {
    parallel: {
      "application 1": [settingOf(scope, adapter, scope.pick(scope.whom))],
      "application 2": [{ wait: `${begun}us` }, either()],
      "application 3": [{ wait: `${1 + random.below(60)}ms` }, either()],
      accident: [{ ...goes, after: `${begun + random.below(6000)}us` }],
    },
  };
}

/** The service starts again, however it has ended, while applications call. */
export function restarted(scope: Scope): Written {
  const begin: Written = { startService: { mayMiss: true } };
  const end: Written = { [scope.pick(["killService", "stopService"])]: { mayMiss: true } };
  const pause = scope.random.chance(1, 2) ? [{ wait: scope.time() }] : [];
  return {
    parallel: {
      operator: [{ wait: scope.moment() }, end, ...pause, begin],
      "application 1": some(scope, 2, drawCall),
      ...(scope.random.chance(1, 2) ? { "application 2": some(scope, 2, drawSetting) } : {}),
    },
  };
}

/** The service is told to end while it starts, and maybe to start again, while somebody calls. */
export function endedAtStart(scope: Scope): Written {
  const { random } = scope;
  const end = (): Written => ({ [scope.pick(["killService", "killService", "stopService"])]: { mayMiss: true } });
  const start: Written = { startService: { mayMiss: true } };
  // A start takes half a second (`defaultHostTimeouts`).
  const soon = { wait: `${random.below(600)}ms` };
  return {
    parallel: {
      operator: [end(), start],
      another: [soon, end(), ...(random.chance(1, 2) ? [start] : [])],
      ...(random.chance(1, 2) ? { application: [{ wait: `${random.below(1200)}ms` }, drawCall(scope)] } : {}),
    },
  };
}

/**
 * The service is stopped in good order under calls, and before that is over it is killed and started, or the host is
 * rebooted; or somebody starts it when it has had the time to stop. In the end it runs.
 *
 * @param begin How long all wait first.
 * @returns What each does.
 */
export function stoppedInVain(scope: Scope, begin: string): Readonly<Record<string, readonly Written[]>> {
  const { random } = scope;
  const wait = { wait: begin };
  const stops = random.below(12_000);
  const operator = [wait, { wait: `${stops}us` }, { stopService: { mayMiss: true } }];
  const calls = [wait, ...some(scope, 2, scope.pick([drawSetting, drawQuestion]))];
  const start = { startService: { mayMiss: true } };
  if (random.chance(1, 3)) return { admin: calls, operator, later: [wait, { wait: "25s" }, start] };
  const busy: Readonly<Record<string, readonly Written[]>> = random.chance(1, 2)
    ? { admin: calls }
    : { adapter: [wait, { powerCycle: { adapter: scope.adapter(), off: "50ms", mayMiss: true } }] };
  const again = random.chance(1, 2)
    ? [{ killService: { mayMiss: true } }, start]
    : [{ rebootHost: random.chance(1, 2) ? { mayMiss: true } : { orderly: true, mayMiss: true } }];
  const soon = { wait: `${stops + 1 + random.below(scope.pick([400, 12_000]))}us` };
  return { ...busy, operator, another: [wait, soon, ...again] };
}

/** So many programs in a row a store makes up for. */
const MOST_REFUSALS = 15;

/**
 * A flash part does not take so many programs in a row, under a call or while a cache is filled anew; or does not erase
 * some sectors when the cache is cleared. What a call could not change is looked at after a loss of power, too.
 */
export function refusing(scope: Scope): readonly Written[] {
  const adapter = scope.flashAdapter();
  if (adapter === undefined) return [drawSetting(scope)];
  const { random } = scope;
  // What the store makes up for only just is worth much, and so is what it cannot make up for: of that no more is left
  // afterwards than it makes up for.
  const times = scope.pick([MOST_REFUSALS, 2 + random.below(MOST_REFUSALS - 1), MOST_REFUSALS + 1 + random.below(10)]);
  const programFailure = { address: 0, lengthBytes: 65_536, times };
  // Counted from a program that comes: what were left of them would strike a world that is healed.
  const from = (ordinal: number) => [{ damage: { adapter, programFailure, flashProgram: ordinal, mayMiss: true } }];
  // The service clears an empty cache first, in some three programs. Where that fails it fills a cache without a name,
  // and its store goes on to vouch for the old one, which no cache has any more: that is no promise broken.
  const emptied = { wmi: { adapter, method: "ClearCache" }, expect: "any" };
  if (random.chance(1, 4)) {
    const sector = random.below(scope.pick([4, 15]));
    const eraseFailures = [sector, sector + 1].map((each) => ({ eraseFailure: { sector: each, times: 1 } }));
    const faults = eraseFailures.map((each) => ({ damage: { adapter, ...each, after: "0us", mayMiss: true } }));
    return [drawSetting(scope), { ...emptied, faults }];
  }
  if (random.chance(1, 4) && times <= MOST_REFUSALS) {
    return [emptied, { ...drawQuestion(scope), faults: from(5 + random.below(8)) }];
  }
  const saved = { login: { adapter, target: "tape", persistent: true }, expect: "any" };
  const removed = { removePersistentLogin: { adapter, target: "tape" }, expect: "any" };
  const [before, refused] = scope.pick<readonly [readonly Written[], Written]>([
    [[], drawSetting(scope, adapter)],
    [[], drawSetting(scope, adapter)],
    [[saved], removed],
    [[saved], removed],
    [[], saved],
  ]);
  const boot = random.chance(1, 2) ? [{ powerCycle: { adapter, off: "1ms", mayMiss: true } }, { wait: "1s" }] : [];
  return [...before, { ...refused, faults: from(1 + random.below(2)) }, ...boot];
}

/**
 * Another tool clears a cache, and something goes wrong while it is filled anew: a call is what makes the service see
 * that it has to be.
 */
export function filledAnew(scope: Scope): readonly Written[] {
  const adapter = scope.adapter();
  const { random } = scope;
  const call = random.chance(1, 2) ? drawQuestion(scope, adapter) : drawSetting(scope, adapter);
  const faults = [mayMiss(drawSequel(scope, adapter, 1 + random.below(scope.pick([4, 8, 24]))))];
  const more = random.chance(1, 3) ? [drawSetting(scope, adapter)] : [];
  return [...more, { wmi: { adapter, method: "ClearCache" }, expect: "any" }, { ...call, faults }];
}

/** Another tool clears or names a cache, and power goes at one of the flash operations that this takes. */
export function cutForeign(scope: Scope): Written {
  const adapter = scope.flashAdapter();
  const what = drawForeign(scope, adapter);
  if (adapter === undefined) return what;
  const { random } = scope;
  const at = random.chance(1, 2)
    ? { flashErase: 1 + random.below(17), after: `${random.below(46_000)}us` }
    : { flashProgram: 1 + random.below(18), after: `${random.below(130)}us` };
  return { ...what, faults: [{ powerCycle: { adapter, off: scope.time(), ...at, mayMiss: true } }] };
}
