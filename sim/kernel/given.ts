/**
 * What was given where a number was expected, for errors: a text is told from
 * a number, and what cannot be turned into text is named by its type.
 *
 * @module
 */

/** The longest text that a message repeats. */
const MOST_SHOWN = 200;

/** A text with escapes for all that has no shape of its own: controls (C1 too), format characters, separators. */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** A text as a line for people has it, cut where it is long: a step may be called by whole pages. */
export function shortened(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/** A text in quotes, cut where it is long, with escapes for what has no shape of its own. */
export function quoted(text: string): string {
  return withoutControls(JSON.stringify(shortened(text)));
}

/** What was given: `5`, `"5"`, `5n`, `a symbol`. */
export function given(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "number" || typeof value === "boolean") return `${value}`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") {
    return value.length <= 64 ? quoted(value) : `a text of ${value.length} characters`;
  }
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
