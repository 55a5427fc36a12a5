/**
 * What a step may do: the world, verdicts, names looked up, errors with their
 * place.
 *
 * @module
 */

import { IsdscStatus } from "../../../firmware/manual/interface.ts";
import type { UniqueSessionId } from "../../../host/iscsidsc.ts";
import { describeStatus } from "../../../host/status.ts";
import type { AdapterUnit, World } from "../world/world.ts";
import { ScenarioError } from "./read_yaml.ts";
import type { SessionSummary, Verdict } from "./report.ts";

/** A target as steps know it. */
export interface NamedTarget {
  readonly name: string;
  readonly address: Uint8Array;
}

/** A login that has succeeded, and was not logged out. */
export interface OpenLogin {
  readonly adapter: string;
  readonly target: string;
  readonly session: UniqueSessionId;
}

/** A run: what all of its steps share. */
export interface ScenarioRun {
  /** The file's name, for errors. */
  readonly file: string;
  readonly world: World;
  readonly targets: readonly NamedTarget[];
  /** What expectations came to, in order. */
  readonly verdicts: Verdict[];
  /** Sessions that logins have led to, in order. */
  readonly sessions: SessionSummary[];
  /** Logins that no step has ended, in order. */
  readonly logins: OpenLogin[];
}

/** Which step it is, and the line of the file where it stands. */
interface StepPlace {
  readonly type: string;
  readonly line: number;
}

/** What one step gets besides its fields. */
export class StepContext {
  /** The world. */
  readonly world: World;
  /** False in the middle of a power cut, where nobody can say what a call returns unless the step does. */
  readonly judged: boolean;
  readonly #run: ScenarioRun;
  readonly #step: StepPlace;

  /**
   * The context of a step.
   *
   * @param run The run it is a step of.
   * @param step Where it stands.
   * @param judged Whether calls must succeed where the step says nothing.
   */
  constructor(run: ScenarioRun, step: StepPlace, judged: boolean = true) {
    this.world = run.world;
    this.judged = judged;
    this.#run = run;
    this.#step = step;
  }

  /** The context of a step that this one contains, during which the power goes. */
  interrupted(step: StepPlace): StepContext {
    return new StepContext(this.#run, step, false);
  }

  /** Gives a verdict: an expectation holds if what was found reads the same. */
  judge(expected: string, actual: string): void {
    const { type: step, line } = this.#step;
    this.#run.verdicts.push({ line, step, expected, actual, holds: expected === actual });
  }

  /**
   * Gives a verdict on an ISDSC status.
   *
   * @param expected What the step says; if it says nothing, success is expected of a step that is judged.
   */
  judgeStatus(status: number, expected: number | undefined): void {
    if (expected === undefined && !this.judged) return;
    this.judge(describeStatus(expected ?? IsdscStatus.SUCCESS), describeStatus(status));
  }

  /** Notes the session that the step has led to. */
  noteSession(session: Omit<SessionSummary, "line">): void {
    this.#run.sessions.push({ line: this.#step.line, ...session });
  }

  /** Notes a login, to be logged out. */
  noteLogin(login: OpenLogin): void {
    this.#run.logins.push(login);
  }

  /** Takes out the newest login of an adapter at a target; `undefined` if there is none. */
  takeLogin(adapter: string, target: string): OpenLogin | undefined {
    const { logins } = this.#run;
    const index = logins.findLastIndex((each) => each.adapter === adapter && each.target === target);
    return index < 0 ? undefined : logins.splice(index, 1)[0];
  }

  /**
   * An adapter with what belongs to it.
   *
   * @throws {ScenarioError} There is none of the name.
   */
  unit(adapter: string): AdapterUnit {
    const unit = this.world.adapters.get(adapter);
    if (unit !== undefined) return unit;
    throw this.error("adapter", adapter, `one of ${[...this.world.adapters.keys()].join(", ")}`);
  }

  /**
   * A target of the scenario, simulated or outside.
   *
   * @throws {ScenarioError} There is none of the name.
   */
  target(name: string): NamedTarget {
    const { targets } = this.#run;
    const target = targets.find((each) => each.name === name);
    if (target !== undefined) return target;
    throw this.error("target", name, `one of ${targets.map((each) => each.name).join(", ") || "no targets"}`);
  }

  /** The error that refuses a field of the step. */
  error(field: string, given: string, accepted: string): ScenarioError {
    const { type, line } = this.#step;
    return new ScenarioError(
      { file: this.#run.file, line, field: `${type}.${field}` },
      JSON.stringify(given),
      accepted,
    );
  }
}
