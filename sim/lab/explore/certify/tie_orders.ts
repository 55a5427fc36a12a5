/**
 * All orders of simultaneous events that can matter: dynamic partial-order
 * reduction (Flanagan and Godefroid, POPL 2005) with sleep sets (Godefroid,
 * 1996), by executing again.
 *
 * Events of one cycle race; a cycle is over before the next begins. Where two
 * events that touch the same part were both pending, a run in which the later
 * one goes first is executed, too. Sleep sets see to it that no two runs differ
 * in the order of independent events alone, so that each order counts once.
 *
 * @module
 */

import { Interruption } from "../../../kernel/outside.ts";
import type { World } from "../../world/world.ts";
import { CampaignMemory } from "../../world/campaign_memory.ts";
import type { WorldOptions } from "../../world/world_options.ts";
import { execute, type Outcome } from "../execute.ts";
import { opened, type Subject } from "../tape/subject.ts";
import { type PendingEvent, TieOrdering } from "../tape/tie_order.ts";
import type { EventName, Tape, TieDeviation } from "../tape/tape.ts";
import { allRuns, type ByRuns } from "./by_runs.ts";
import { dependent, TieFootprint } from "./tie_footprint.ts";

/** How orders are enumerated. */
export interface TieOrderOptions {
  /** Runs that it may take; 1,000 by default. */
  readonly most?: number;
  /** Puts other parts into the world. */
  readonly world?: (options: WorldOptions) => WorldOptions;
  /** Told of the world of each run before its power comes. */
  readonly onWorld?: (world: World) => void;
  /** What is wrong with a run; what its first failure is called, by default. */
  readonly failureOf?: (outcome: Outcome) => string | undefined;
}

/** What has come of it. */
export interface TieOrders {
  /** Orders that were executed, no two of them equal but for independent events. */
  readonly orders: number;
  /** Runs, with those that were given up because another one is their equal. */
  readonly executions: number;
  /** Places at which another order is known to be possible and was not executed: 0 if all were. */
  readonly left: number;
  /** Pairs of dependent events that were pending together in the first run. */
  readonly dependentTies: number;
  /** The first order in which something fails; `undefined` if none does. */
  readonly failure: { readonly signature: string; readonly tape: Tape; readonly outcome: Outcome } | undefined;
}

type Parts = ReadonlySet<string>;

/** An event that was dispatched. */
interface Step {
  readonly name: string;
  /** Which were pending, itself among them. */
  readonly pending: readonly string[];
  /** The place of the step that brought it about, in the same cycle; -1 if it was pending from the beginning of it. */
  readonly creator: number;
  readonly cycle: number;
  touched: Parts;
}

/** A choice among several. */
interface Choice {
  readonly step: number;
  readonly pending: readonly string[];
  /** What was asleep when the choice came. */
  readonly sleep: ReadonlyMap<string, Parts>;
  /** What was tried, with what it touched. */
  readonly done: Map<string, Parts>;
  readonly wanted: Set<string>;
  chosen: string;
}

/**
 * Enumerates the orders of simultaneous events during the steps of a scenario; power comes as it does by default.
 *
 * @throws {InputError} The scenario is not understood, or a part of the world is refused.
 */
export function tieOrders(subject: Subject, options: TieOrderOptions = {}): TieOrders {
  return allRuns(tieOrdersByRuns(subject, options));
}

/** The same, a run at a time. */
export function* tieOrdersByRuns(subject: Subject, options: TieOrderOptions): ByRuns<TieOrders> {
  return yield* new Enumeration({ ...subject, scenario: opened(subject.scenario) }, options).runs();
}

class Enumeration {
  readonly #subject: Subject;
  readonly #options: TieOrderOptions;
  readonly #memory = new CampaignMemory({ keepsTraces: true });
  readonly #choices: Choice[] = [];
  #orders = 0;
  #executions = 0;
  #dependentTies = 0;
  #failure: TieOrders["failure"];

  constructor(subject: Subject, options: TieOrderOptions) {
    this.#subject = subject;
    this.#options = options;
  }

  *runs(): ByRuns<TieOrders> {
    const { most = 1000 } = this.#options;
    do {
      this.#execute();
      yield () => this.#soFar();
    } while (this.#failure === undefined && this.#next(most));
    return this.#soFar();
  }

  #soFar(): TieOrders {
    const left = this.#choices.reduce((sum, choice) => sum + openOf(choice).length, 0);
    return {
      orders: this.#orders,
      executions: this.#executions,
      left,
      dependentTies: this.#dependentTies,
      failure: this.#failure,
    };
  }

  /** Goes back to the last choice that has something left; false if there is none, or no run is left. */
  #next(most: number): boolean {
    if (this.#executions >= most) return false;
    for (let choice = this.#choices.at(-1); choice !== undefined; choice = this.#choices.at(-1)) {
      const [next] = openOf(choice);
      if (next !== undefined) {
        choice.chosen = next;
        return true;
      }
      this.#choices.pop();
    }
    return false;
  }

  #execute(): void {
    const order = new OrderedRun(this.#choices);
    const { world, onWorld, failureOf = ({ signature }) => signature } = this.#options;
    this.#executions++;
    const outcome = execute(this.#subject, {
      adapt: (options) => ({ ...world?.(options) ?? options, campaign: this.#memory }),
      onWorld(world) {
        order.begin(world);
        onWorld?.(world);
      },
    });
    order.end();
    if (order.isRedundant) return;
    this.#orders++;
    const races = [...racesOf(order.steps)];
    if (this.#orders === 1) this.#dependentTies = races.length;
    for (const [before, after] of races) this.#want(order.steps, before, after);
    const signature = failureOf(outcome);
    if (signature !== undefined) this.#failure = { signature, tape: order.tape, outcome };
  }

  /** Has the later of two events that race go first: itself, or what led to it. */
  #want(steps: readonly Step[], before: number, after: number): void {
    const choice = this.#choices.find(({ step }) => step === before);
    const { name } = steps[after] as Step;
    if (choice?.pending.includes(name) === true) choice.wanted.add(name);
    else for (const each of choice?.pending ?? []) choice?.wanted.add(each);
  }
}

/** What is to be tried where a choice was made. */
function openOf({ wanted, done, sleep }: Choice): readonly string[] {
  return [...wanted].filter((name) => !done.has(name) && !sleep.has(name));
}

/** Pairs of steps of one cycle that depend on each other, and of which the later could have gone first. */
function* racesOf(steps: readonly Step[]): Generator<readonly [before: number, after: number]> {
  for (let after = 0; after < steps.length; after++) {
    const { cycle, touched } = steps[after] as Step;
    // What has to come before it, by what it came from or by an order that is fixed between them.
    const earlier = new Set<number>();
    for (let before = after - 1; before >= 0 && (steps[before] as Step).cycle === cycle; before--) {
      const isOrdered = isBefore(steps, before, after, earlier);
      const depends = dependent((steps[before] as Step).touched, touched);
      if (depends && !isOrdered) yield [before, after];
      if (depends || isOrdered) earlier.add(before);
    }
  }
}

/** Whether something between two steps orders them, or the first has brought the second about. */
function isBefore(steps: readonly Step[], before: number, after: number, earlier: ReadonlySet<number>): boolean {
  if ((steps[after] as Step).creator === before) return true;
  const { touched } = steps[before] as Step;
  for (const between of earlier) {
    const step = steps[between] as Step;
    if (step.creator === before || dependent(touched, step.touched)) return true;
  }
  return false;
}

/** One run, by choices that were made, and by default from there on. */
class OrderedRun {
  readonly steps: Step[] = [];
  /** Where it is not the order by default. */
  readonly tape: TieDeviation[] = [];
  /** Whether it was given up: another run is its equal. */
  isRedundant = false;
  readonly #choices: Choice[];
  #taken = 0;
  #sleep = new Map<string, Parts>();
  #world: World | undefined;
  #footprint: TieFootprint | undefined;
  readonly #counts = new Map<string, number>();
  #last: { readonly step: Step | undefined; readonly who: string; readonly choice: Choice | undefined } | undefined;

  /** @param choices Choices that were made; those that come later are added. */
  constructor(choices: Choice[]) {
    this.#choices = choices;
  }

  /** Decides from now on. */
  begin(world: World): void {
    this.#world = world;
    this.#footprint = new TieFootprint(world);
    world.kernel.order = new TieOrdering(this);
  }

  /** The run is over. */
  end(): void {
    this.#settle();
  }

  next(pending: readonly PendingEvent[], cycle: number): number {
    this.#settle();
    const names = this.#namesOf(pending);
    const isStep = (this.#world?.recorder.marks.length ?? 0) > 1;
    const index = isStep ? this.#choose(names, cycle) : 0;
    const { who = "", what = "" } = pending[index] ?? {};
    this.#counts.set(`${who}\0${what}`, (this.#counts.get(`${who}\0${what}`) ?? 0) + 1);
    const choice = isStep && names.length > 1 ? this.#choices[this.#taken - 1] : undefined;
    this.#last = { step: isStep ? this.steps.at(-1) : undefined, who, choice };
    return index;
  }

  #choose(names: readonly string[], cycle: number): number {
    const previous = this.steps.at(-1);
    if (previous?.cycle !== cycle) this.#sleep.clear();
    const place = this.steps.length;
    let name = names.find((each) => !this.#sleep.has(each));
    if (names.length > 1 && name !== undefined) {
      let choice = this.#choices[this.#taken++];
      if (choice === undefined) {
        choice = {
          step: place,
          pending: names,
          sleep: new Map(this.#sleep),
          done: new Map(),
          wanted: new Set([name]),
          chosen: name,
        };
        this.#choices.push(choice);
      }
      for (const [each, parts] of choice.done) this.#sleep.set(each, parts);
      name = choice.chosen;
    }
    if (name === undefined) {
      this.isRedundant = true;
      throw new Interruption();
    }
    this.steps.push({ name, pending: names, creator: this.#creatorOf(name, cycle), cycle, touched: new Set() });
    const index = names.indexOf(name);
    if (index > 0) this.tape.push({ decision: "tie", first: eventName(name), before: eventName(names[0] ?? "") });
    return index;
  }

  /** The step of this cycle after which an event was pending first. */
  #creatorOf(name: string, cycle: number): number {
    let first = this.steps.length;
    while (first > 0 && this.steps[first - 1]?.cycle === cycle && this.steps[first - 1]?.pending.includes(name)) {
      first--;
    }
    return first > 0 && this.steps[first - 1]?.cycle === cycle ? first - 1 : -1;
  }

  /** The event that was dispatched last is over: what it touched is known. */
  #settle(): void {
    if (this.#last === undefined) return;
    const { step, who, choice } = this.#last;
    this.#last = undefined;
    const touched = this.#footprint?.take(who) ?? new Set();
    if (step === undefined) return;
    step.touched = touched;
    choice?.done.set(step.name, touched);
    for (const [name, parts] of this.#sleep) if (dependent(parts, touched)) this.#sleep.delete(name);
  }

  /** Events by what they are, and the how many-th of that. */
  #namesOf(pending: readonly PendingEvent[]): readonly string[] {
    const before = new Map<string, number>();
    return pending.map(({ who, what }) => {
      const key = `${who}\0${what}`;
      const count = (before.get(key) ?? 0) + 1;
      before.set(key, count);
      return `${key}\0${(this.#counts.get(key) ?? 0) + count}`;
    });
  }
}

function eventName(name: string): EventName {
  const [who = "", what = "", ordinal] = name.split("\0");
  return { who, what, ordinal: Number(ordinal) };
}
