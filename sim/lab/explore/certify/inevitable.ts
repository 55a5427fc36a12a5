/**
 * From which moment on a failure comes, whatever is decided later.
 *
 * At a moment of a failing run the run is forked: all that was decided before
 * stays, and of what comes later nothing does. Chance begins anew, events of one
 * cycle come in an order by chance, faults that have not struck yet do not
 * strike. The part of the forks that fail all the same is the probability of the
 * failure at that moment; where it becomes one is the knee, found by halving.
 *
 * @module
 */

import { RandomStreams } from "../../../kernel/random.ts";
import type { TraceEvent } from "../../../trace/recorder.ts";
import { CampaignMemory } from "../../world/campaign_memory.ts";
import type { World } from "../../world/world.ts";
import type { Strategy } from "../execution.ts";
import { runTrial, type Trial, type TrialOptions } from "../search/trial.ts";
import { elementsOf, type Path, without } from "../shrink/elements.ts";
import { firstDifference } from "../tape/event_hashes.ts";
import { opened, type Subject } from "../tape/subject.ts";
import type { Deviation, Moment } from "../tape/tape.ts";
import { readStory, type WrittenScenario } from "../workload/story.ts";
import { storySubject } from "../workload/story_subject.ts";
import { allRuns, type ByRuns } from "./by_runs.ts";
import { lineageOf } from "./lineage.ts";

/** How forks are made. */
export interface InevitableOptions extends TrialOptions {
  /** Forks at each moment; 20 by default. */
  readonly forks?: number;
  /** Moments that are looked at before halving; 8 by default. */
  readonly moments?: number;
  /** Told of the world of each run before its power comes. */
  readonly onWorld?: (world: World) => void;
}

/** How probable the failure is at a moment. */
export interface CurvePoint {
  /** The number of the last event before the fork; -1 for the beginning. */
  readonly sequence: number;
  /** Forks that failed in the same way. */
  readonly failed: number;
  /** Forks. */
  readonly forks: number;
  /** The bounds of the probability, at 95 % (Wilson). */
  readonly least: number;
  /** The upper one. */
  readonly most: number;
}

/** What has come of it. */
export interface Inevitability {
  /** What the failure is called. */
  readonly signature: string;
  /** How many events the run has. */
  readonly events: number;
  /** The probability of the failure along the run, in order. */
  readonly curve: readonly CurvePoint[];
  /** After event `from` another end was possible, after event `to` none; `undefined` if none was from the beginning on. */
  readonly knee: { readonly from: number; readonly to: number } | undefined;
  /** The events of the window, and what leads from there to the failure, in order. */
  readonly path: readonly TraceEvent[];
  /** How often runs were executed. */
  readonly executions: number;
}

/** Something that was decided, and the first event that shows it. */
interface Decided<T> {
  readonly what: T;
  readonly from: number;
}

/**
 * Finds the knee of a failing run.
 *
 * @returns `undefined` if the run does not fail.
 * @throws {InputError} The scenario is not understood, or its tape does not fit.
 */
export function inevitable(subject: Subject, options: InevitableOptions = {}): Inevitability | undefined {
  return allRuns(inevitableByRuns(subject, options));
}

/** What is known before the knee is found. */
export interface InevitabilitySoFar extends Pick<Inevitability, "signature" | "events" | "curve" | "executions"> {
  /** So many moments at the least are still to be looked at. */
  readonly left: number;
}

/** The same, a run at a time. */
export function* inevitableByRuns(
  subject: Subject,
  options: InevitableOptions,
): ByRuns<Inevitability | undefined, InevitabilitySoFar> {
  const forking = new Forking(subject, options);
  if (forking.signature === undefined) return undefined;
  return yield* forking.runs(forking.signature);
}

class Forking {
  readonly signature: string | undefined;
  readonly #subject: Subject;
  readonly #options: InevitableOptions;
  readonly #forks: number;
  readonly #story: WrittenScenario | undefined;
  readonly #run: Trial;
  readonly #memory = new CampaignMemory({ keepsTraces: true });
  #deviations: readonly Decided<Deviation>[] = [];
  #faults: readonly Decided<Path>[] = [];
  /** In which event of the kernel's queue each event was recorded: a run is forked between two of those. */
  readonly #dispatches: number[] = [];
  readonly #curve = new Map<number, CurvePoint>();
  #executions = 0;
  /** How many moments are still to be looked at, as far as is known. */
  #left = 0;

  constructor(subject: Subject, options: InevitableOptions) {
    const { case: name, set, image, source, file, seed } = subject.scenario;
    const isPlain = [name, set, image, seed].every((each) => each === undefined);
    this.#story = isPlain ? readStory(source, file) : undefined;
    this.#subject = { ...subject, scenario: opened(subject.scenario) };
    this.#options = options;
    this.#forks = options.forks ?? 20;
    this.#run = this.#execute(this.#subject, undefined, ({ recorder, kernel }) => {
      recorder.watch(() => this.#dispatches.push(kernel.dispatched));
    });
    this.signature = this.#run.signature;
  }

  *runs(signature: string): ByRuns<Inevitability, InevitabilitySoFar> {
    const soFar = () => this.#soFar(signature);
    const knee = this.#knee();
    let step = knee.next();
    for (; step.done !== true; step = knee.next()) yield soFar;
    const { left: _, ...found } = soFar();
    return { ...found, knee: step.value, path: this.#pathFrom(step.value) };
  }

  #soFar(signature: string): InevitabilitySoFar {
    const { outcome: { events } } = this.#run;
    return { signature, events, curve: this.#points(), executions: this.#executions, left: this.#left };
  }

  #points(): readonly CurvePoint[] {
    return [...this.#curve.values()].toSorted((a, b) => a.sequence - b.sequence);
  }

  /** Looks along the run, then by halving: a run at a time. */
  *#knee(): Generator<void, Inevitability["knee"]> {
    const { outcome: { events } } = this.#run;
    const { moments = 8 } = this.#options;
    const places = Array.from({ length: moments + 1 }, (_, index) => Math.round((events * index) / moments) - 1);
    this.#left = places.length;
    yield;
    yield* this.#noteDecisions();
    for (const [index, place] of places.entries()) {
      this.#left = places.length - index;
      yield* this.#probability(place);
    }
    const points = this.#points();
    // The end of the run has the failure in it.
    const lastOpen = points.findLast(({ failed, forks }) => failed < forks);
    if (lastOpen === undefined) return undefined;
    const next = points.find(({ sequence }) => sequence > lastOpen.sequence);
    let [from, to] = [lastOpen.sequence, next?.sequence ?? events - 1];
    while (to - from > 1) {
      // How often it can be halved.
      this.#left = 31 - Math.clz32(to - from);
      const middle = (from + to) >> 1;
      const { failed, forks } = yield* this.#probability(middle);
      if (failed < forks) from = middle;
      else to = middle;
    }
    return { from, to: this.#dispatches.lastIndexOf(this.#dispatches[to] ?? -1) };
  }

  /** Notes what was decided in the run, and where that shows first. */
  *#noteDecisions(): Generator<void> {
    const { tape = [] } = this.#subject;
    const deviations: Decided<Deviation>[] = [];
    for (const what of tape) {
      const other = { ...this.#subject, tape: tape.filter((each) => each !== what) };
      deviations.push({ what, from: this.#firstShown(other) });
      yield;
    }
    const story = this.#story;
    const paths = story === undefined ? [] : elementsOf(story).filter((path) => path.at(-2) === "faults");
    const faults: Decided<Path>[] = [];
    for (const what of paths) {
      faults.push({ what, from: this.#firstShown(this.#without([what])) });
      yield;
    }
    [this.#deviations, this.#faults] = [deviations, faults];
  }

  /** The events of the window, and what the last event of the run came from since. */
  #pathFrom(knee: Inevitability["knee"]): readonly TraceEvent[] {
    const { from, to } = knee ?? { from: -1, to: 0 };
    const { world: { recorder }, events } = this.#run.outcome;
    const lineage = lineageOf(recorder, [events - 1]).events;
    const isMeant = (sequence: number) => sequence > from && (sequence <= to || lineage.has(sequence));
    return [...recorder.events()].filter(({ sequence }) => isMeant(sequence));
  }

  *#probability(sequence: number): Generator<void, CurvePoint> {
    const known = this.#curve.get(sequence);
    if (known !== undefined) return known;
    const at = this.#momentAfter(sequence);
    let failed = 0;
    for (let fork = 0; fork < this.#forks; fork++) {
      if (this.#fork(at, `${fork}`).signature === this.signature) failed++;
      yield;
    }
    const point = { sequence, failed, forks: this.#forks, ...wilson(failed, this.#forks) };
    this.#curve.set(sequence, point);
    return point;
  }

  #fork(at: Moment, salt: string): Trial {
    const isDecided = ({ from }: Decided<unknown>) => from <= at.sequence;
    const gone = this.#faults.filter((each) => !isDecided(each)).map(({ what }) => what);
    const random = new RandomStreams(`ties ${salt}`).stream("ties");
    const { recipe = [] } = this.#subject;
    return this.#execute({
      ...(gone.length === 0 ? this.#subject : this.#without(gone)),
      tape: this.#deviations.filter(isDecided).map(({ what }) => what),
      recipe: [...recipe.filter((split) => split.at.sequence <= at.sequence), { at, salt }],
    }, { tie: (pending, cycle) => cycle > at.cycle ? random.below(pending.length) : 0 });
  }

  /** The run without some of the faults that stand beside its steps. */
  #without(paths: readonly Path[]): Subject {
    const story = this.#story;
    return story === undefined
      ? this.#subject
      : { ...this.#subject, scenario: storySubject(without(story, paths)).scenario };
  }

  /** The first event that is not there, or another, in a run without something; none is beyond the last. */
  #firstShown(other: Subject): number {
    return firstDifference(this.#run.outcome.hashes, this.#execute(other).outcome.hashes) ?? Infinity;
  }

  #execute(subject: Subject, strategy?: Strategy, look?: (world: World) => void): Trial {
    this.#executions++;
    return runTrial(subject, {
      ...this.#options,
      memory: this.#memory,
      strategy,
      onWorld: (world) => {
        look?.(world);
        this.#options.onWorld?.(world);
      },
    });
  }

  #momentAfter(sequence: number): Moment {
    const { recorder } = this.#run.outcome.world;
    return { cycle: sequence < 0 ? 0 : recorder.at(sequence).cycle, sequence };
  }
}

/** Bounds of a probability at 95 % (Wilson, 1927). */
function wilson(hits: number, trials: number): { readonly least: number; readonly most: number } {
  const z = 1.96;
  const square = z * z;
  const share = hits / trials;
  const middle = share + square / (2 * trials);
  const margin = z * Math.sqrt((share * (1 - share)) / trials + square / (4 * trials * trials));
  const scale = 1 + square / trials;
  return {
    least: hits === 0 ? 0 : (middle - margin) / scale,
    most: hits === trials ? 1 : (middle + margin) / scale,
  };
}
