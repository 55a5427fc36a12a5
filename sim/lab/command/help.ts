/**
 * What the program says of itself.
 *
 * @module
 */

import type { HelpTopic, LIST_TOPICS, WORD_TOPICS } from "../scenario/help_topics.ts";
import { columnsOf } from "../../trace/text_columns.ts";
import type { Command, CommandEntry } from "./command.ts";
import { terminalWidth } from "./terminal.ts";

/** How wide pages are in a pipe, and at the most on a terminal. */
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
  yield* folded("hbasim: runs scenarios of an iSCSI host bus adapter, its driver and its targets");
  yield "";
  for (const [name, command] of Object.entries(commands)) {
    yield* entry(`hbasim ${usageOf(name, command)}`, command.about, 44);
  }
  yield* entry("hbasim help COMMAND", "its options, with examples", 44);
  yield* entry("hbasim help STEP", "a step or a fault of scenarios: its fields, with an example", 44);
  yield* entry("hbasim help LIST", `what scenarios may say: ${LIST_NAMES.join(", ")}`, 44);
  yield* entry("hbasim --version", "the version of this program", 44);
  yield "";
  yield* folded("Exit code: 0 all expectations hold, 1 one does not, 2 bad input, 130 Ctrl-C has stopped it.");
}

/** The help of one command: its options, notes and examples. */
export function* commandHelp(name: string, summary: CommandEntry, command: Command): Generator<string> {
  yield* folded(`hbasim ${usageOf(name, summary)}: ${summary.about}`);
  yield "";
  for (const [option, { value, letter, about }] of Object.entries(command.options)) {
    const word = letter === undefined ? `--${option}` : `-${letter}, --${option}`;
    yield* entry(value === undefined ? word : `${word} ${value}`, about, COLUMN);
  }
  for (const [index, note] of (command.notes ?? []).entries()) yield* [...(index === 0 ? [""] : []), ...folded(note)];
  yield "";
  yield "For example:";
  for (const example of command.examples) yield `  hbasim ${example}`;
}

/** What there is to know of a step, or a list of what scenarios may say. */
export function* topicHelp(name: string, { about, example, sections }: HelpTopic): Generator<string> {
  yield* folded(`${name}: ${about}`);
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

/** A sentence that somebody reads: on a terminal in rows of its width, in a pipe as it is. */
function folded(text: string): Iterable<string> {
  return terminalWidth() === undefined ? [text] : rows(text, { line: "", column: 0, width: pageWidth() });
}

function pageWidth(): number {
  return Math.min(WIDTH, terminalWidth() ?? WIDTH);
}

/** A word and what it means, in two columns, of which the second has half of the page at least. */
function* entry(word: string, meaning: string, wanted: number): Generator<string> {
  const width = pageWidth();
  const column = Math.min(wanted, Math.floor(width / 2));
  yield* rows(meaning, { line: `  ${word}`.padEnd(column), column, width });
}

/** Words behind the beginning of a line, and in rows below it from a column on. */
function* rows(
  text: string,
  { line: begin, column, width }: { readonly line: string; readonly column: number; readonly width: number },
): Generator<string> {
  let line = begin;
  for (const part of text.split(" ")) {
    if (line.trim() !== "" && columnsOf(line) + 1 + columnsOf(part) > width) {
      yield line;
      line = "".padEnd(column);
    }
    const isFirst = line.length < column || line.endsWith(" ") && line.length <= column || line === "";
    line += isFirst ? part : ` ${part}`;
  }
  yield line;
}
