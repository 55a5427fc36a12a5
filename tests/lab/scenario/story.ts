/** A short story in one small world, for tests of single steps. */

import { assertThrows } from "@std/assert";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import type { ScenarioReport } from "../../../sim/lab/scenario/report.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";

/** Two adapters, of which hba1 has no flash, and a target that knows the key of both. */
const WORLD = `
name: story
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10] }
  hba1: { storage: ram, ports: [192.0.2.11] }
targets: { disk: { address: 192.0.2.20, keys: { any: a key } } }
`;

/** The line of the first step: each stands on a line of its own. */
const FIRST_LINE = WORLD.split("\n").length + 1;

function textOf(steps: readonly string[], more: string, target = ""): string {
  const world = target === "" ? WORLD : WORLD.replace("targets: {", `targets: { ${target},`);
  return `${world}${more}steps:\n${steps.map((each) => `  - ${each.replaceAll("\n", "\n    ")}\n`).join("")}`;
}

/** What comes of some steps. */
export function tell(steps: readonly string[], more = "", target = ""): ScenarioReport {
  return runScenarioText(textOf(steps, more, target), "story.yaml");
}

/** The verdicts of some steps that do not hold, as `step: expected, but actual`. */
export function failures(...steps: readonly string[]): string[] {
  return tell(steps).verdicts.filter(({ holds }) => !holds).map(({ step, expected, actual }) =>
    `${step}: ${expected}, but ${actual}`
  );
}

/**
 * How steps are refused: line, column and what of each mistake; lines count from the first step.
 *
 * @param target One more target.
 */
export function refusals(steps: readonly string[], more = "", target = ""): string[] {
  const error = assertThrows(() => tell(steps, more, target), ScenarioError);
  const before = FIRST_LINE - 1 + (more.split("\n").length - 1);
  return (error as ScenarioError).mistakes.map(({ line, column, field, given, accepted, meant }) => {
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    return `${line - before}:${column} ${field}: ${given}${hint} (${accepted})`;
  });
}
