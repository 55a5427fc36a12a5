/**
 * For how long adapters were away, and since when nothing was lost between them
 * and their drivers: whoever waits for one hears of it, and has it again soon.
 *
 * @module
 */

import type { Cycle } from "../../../kernel/task.ts";
import type { AdapterUnit, World } from "../../world/world.ts";

/** What a driver hears of by its timers alone, or what makes it give up what it was asked for. */
const ON_BUS = /doorbell|interrupt|DMA|bus reset/;

/**
 * So long a driver may wait for what was lost on the bus, and for the reset that follows; and a run of the service may
 * wait 300 s for that, if the run before has asked for it.
 */
const BUS_NANOSECONDS = 400e9;

/** Remembers when adapters were away last. */
export class AbsenceWatch {
  readonly #world: World;
  readonly #away = new Map<AdapterUnit, { readonly from: Cycle; to: Cycle }>();

  #lastOnBus: Cycle = -Infinity;
  #lastDoorbell: Cycle = -Infinity;

  /** Watches from now on. */
  constructor(world: World) {
    this.#world = world;
  }

  /** Whether nothing was lost, late or refused on the bus for so long that a driver has noticed whatever there was before. */
  get isBusQuiet(): boolean {
    return this.#isLongAgo(this.#lastOnBus);
  }

  /** Whether no driver has a command, with its buffer, that its adapter has not heard of. */
  get areDoorbellsHeard(): boolean {
    return this.#isLongAgo(this.#lastDoorbell);
  }

  /**
   * Something may have taken an adapter away, or brought it back.
   *
   * @param what What has happened, in words.
   */
  look(what: string): void {
    const { adapters, now } = this.#world;
    if (ON_BUS.test(what)) this.#lastOnBus = now;
    if (what.includes("doorbell")) this.#lastDoorbell = now;
    for (const unit of adapters.values()) {
      const last = this.#away.get(unit);
      const isAway = last !== undefined && last.to === Infinity;
      if (unit.adapter.powered === !isAway) continue;
      if (isAway) last.to = now;
      else this.#away.set(unit, { from: now, to: Infinity });
    }
  }

  /** How long of the time since a cycle an adapter was away that was there then; 0 if it was not, or is not known to have been. */
  since(unit: AdapterUnit, begun: Cycle): Cycle {
    const { from, to } = this.#away.get(unit) ?? { from: 0, to: 0 };
    return from > begun ? Math.min(to, this.#world.now) - from : 0;
  }

  #isLongAgo(cycle: Cycle): boolean {
    return this.#world.now - cycle > this.#world.cycles(BUS_NANOSECONDS);
  }
}
