/**
 * The command that runs a case again.
 *
 * @module
 */

import type { ScenarioFile } from "../scenario/scenario.ts";
import { caseId } from "./scenario_files.ts";
import { inShell } from "./shell_word.ts";

/** Stands where a key was given: keys are told nowhere. */
const LEFT_OUT = "…";

/**
 * The command that runs a case again as it was run, for a shell. Values that were set for parameters are in it, but for
 * keys, of which a comment says that they are to be filled in.
 *
 * @param opened The case.
 * @param file Its file.
 * @param set What was set for its parameters.
 * @param options What else was given, by options.
 */
export function againCommand(
  { case: name, keys }: Pick<ScenarioFile, "case" | "keys">,
  file: string,
  set: Readonly<Record<string, string>>,
  options: Readonly<Record<string, string | undefined>> = {},
): string {
  const values = Object.entries(set).flatMap(([parameter, value]) => [
    "--set",
    `${parameter}=${keys.has(parameter) ? LEFT_OUT : value}`,
  ]);
  const others = Object.entries(options).flatMap(([option, value]) =>
    value === undefined ? [] : [`--${option}`, value]
  );
  const command = ["hbasim run", ...[...others, ...values, caseId(file, name)].map(inShell)].join(" ");
  const hidden = Object.keys(set).filter((parameter) => keys.has(parameter));
  return hidden.length === 0 ? command : `${command}  # ${LEFT_OUT}: fill in ${hidden.join(", ")}`;
}
