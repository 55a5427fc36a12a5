/**
 * The rules about what adapters keep over boots, and about what the service
 * takes them for without looking.
 *
 * @module
 */

import { IsdscStatus } from "../../../../firmware/manual/interface.ts";
import { Components } from "../../../trace/components.ts";
import { differences, isKey, tableKeys } from "./observed.ts";
import type { Rule } from "./rule.ts";
import { isFull, keepsKeys } from "./setting_rules.ts";

/** Nobody has done anything for so long: what has happened is noticed, and what was missed is made up for. */
const QUIET_NANOSECONDS = 8e9;

/** The rules by their names. */
export const BOOT_RULES = {
  "a name that is gone does not come back": {
    // A cache that has lost its name over a boot, or by a clear, is not valid under it again until it gets it
    // anew.
    when: "step",
    *find({ commands: { boots } }) {
      yield* boots.returned;
    },
  },
  "what may be lost is not told as absent": {
    // While nobody can say which records flash has lost, an adapter says of no key that there is none.
    when: "command",
    *find(_, { unit: { adapter }, command, end }) {
      const isAbsent = end.status === IsdscStatus.TARGET_PRESHAREDKEY_UNAVAILABLE;
      if (command !== "getPresharedKeyForId" || !isAbsent || adapter.cache?.damage.mayHideRecords !== true) return;
      yield `${adapter.name} says that there was none`;
    },
  },
  "an adapter comes back by itself": {
    // Where no other tool is about, and nothing has happened for a while, drivers have their adapters and the
    // service has filled them, before anybody asks.
    when: "call",
    *find(view) {
      const { world, isIdle, calmSince, adapters, absences } = view;
      const { host, recorder } = world;
      const run = host.service.state === "running" ? host.service.run : undefined;
      const isQuiet = absences.isBusQuiet && world.now - calmSince > world.cycles(QUIET_NANOSECONDS);
      // What another tool does to a cache the service notices when it is asked.
      if (run === undefined || !isQuiet || recorder.columns().components.includes(Components.wmiTool)) return;
      for (const unit of adapters) {
        const { adapter: { name, powered }, flash } = unit;
        const state = host.adapterState(name);
        if (powered && state !== "ready") yield `${name} is ${state}`;
        const link = run.link(name);
        const mayLack = !isIdle || link === undefined || link.lock.held || link.notKept.size > 0 ||
          (flash?.counters.failures ?? 0) > 0;
        if (mayLack || state !== "ready" || !keepsKeys(unit) || isFull(unit)) continue;
        if (!link.inSynchrony(run.context.held.revision)) yield `${name} is not filled`;
        const [held, table] = [view.heldSettings(name), tableKeys(unit)];
        if (held === undefined || table === undefined) continue;
        const keys = new Map([...held].filter(([each]) => isKey(each)));
        for (const each of differences(keys, table)) yield `in the key table of ${name} ${each}`;
      }
    },
  },
} as const satisfies Readonly<Record<string, Rule>>;
