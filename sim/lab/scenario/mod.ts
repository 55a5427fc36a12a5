/**
 * Scenarios: a world, steps and expectations, run and judged; as YAML, or as
 * values of a program.
 *
 * @example A scenario from a text
 * ```ts
 * import { renderVerdicts, runScenarioText } from "@hba/sim/scenario";
 *
 * const report = runScenarioText(
 *   `name: a group key is taken
 * adapters: { hba0: { storage: ram, ports: [192.0.2.10] } }
 * steps: [setGroupKey: { key: a key }]`,
 *   "group_key.yaml",
 *   { seed: "7" },
 * );
 * if (!report.holds) throw new Error([...renderVerdicts(report)].join("\n"));
 * ```
 *
 * @example The same as values, checked by the compiler
 * ```ts
 * import { renderVerdicts, scenario } from "@hba/sim/scenario";
 *
 * const report = scenario({
 *   name: "a group key is taken",
 *   adapters: { hba0: { storage: "ram", ports: ["192.0.2.10"] } },
 *   steps: [{ setGroupKey: { key: "a key" } }],
 * }).run({ seed: "7" });
 * if (!report.holds) throw new Error([...renderVerdicts(report)].join("\n"));
 * ```
 *
 * @module
 */

export * from "./report.ts";
export { type RunOptions, runScenarioText } from "./runner.ts";
export type { Counted } from "./tally.ts";
export { caseNames } from "./open_scenario.ts";
export { type Mistake, ScenarioError } from "./mistake.ts";
export type { ScenarioOverrides } from "./world_of_scenario.ts";
export { type BuiltScenario, scenario, type StoryRunOptions } from "./story.ts";
export type * from "./story_types.ts";
export type { GiveVerdict, StepProgram } from "./steps/program.ts";
