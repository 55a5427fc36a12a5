/**
 * The `hbasim` command.
 *
 * Exit codes: 0 all expectations hold; 1 one does not; 2 the command or a file
 * cannot be understood; 130, 143 or 129 the user has stopped a run, a test
 * or a bridge, by Ctrl-C, SIGTERM or SIGHUP; a bridge by Ctrl-C alone.
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
import { alternatives } from "../../shape/alternatives.ts";
import { ScenarioError } from "../scenario/mistake.ts";
import { BAD_INPUT, type CommandEntry, HOLDS } from "./command.ts";
import { COMMANDS } from "./commands/table.ts";
import { commandHelp, LIST_NAMES, programHelp, topicHelp } from "./help.ts";
import { print, tell } from "./terminal.ts";
import { PlacedError } from "./placed_error.ts";
import { MistakesError } from "./mistakes_error.ts";
import { VERSION } from "../world/version.ts";

/**
 * Runs the command; what it has to say goes to standard output and standard error.
 *
 * @param args Its arguments, without the program's name.
 * @returns Its exit code: 0, 1, 2, or 130, 143 or 129 after a signal.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // Editors jump to a mistake whose place stands first.
    if (error instanceof ScenarioError) tell((await import("./told_mistakes.ts")).told(error));
    else if (error instanceof MistakesError || error instanceof PlacedError) tell(error.message);
    else tell(`hbasim: ${error.message}`);
    return BAD_INPUT;
  }
}

async function dispatch([name, ...args]: readonly string[]): Promise<number> {
  switch (name) {
    case "--version":
      refuseMore(name, args);
      return show([`hbasim ${VERSION}`]);
    case undefined:
      show(programHelp(COMMANDS));
      return BAD_INPUT;
    case "--help":
    case "help":
      refuseMore(name, args.slice(1));
      return show(args[0] === undefined ? programHelp(COMMANDS) : await helpOf(args[0]));
    default:
      return await runCommand(name, args);
  }
}

/** Refuses words that nobody would look at. */
function refuseMore(name: string, [more]: readonly string[]): void {
  if (more === undefined) return;
  throw new InputError(
    `${name}: ${quoted(more)} is one word too many${name === "--version" ? "" : "; expected one at most"}`,
  );
}

async function runCommand(name: string, args: readonly string[]): Promise<number> {
  const entry = await entryOf(name);
  const command = await entry.load();
  const { parseCommandLine } = await import("./parse_command_line.ts");
  const { given, operands, wantsHelp } = parseCommandLine(name, command, args);
  return wantsHelp ? show(commandHelp(name, entry, command)) : await command.run(given, operands);
}

/** Help of a command, a step, or one of the lists. */
async function helpOf(name: string): Promise<Iterable<string>> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  // The definition of scenarios is loaded only for what it knows: a step may be called as a command is.
  const { helpTopic, TOPIC_NAMES } = await import("../scenario/help_topics.ts");
  const topic = helpTopic(name);
  if (topic !== undefined) return topicHelp(name, topic);
  if (command !== undefined) return commandHelp(name, command, await command.load());
  const { nearestWord } = await import("../../shape/nearest_word.ts");
  const accepted = alternatives(["a command", ...LIST_NAMES, "a step", "a fault"]);
  const nearest = nearestWord(name, [...Object.keys(COMMANDS), ...TOPIC_NAMES]);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  throw new InputError(`there is no help for ${quoted(name)}${hint} (${accepted})`);
}

async function entryOf(name: string): Promise<CommandEntry> {
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry !== undefined) return entry;
  const names = Object.keys(COMMANDS);
  const { nearestWord } = await import("../../shape/nearest_word.ts");
  const nearest = nearestWord(name, names) ?? await nearestTopic(name);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  throw new InputError(`unknown command ${quoted(name)}${hint} (hbasim help)`);
}

/** How to ask about a step or another word of scenarios, for whoever takes it for a command. */
async function nearestTopic(name: string): Promise<string | undefined> {
  const { TOPIC_NAMES } = await import("../scenario/help_topics.ts");
  const { nearestWord } = await import("../../shape/nearest_word.ts");
  const topic = nearestWord(name, TOPIC_NAMES);
  return topic === undefined ? undefined : `help ${topic}`;
}

function show(lines: Iterable<string>): number {
  for (const line of lines) print(line);
  return HOLDS;
}
