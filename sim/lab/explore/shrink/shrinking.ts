/**
 * Takes out of a failing run what it does not need: first what its tape
 * deviates in, then steps and faults, then values; until nothing more can be
 * taken out alone. Who asks says how a run is executed.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { FaultError } from "../../faults/fault_error.ts";
import type { Subject } from "../tape/subject.ts";
import type { Recipe, Tape } from "../tape/tape.ts";
import type { WrittenScenario } from "../workload/story.ts";
import { type StoryGiven, storySubject } from "../workload/story_subject.ts";
import { elementsOf, type Path, smallerValues, unwrapped, without, withValue } from "./elements.ts";

/** A run that fails. */
export interface Failing {
  /** What its failure is called. */
  readonly signature: string;
  /** The story. */
  readonly story: WrittenScenario;
  /** Where the run deviates from it. */
  readonly tape: Tape;
  /** Where chance begins anew; nowhere by default. */
  readonly recipe?: Recipe;
  /** What the story is run with, and does not say; nothing by default. */
  readonly given?: StoryGiven;
}

/** A failing run that was made smaller. */
export interface Shrunk extends Failing {
  /** How often runs were executed for that. */
  readonly executions: number;
  /** Whether nothing can be taken out alone any more; false if the budget was too small to know. */
  readonly isMinimal: boolean;
}

/** What of a failing run is executed. */
export type Run = Pick<Failing, "story" | "tape" | "recipe" | "given">;

/** What a run fails with; `undefined` if it does not fail, or cannot be run. */
export type Fails = (run: Run) => string | undefined;

/** How far shrinking goes. */
export interface ShrinkBounds {
  /** Executions that it may take; 400 by default. */
  readonly budget?: number;
  /** Told of each execution that begins, by its number from 1. */
  readonly onRun?: (execution: number) => void;
  /** What must be true of a smaller run besides that it fails in the same way; nothing by default. */
  readonly accepts?: (smaller: Failing) => boolean;
}

/** Shrinks a failing run. It fails with the same signature afterwards. */
export function shrunkBy(fails: Fails, failing: Failing, options: ShrinkBounds): Shrunk {
  const shrinking = new Shrinking(failing, fails, options);
  const isMinimal = shrinking.run();
  return { ...shrinking.best, executions: shrinking.executions, isMinimal };
}

/** What could still be taken out of a failing run alone, so that it fails in the same way: nothing, if it is minimal. */
export function superfluousBy(fails: Fails, { signature, recipe = [], ...run }: Failing): readonly string[] {
  const { story, tape } = run;
  const isSame = (other: Partial<Run>) => fails({ ...run, recipe, ...other }) === signature;
  return [
    ...tape.flatMap((_, index) => isSame({ tape: tape.toSpliced(index, 1) }) ? [`deviation ${index + 1}`] : []),
    ...recipe.flatMap((_, index) => isSame({ recipe: recipe.toSpliced(index, 1) }) ? [`split ${index + 1}`] : []),
    ...elementsOf(story).filter((path) => isSame({ story: without(story, [path]) })).map((path) => path.join(".")),
  ];
}

/**
 * Executes what is left of a run; `undefined` if it cannot be run: something that it names was taken out.
 *
 * @param mostEvents Events after which a world is a runaway; those of stories by default.
 */
export function executed<T>(
  { story, tape, recipe = [], given }: Run,
  execute: (subject: Subject) => T,
  mostEvents?: number,
): T | undefined {
  try {
    return execute(
      storySubject(story, { tape, recipe, ...(mostEvents === undefined ? {} : { mostEvents }), ...given }),
    );
  } catch (error) {
    if (error instanceof InputError || error instanceof FaultError) return undefined;
    throw error;
  }
}

/** The budget is used up. */
class Exhausted extends Error {}

class Shrinking {
  best: Failing;
  executions = 0;
  readonly #fails: Fails;
  readonly #options: ShrinkBounds;
  readonly #budget: number;
  /** What was tried and did not fail so. */
  readonly #tried = new Set<string>();

  constructor(failing: Failing, fails: Fails, options: ShrinkBounds) {
    this.best = failing;
    this.#fails = fails;
    this.#options = options;
    this.#budget = options.budget ?? 400;
  }

  /** Whether nothing is left that could be taken out alone. */
  run(): boolean {
    try {
      for (let isSmaller = true; isSmaller;) {
        const before = this.best;
        this.#reduce(this.best.recipe ?? [], (recipe) => ({ ...this.best, recipe }));
        this.#reduce(this.best.tape, (tape) => ({ ...this.best, tape }));
        this.#reduceStory();
        for (const story of unwrapped(this.best.story)) this.#take({ ...this.best, story });
        this.#reduceValues();
        isSmaller = this.best !== before;
      }
      return true;
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error;
      return false;
    }
  }

  #reduceStory(): void {
    const deepest = Math.max(...elementsOf(this.best.story).map(({ length }) => length));
    for (let depth = 1; depth <= deepest; depth++) {
      // Whole steps first: what is within them goes with them.
      const { story } = this.best;
      const paths = elementsOf(story).filter(({ length }) => length === depth);
      this.#reduce(
        paths,
        (left) => ({ ...this.best, story: without(story, paths.filter((each) => !left.includes(each))) }),
      );
    }
  }

  /** Takes out what is not needed: all, then halves, and so on to single ones, from the end on (ddmin without complements). */
  #reduce<T extends Path | Tape[number] | Recipe[number]>(
    all: readonly T[],
    made: (left: readonly T[]) => Failing,
  ): void {
    let left = all;
    for (let size = all.length; size >= 1; size = Math.floor(size / 2)) {
      for (let end = left.length; end > 0; end -= size) {
        const fewer = [...left.slice(0, Math.max(0, end - size)), ...left.slice(end)];
        if (this.#take(made(fewer))) left = fewer;
      }
    }
  }

  #reduceValues(): void {
    for (const { path, choices } of smallerValues(this.best.story.steps)) {
      for (const choice of choices.slice(0, 4)) {
        if (this.#take({ ...this.best, story: withValue(this.best.story, ["steps", ...path], choice) })) break;
      }
    }
  }

  /** Takes a smaller run if it fails in the same way. */
  #take(smaller: Failing): boolean {
    const key = keyOf(smaller);
    if (key === keyOf(this.best) || this.#tried.has(key)) return false;
    if (this.executions >= this.#budget) throw new Exhausted();
    this.executions++;
    this.#options.onRun?.(this.executions);
    if (this.#fails(smaller) === smaller.signature && this.#options.accepts?.(smaller) !== false) {
      this.best = smaller;
      return true;
    }
    this.#tried.add(key);
    return false;
  }
}

function keyOf({ story, tape, recipe }: Run): string {
  return JSON.stringify([story, tape, recipe]);
}
