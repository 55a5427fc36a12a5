/**
 * A word of a command line, as a shell takes it.
 *
 * @module
 */

/** The word in quotes, unless it needs none. */
export function inShell(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
