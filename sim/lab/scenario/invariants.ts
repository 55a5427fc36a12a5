/**
 * What must hold all the time: from the first moment at which it does, after
 * each event that can change it, and after each accident, which may leave none.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { alternatives } from "../../shape/alternatives.ts";
import { formatCoordinate } from "../../trace/coordinate.ts";
import { entries, filled, mapping, ownName, type Shape, type ValueOf } from "../../shape/shape.ts";
import type { World } from "../world/world.ts";
import type { Finding, ShownFinding, Window } from "./looks/look.ts";
import { changedBy, checkLooks, findAll, STATE_LOOK_FIELDS } from "./looks/table.ts";
import type { Verdict } from "./report.ts";
import type { StepCheck } from "./step_check.ts";
import type { Looked } from "./step_context.ts";

/** Invariants by their names. */
export const INVARIANTS = filled(entries(
  ownName("invariant"),
  mapping(STATE_LOOK_FIELDS, (looks) => {
    if (Object.keys(looks).length > 0) return undefined;
    return { path: "", given: "no look", accepted: `one of ${alternatives(Object.keys(STATE_LOOK_FIELDS))}` };
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

  /** Watches a world from now on. */
  constructor(invariants: Invariants, world: World, told: Told) {
    this.#watched = invariants.map(({ name, value }, ordinal) => {
      return new Watched({ name, line: told.lineOf(ordinal), looks: value, onLook: told.onLook }, world);
    });
  }

  /** What has come of them, when the run has ended. */
  verdicts(): Verdict[] {
    return this.#watched.map((each) => each.verdict());
  }
}

/** What invariants are told by, and whom. */
interface Told {
  /** Where in the file an invariant stands, by its ordinal. */
  lineOf(ordinal: number): number;
  /** Told of what has broken one, in the moment of it, or at the end of what never held. */
  readonly onLook: ((looked: Looked) => void) | undefined;
}

/** One of them. */
interface Invariant {
  readonly name: string;
  readonly line: number;
  readonly looks: object;
  readonly onLook: Told["onLook"];
}

/** They look at a state, so that it does not matter when they began. */
const ALWAYS: Window = { firstEvent: 0, begin: 0 };

class Watched {
  readonly #invariant: Invariant;
  readonly #world: World;
  readonly #ends: readonly (() => void)[];
  #hasHeld = false;
  /** What broke it first. */
  #broken: string | undefined;

  constructor(invariant: Invariant, world: World) {
    this.#invariant = invariant;
    this.#world = world;
    const isOfWeight = changedBy(invariant.looks);
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
    const holds = this.#hasHeld && this.#broken === undefined;
    const actual = holds ? "that all the time" : this.#broken ?? `never that: ${tell(findings)}`;
    const verdict = this.#verdictOf(findings, actual, holds);
    if (this.#broken === undefined) this.#tell(verdict, findings);
    return verdict;
  }

  #verdictOf(findings: readonly Finding[], actual: string, holds: boolean): Verdict {
    const { line, name } = this.#invariant;
    const expected = `always ${findings.map((each) => each.expected).join(", ")}`;
    return { line, step: invariantStep(name), expected, actual, holds };
  }

  #tell(verdict: Verdict, findings: readonly ShownFinding[]): void {
    const failed = findings.filter(({ holds }) => !holds);
    this.#invariant.onLook?.({
      ...verdict,
      shownBy: (failed.length > 0 ? failed : findings).flatMap(({ shownBy }) => shownBy),
    });
  }

  /** @param moment When it is, in words. */
  #look(moment: string): ShownFinding[] {
    const findings = findAll(this.#invariant.looks, this.#world, ALWAYS);
    const holds = findings.every((each) => each.holds);
    if (holds) this.#hasHeld = true;
    else if (this.#hasHeld && this.#broken === undefined) {
      this.#broken = `${moment} ${tell(findings.filter((each) => !each.holds))}`;
      this.#tell(this.#verdictOf(findings, this.#broken, false), findings);
    }
    return findings;
  }
}

/** What verdicts call an invariant in the place of a step. */
export function invariantStep(name: string): string {
  return `invariant ${quoted(name)}`;
}

function tell(findings: readonly Finding[]): string {
  return findings.map(({ actual }) => actual).join(", ");
}
