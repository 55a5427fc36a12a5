/**
 * What the program says of itself.
 *
 * @module
 */

import type { HelpTopic, LIST_TOPICS, WORD_TOPICS } from "../scenario/help_topics.ts";
import type { Command, CommandEntry } from "./command.ts";

const WIDTH = 120;
const COLUMN = 24;

/** The lists of what scenarios may say: by name, so that help of the program loads none. */
const LISTS: Readonly<Record<keyof typeof LIST_TOPICS | keyof typeof WORD_TOPICS | "faults", true>> = {
  file: true,
  policy: true,
  flash: true,
  network: true,
  steps: true,
  faults: true,
  anchors: true,
  kinds: true,
  statuses: true,
  outcomes: true,
  variables: true,
  invariants: true,
  mailboxCommands: true,
  notifications: true,
};

/** Their names. */
export const LIST_NAMES: readonly string[] = Object.keys(LISTS);

/** The help of the program: its commands, a line each. */
export function* programHelp(commands: Readonly<Record<string, CommandEntry>>): Generator<string> {
  yield "hbasim: runs scenarios of an iSCSI host bus adapter, its driver and its targets";
  yield "";
  for (const [name, command] of Object.entries(commands)) {
    yield* entry(`hbasim ${usageOf(name, command)}`, command.about, 44);
  }
  yield* entry("hbasim help COMMAND", "its options, with examples", 44);
  yield* entry("hbasim help STEP", "a step or a fault of scenarios: its fields, with an example", 44);
  yield* entry("hbasim help LIST", `what scenarios may say: ${LIST_NAMES.join(", ")}`, 44);
  yield* entry("hbasim --version", "the version of this program", 44);
  yield "";
  yield "Exit code: 0 all expectations hold, 1 one does not, 2 bad input, 130 Ctrl-C has stopped it.";
}

/** The help of one command: its options, notes and examples. */
export function* commandHelp(name: string, summary: CommandEntry, command: Command): Generator<string> {
  yield `hbasim ${usageOf(name, summary)}: ${summary.about}`;
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

function usageOf(name: string, { operands, takesOptions }: CommandEntry): string {
  const words = [name, ...(takesOptions ? ["[options]"] : []), operands];
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
