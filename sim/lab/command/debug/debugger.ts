/**
 * A place in a run, and what one does there: lines in, lines out.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import type { TraceEvent } from "../../../trace/recorder.ts";
import { Session, type SessionOptions } from "../../explore/session/session.ts";
import type { Subject } from "../../explore/tape/subject.ts";
import type { Moment } from "../../explore/tape/tape.ts";
import type { World } from "../../world/world.ts";
import { eventLines } from "../event_lines.ts";
import { momentOf, refuseOtherRun } from "../moment_text.ts";

/** A run in which somebody stands somewhere. */
export class Debugger {
  #session: Session;
  /** The runs that were left for a fork, and where. */
  readonly #left: { readonly session: Session; readonly here: Moment }[] = [];
  #here: Moment = { cycle: 0, sequence: -1 };
  /** Lines of all events of the session. */
  #lines: readonly string[];

  /**
   * Executes a run once, and stands at its beginning.
   *
   * @throws {InputError} The run is not understood.
   */
  constructor(subject: Subject, options: SessionOptions = {}) {
    this.#session = new Session(subject, options);
    this.#lines = linesOf(this.#session);
  }

  /** The run. */
  get session(): Session {
    return this.#session;
  }

  /** The number of the last event that has happened; -1 before the first. */
  get last(): number {
    return this.#here.sequence;
  }

  /** The world as it is here. */
  get world(): World {
    return this.#session.at(this.#here);
  }

  /** How many forks one is in. */
  get depth(): number {
    return this.#left.length;
  }

  /** The line of an event. */
  line(sequence: number): string {
    return this.#lines[sequence] ?? "(the end)";
  }

  /** The step of the scenario that is being taken here. */
  get step(): string {
    const { marks } = this.#session.outcome.world.recorder;
    const mark = marks.findLast(({ first }) => first <= Math.max(this.last, 0));
    return mark === undefined ? "before all" : mark.line === 0 ? mark.text : `line ${mark.line}: ${mark.text}`;
  }

  /**
   * Goes to an event that has just happened.
   *
   * @throws {InputError} There is no such event.
   */
  goTo(sequence: number): void {
    if (sequence < -1) throw new InputError("this is the beginning");
    this.#here = sequence < 0 ? { cycle: 0, sequence } : this.#session.momentOf(sequence);
  }

  /**
   * Goes to a moment that is written.
   *
   * @throws {InputError} It is none, or none of this run.
   */
  goToMoment(text: string): void {
    const moment = momentOf(text);
    refuseOtherRun(text, this.#session.outcome.world.recorder);
    if (moment.sequence >= 0) return this.goTo(moment.sequence);
    this.#here = { ...moment, sequence: this.#session.at(moment).recorder.length - 1 };
  }

  /** The next event that is meant, behind this place; `undefined` if there is none. */
  nextEvent(isMeant: (sequence: number) => boolean): number | undefined {
    for (let sequence = this.last + 1; sequence < this.#session.outcome.events; sequence++) {
      if (isMeant(sequence)) return sequence;
    }
    return undefined;
  }

  /** The last event that is meant, before the one that has just happened; `undefined` if there is none. */
  lastEvent(isMeant: (sequence: number) => boolean): number | undefined {
    return this.#session.lastEvent(({ sequence }) => isMeant(sequence), this.last)?.sequence;
  }

  /** All events at which something comes to pass in the world, looked at in order from the first. */
  eventsAt(comesToPass: (world: World, event: TraceEvent) => boolean): readonly number[] {
    const found: number[] = [];
    this.#session.back((world, event) => {
      if (comesToPass(world, event)) found.push(event.sequence);
      return false;
    });
    return found;
  }

  /**
   * Goes on in another future, which parts here.
   *
   * @throws {InputError} There is no future: this is the end.
   */
  fork(salt: string): void {
    const fork = this.#session.fork(this.#here, salt);
    this.#left.push({ session: this.#session, here: this.#here });
    this.#session = fork;
    this.#lines = linesOf(fork);
  }

  /** The run that was left for this fork. */
  get origin(): Session | undefined {
    return this.#left.at(-1)?.session;
  }

  /**
   * Goes back to the run that was left last, to the place where it was left.
   *
   * @throws {InputError} None was.
   */
  leave(): void {
    const left = this.#left.pop();
    if (left === undefined) throw new InputError("this is no fork: nothing was left");
    this.#session = left.session;
    this.#here = left.here;
    this.#lines = linesOf(left.session);
  }
}

function linesOf({ outcome: { world: { recorder, kernel } } }: Session): readonly string[] {
  return eventLines([...recorder.events()], kernel.frequencyHz);
}
