/**
 * A run of a scenario in legs: its world, and what happens in it, so that it
 * can be stopped anywhere and go on later.
 *
 * @module
 */

import { Interruption } from "../../kernel/outside.ts";
import { ProcessError } from "../../kernel/process_error.ts";
import type { Task } from "../../kernel/task.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import type { Fault } from "../faults/fault.ts";
import { ForeignModuleError } from "../foreign/foreign_module_error.ts";
import { refuseImpossible } from "../faults/fault_error.ts";
import { type FaultOutcome, PlannedFaults } from "../faults/injector.ts";
import { type Course, StandstillError } from "../world/course.ts";
import type { World } from "../world/world.ts";
import type { WorldOptions } from "../world/world_options.ts";
import { LAST_EVENTS, lastEvents } from "../world/world_report.ts";
import { toldWhole } from "./all_mistakes.ts";
import { takeStep } from "./block.ts";
import { checkFile } from "./check_file.ts";
import { InvariantWatch } from "./invariants.ts";
import type { Failure, ScenarioReport } from "./report.ts";
import { judgedOf } from "./report_words.ts";
import type { Scenario, ScenarioFile } from "./scenario.ts";
import { type AnyStep, labelOf, placeOf } from "./step.ts";
import { type Looked, noteVerdict, type ScenarioRun } from "./step_context.ts";
import { StepFaults } from "./step_faults.ts";
import { ALL_STEPS } from "./steps/table.ts";
import type { Taken } from "./taken.ts";
import { Tally } from "./tally.ts";
import { limitTime, TimeLimitError } from "./time_limit.ts";
import { type ScenarioOverrides, worldOf } from "./world_of_scenario.ts";

/** How a scenario is run. */
export interface RunOptions extends ScenarioOverrides {
  /** Told of the world before its power comes, to connect something to it. */
  readonly onWorld?: (world: World) => void;
  /** Told of the world after its last step, or where the run was interrupted: to bring things outside to an end. */
  readonly onEnd?: (world: World) => void;
  /** The file's name, for errors. */
  readonly file?: string;
  /** Which case of the file, as reports name it: `cut=5100us`; the only one by default. */
  readonly case?: string;
  /** Parameters with other values than the file's, by name. */
  readonly set?: Readonly<Record<string, string>>;
  /** Puts other parts into the world than the file's: a key store, a flash part, sessions of one's own. */
  readonly adapt?: (options: WorldOptions) => WorldOptions;
  /** Files that the scenario names, by these names: modules of adapters. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Told of each step, with what happened in it. */
  readonly onStep?: (step: string, events: readonly TraceEvent[], frequencyHz: number) => void;
}

/** How a scenario is run of which more is decided than its file says. */
export interface CourseOptions extends RunOptions {
  /** What becomes of the steps of the file. */
  readonly alterSteps?: (steps: Scenario["steps"]) => Scenario["steps"];
  /** Faults besides the file's, planned when power comes; they may miss. */
  readonly faults?: readonly Fault[];
  /** Told of each look, in the moment of it. */
  readonly onLook?: (looked: Looked) => void;
  /** Told of each step when it begins, those within others, too, each time. */
  readonly onTaken?: (taken: Taken) => void;
  /** Told of each step of the file that has ended. */
  readonly onStepEnd?: (step: AnyStep) => void;
  /** An end of the run that is neither a mistake nor anything of the world's, in words; it is a verdict. */
  readonly describeEnd?: (error: unknown) => string | undefined;
}

/** What has come of a run with all that was decided; its digest is made for who asks for it ({@linkcode digested}). */
export interface CourseReport extends Omit<ScenarioReport, "digest"> {
  /** What has come of the faults besides the file's, in order. */
  readonly plannedFaults: readonly FaultOutcome[];
}

/** A run that has begun. */
export interface ScenarioCourse {
  /** Its world, without power. */
  readonly world: World;
  /** The run as it stands. */
  readonly run: ScenarioRun;
  /** What happens. */
  readonly course: Course<CourseReport>;
}

/**
 * Builds the world of a case of a scenario file and begins its run.
 *
 * @throws {ScenarioError} The scenario's parts contradict one another, or a step names an adapter or target that it does
 * not have.
 * @throws {WorldOptionsError} The seed or image of the options is not accepted.
 * @throws {FaultError} A fault besides the file's cannot happen in its world.
 */
export function beginScenario(opened: ScenarioFile, options: CourseOptions): ScenarioCourse {
  const { scenario } = opened;
  const world = toldWhole(opened, () => {
    const built = worldOf(opened, options, options.adapt);
    checkFile(opened, built);
    return built;
  });
  const run = runOf(opened, world, options);
  refuseImpossible(options.faults ?? [], world);
  options.onWorld?.(world);
  // Behind whoever notes accidents: what has broken an invariant is among them.
  const lineOf = (ordinal: number) => opened.yaml.lineOf(`invariants[${ordinal}!]`);
  const invariants = new InvariantWatch(scenario.invariants ?? [], world, { lineOf, onLook: options.onLook });
  limitTime(world, world.cycles(scenario.limit));
  return { world, run, course: courseOf(opened, options, run, invariants) };
}

function* courseOf(
  { scenario, case: name }: ScenarioFile,
  options: CourseOptions,
  run: ScenarioRun,
  invariants: InvariantWatch,
): Course<CourseReport> {
  const { world } = run;
  const steps = new StepReporter(run, options);
  const progress: Progress = { current: undefined, plannedFaults: [] };
  const ending = yield* endingOf(storyOf(scenario, options, run, steps, progress), options, world);
  const interrupted = ending === "interrupted";
  for (const tell of run.unseen) tell(ending === "ended");
  const { current, plannedFaults } = progress;
  if (ending !== "ended" && ending !== "interrupted") {
    const { line = 1, type = "power on" } = current ?? {};
    const expected = `an end of the run within ${scenario.limit / 1e9} s`;
    // Of a step that is taken again and again the time that was under way.
    const taking = current === undefined ? 1 : run.takings.get(current) ?? 1;
    const time = taking === 1 ? {} : { taking };
    noteVerdict(run, { line, step: type, expected, actual: ending.stuck, holds: false, ...time });
  }
  if (interrupted) steps.end("interrupted");
  else if (ending !== "ended") steps.end(current === undefined ? "power on" : titleOf(current));
  for (const verdict of invariants.verdicts()) noteVerdict(run, verdict);
  const verdicts = run.verdicts.list;
  return {
    name: scenario.name,
    case: name,
    seed: String(options.seed ?? scenario.seed ?? "1"),
    verdicts,
    sessions: run.sessions.list,
    faults: run.faults.list,
    interrupted,
    holds: !interrupted && verdicts.every(({ holds }) => holds) &&
      (judgedOf(verdicts).length > 0 || scenario.allowNothing),
    ...(steps.failure === undefined ? {} : { failure: steps.failure }),
    world,
    plannedFaults,
  };
}

/** The report of a run that is over, with the digest of its trace. */
export function digested({ plannedFaults: _, world, ...report }: CourseReport): ScenarioReport {
  return { ...report, digest: world.digest(), world };
}

/** How far a run has come. */
interface Progress {
  /** The step that is being taken, or was when the run ended; `undefined` before the first. */
  current: AnyStep | undefined;
  /** What has come of the faults besides the file's. */
  plannedFaults: readonly FaultOutcome[];
}

/** What happens from the moment at which power comes to the last step. */
function* storyOf(
  scenario: Scenario,
  options: CourseOptions,
  run: ScenarioRun,
  steps: StepReporter,
  progress: Progress,
): Course<void> {
  const { world } = run;
  world.recorder.mark(0, "power on");
  // Ordinals of the whole run count from here.
  const faults = new StepFaults(scenario.faults ?? [], run);
  const planned = new PlannedFaults(options.faults ?? [], world);
  const healed = function* (): Task {
    yield* faults.healed();
    yield* planned.healed();
  };
  try {
    world.powerOn();
    yield* world.settling();
    steps.end("power on");
    const begin = world.now;
    for (const step of options.alterSteps?.(scenario.steps) ?? scenario.steps) {
      progress.current = step;
      world.recorder.mark(step.line, labelOf(ALL_STEPS, step));
      yield* stepCourse(run, takeStep(ALL_STEPS, step, run, begin), healed);
      steps.end(titleOf(step));
      options.onStepEnd?.(step);
    }
    faults.end({ type: "the run" });
  } finally {
    progress.plannedFaults = planned.end();
  }
}

/** What a run calls a step. */
function titleOf(step: AnyStep): string {
  return `${placeOf(step)}: ${labelOf(ALL_STEPS, step)}`;
}

/** Runs a step to its end. What it has recorded last leads to the next one, as if one program took both. */
function* stepCourse({ world, processes }: ScenarioRun, step: Task, healed: () => Task): Course<void> {
  const { kernel } = world;
  let cause = -1;
  const remembering = function* (): Task {
    processes.add(kernel.current);
    yield* step;
    cause = kernel.cause;
    // What a fault of the whole run has taken is back when the next step begins.
    yield* healed();
  };
  try {
    yield* world.running(remembering(), Number.MAX_SAFE_INTEGER - world.now);
  } catch (error) {
    // The world goes on, to bring things outside to an end; the story does not.
    for (const process of processes) kernel.killProcess(process);
    throw error;
  }
  processes.clear();
  kernel.cause = cause;
}

function runOf({ scenario }: ScenarioFile, world: World, { onLook, onTaken }: CourseOptions): ScenarioRun {
  return {
    world,
    targets: scenario.targets ?? [],
    verdicts: new Tally(),
    sessions: new Tally(),
    faults: new Tally(),
    unseen: [],
    logins: new Map(),
    windows: new Map(),
    processes: new Set(),
    takings: new Map(),
    ...(onTaken === undefined ? {} : { onTaken }),
    ...(onLook === undefined ? {} : { onLook }),
  };
}

/** How the steps of a run have ended. */
type Ending = "ended" | "interrupted" | { readonly stuck: string };

/** How steps end; what they have come to stands, even if they were stopped. */
function* endingOf(steps: Course<void>, { onEnd, describeEnd }: CourseOptions, world: World): Course<Ending> {
  try {
    yield* steps;
    return "ended";
  } catch (error) {
    if (error instanceof Interruption) return "interrupted";
    if (error instanceof TimeLimitError) return { stuck: "none" };
    if (error instanceof StandstillError) return { stuck: error.message };
    const stuck = describeEnd?.(error) ?? foreignEnd(error);
    if (stuck === undefined) throw error;
    return { stuck };
  } finally {
    // Whatever becomes of the steps: a peer outside must hear that its sessions are over.
    onEnd?.(world);
  }
}

/** What a module under test has done wrong is a finding: it was all right when the world was built. */
function foreignEnd(error: unknown): string | undefined {
  const cause = error instanceof ProcessError ? error.cause : undefined;
  return cause instanceof ForeignModuleError ? cause.message : undefined;
}

/** Tells of each step with the events since the one before, and keeps the first in which something does not hold. */
class StepReporter {
  readonly #run: ScenarioRun;
  readonly #onStep: RunOptions["onStep"];
  #begin = 0;
  #failure: Failure | undefined;

  constructor(run: ScenarioRun, { onStep }: RunOptions) {
    this.#run = run;
    this.#onStep = onStep;
  }

  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** A step has ended. */
  end(step: string): void {
    const { world } = this.#run;
    const { kernel } = world;
    if (this.#failure === undefined && this.#run.verdicts.list.some(({ holds }) => !holds)) {
      const last = lastEvents(world, this.#begin, LAST_EVENTS);
      this.#failure = { step, events: last, waiting: world.standstill() };
    }
    this.#onStep?.(step, lastEvents(world, this.#begin, Infinity), kernel.frequencyHz);
    this.#begin = world.recorder.length;
  }
}
