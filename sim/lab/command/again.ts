/**
 * The commands that run a case again and that say why it has failed.
 *
 * @module
 */

import type { ScenarioReport, Verdict } from "../scenario/report.ts";
import type { ScenarioFile } from "../scenario/scenario.ts";
import { caseId } from "./case_names.ts";
import { inShell } from "./shell_word.ts";

/** Stands where a key was given: keys are told nowhere. */
const LEFT_OUT = "…";

/** A case, and how it was run. */
export interface RunCase {
  readonly opened: Pick<ScenarioFile, "case" | "keys">;
  readonly file: string;
  /** What was set for its parameters. */
  readonly set: Readonly<Record<string, string>>;
  /** What else was given, by options. */
  readonly options?: Readonly<Record<string, string | undefined>>;
}

/** What to do about a case that has failed. */
export interface NextCommands {
  /** The command that says why; absent where nothing is to be explained, or `explain` cannot have the same run. */
  readonly why?: string;
  /** The command that runs it again. */
  readonly again: string;
}

/** Options of a run that `explain` takes, too. */
const OPTIONS_OF_EXPLAIN: readonly string[] = ["seed"];

/**
 * The commands for a case as it was run, for a shell. Values that were set for parameters are in them, but for keys, of
 * which a comment says that they are to be filled in.
 */
export function nextCommands(run: RunCase, { verdicts }: ScenarioReport): NextCommands {
  const again = commandAgain(run);
  const given = Object.entries(run.options ?? {}).filter(([, value]) => value !== undefined);
  const failed = verdicts.find(({ holds, line }) => !holds && line > 0);
  const isSame = given.every(([option]) => OPTIONS_OF_EXPLAIN.includes(option));
  return failed !== undefined && isSame ? { why: commandOf("explain", run, [lineOf(failed)]), again } : { again };
}

/** A verdict's line; of a step that was not taken for the first time with which time it was. */
function lineOf({ line, taking }: Verdict): string {
  return taking === undefined ? String(line) : `${line}:${taking}`;
}

/** The command that runs a case again. */
export function commandAgain(run: RunCase): string {
  return commandOf("run", run);
}

function commandOf(verb: string, { opened, file, set, options = {} }: RunCase, more: readonly string[] = []): string {
  const { case: name, keys } = opened;
  const values = Object.entries(set).flatMap(([parameter, value]) => [
    "--set",
    `${parameter}=${keys.has(parameter) ? LEFT_OUT : value}`,
  ]);
  const others = Object.entries(options).flatMap(([option, value]) =>
    value === undefined ? [] : [`--${option}`, value]
  );
  const words = [...others, ...values, caseId(file, name), ...more];
  const command = [`hbasim ${verb}`, ...words.map(inShell)].join(" ");
  const hidden = Object.keys(set).filter((parameter) => keys.has(parameter));
  return hidden.length === 0 ? command : `${command}  # ${LEFT_OUT}: fill in ${hidden.join(", ")}`;
}

/** The commands as lines for people. */
export function* renderNext({ why, again }: NextCommands): Generator<string> {
  if (why !== undefined) yield `why:   ${why}`;
  yield `again: ${again}`;
}
