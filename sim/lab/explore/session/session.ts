/**
 * Time travel by execution again: to any moment of a run, back to the last one
 * at which something held, and into another future.
 *
 * @module
 */

import { given } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import type { TraceEvent } from "../../../trace/recorder.ts";
import type { World } from "../../world/world.ts";
import { type Outcome, outcomeOf } from "../execute.ts";
import { Execution, type ExecutionOptions } from "../execution.ts";
import { tellOther } from "../oracle/own_answer.ts";
import { isNotAfter, requireMoment, tellMoment } from "../tape/moment.ts";
import { opened, type Subject } from "../tape/subject.ts";
import type { Moment } from "../tape/tape.ts";
import { type Difference, differenceOf } from "./difference.ts";
import { ParkedWorlds } from "./parked_worlds.ts";

/** How a session goes about it. */
export interface SessionOptions extends Omit<ExecutionOptions, "strategy"> {
  /** How many worlds it keeps where they stopped, to go on from there: 1 or more, 64 by default. */
  readonly parked?: number;
  /** What comes of the run, if it was executed before, with the same options; it is executed by default. */
  readonly outcome?: Outcome;
}

/**
 * A run in which one goes to and fro. Nothing is ever undone: a moment is reached by going on from a world that stopped
 * before it, or by execution from the beginning. Worlds are for looking at: one that is changed is told from the run
 * by the hashes of its events at the latest, and dropped.
 *
 * @example The moment before a key was forgotten
 * ```ts
 * import { Session } from "@hba/sim/explore";
 *
 * const source = `
 * name: a key, and no power
 * adapters: { hba0: { storage: ram, ports: [192.0.2.10] } }
 * steps:
 *   - setGroupKey: { key: for all }
 *   - powerCycle: { adapter: hba0 }
 * `;
 * const session = new Session({ scenario: { file: "lost.yaml", source } });
 * const hasKey = (world: typeof session.outcome.world) =>
 *   world.adapters.get("hba0")?.adapter.cache?.keyTable.copyGroupKey() !== undefined;
 * const last = session.back((world) => hasKey(world));
 * if (last === undefined || !hasKey(session.at(last))) throw new Error("the key was never there");
 * ```
 */
export class Session {
  /** What is run. */
  readonly subject: Subject;
  /** What comes of it in the end. */
  readonly outcome: Outcome;
  /** The same, its scenario read: it is executed often. */
  readonly #read: Subject;
  readonly #options: SessionOptions;
  readonly #parked: ParkedWorlds;
  #searched = 0;

  /**
   * Executes a run once.
   *
   * @throws {InputError} The scenario is not understood, a part of the world is refused, or so is an option.
   * @throws {FaultError} A fault of the tape cannot happen in the world.
   */
  constructor(subject: Subject, options: SessionOptions = {}) {
    const { outcome, ...others } = options;
    const { parked = 64 } = others;
    if (!Number.isSafeInteger(parked) || parked < 1) {
      throw new InputError(`parked: ${given(parked)}, expected a whole number from 1`);
    }
    this.subject = subject;
    this.#read = { ...subject, scenario: opened(subject.scenario) };
    this.#options = others;
    this.outcome = outcome ?? outcomeOfRun(this.#read, others);
    this.#parked = new ParkedWorlds(this.#read, others, this.outcome.hashes, parked);
  }

  /** How many events of the kernel were dispatched again to get to moments. */
  get reexecuted(): number {
    return this.#parked.reexecuted + this.#searched;
  }

  /**
   * The event with a number.
   *
   * @throws {InputError} The run has none of that number.
   */
  event(sequence: number): TraceEvent {
    const { recorder } = this.outcome.world;
    if (Number.isInteger(sequence) && sequence >= 0 && sequence < recorder.length) return recorder.at(sequence);
    throw new InputError(`there is no event ${sequence}: the run has ${recorder.length}, from 0 on`);
  }

  /** The moment right after an event. */
  momentOf(sequence: number): Moment {
    const { cycle } = this.event(sequence);
    return { cycle, sequence };
  }

  /**
   * The world as it was at a moment. It stays as it is until the next call.
   *
   * @throws {InputError} The run has ended before, or it is no moment of any run.
   */
  at(moment: Moment): World {
    requireMoment(moment);
    const isInRun = moment.sequence < this.outcome.events && moment.cycle <= this.outcome.world.now;
    const world = isInRun ? this.#parked.at(moment) : undefined;
    if (world !== undefined) return world;
    if (moment.sequence >= this.outcome.events) this.event(moment.sequence);
    throw new InputError(`there is no ${tellMoment(moment)}: the run ends in cycle ${this.outcome.world.now}`);
  }

  /**
   * The run that is the same up to a moment; then all chance begins anew.
   *
   * @param salt Another one, another future; the same one, the same.
   * @throws {InputError} The run has ended before, it is no moment of any run, or the salt is no text.
   */
  fork(moment: Moment, salt: string): Session {
    requireMoment(moment);
    if (typeof salt !== "string") throw new InputError(`salt: ${given(salt)}, expected a text`);
    const { recipe = [] } = this.subject;
    const splits = [...recipe.filter(({ at }) => isNotAfter(at, moment)), { at: moment, salt }];
    const fork = new Session({ ...this.#read, recipe: splits }, this.#options);
    if (!fork.outcome.misfits.some(({ deviation }) => deviation === undefined)) return fork;
    throw new InputError(`there is no ${tellMoment(moment)} to fork at: the run has ended before`);
  }

  /**
   * The last event that is meant, found in the trace.
   *
   * @param before Only events before this number; all by default.
   * @throws {InputError} That is no number of an event, or `isMeant` answers neither true nor false.
   */
  lastEvent(isMeant: (event: TraceEvent) => boolean, before: number = this.outcome.events): Moment | undefined {
    requireNumber(before);
    for (let sequence = Math.min(before, this.outcome.events) - 1; sequence >= 0; sequence--) {
      const event = this.event(sequence);
      if (requireAnswer("isMeant", isMeant(event))) return { cycle: event.cycle, sequence };
    }
    return undefined;
  }

  /**
   * The last moment at which something held, looked at after each event while the run is executed once more.
   *
   * @param holds Must change nothing.
   * @param before Only events before this number; all by default.
   * @throws {InputError} That is no number of an event, or `holds` answers neither true nor false.
   */
  back(
    holds: (world: World, event: TraceEvent) => boolean,
    before: number = this.outcome.events,
  ): Moment | undefined {
    requireNumber(before);
    const execution = new Execution(this.#read, this.#options);
    const { world } = execution;
    const { recorder } = world;
    let last: Moment | undefined;
    let failure: { readonly error: unknown } | undefined;
    recorder.watch((sequence) => {
      if (sequence >= before || failure !== undefined) return;
      const event = recorder.at(sequence);
      try {
        if (requireAnswer("holds", holds(world, event))) last = { cycle: event.cycle, sequence };
      } catch (error) {
        // It is thrown in the middle of a task, which has nothing to do with it.
        failure = { error };
      }
    });
    if (before > 0) execution.goOn(this.momentOf(Math.min(before, this.outcome.events) - 1));
    this.#searched += world.kernel.dispatched;
    if (failure !== undefined) throw failure.error;
    return last;
  }

  /** Where this run and another part, and both worlds at the end of that cycle; `undefined` if they are the same. */
  diff(other: Session): Difference | undefined {
    return differenceOf(this, other);
  }
}

/** Refuses what is no number of an event; before the first is -1. */
function requireNumber(before: number): void {
  if (Number.isSafeInteger(before) && before >= -1) return;
  throw new InputError(`before: ${given(before)}, expected the number of an event: \`sequence\` of a moment`);
}

/** What a function of the user's own has answered: a promise would count as true, nothing at all as false. */
function requireAnswer(name: string, answer: unknown): boolean {
  if (typeof answer === "boolean") return answer;
  throw new InputError(`${name}: ${tellOther(answer, "true or false")}`);
}

function outcomeOfRun(subject: Subject, options: SessionOptions): Outcome {
  const execution = new Execution(subject, options);
  execution.goOn();
  return outcomeOf(execution);
}
