/**
 * Lines that a terminal shows in one row.
 *
 * @module
 */

import { withoutControls } from "../../kernel/given.ts";
import { cutToColumns } from "../../trace/text_columns.ts";
import { terminalWidth } from "./terminal.ts";

/** The option of whatever prints lines that fit. */
export const WIDE_OPTION = {
  wide: { about: "lines as long as they are; on a terminal they are cut to its width", without: ["json"] },
} as const;

/** What somebody copies, a command or the name of a file: half of it would be of no use. */
const COPIED = /^ *(why|again|page): +\S/;

/**
 * What makes the lines of a text fit the terminal, but for what is copied; in a pipe they stay as they are.
 *
 * @param wide Whether they stay so on a terminal, too.
 */
export function fitting(wide: true | undefined): (text: string) => string {
  const width = terminalWidth() ?? 0;
  if (wide === true || width === 0) return (text) => text;
  return (text) => text.split("\n").map((line) => COPIED.test(line) ? line : fitted(line, width)).join("\n");
}

/** Control characters are counted as they are shown. */
function fitted(line: string, width: number): string {
  return cutToColumns(withoutControls(line), width);
}
