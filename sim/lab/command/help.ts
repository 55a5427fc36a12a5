/**
 * What the program says of itself.
 *
 * @module
 */

import { type HelpTopic, LIST_TOPICS } from "../scenario/help_topics.ts";
import type { Command } from "./command.ts";

const WIDTH = 120;
const COLUMN = 24;

/** The help of the program: its commands, a line each. */
export function* programHelp(commands: Readonly<Record<string, Command>>): Generator<string> {
  yield "hbasim: runs scenarios of an iSCSI host bus adapter, its driver and its targets";
  yield "";
  for (const [name, command] of Object.entries(commands)) {
    yield* entry(`hbasim ${usageOf(name, command)}`, command.about, 44);
  }
  yield* entry("hbasim help COMMAND", "its options, with examples", 44);
  yield* entry("hbasim help STEP", "a step of scenarios: its fields, with an example", 44);
  yield* entry(`hbasim help ${Object.keys(LIST_TOPICS).join("|")}`, "lists of what scenarios may say", 44);
  yield* entry("hbasim --version", "the version of this program", 44);
  yield "";
  yield "Exit code: 0 all expectations hold, 1 one does not, 2 bad input, 130 a bridge was stopped.";
}

/** The help of one command: its options, notes and examples. */
export function* commandHelp(name: string, command: Command): Generator<string> {
  yield `hbasim ${usageOf(name, command)}: ${command.about}`;
  yield "";
  for (const [option, { value, about }] of Object.entries(command.options)) {
    yield* entry(value === undefined ? `--${option}` : `--${option} ${value}`, about, COLUMN);
  }
  for (const [index, note] of (command.notes ?? []).entries()) yield* [...(index === 0 ? [""] : []), note];
  yield "";
  yield "For example:";
  for (const example of command.examples) yield `  hbasim ${example}`;
}

/** What there is to know of a step, or a list of what scenarios may say. */
export function* topicHelp(name: string, { about, example, sections }: HelpTopic): Generator<string> {
  yield `${name}: ${about}`;
  for (const { title, rows } of sections) {
    yield* ["", `${title.replaceAll("`", "")}:`];
    const column = Math.min(40, Math.max(...rows.map(({ name }) => name.length)) + 4);
    for (const { name, about, accepts, isRequired } of rows) {
      const told = [about, ...(accepts === "" ? [] : [`(${accepts}${isRequired ? "; needed" : ""})`])].join(" ");
      yield* entry(name, told, column);
    }
  }
  if (example !== undefined) yield* ["", "For example:", `  - ${example}`];
}

function usageOf(name: string, { operands, options }: Command): string {
  const words = [name, ...(Object.keys(options).length === 0 ? [] : ["[options]"]), operands];
  return words.filter((word) => word !== "").join(" ");
}

/** A word and what it means, in two columns. */
function* entry(word: string, meaning: string, column: number): Generator<string> {
  let line = `  ${word}`.padEnd(column);
  for (const part of meaning.split(" ")) {
    if (line.trim() !== "" && line.length + 1 + part.length > WIDTH) {
      yield line;
      line = "".padEnd(column);
    }
    line += line.length < column || line.endsWith(" ") && line.length <= column ? part : ` ${part}`;
  }
  yield line;
}
