/**
 * What must hold all the time: from the first moment at which it does, after
 * each event that can change it, and after each accident, which may leave none.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { formatCoordinate } from "../../trace/coordinate.ts";
import { entries, filled, mapping, ownName, type Shape, type ValueOf } from "../../shape/shape.ts";
import type { World } from "../world/world.ts";
import type { Finding, Window } from "./looks/look.ts";
import { changedBy, checkLooks, findAll, STATE_LOOK_FIELDS } from "./looks/table.ts";
import type { Verdict } from "./report.ts";
import type { StepCheck } from "./step_check.ts";

/** Invariants by their names. */
export const INVARIANTS = filled(entries(
  ownName("invariant"),
  mapping(STATE_LOOK_FIELDS, (looks) => {
    if (Object.keys(looks).length > 0) return undefined;
    return { path: "", given: "no look", accepted: `one of ${Object.keys(STATE_LOOK_FIELDS).join(", ")}` };
  }),
)) satisfies Shape;

/** Invariants, as they are read. */
export type Invariants = ValueOf<typeof INVARIANTS>;

/** Looks, before anything runs, whether there is in the world what they look at. */
export function checkInvariants(invariants: Invariants, check: StepCheck): void {
  invariants.forEach(({ value }, index) => checkLooks(value, check.part(index)));
}

/** Invariants of one run. */
export class InvariantWatch {
  readonly #watched: readonly Watched[];

  /**
   * Watches a world from now on.
   *
   * @param lineOf Where in the file an invariant stands, by its ordinal.
   */
  constructor(invariants: Invariants, world: World, lineOf: (ordinal: number) => number) {
    this.#watched = invariants.map(({ name, value }, ordinal) => new Watched(name, lineOf(ordinal), value, world));
  }

  /** What has come of them, when the run has ended. */
  verdicts(): Verdict[] {
    return this.#watched.map((each) => each.verdict());
  }
}

/** They look at a state, so that it does not matter when they began. */
const ALWAYS: Window = { firstEvent: 0, begin: 0 };

class Watched {
  readonly #name: string;
  readonly #line: number;
  readonly #looks: object;
  readonly #world: World;
  readonly #ends: readonly (() => void)[];
  #hasHeld = false;
  /** What broke it first. */
  #broken: string | undefined;

  constructor(name: string, line: number, looks: object, world: World) {
    this.#name = name;
    this.#line = line;
    this.#looks = looks;
    this.#world = world;
    const isOfWeight = changedBy(looks);
    const { recorder, disturbances } = world;
    const eventMoment = (sequence: number) => {
      return `from ${formatCoordinate({ cycle: world.now, sequence })} on`;
    };
    this.#ends = [
      recorder.watch((sequence) => {
        if (this.#broken === undefined && isOfWeight(recorder.at(sequence))) this.#look(eventMoment(sequence));
      }),
      disturbances.watch((what) => {
        if (this.#broken === undefined) this.#look(`from cycle ${world.now} on, by ${what},`);
      }),
    ];
  }

  verdict(): Verdict {
    for (const end of this.#ends) end();
    const findings = this.#look("at the end");
    const expected = `always ${findings.map((each) => each.expected).join(", ")}`;
    const holds = this.#hasHeld && this.#broken === undefined;
    const actual = holds ? "that all the time" : this.#broken ?? `never that: ${tell(findings)}`;
    return { line: this.#line, step: `invariant ${quoted(this.#name)}`, expected, actual, holds };
  }

  /** @param moment When it is, in words. */
  #look(moment: string): Finding[] {
    const findings = findAll(this.#looks, this.#world, ALWAYS);
    const holds = findings.every((each) => each.holds);
    if (holds) this.#hasHeld = true;
    else if (this.#hasHeld && this.#broken === undefined) {
      this.#broken = `${moment} ${tell(findings.filter((each) => !each.holds))}`;
    }
    return findings;
  }
}

function tell(findings: readonly Finding[]): string {
  return findings.map(({ actual }) => actual).join(", ");
}
