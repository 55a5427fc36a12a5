/**
 * How names of instances compare: without case.
 *
 * @module
 */

/**
 * What two names have in common that are the same name. Windows makes capitals character by character, and none of them
 * two (RtlUpcaseUnicodeString): "K" and the sign of Kelvin differ, which have the same small letter.
 */
export function comparedName(name: string): string {
  return Array.from(name, (character) => {
    const upper = character.toUpperCase();
    return upper.length === character.length ? upper : character;
  }).join("");
}

/** Whether two names are one. */
export function isSameName(a: string, b: string): boolean {
  return a === b || comparedName(a) === comparedName(b);
}
