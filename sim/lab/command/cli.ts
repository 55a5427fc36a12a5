/**
 * The `hbasim` command.
 *
 * Exit codes: 0 all expectations hold; 1 one does not; 2 the command or a file
 * cannot be understood; 130 the user has stopped a bridge.
 *
 * It reaches files and processes through `node:` modules, so that Deno, Node.js
 * and Bun run the same text.
 *
 * @example The command from a program
 * ```ts
 * import { main } from "@hba/sim/cli";
 *
 * const exitCode = await main(["--version"]);
 * ```
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { helpTopic, LIST_TOPICS, TOPIC_NAMES } from "../scenario/help_topics.ts";
import { ScenarioError } from "../scenario/mistake.ts";
import { BAD_INPUT, HOLDS } from "./command.ts";
import { COMMANDS } from "./commands/table.ts";
import { commandHelp, programHelp, topicHelp } from "./help.ts";
import { nearestWord } from "../../shape/nearest_word.ts";
import { parseCommandLine } from "./parse_command_line.ts";
import { ClosedPipeError, print, tell } from "./terminal.ts";
import { MistakesError } from "./scenario_files.ts";
import { VERSION } from "./version.ts";

/**
 * Runs the command; what it has to say goes to standard output and standard error.
 *
 * @param args Its arguments, without the program's name.
 * @returns Its exit code: 0, 1, 2 or 130.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // Editors jump to a mistake whose place stands first.
    if (error instanceof ScenarioError || error instanceof MistakesError) tell(error.message);
    else if (!(error instanceof ClosedPipeError)) tell(`hbasim: ${error.message}`);
    return BAD_INPUT;
  }
}

async function dispatch([name, ...args]: readonly string[]): Promise<number> {
  switch (name) {
    case "--version":
      return show([`hbasim ${VERSION}`]);
    case undefined:
      show(programHelp(COMMANDS));
      return BAD_INPUT;
    case "--help":
    case "help":
      return show(args[0] === undefined ? programHelp(COMMANDS) : helpOf(args[0]));
    default:
      return await runCommand(name, args);
  }
}

async function runCommand(name: string, args: readonly string[]): Promise<number> {
  const command = commandOf(name);
  const { given, operands, wantsHelp } = parseCommandLine(name, command, args);
  return wantsHelp ? show(commandHelp(name, command)) : await command.run(given, operands);
}

/** Help of a command, a step, or one of the lists. */
function helpOf(name: string): Iterable<string> {
  const topic = helpTopic(name);
  if (topic !== undefined) return topicHelp(name, topic);
  if (Object.hasOwn(COMMANDS, name)) return commandHelp(name, commandOf(name));
  const accepted = ["a command", ...Object.keys(LIST_TOPICS), "a step"].join(", ");
  const nearest = nearestWord(name, [...Object.keys(COMMANDS), ...TOPIC_NAMES]);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  throw new InputError(`there is no help for ${quoted(name)}${hint} (${accepted})`);
}

function commandOf(name: string) {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command;
  const names = Object.keys(COMMANDS);
  const nearest = nearestWord(name, names);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  throw new InputError(`unknown command ${quoted(name)}${hint} (${names.join(", ")})`);
}

function show(lines: Iterable<string>): number {
  for (const line of lines) print(line);
  return HOLDS;
}
