/**
 * The accidents of one run. A trace tells what comes of them alone; who runs a
 * scenario hears of them themselves.
 *
 * @module
 */

import type { Touched } from "../world/disturbances.ts";
import type { World } from "../world/world.ts";

/** How many accidents before something are told of it. */
const MOST_TOLD = 5;

/** An accident, or the same several times with nothing else in between. */
export interface Accident {
  /** When it happened, the last time. */
  readonly cycle: number;
  /** What happened, in words. */
  readonly what: string;
  /** How often, if more than once. */
  readonly times?: number;
}

/** An accident with its place among the events: the number of the first behind it. */
interface Placed extends Accident {
  readonly sequence: number;
  readonly touched: Touched["adapters"];
}

/** Accidents around something. */
export interface AccidentsAround {
  /** The last ones before it, in order. */
  readonly before: readonly Accident[];
  /** Those that happened meanwhile, in order. */
  readonly meanwhile: readonly Accident[];
}

/** Notes the accidents of one run, in order. */
export class AccidentNotes {
  readonly #all: Placed[] = [];

  /** Hears of the accidents of the world. */
  watch(world: World): void {
    world.disturbances.watch((what, { adapters: touched }) => {
      this.#all.push({ cycle: world.now, what, sequence: world.recorder.length, touched });
    });
  }

  /** How many there have been so far. */
  get count(): number {
    return this.#all.length;
  }

  /** The last ones of the first so many, in order. */
  last(count: number): readonly Accident[] {
    return told(this.#all.slice(Math.max(0, count - MANY), count)).slice(-MOST_TOLD);
  }

  /**
   * Those around the events from `first` to `last`, by their numbers.
   *
   * @param adapters Which adapters feel them; whichever if there are none.
   */
  around(first: number, last: number, adapters: ReadonlySet<string>): AccidentsAround {
    const felt = this.#all.filter(({ touched }) =>
      adapters.size === 0 || touched === "all" || touched.some((each) => adapters.has(each))
    );
    return {
      before: told(felt.filter(({ sequence }) => sequence <= first)).slice(-MOST_TOLD),
      meanwhile: told(felt.filter(({ sequence }) => sequence > first && sequence <= last)),
    };
  }
}

/** So many are looked through for the last few that differ. */
const MANY = 100;

/** One for each that came several times in succession. */
function told(accidents: readonly Placed[]): readonly Accident[] {
  const groups: { readonly what: string; cycle: number; times: number }[] = [];
  for (const { what, cycle } of accidents) {
    const last = groups.at(-1);
    if (last?.what === what) Object.assign(last, { cycle, times: last.times + 1 });
    else groups.push({ what, cycle, times: 1 });
  }
  return groups.map(({ times, ...each }) => times === 1 ? each : { ...each, times });
}

/** Accidents as lines for people, below a heading. */
export function* renderAccidents(heading: string, accidents: readonly Accident[]): Generator<string> {
  if (accidents.length > 0) yield `${heading}:`;
  for (const { cycle, what, times = 1 } of accidents) {
    yield `  cycle ${cycle}: ${what}${times === 1 ? "" : `, the last of ${times} times`}`;
  }
}
