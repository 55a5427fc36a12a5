/**
 * A run as it stands: it goes on to a moment, stops there, and goes on again.
 *
 * @module
 */

import type { DrawDecision } from "../../kernel/random.ts";
import type { Outside, OutsideEvent } from "../../kernel/outside.ts";
import { InputError } from "../../kernel/input_error.ts";
import { ProcessError } from "../../kernel/process_error.ts";
import type { Cycle } from "../../kernel/task.ts";
import { type PendingEvent, TieOrdering } from "./tape/tie_order.ts";
import type { Verdict } from "../scenario/report.ts";
import { beginScenario, type CourseReport, type ScenarioCourse } from "../scenario/scenario_course.ts";
import { noteVerdict } from "../scenario/step_context.ts";
import type { StepWords } from "../scenario/step_words.ts";
import { type Leg, nextLeg } from "../world/course.ts";
import type { World } from "../world/world.ts";
import type { WorldOptions } from "../world/world_options.ts";
import { Draws } from "./tape/draws.ts";
import { EventHasher } from "./tape/event_hashes.ts";
import { alterSteps } from "./tape/steps.ts";
import { openSource, type Subject } from "./tape/subject.ts";
import type { Deviation, Moment, Recipe, Tape } from "./tape/tape.ts";
import { Ties } from "./tape/ties.ts";

/** Decides where the tape says nothing; what it decides is noted on the tape of the outcome. */
export interface Strategy {
  /** Which of the events pending in a cycle is next: an index, 0 for the one that came first. Asked where there are several. */
  readonly tie?: (pending: readonly PendingEvent[], cycle: Cycle) => number;
  /** What a draw gives. */
  readonly draw?: DrawDecision;
}

/** What a run is executed with that its subject does not say. */
export interface ExecutionOptions {
  /** Puts other parts into the world: a store, a flash part, sessions of the user's own. */
  readonly adapt?: (options: WorldOptions) => WorldOptions;
  /** Told of the world before its power comes. What it finds wrong, then or later, it notes as a verdict. */
  readonly onWorld?: (world: World, note: (verdict: Verdict) => void) => void;
  /** Told of each step of the scenario that has ended: what the file calls it, if it does, and where it stands. */
  readonly onStep?: (step: { readonly name: string | undefined; readonly line: number }) => void;
  /** Decides where the tape does not. */
  readonly strategy?: Strategy;
}

/** Long runs of shipped scenarios dispatch some thousands. */
const MOST_EVENTS = 5_000_000;

/** Something of a subject that was not reached. */
export interface Misfit {
  /** What deviates; `undefined` for a split of the recipe. */
  readonly deviation: Deviation | undefined;
  /** What was not reached, and why, in words. */
  readonly why: string;
}

/** The world does not come to rest. */
class RunawayError extends Error {
  constructor(most: number) {
    super(`a runaway: more than ${most} events`);
    this.name = "RunawayError";
  }
}

/** Leaves a leg where it stands. Thrown by the outside, which is asked before an event is taken: nothing is lost. */
class Pause extends Error {}

/** One execution of a subject. */
export class Execution {
  /** Hashes of its events so far. */
  readonly hasher: EventHasher;
  readonly #scenario: ScenarioCourse;
  readonly #ties: Ties | undefined;
  readonly #draws: Draws | undefined;
  readonly #tape: Tape;
  readonly #leftSteps: ReadonlySet<Deviation>;
  readonly #splits: Recipe;
  readonly #mostEvents: number;
  #splitCount = 0;
  #stop: Moment | undefined = undefined;
  #leg: Leg | undefined = undefined;
  #report: CourseReport | undefined = undefined;

  /**
   * Begins a run: its world is built and has no power yet.
   *
   * @throws {InputError} The scenario is not understood, or a part of the world is refused.
   * @throws {FaultError} A fault of the tape cannot happen in the world.
   */
  constructor(
    { scenario, tape = [], recipe = [], mostEvents = MOST_EVENTS }: Subject,
    { adapt, onWorld, onStep, strategy = {} }: ExecutionOptions = {},
  ) {
    const opened = openSource(scenario);
    const steps = alterSteps(opened.scenario.steps, tape.filter((each) => each.decision === "step"));
    let note = (verdict: Verdict): void => {
      early.push(verdict);
    };
    const early: Verdict[] = [];
    this.#tape = tape;
    this.#splits = recipe;
    this.#mostEvents = mostEvents;
    this.#leftSteps = new Set(steps.left);
    const { seed, image, file } = scenario;
    this.#scenario = beginScenario(opened, {
      file,
      ...(seed === undefined ? {} : { seed }),
      ...(image === undefined ? {} : { image }),
      ...(adapt === undefined ? {} : { adapt }),
      alterSteps: () => steps.steps,
      faults: tape.flatMap((each) => each.decision === "fault" ? [each.fault] : []),
      describeEnd,
      onStepEnd: ({ beside, line }) => onStep?.({ name: (beside as StepWords).name, line }),
      onWorld: (world) => onWorld?.(world, (verdict) => note(verdict)),
    });
    const { world, run } = this.#scenario;
    note = (verdict) => noteVerdict(run, verdict);
    early.forEach(note);
    this.hasher = new EventHasher(world.recorder);
    const ties = tape.filter((each) => each.decision === "tie");
    if (ties.length > 0 || strategy.tie !== undefined) {
      this.#ties = new Ties(ties, strategy.tie);
      world.kernel.order = new TieOrdering(this.#ties);
    }
    const draws = tape.filter((each) => each.decision === "draw");
    if (draws.length > 0 || strategy.draw !== undefined) {
      this.#draws = new Draws(draws, strategy.draw);
      world.streams.decideBy(this.#draws.decide);
    }
    world.kernel.outside = this.#outside(world.kernel.outside);
  }

  /** The world as it stands. Whoever changes it changes the run. */
  get world(): World {
    return this.#scenario.world;
  }

  /** What expectations have come to so far. */
  get verdicts(): readonly Verdict[] {
    return this.#scenario.run.verdicts.list;
  }

  /** What has come of the run; `undefined` as long as it is not over. */
  get report(): CourseReport | undefined {
    return this.#report;
  }

  /**
   * Goes on.
   *
   * @param until Where to stop; the end of the run by default.
   * @returns Whether it stands there; false if the run has ended before.
   */
  goOn(until?: Moment): boolean {
    const { world: { kernel }, course } = this.#scenario;
    this.#stop = until;
    try {
      while (this.#report === undefined) {
        const step = this.#leg === undefined ? course.next() : nextLeg(kernel, course, this.#leg, isPause);
        if (step.done === true) this.#report = step.value;
        else this.#leg = step.value;
      }
      // Nothing comes after the last event that would tell it from the end.
      return until !== undefined && this.world.recorder.length > until.sequence && until.cycle <= kernel.now;
    } catch (error) {
      if (!isPause(error)) throw error;
      return true;
    }
  }

  /** The tape as it was taken so far: what was not reached is not on it, and what a strategy has decided is. */
  takenTape(): Tape {
    const missed = new Set(this.misfits().map(({ deviation }) => deviation));
    return [
      ...this.#tape.filter((each) => (each.decision === "step" || each.decision === "fault") && !missed.has(each)),
      ...(this.#draws?.taken ?? []),
      ...(this.#ties?.taken ?? []),
    ];
  }

  /** What of tape and recipe has not been reached so far. */
  misfits(): readonly Misfit[] {
    const planned = this.#report?.plannedFaults;
    let fault = 0;
    const missed = this.#tape.flatMap((deviation): Misfit[] => {
      switch (deviation.decision) {
        case "draw": {
          if (this.#draws?.isMet(deviation) !== false) return [];
          const count = this.#draws.countOf(deviation.stream);
          return [{ deviation, why: `${deviation.stream} was drawn from ${count} times` }];
        }
        case "tie":
          return this.#ties?.left.has(deviation) === true
            ? [{ deviation, why: "the two were not pending in one cycle, in this order" }]
            : [];
        case "fault": {
          const outcome = planned?.[fault++];
          return outcome?.missed === undefined ? [] : [{ deviation, why: outcome.missed }];
        }
        case "step":
          return this.#leftSteps.has(deviation) ? [{ deviation, why: "the scenario has no such step" }] : [];
        default:
          return deviation satisfies never;
      }
    });
    const splits = this.#splits.slice(this.#splitCount).map(() => ({
      deviation: undefined,
      why: "the run has ended before",
    }));
    return [...missed, ...splits];
  }

  /** Looks on before each event: splits, the place to stop at, and whether it is enough. */
  #outside(inner: Outside | undefined): Outside {
    const { recorder, kernel, streams } = this.world;
    return {
      next: (now: Cycle, cycle: Cycle): OutsideEvent | undefined => {
        const isReached = (at: Moment) => recorder.length > at.sequence && cycle >= at.cycle;
        for (;;) {
          const split = this.#splits[this.#splitCount];
          if (split === undefined || !isReached(split.at)) break;
          streams.fork(split.salt);
          this.#splitCount++;
        }
        if (this.#stop !== undefined && isReached(this.#stop)) throw new Pause();
        if (kernel.dispatched >= this.#mostEvents) throw new RunawayError(this.#mostEvents);
        return inner?.next(now, cycle);
      },
    };
  }
}

function isPause(error: unknown): boolean {
  return error instanceof Pause;
}

/** What a task or a callback throws, and a world that does not come to rest, are findings; a mistake of the input is none. */
function describeEnd(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof InputError) return undefined;
  return error instanceof ProcessError || error instanceof RunawayError ? error.message : `${error}`;
}
