/**
 * What can be run again: a scenario with its steps written out, and what
 * deviates from it.
 *
 * @module
 */

import { readFrom } from "../../scenario/runner.ts";
import { openScenario } from "../../scenario/open_scenario.ts";
import type { ScenarioFile } from "../../scenario/scenario.ts";
import type { WorldImage } from "../../world/world_options.ts";
import type { Recipe, Tape } from "./tape.ts";

/** One case of a scenario file, as text. */
export interface ScenarioSource {
  /** The file's name, for errors and reports. */
  readonly file: string;
  /** The YAML text (JSON is YAML); who generates steps writes them out. Its keys are in it: secret as the file is. */
  readonly source: string;
  /** Which case; the only one by default. */
  readonly case?: string;
  /** Parameters with other values than the file's. */
  readonly set?: Readonly<Record<string, string>>;
  /** The files that it names, by their names: modules of adapters. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Another seed than the file's. */
  readonly seed?: string;
  /** What an earlier world has left behind. */
  readonly image?: WorldImage;
}

/** One that was read before: whoever executes a scenario often reads it once. */
export interface OpenedSource extends ScenarioSource {
  /** What its source says. */
  readonly opened: ScenarioFile;
}

/** A run, to be executed as often as one likes. */
export interface Subject {
  /** What happens. */
  readonly scenario: ScenarioSource;
  /** Where it deviates; nowhere by default. */
  readonly tape?: Tape;
  /** Where chance begins anew; nowhere by default. */
  readonly recipe?: Recipe;
  /** After so many events of the kernel the world is a runaway: a verdict ends the run; 5,000,000 by default. */
  readonly mostEvents?: number;
}

/**
 * Reads the case of a scenario that is meant.
 *
 * @throws {InputError} It is not understood, or there is no such case.
 */
export function openSource(scenario: ScenarioSource): ScenarioFile {
  if (isOpened(scenario)) return scenario.opened;
  const { source, file, case: name, set, files = {} } = scenario;
  return openScenario(source, file, {
    readFile: readFrom(files),
    ...(set === undefined ? {} : { set }),
    ...(name === undefined ? {} : { name }),
  });
}

/**
 * The same scenario, read.
 *
 * @throws {InputError} It is not understood, or there is no such case.
 */
export function opened(scenario: ScenarioSource): OpenedSource {
  return { ...scenario, opened: openSource(scenario) };
}

function isOpened(scenario: ScenarioSource): scenario is OpenedSource {
  return "opened" in scenario;
}
