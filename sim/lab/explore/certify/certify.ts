/**
 * Certificates: no single fault and no pair of faults of some kinds breaks an
 * outcome, or here is one that does.
 *
 * Every single fault is executed. Pairs are reasoned about backwards, as Molly
 * does (Alvaro et al., SIGMOD 2015): a run in which the outcome came about has
 * a lineage, and whoever wants to break the outcome has to strike it. So a pair
 * is executed if each of its faults strikes the lineage that is left when the
 * other alone has struck; operations that a fault has brought about, such as a
 * repeated datagram, are struck first, since they took the place of what was
 * lost.
 *
 * A fault counts as one that strikes a lineage if the operation that it hits is
 * part of it, or if the outcome came about in another way with it than without:
 * the second catches what no event names, such as a driver that was not ready.
 * Where the outcome can hang on when things happen, a fault strikes it, too, that
 * shifts anything at a part of the world before that part is done with it: two
 * delays of another application that do no harm alone add up.
 *
 * @module
 */

import type { Fault, FaultKind } from "../../faults/fault.ts";
import type { Verdict } from "../../scenario/report.ts";
import { CampaignMemory } from "../../world/campaign_memory.ts";
import type { WorldOptions } from "../../world/world_options.ts";
import type { Outcome } from "../execute.ts";
import { opened, type Subject } from "../tape/subject.ts";
import { allRuns, type ByRuns } from "./by_runs.ts";
import { BUDGET_KINDS, hypothesesAt, type Hypothesis } from "./fault_hypotheses.ts";
import type { Lineage, Parents } from "./lineage.ts";
import { noteOperations, type Operation } from "./operations.ts";
import { lastUses, type Moments, shiftsBefore, shiftsOf, type Timing, timingOf } from "./timing.ts";
import { executeJudged, type JudgedRun, WantedOutcome } from "./outcome.ts";

/** What is certified, and how. */
export interface CertifyOptions {
  /** How many faults at once: 2 by default. */
  readonly degree?: 1 | 2;
  /** Of which kinds; {@linkcode BUDGET_KINDS} by default. */
  readonly kinds?: readonly FaultKind[];
  /** Lines of the expectations that are the outcome; all by default. */
  readonly lines?: readonly number[];
  /** Puts other parts into the world. */
  readonly world?: (options: WorldOptions) => WorldOptions;
  /** What events of a run came from; what its trace says, by default. */
  readonly parentsOf?: (run: Outcome) => (sequence: number) => Parents;
  /** Told of each run that was executed. */
  readonly onRun?: (faults: readonly Fault[]) => void;
}

/** Faults that break an outcome. */
export interface Counterexample {
  /** One, or two that break it only together. */
  readonly faults: readonly Fault[];
  /** What does not hold with them. */
  readonly broken: Verdict;
  /** The run. */
  readonly outcome: Outcome;
}

/** What has come of it. */
export interface Certificate {
  /** How many faults at once. */
  readonly degree: 1 | 2;
  /** Of which kinds. */
  readonly kinds: readonly FaultKind[];
  /** Single faults that can happen in the run without faults. */
  readonly singles: number;
  /** Pairs that strike every lineage. */
  readonly pairs: number;
  /** Pairs that can happen, and leave a lineage as it is. */
  readonly pairsLeftOut: number;
  /** Runs that were executed, the one without faults included. */
  readonly executions: number;
  /** What breaks the outcome; `undefined` if nothing does. */
  readonly counterexample: Counterexample | undefined;
}

/** A run with a single fault, in which the outcome came about. */
interface Survived {
  readonly hypothesis: Hypothesis;
  /** What can happen in it, by name. */
  readonly possible: ReadonlyMap<string, Hypothesis>;
  readonly lineage: Lineage;
  /** Whether the outcome has another lineage than without the fault. */
  readonly isOther: boolean;
  /** From when on components did something else than without the fault; empty if nothing hangs on times. */
  readonly shifts: Moments;
  /** When they had their last part in the outcome. */
  readonly uses: Moments;
}

/** A pair of faults that can happen. */
interface Pair {
  readonly name: string;
  readonly faults: readonly [Fault, Fault];
  /** Whether the second strikes what the first has brought about. */
  readonly isNew: boolean;
  /** Whether they strike every lineage that is known. */
  readonly strikes: boolean;
}

/**
 * Certifies an outcome of a scenario.
 *
 * @param subject The run without these faults; what its tape has stays on it.
 * @throws {InputError} The outcome does not come about without faults, or nothing is expected.
 */
export function certify(subject: Subject, options: CertifyOptions = {}): Certificate {
  return allRuns(certifyByRuns(subject, options));
}

/** The same, a run at a time. */
export function* certifyByRuns(subject: Subject, options: CertifyOptions): ByRuns<Certificate> {
  return yield* new Certification(subject, options).runs();
}

class Certification {
  readonly #subject: Subject;
  readonly #options: CertifyOptions;
  readonly #kinds: readonly FaultKind[];
  readonly #wanted: WantedOutcome;
  readonly #memory = new CampaignMemory({ keepsTraces: true });
  /** Single faults that have not broken the outcome, by name. */
  readonly #survived = new Map<string, Survived>();
  /** The names of pairs that were executed. */
  readonly #tried = new Set<string>();
  #executions = 0;
  #counterexample: Counterexample | undefined;
  /** When things happen without faults, if the outcome can hang on it. */
  #timing: Timing | undefined;

  constructor(subject: Subject, options: CertifyOptions) {
    this.#subject = { ...subject, scenario: opened(subject.scenario) };
    this.#options = options;
    this.#kinds = options.kinds ?? BUDGET_KINDS;
    this.#wanted = new WantedOutcome(this.#subject.scenario, options.lines, options.parentsOf);
  }

  *runs(): ByRuns<Certificate> {
    const good = this.#execute([]);
    this.#wanted.mustHold(good.outcome);
    const lineage = this.#wanted.lineage(good);
    const { tape = [] } = this.#subject;
    if (this.#wanted.isTimed || tape.length > 0) this.#timing = timingOf(good.outcome.world.recorder);
    const all = hypothesesAt(good.operations, this.#kinds);
    const soFar = () => this.#soFar(all, lineage);
    yield soFar;
    for (const _ of this.#attempts(all, lineage)) yield soFar;
    return soFar();
  }

  /** Executes what can break the outcome, a hypothesis at a time. */
  *#attempts(all: readonly Hypothesis[], lineage: Lineage): Generator<void> {
    const isStruck = ({ event }: Hypothesis) => lineage.events.has(event);
    for (const hypotheses of [all.filter(isStruck), all]) {
      for (const kind of this.#kinds) {
        yield* this.#attemptSingles(hypotheses.filter(({ fault }) => fault.harm.kind === kind), lineage);
        yield* this.#attemptPairs(this.#pairs(all, lineage).filter(({ isNew }) => isNew));
      }
      yield* this.#attemptPairs(this.#pairs(all, lineage));
    }
  }

  #soFar(all: readonly Hypothesis[], lineage: Lineage): Certificate {
    const pairs = this.#pairs(all, lineage);
    const struck = pairs.filter(({ strikes }) => strikes).length;
    return {
      degree: this.#options.degree ?? 2,
      kinds: this.#kinds,
      singles: all.length,
      pairs: struck,
      pairsLeftOut: pairs.length - struck,
      executions: this.#executions,
      counterexample: this.#counterexample,
    };
  }

  /** Executes single faults, but for those that were executed, until one breaks the outcome. */
  *#attemptSingles(hypotheses: readonly Hypothesis[], { shape }: Lineage): Generator<void> {
    for (const hypothesis of hypotheses) {
      if (this.#counterexample !== undefined) return;
      if (this.#survived.has(nameOf(hypothesis))) continue;
      const run = this.#attempt([hypothesis.fault]);
      if (run === undefined) return;
      const lineage = this.#wanted.lineage(run);
      const possible = new Map(hypothesesAt(run.operations, this.#kinds).map((each) => [nameOf(each), each]));
      const isOther = lineage.shape !== shape;
      const { recorder } = run.outcome.world;
      const shifts = this.#timing === undefined ? new Map() : shiftsOf(timingOf(recorder), this.#timing);
      const uses = lastUses(recorder, lineage);
      this.#survived.set(nameOf(hypothesis), { hypothesis, possible, lineage, isOther, shifts, uses });
      yield;
    }
  }

  /** Executes pairs that strike every lineage, but for those that were executed, until one breaks the outcome. */
  *#attemptPairs(pairs: readonly Pair[]): Generator<void> {
    for (const { name, faults, strikes } of pairs) {
      if (this.#counterexample !== undefined) return;
      if (!strikes || this.#tried.has(name)) continue;
      this.#tried.add(name);
      this.#attempt(faults);
      yield;
    }
  }

  #pairs(all: readonly Hypothesis[], lineage: Lineage): readonly Pair[] {
    return this.#options.degree === 1 ? [] : pairsOf(this.#survived, all, lineage);
  }

  /** Executes a run with some faults; `undefined` if they break the outcome. */
  #attempt(faults: readonly Fault[]): Executed | undefined {
    const run = this.#execute(faults);
    const broken = this.#wanted.broken(run.outcome);
    if (broken === undefined) return run;
    this.#counterexample = { faults, broken, outcome: run.outcome };
    return undefined;
  }

  #execute(faults: readonly Fault[]): Executed {
    this.#executions++;
    this.#options.onRun?.(faults);
    let operations: readonly Operation[] = [];
    const { tape = [] } = this.#subject;
    const run = executeJudged(
      { ...this.#subject, tape: [...tape, ...faults.map((fault) => ({ decision: "fault", fault } as const))] },
      {
        adapt: (options) => ({ ...this.#options.world?.(options) ?? options, campaign: this.#memory }),
        onWorld: (world) => operations = noteOperations(world),
      },
    );
    return { ...run, operations };
  }
}

/** A run, and what could have gone wrong in it. */
interface Executed extends JudgedRun {
  readonly operations: readonly Operation[];
}

function nameOf({ fault: { harm }, operation }: Hypothesis): string {
  return `${harm.kind} at ${operation}`;
}

/**
 * All pairs of which it can be told by the single faults that were executed, each once.
 *
 * @param all What can happen in the run without faults, whose lineage it is.
 */
function pairsOf(
  survived: ReadonlyMap<string, Survived>,
  all: readonly Hypothesis[],
  lineage: Lineage,
): readonly Pair[] {
  const known = new Set(all.map(nameOf));
  const pairs = new Map<string, Pair>();
  for (const [first, { hypothesis: a, possible, lineage: left, isOther, shifts, uses }] of survived) {
    for (const [second, b] of possible) {
      const other = survived.get(second);
      const isNew = !known.has(second);
      if (b.operation === a.operation || (other === undefined && !isNew)) continue;
      const name = [first, second].toSorted().join(" and ");
      const aLeft = other?.possible.get(first);
      // What shifts what the other leaves strikes it; of what the first has brought about nobody knows whether it does.
      const shiftsOther = shiftsBefore(shifts, other?.uses ?? uses);
      const isShifted = other === undefined ? shiftsOther : shiftsBefore(other.shifts, uses);
      const strikes = (isOther || shiftsOther || lineage.events.has(a.event)) &&
        (other?.isOther === true || isShifted || left.events.has(b.event)) &&
        (isNew || isOther || shiftsOther ||
          (aLeft !== undefined && other?.lineage.events.has(aLeft.event) === true));
      if (pairs.get(name)?.strikes !== true) pairs.set(name, { name, faults: [a.fault, b.fault], isNew, strikes });
    }
  }
  return [...pairs.values()];
}
