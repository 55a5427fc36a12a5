/**
 * What a step may do: the world, verdicts, names looked up, errors with their
 * place.
 *
 * @module
 */

import type { UniqueSessionId } from "../../../host/iscsidsc/structures.ts";
import { describeStatus } from "../../../host/status.ts";
import { quoted } from "../../kernel/given.ts";
import type { Process } from "../../kernel/process.ts";
import type { Cycles, Task } from "../../kernel/task.ts";
import { type AdapterUnit, SETTLE_NANOSECONDS, type World } from "../world/world.ts";
import type { EventTest, ShownFinding, Window } from "./looks/look.ts";
import type { FaultSummary, SessionSummary, Verdict } from "./report.ts";
import type { Outcome } from "./statuses.ts";
import type { Taken } from "./taken.ts";
import type { Tally } from "./tally.ts";

/** A target as steps know it. */
export interface NamedTarget {
  readonly name: string;
  readonly address: Uint8Array;
}

/** A login that has succeeded. */
export interface OpenLogin {
  readonly adapter: string;
  readonly target: string;
  /** What the API calls the session. */
  readonly id: UniqueSessionId;
  /** What the adapter calls it. */
  readonly session: number;
}

/** What a look has found, for whoever explains it. */
export interface Looked extends Pick<Verdict, "line" | "step" | "expected" | "actual" | "holds" | "taking"> {
  /** Which events show it: those of the first test that any event before it passes. */
  readonly shownBy: readonly EventTest[];
}

/** A run: what all of its steps share. */
export interface ScenarioRun {
  readonly world: World;
  readonly targets: readonly NamedTarget[];
  /** What expectations came to, in order. */
  readonly verdicts: Tally<Verdict>;
  /** Sessions that logins have led to, in order. */
  readonly sessions: Tally<SessionSummary>;
  /** What has come of faults, in order. */
  readonly faults: Tally<FaultSummary>;
  /** Tell of faults that had hit nothing when their steps ended; they are given whether the run has come to its end. */
  readonly unseen: ((isOver: boolean) => void)[];
  /** Logins that have succeeded, by the names of their steps. */
  readonly logins: Map<string, OpenLogin>;
  /** The processes that take steps: a run that is stopped ends them, so that nothing is judged any more. */
  readonly processes: Set<Process>;
  /** When the steps that have names began. */
  readonly windows: Map<string, Window>;
  /** How often each step has been taken, itself repeated or within others that are. */
  readonly takings: Map<object, number>;
  /** Told of each step when it begins. */
  readonly onTaken?: (taken: Taken) => void;
  /** The step around those that are taken. */
  readonly within?: Taken;
  /** Told of each look, in the moment of it. */
  readonly onLook?: (looked: Looked) => void;
  /** Which of several applications takes the steps, if there are several. */
  readonly application?: string;
  /** How often one of several applications has begun or ended a step. */
  readonly turns?: { count: number };
}

/** Which step it is, and the line of the file where it stands. */
interface StepPlace {
  /** How verdicts call it. */
  readonly type: string;
  /** Which of its repetitions it is, as verdicts say that: `, 2 of 5`. */
  readonly occurrence?: string;
  /** Which time it is taken, from 1. */
  readonly taking?: number;
  readonly line: number;
  /** How others call it. */
  readonly name?: string;
}

/**
 * Notes a verdict of a run.
 *
 * @param step What its step is called in each of its repetitions.
 */
export function noteVerdict({ verdicts }: Pick<ScenarioRun, "verdicts">, verdict: Verdict, step = verdict.step): void {
  verdicts.add(`${verdict.line} ${verdict.holds} ${step}: ${verdict.expected}`, verdict);
}

/** What one step gets besides its fields. */
export class StepContext {
  /** The world. */
  readonly world: World;
  /** The run that it is a step of. */
  readonly run: ScenarioRun;
  readonly #step: StepPlace;
  readonly #afterwards: (() => void)[] = [];
  readonly #atEnd: (() => void)[] = [];

  /**
   * The context of a step.
   *
   * @param run The run it is a step of.
   * @param step Where it stands.
   */
  constructor(run: ScenarioRun, step: StepPlace) {
    this.world = run.world;
    this.run = run;
    this.#step = step;
  }

  /** Judges something when the step has ended and the world has come to rest. */
  afterwards(judge: () => void): void {
    this.#afterwards.push(judge);
  }

  /** Judges something when the step has ended, and its faults have happened. */
  atEnd(judge: () => void): void {
    this.#atEnd.push(judge);
  }

  /**
   * Waits until the other applications have done what they do in this moment: in which order they and a look come to it
   * has to do with how long each has waited before, which nobody means.
   */
  *othersHaveActed(): Task {
    const { kernel } = this.world;
    const { turns } = this.run;
    const { cause } = kernel;
    for (let seen = -1; turns !== undefined && turns.count !== seen;) {
      seen = turns.count;
      yield* kernel.sleep(0);
    }
    kernel.cause = cause;
  }

  /** Ends the step. */
  *end(): Task {
    if (this.#afterwards.length > 0) {
      yield* this.settle();
      // The host may have given up a command that an adapter is still carrying out.
      while ([...this.world.adapters.values()].some(({ adapter }) => adapter.isWorking)) yield* this.settle();
    }
    for (const judge of [...this.#afterwards.splice(0), ...this.#atEnd.splice(0)]) judge();
  }

  /** Makes a call, as an application does of its own accord: what follows it, it has not led to. */
  *call<T>(task: Task<T>): Task<T> {
    const { kernel } = this.world;
    yield* kernel.sleep(0);
    const result = yield* task;
    kernel.cause = -1;
    return result;
  }

  /** Lets time pass. */
  *wait(cycles: Cycles): Task {
    const { kernel } = this.world;
    yield* kernel.sleep(cycles);
    kernel.cause = -1;
  }

  /** Waits until nothing comes up any more: adapters have booted or failed, and the service has synchronised them. */
  *settle(): Task {
    yield* this.wait(this.world.cycles(SETTLE_NANOSECONDS));
    yield* this.call(this.world.host.untilReady());
  }

  /** Gives a verdict: an expectation holds if what was found reads the same. */
  judge(expected: string, actual: string): void {
    this.verdict(expected, actual, expected === actual);
  }

  /** Gives a verdict of its own making. */
  verdict(expected: string, actual: string, holds: boolean): void {
    this.#note({ expected, actual, holds });
  }

  /** Gives a verdict on what a look has found. */
  found({ shownBy, ...finding }: ShownFinding): void {
    this.run.onLook?.({ ...this.#called(), ...finding, shownBy });
    this.#note(finding);
  }

  /**
   * Gives a verdict on what was answered besides a status.
   *
   * @param shownBy Which events show best why it is so.
   */
  answered(expected: string, actual: string, shownBy: EventTest, holds = expected === actual): void {
    if (holds) this.verdict(expected, actual, holds);
    else this.found({ expected, actual, holds, shownBy: [shownBy] });
  }

  /** Tells what came where anything would have done. */
  acceptAny(actual: string): void {
    this.#note({ expected: "anything", actual, holds: true, isUnjudged: true });
  }

  #note(verdict: Omit<Verdict, "line" | "step">): void {
    noteVerdict(this.run, { ...this.#called(), ...verdict }, this.#step.type);
  }

  /** How its verdicts call the step. */
  #called(): Pick<Verdict, "line" | "step" | "taking"> {
    const { type, line, occurrence = "", taking = 1 } = this.#step;
    return { line, step: `${type}${occurrence}`, ...(taking === 1 ? {} : { taking }) };
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
        return this.acceptAny(describe(status));
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
    const { line, type } = this.#step;
    this.run.sessions.add(`${line} ${type} ${session.adapter}`, { line, ...session });
  }

  /** Notes a login, for steps that name it. */
  noteLogin(login: OpenLogin): void {
    const { name } = this.#step;
    if (name !== undefined) this.run.logins.set(name, login);
  }

  /** What a login came to, by the name of its step; without one, that is a verdict, which holds where anything does. */
  login(name: string, expected: Outcome): OpenLogin | undefined {
    const login = this.run.logins.get(name);
    // A login that has failed is an outcome of the run, no mistake of the file.
    if (login !== undefined) return login;
    if (expected.type === "any") this.acceptAny(`no session of ${quoted(name)}`);
    else this.verdict(`the session of ${quoted(name)}`, "none", false);
    return undefined;
  }

  /** An adapter with what belongs to it; the reader has looked that there is one of the name. */
  unit(adapter: string): AdapterUnit {
    const unit = this.world.adapters.get(adapter);
    if (unit === undefined) throw new RangeError(`No adapter ${adapter} in this world`);
    return unit;
  }

  /** A target of the scenario, simulated or outside; the reader has looked that there is one of the name. */
  target(name: string): NamedTarget {
    const target = this.run.targets.find((each) => each.name === name);
    if (target === undefined) throw new RangeError(`No target ${name} in this scenario`);
    return target;
  }
}
