/**
 * Which of several names is the oldest on an adapter, from nothing but when
 * applications asked for them and were answered: a name is as old as the first
 * setting of it, which happened between question and answer.
 *
 * @module
 */

import type { Cycle } from "../../../sim/kernel/task.ts";
import type { SettingName } from "./history.ts";

/** A setting of a name. */
export interface Naming {
  /** Whether it outlives the run of the service. */
  readonly persist: boolean;
  /** When it was asked for. */
  readonly begun: Cycle;
  /** In which run of the service. */
  readonly run: number;
  /** When it was acknowledged; `undefined` if it was not, and may have happened all the same. */
  readonly acknowledged: Cycle | undefined;
}

/** The names of one adapter. */
export class Ages {
  readonly #namings = new Map<SettingName, readonly Naming[]>();

  /** Somebody has set a name. */
  named(name: SettingName, naming: Naming): void {
    this.#namings.set(name, [...this.#of(name), naming]);
  }

  /** It was seen that nothing bears the name: the next one is new. */
  gone(name: SettingName): void {
    this.#namings.delete(name);
  }

  /** Whether one name was certainly set before another one, in the view of a run of the service. */
  isOlder(one: SettingName, other: SettingName, run: number): boolean {
    // What was volatile in an earlier run may have given the name its age, or not.
    const counting = this.#of(one).filter((naming) => naming.persist || naming.run === run);
    const latest = Math.min(...counting.map(({ acknowledged }) => acknowledged ?? Infinity));
    const earliest = Math.min(...this.#of(other).map(({ begun }) => begun));
    return latest < earliest;
  }

  #of(name: SettingName): readonly Naming[] {
    return this.#namings.get(name) ?? [];
  }
}
