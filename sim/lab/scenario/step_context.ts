/**
 * What a step may do: the world, verdicts, names looked up, errors with their
 * place.
 *
 * @module
 */

import type { UniqueSessionId } from "../../../host/iscsidsc/structures.ts";
import { quoted } from "../../kernel/given.ts";
import { describeStatus } from "../../../host/status.ts";
import type { AdapterUnit, World } from "../world/world.ts";
import { ScenarioError } from "./mistake.ts";
import type { SessionSummary, Verdict } from "./report.ts";
import type { Outcome } from "./values.ts";

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
  readonly #run: ScenarioRun;
  readonly #step: StepPlace;
  readonly #afterwards: (() => void)[];

  /**
   * The context of a step.
   *
   * @param run The run it is a step of.
   * @param step Where it stands.
   * @param afterwards What is to be judged when the outermost step has ended.
   */
  constructor(run: ScenarioRun, step: StepPlace, afterwards: (() => void)[] = []) {
    this.world = run.world;
    this.#run = run;
    this.#step = step;
    this.#afterwards = afterwards;
  }

  /** The context of a step that this one contains. */
  within(step: StepPlace): StepContext {
    return new StepContext(this.#run, step, this.#afterwards);
  }

  /** Judges something when the step has ended, or the one that contains it, and the world has come to rest. */
  afterwards(judge: () => void): void {
    this.#afterwards.push(judge);
  }

  /** Ends the step. */
  end(): void {
    if (this.#afterwards.length > 0) this.world.settle();
    for (const judge of this.#afterwards.splice(0)) judge();
  }

  /** Gives a verdict: an expectation holds if what was found reads the same. */
  judge(expected: string, actual: string): void {
    this.verdict(expected, actual, expected === actual);
  }

  /** Gives a verdict of its own making. */
  verdict(expected: string, actual: string, holds: boolean): void {
    const { type: step, line } = this.#step;
    this.#run.verdicts.push({ line, step, expected, actual, holds });
  }

  /**
   * Gives a verdict on what a call has come to.
   *
   * @param expected What it may come to; of an interrupted setting more than the status is judged, by
   * {@linkcode afterwards}.
   */
  judgeStatus(status: number, expected: Outcome, describe: (status: number) => string = describeStatus): void {
    switch (expected.type) {
      case "any":
        return this.verdict("anything", describe(status), true);
      case "status":
        return this.verdict(
          expected.statuses.map(describe).join(" or "),
          describe(status),
          expected.statuses.includes(status),
        );
      case "old or new":
        return;
      default:
        expected satisfies never;
    }
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
    return new ScenarioError({
      file: this.#run.file,
      line,
      field: `${type}.${field}`,
      given: quoted(given),
      accepted,
    });
  }
}
