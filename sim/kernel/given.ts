/**
 * What was given where a number was expected, for errors: a text is told from
 * a number, and what cannot be turned into text is named by its type.
 *
 * @module
 */

/** What was given: `5`, `"5"`, `5n`, `a symbol`. */
export function given(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "number" || typeof value === "boolean") return `${value}`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") {
    return value.length <= 64 ? JSON.stringify(value) : `a text of ${value.length} characters`;
  }
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
