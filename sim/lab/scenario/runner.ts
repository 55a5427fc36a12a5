/**
 * Runs a scenario: builds its world, takes its steps one after the other, and
 * judges its expectations.
 *
 * @module
 */

import { Interruption } from "../../kernel/outside.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import { callable, record, text } from "../world/option_readers.ts";
import { keepEvents, seed } from "../world/read_world_options.ts";
import type { World } from "../world/world.ts";
import { LAST_EVENTS, lastEvents } from "../world/world_report.ts";
import type { WorldImage } from "../world/world_options.ts";
import type { Failure, ScenarioReport } from "./report.ts";
import { openScenario, type ScenarioFile } from "./scenario.ts";
import { checkStep, labelOf, takeStep } from "./step.ts";
import { type ScenarioRun, StepContext } from "./step_context.ts";
import { STEPS } from "./steps/table.ts";
import { type ScenarioOverrides, worldOf } from "./world_of_scenario.ts";

/** How a scenario is run. */
export interface RunOptions extends ScenarioOverrides {
  /** Told of the world before its power comes, to connect something to it. */
  readonly onWorld?: (world: World) => void;
  /** Told of the world after its last step, or where the run was interrupted: to bring things outside to an end. */
  readonly onEnd?: (world: World) => void;
  /** The file's name, for errors. */
  readonly file?: string;
  /** Told of each step, with what happened in it. */
  readonly onStep?: (step: string, events: readonly TraceEvent[], frequencyHz: number) => void;
}

/**
 * Runs a scenario.
 *
 * @throws {ScenarioError} The scenario's parts contradict one another, or a step names an adapter or target that it does
 * not have.
 * @throws {WorldOptionsError} The seed or image of the options is not accepted.
 */
function runScenario(opened: ScenarioFile, options: RunOptions): ScenarioReport {
  const { scenario } = opened;
  const world = worldOf(opened, options);
  const { file = "scenario" } = options;
  const run = runOf(opened, world, file);
  checkSteps(run, opened);
  const steps = new StepReporter(run, options);
  options.onWorld?.(world);
  const interrupted = endsInterrupted(() => {
    world.recorder.mark(0, "power on");
    world.powerOn();
    world.settle();
    steps.end("power on");
    for (const step of scenario.steps) {
      world.recorder.mark(step.line, labelOf(STEPS, step));
      const context = new StepContext(run, step);
      takeStep(STEPS, step, context);
      context.end();
      steps.end(`line ${step.line}: ${labelOf(STEPS, step)}`);
    }
  }, () => options.onEnd?.(world));
  if (interrupted) steps.end("interrupted");
  const { verdicts, sessions } = run;
  return {
    name: scenario.name,
    seed: String(options.seed ?? scenario.seed ?? "1"),
    verdicts,
    sessions,
    interrupted,
    holds: !interrupted && verdicts.every(({ holds }) => holds) && (verdicts.length > 0 || scenario.allowNothing),
    ...(steps.failure === undefined ? {} : { failure: steps.failure }),
    digest: world.digest(),
    world,
  };
}

/** Looks whether each step can be taken in the world that was built. */
function checkSteps(run: ScenarioRun, { scenario }: ScenarioFile): void {
  for (const step of scenario.steps) checkStep(STEPS, step, new StepContext(run, step));
}

/**
 * Reads a scenario file's text and builds its world, and runs nothing.
 *
 * @param source The YAML text.
 * @param file Its name, for errors.
 * @throws {ScenarioError} It could not be run.
 */
export function checkScenario(source: string, file: string): void {
  const opened = openScenario(source, file);
  checkSteps(runOf(opened, worldOf(opened, {}), file), opened);
}

function runOf({ scenario }: ScenarioFile, world: World, file: string): ScenarioRun {
  return { file, world, targets: scenario.targets ?? [], verdicts: [], sessions: [], logins: [] };
}

const runOptions = record<RunOptions>({
  seed,
  // The world reads it with its adapters.
  image: (value) => value as WorldImage,
  keepEvents,
  onWorld: callable("that is told of the world"),
  onEnd: callable("that is told of the world"),
  file: text,
  onStep: callable("that is told of each step"),
});

/**
 * Whether something was stopped from outside before its end: what it has come to stands.
 *
 * @param end Is called whatever becomes of the steps: a peer outside must hear that its sessions are over.
 */
function endsInterrupted(steps: () => void, end: () => void): boolean {
  try {
    steps();
    return false;
  } catch (error) {
    if (error instanceof Interruption) return true;
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
 * @throws {WorldOptionsError} An option is unknown or of another type.
 *
 * @example
 * ```ts
 * import { runScenarioText } from "@hba/sim";
 *
 * const report = runScenarioText(
 *   `
 * name: the group key is set
 * adapters: [{ name: hba0, storage: nvram, ports: [192.0.2.10] }]
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
  return runScenario(openScenario(source, file), { file, ...read });
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
