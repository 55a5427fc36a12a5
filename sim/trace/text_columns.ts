/**
 * How many columns of a terminal a text takes, and a text cut to columns.
 *
 * @module
 */

/**
 * What takes two columns: East Asian Wide and Fullwidth (Unicode Standard Annex #11), block by block. Places within them
 * that are not assigned do no harm: a line is cut a column too early at the most.
 */
const WIDE = new RegExp(
  "^[\\u1100-\\u115f\\u2329\\u232a\\u2e80-\\u303e\\u3041-\\ua4cf\\ua960-\\ua97c\\uac00-\\ud7a3\\uf900-\\ufaff" +
    "\\ufe10-\\ufe19\\ufe30-\\ufe6b\\uff01-\\uff60\\uffe0-\\uffe6\\u{16fe0}-\\u{18dff}\\u{1aff0}-\\u{1b2fb}" +
    "\\u{1d300}-\\u{1d376}\\u{1f200}-\\u{1f265}\\u{20000}-\\u{3fffd}\\p{Emoji_Presentation}]$",
  "u",
);

/** What takes none: marks that stand with the character before, and vowels and finals that complete a Hangul syllable. */
const NONE = /^[\p{Mn}\p{Me}\u1160-\u11ff\ud7b0-\ud7fb]$/u;

/** What may be an emoji of two columns, if the selector behind it says so. */
const PICTURE = /^\p{Emoji}$/u;
const AS_EMOJI = "\ufe0f";

/** The columns of a text of one line without control characters. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const { width } of cells(text)) columns += width;
  return columns;
}

/** A text with so many blanks behind it that it takes so many columns at least. */
export function padToColumns(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}

/**
 * A text of one line that takes so many columns at the most: what is cut off is told by `…`. Marks stay with their
 * character.
 */
export function cutToColumns(text: string, columns: number): string {
  // A unit of a text takes two columns at the most.
  if (2 * text.length <= columns || columnsOf(text) <= columns) return text;
  let kept = "";
  let taken = 0;
  for (const { character, width } of cells(text)) {
    taken += width;
    if (taken > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

function* cells(text: string): Generator<{ readonly character: string; readonly width: number }> {
  let before = "";
  for (const character of text) {
    yield { character, width: widthOf(character, before) };
    before = character;
  }
}

function widthOf(character: string, before: string): number {
  // Letters and digits take one; most lines have no others.
  if (character < "\u0300") return 1;
  if (character === AS_EMOJI) return PICTURE.test(before) && !WIDE.test(before) ? 1 : 0;
  return NONE.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}
