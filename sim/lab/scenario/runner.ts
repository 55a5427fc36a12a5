/**
 * Runs a scenario: builds its world, takes its steps one after the other, and
 * judges its expectations.
 *
 * @module
 */

import { Interruption } from "../../kernel/outside.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import { callable, record, text } from "../world/option_readers.ts";
import { seed } from "../world/read_world_options.ts";
import type { World } from "../world/world.ts";
import type { WorldImage } from "../world/world_options.ts";
import type { ScenarioReport } from "./report.ts";
import { openScenario, type ScenarioFile } from "./scenario.ts";
import { labelOf, takeStep } from "./step.ts";
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
  const run: ScenarioRun = { file, world, targets: scenario.targets ?? [], verdicts: [], sessions: [], logins: [] };
  const show = stepReporter(world, options);
  options.onWorld?.(world);
  const interrupted = endsInterrupted(() => {
    world.powerOn();
    world.settle();
    show("power on");
    for (const step of scenario.steps) {
      takeStep(STEPS, step, new StepContext(run, step));
      show(`line ${step.line}: ${labelOf(STEPS, step)}`);
    }
  });
  if (interrupted) show("interrupted");
  options.onEnd?.(world);
  const { verdicts, sessions } = run;
  return {
    name: scenario.name,
    seed: String(options.seed ?? scenario.seed ?? "1"),
    verdicts,
    sessions,
    interrupted,
    holds: !interrupted && verdicts.every(({ holds }) => holds),
    digest: world.digest(),
    world,
  };
}

const runOptions = record<RunOptions>({
  seed,
  // The world reads it with its adapters.
  image: (value) => value as WorldImage,
  onWorld: callable("that is told of the world"),
  onEnd: callable("that is told of the world"),
  file: text,
  onStep: callable("that is told of each step"),
});

/** Whether something was stopped from outside before its end: what it has come to stands. */
function endsInterrupted(steps: () => void): boolean {
  try {
    steps();
    return false;
  } catch (error) {
    if (error instanceof Interruption) return true;
    throw error;
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

/** Tells of each step with the events since the one before. */
function stepReporter({ recorder, kernel }: World, { onStep }: RunOptions): (step: string) => void {
  let shown = 0;
  return (step) => {
    const events: TraceEvent[] = [];
    for (; shown < recorder.length; shown++) events.push(recorder.at(shown));
    onStep?.(step, events, kernel.frequencyHz);
  };
}
