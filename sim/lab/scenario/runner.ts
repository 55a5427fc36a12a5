/**
 * Runs a scenario: builds its world, takes its steps one after the other, and
 * judges its expectations.
 *
 * @module
 */

import { takeThrough } from "../world/course.ts";
import { InputError } from "../../kernel/input_error.ts";
import { quoted } from "../../kernel/given.ts";
import { bytes, callable, dictionary, record, refusal, text } from "../world/option_readers.ts";
import { keepEvents, seed } from "../world/read_world_options.ts";
import type { WorldImage } from "../world/world_options.ts";
import { openScenario } from "./open_scenario.ts";
import type { ScenarioReport } from "./report.ts";
import type { ScenarioFile } from "./scenario.ts";
import { beginScenario, digested, type RunOptions } from "./scenario_course.ts";

export type { RunOptions } from "./scenario_course.ts";

/**
 * Runs a case of a scenario file.
 *
 * @throws {ScenarioError} The scenario's parts contradict one another, or a step names an adapter or target that it does
 * not have.
 * @throws {WorldOptionsError} The seed or image of the options is not accepted.
 */
export function runOpened(opened: ScenarioFile, options: RunOptions): ScenarioReport {
  const { world, course } = beginScenario(opened, options);
  return digested(takeThrough(world.kernel, course));
}

/** Reads the options of a run. */
export const runOptions = record<RunOptions>({
  seed,
  // The world reads it with its adapters.
  image: (value) => value as WorldImage,
  keepEvents,
  compiled: dictionary((value, path) => {
    if (value instanceof WebAssembly.Module) return value;
    throw refusal(path, value, "a WebAssembly.Module");
  }),
  onWorld: callable("that is told of the world"),
  onEnd: callable("that is told of the world"),
  file: text,
  case: text,
  set: dictionary(text),
  adapt: callable("that makes options of a world of options"),
  files: dictionary(bytes(0, Infinity)),
  onStep: callable("that is told of each step"),
});

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
  const { case: name, set, files = {} } = read;
  const choice = { ...(name === undefined ? {} : { name }), ...(set === undefined ? {} : { set }) };
  return runOpened(openScenario(source, file, { ...choice, readFile: readFrom(files) }), { file, ...read });
}

/** Reads files that are there as bytes. */
export function readFrom(files: Readonly<Record<string, Uint8Array>>): (name: string) => Uint8Array {
  return (name) => {
    const bytes = Object.hasOwn(files, name) ? files[name] : undefined;
    if (bytes !== undefined) return bytes;
    const known = Object.keys(files).map(quoted).join(", ");
    throw new InputError(`there is no ${quoted(name)} among the files of the run (${known || "there are none"})`);
  };
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
