/**
 * Runs a scenario: builds its world, takes its steps one after the other, and
 * judges its expectations.
 *
 * @module
 */

import { Interruption } from "../../kernel/outside.ts";
import type { Task } from "../../kernel/task.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import { callable, dictionary, record, text } from "../world/option_readers.ts";
import { keepEvents, seed } from "../world/read_world_options.ts";
import { StandstillError, type World } from "../world/world.ts";
import { LAST_EVENTS, lastEvents } from "../world/world_report.ts";
import type { WorldImage } from "../world/world_options.ts";
import type { Failure, ScenarioReport } from "./report.ts";
import { checkSteps, takeStep } from "./block.ts";
import { checkFaults } from "./fault_shape.ts";
import { checkInvariants, InvariantWatch } from "./invariants.ts";
import { type Mistake, ScenarioError } from "./mistake.ts";
import { type CaseChoice, openCases, openScenario } from "./open_scenario.ts";
import type { Scenario, ScenarioFile } from "./scenario.ts";
import { type AnyStep, kindOf } from "./step.ts";
import { StepCheck } from "./step_check.ts";
import type { ScenarioRun } from "./step_context.ts";
import { StepFaults } from "./step_faults.ts";
import { STEPS } from "./steps/table.ts";
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
  /** Told of each step, with what happened in it. */
  readonly onStep?: (step: string, events: readonly TraceEvent[], frequencyHz: number) => void;
}

/**
 * Runs a case of a scenario file.
 *
 * @throws {ScenarioError} The scenario's parts contradict one another, or a step names an adapter or target that it does
 * not have.
 * @throws {WorldOptionsError} The seed or image of the options is not accepted.
 */
export function runOpened(opened: ScenarioFile, options: RunOptions): ScenarioReport {
  const { scenario } = opened;
  const world = worldOf(opened, options);
  const run = runOf(opened, world);
  checkFile(opened, world);
  const steps = new StepReporter(run, options);
  const invariants = new InvariantWatch(scenario.invariants ?? [], world, (ordinal) => {
    return opened.yaml.lineOf(`invariants[${ordinal}!]`);
  });
  options.onWorld?.(world);
  limitTime(world, world.cycles(scenario.limit));
  let current: Scenario["steps"][number] | undefined;
  const ending = endingOf(() => {
    world.recorder.mark(0, "power on");
    // Ordinals of the whole run count from here.
    const faults = new StepFaults(scenario.faults ?? [], run);
    world.powerOn();
    world.settle();
    steps.end("power on");
    const begin = world.now;
    for (const step of scenario.steps) {
      current = step;
      world.recorder.mark(step.line, labelOf(step));
      runStep(run, takeStep(STEPS, step, run, begin), faults);
      steps.end(titleOf(step));
    }
    faults.end({ type: "the run" });
  }, () => options.onEnd?.(world));
  const interrupted = ending === "interrupted";
  if (ending !== "ended" && ending !== "interrupted") {
    const { line = 1, type = "power on" } = current ?? {};
    const expected = `an end of the run within ${scenario.limit / 1e9} s`;
    run.verdicts.push({ line, step: type, expected, actual: ending.stuck, holds: false });
  }
  if (interrupted) steps.end("interrupted");
  else if (ending !== "ended") steps.end(current === undefined ? "power on" : titleOf(current));
  run.verdicts.push(...invariants.verdicts());
  const { verdicts, sessions, faults } = run;
  return {
    name: scenario.name,
    case: opened.case,
    seed: String(options.seed ?? scenario.seed ?? "1"),
    verdicts,
    sessions,
    faults,
    interrupted,
    holds: !interrupted && verdicts.every(({ holds }) => holds) && (verdicts.length > 0 || scenario.allowNothing),
    ...(steps.failure === undefined ? {} : { failure: steps.failure }),
    digest: world.digest(),
    world,
  };
}

/** What a run calls a step. */
function titleOf(step: AnyStep): string {
  return `line ${step.line}: ${labelOf(step)}`;
}

function labelOf(step: AnyStep): string {
  return kindOf(STEPS, step).label?.(step.value) ?? step.type;
}

/** Runs a step to its end. What it has recorded last leads to the next one, as if one program took both. */
function runStep({ world, processes }: ScenarioRun, step: Task, faults: StepFaults): void {
  const { kernel } = world;
  let cause = -1;
  const remembering = function* (): Task {
    processes.add(kernel.current);
    yield* step;
    cause = kernel.cause;
    // What a fault of the whole run has taken is back when the next step begins.
    yield* faults.healed();
  };
  try {
    world.run(remembering(), Number.MAX_SAFE_INTEGER - world.now);
  } catch (error) {
    // The world goes on, to bring things outside to an end; the story does not.
    for (const process of processes) kernel.killProcess(process);
    throw error;
  }
  processes.clear();
  kernel.cause = cause;
}

/**
 * Looks whether each step can be taken in the world that was built.
 *
 * @throws {ScenarioError} Some cannot: all mistakes, in the order of the file.
 */
function checkFile({ scenario, yaml }: ScenarioFile, world: World): void {
  const mistakes: Mistake[] = [];
  checkSteps(STEPS, scenario.steps, new StepCheck({ world, yaml, mistakes, named: new Map() }, "steps"));
  checkInvariants(scenario.invariants ?? [], new StepCheck({ world, yaml, mistakes, named: new Map() }, "invariants"));
  checkFaults(scenario.faults ?? [], new StepCheck({ world, yaml, mistakes, named: new Map() }, "faults"));
  const [first, ...others] = mistakes;
  if (first !== undefined) throw new ScenarioError(first, ...others);
}

/**
 * Reads a scenario file's text and builds the world of each case, and runs nothing.
 *
 * @param source The YAML text.
 * @param file Its name, for errors.
 * @param choice Which cases, with which values; all by default.
 * @returns The cases.
 * @throws {ScenarioError} One of them could not be run.
 */
export function checkScenario(source: string, file: string, choice: CaseChoice = {}): readonly ScenarioFile[] {
  const cases = openCases(source, file, choice);
  for (const opened of cases) checkFile(opened, worldOf(opened, {}));
  return cases;
}

function runOf({ scenario }: ScenarioFile, world: World): ScenarioRun {
  return {
    world,
    targets: scenario.targets ?? [],
    verdicts: [],
    sessions: [],
    faults: [],
    logins: new Map(),
    windows: new Map(),
    processes: new Set(),
  };
}

const runOptions = record<RunOptions>({
  seed,
  // The world reads it with its adapters.
  image: (value) => value as WorldImage,
  keepEvents,
  onWorld: callable("that is told of the world"),
  onEnd: callable("that is told of the world"),
  file: text,
  case: text,
  set: dictionary(text),
  onStep: callable("that is told of each step"),
});

/** How the steps of a run have ended. */
type Ending = "ended" | "interrupted" | { readonly stuck: string };

/**
 * How steps end; what they have come to stands, even if they were stopped.
 *
 * @param end Is called whatever becomes of the steps: a peer outside must hear that its sessions are over.
 */
function endingOf(steps: () => void, end: () => void): Ending {
  try {
    steps();
    return "ended";
  } catch (error) {
    if (error instanceof Interruption) return "interrupted";
    if (error instanceof TimeLimitError) return { stuck: "none" };
    if (error instanceof StandstillError) return { stuck: error.message };
    throw error;
  } finally {
    end();
  }
}

/**
 * Reads a scenario file's text and runs it.
 *
 * @param source The YAML text.
 * @param file Its name, for errors.
 * @throws {ScenarioError} It is not YAML, says something that is not known, or contradicts itself.
 * @throws {InputError} It has several cases and `case` names none of them, or no parameter that is set.
 * @throws {WorldOptionsError} An option is unknown or of another type.
 *
 * @example
 * ```ts
 * import { runScenarioText } from "@hba/sim";
 *
 * const report = runScenarioText(
 *   `
 * name: the group key is set
 * adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
 * steps:
 *   - setGroupKey: { key: for all }
 * `,
 *   "example.yaml",
 * );
 * console.assert(report.holds);
 * ```
 */
export function runScenarioText(source: string, file: string, options: RunOptions = {}): ScenarioReport {
  const read = runOptions(options, "");
  const { case: name, set } = read;
  const choice = { ...(name === undefined ? {} : { name }), ...(set === undefined ? {} : { set }) };
  return runOpened(openScenario(source, file, choice), { file, ...read });
}

/**
 * Runs a case of a file that was opened.
 *
 * @param options Without `case` and `set`, which have been put to use.
 * @throws {ScenarioError} It contradicts itself.
 * @throws {WorldOptionsError} An option is unknown or of another type.
 */
export function runCase(opened: ScenarioFile, options: Omit<RunOptions, "case" | "set">): ScenarioReport {
  return runOpened(opened, runOptions(options, ""));
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
    if (this.#failure === undefined && this.#run.verdicts.some(({ holds }) => !holds)) {
      const last = lastEvents(world, this.#begin, LAST_EVENTS);
      this.#failure = { step, events: last, waiting: kernel.standstill() };
    }
    this.#onStep?.(step, lastEvents(world, this.#begin, Infinity), kernel.frequencyHz);
    this.#begin = world.recorder.length;
  }
}
