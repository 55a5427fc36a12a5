/**
 * `hbasim debug`.
 *
 * @module
 */

import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { InputError } from "../../../kernel/input_error.ts";
import type { World } from "../../world/world.ts";
import { opened } from "../../explore/tape/subject.ts";
import { BAD_INPUT, command, HOLDS } from "../command.ts";
import { isQuit, runDebugLine } from "../debug/commands.ts";
import { Debugger } from "../debug/debugger.ts";
import { parametersOf, SET_OPTION } from "../case_names.ts";
import { interruptedCode, listenForInterruption } from "../interruption.ts";
import { RunProgress } from "../progress.ts";
import { readSubject } from "../run_subject.ts";
import { executeInSlices, tellProgress } from "../sliced_run.ts";
import { print, tell } from "../terminal.ts";

const PROMPT = "debug> ";

/** Goes to and fro in a run, line by line. */
export const debug = command({
  options: {
    seed: { value: "TEXT", about: "of a scenario file: another seed than the file's" },
    set: SET_OPTION,
  },
  notes: [
    "Reads a command a line, from a terminal or a pipe; help lists them.",
    "On a terminal a line tells how far a run is that takes longer than a second.",
    "Exit code: 0, or 2 if a line was not understood or could not be done.",
  ],
  examples: ["debug run.bundle", "debug scenarios/power_cut_during_set.yaml"],
  async run({ seed, set }, files) {
    const [file] = files;
    if (file === undefined || files.length > 1) throw new InputError(`debug takes one run, ${files.length} are given`);
    const { signal, close } = listenForInterruption();
    const telling = new Telling();
    const options = { onWorld: (world: World) => telling.watch(world) };
    try {
      const read = readSubject(file, { seed, set: parametersOf(set) });
      const subject = { ...read, scenario: opened(read.scenario) };
      const outcome = await executeInSlices(subject, options, signal);
      telling.clear();
      if (outcome === undefined) {
        tell("hbasim: interrupted before the run has ended");
        return interruptedCode(signal);
      }
      const place = new Debugger(subject, { ...options, outcome });
      for (const line of runDebugLine(place, "tape")) print(line);
      for (const line of runDebugLine(place, "where")) print(line);
      close();
      return await readLines(place, telling);
    } finally {
      close();
    }
  },
});

/** How far the runs are that one command needs; their worlds are those of commands before, too. */
class Telling {
  #progress = new RunProgress();

  /** Tells of a world while it runs. */
  watch(world: World): void {
    tellProgress(world, { reached: (seconds, events) => this.#progress.reached(seconds, events) });
  }

  /** Does something that may take long. */
  during<T>(work: () => T): T {
    this.#progress = new RunProgress();
    try {
      return work();
    } finally {
      this.clear();
    }
  }

  /** Nothing runs any more. */
  clear(): void {
    this.#progress.clear();
  }
}

async function readLines(place: Debugger, telling: Telling): Promise<number> {
  const lines = createInterface({ input: stdin, output: stdout, terminal: stdin.isTTY, prompt: PROMPT });
  // What is typed during a command may be the end: who has gone away is not asked for more.
  let isOpen = stdin.isTTY;
  lines.once("close", () => isOpen = false);
  let code = HOLDS;
  if (isOpen) lines.prompt();
  for await (const line of lines) {
    if (isQuit(line)) break;
    try {
      for (const answer of telling.during(() => runDebugLine(place, line))) print(answer);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      tell(error.message);
      code = BAD_INPUT;
    }
    if (isOpen) lines.prompt();
  }
  lines.close();
  return code;
}
