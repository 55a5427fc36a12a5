/**
 * What is wrong with a text that is not YAML, in sentences that repeat nothing
 * of it: what stands there may be a key.
 *
 * @module
 */

import { type ErrorCode, Lexer, type LineCounter, Parser } from "yaml";

/** How deeply values may be nested. Scenarios need ten levels; the library's reader recurses at each. */
const MOST_LEVELS = 100;

/** What is refused, and what is expected in its place. */
export interface YamlProblem {
  readonly given: string;
  readonly accepted: string;
}

const problem = (given: string, accepted: string): YamlProblem => ({ given, accepted });

/** What each error of the library means. */
export const YAML_PROBLEMS: Readonly<Record<ErrorCode, YamlProblem>> = {
  ALIAS_PROPS: problem("an alias with an anchor or a tag", "an alias alone"),
  BAD_ALIAS: problem("an alias of an anchor that is not there", "a value written out"),
  BAD_COLLECTION_TYPE: problem("a tag of another kind of value", "a value without a tag"),
  BAD_DIRECTIVE: problem("a directive that is not YAML's", "%YAML 1.2, or none"),
  BAD_DQ_ESCAPE: problem("an escape that YAML does not know", "one of YAML's, or the text in single quotes"),
  BAD_INDENT: problem(
    "a line with this indentation, or one before it that is not closed,",
    "lines that line up with their neighbours, and a closing bracket or brace",
  ),
  BAD_PROP_ORDER: problem("an anchor or a tag in this place", "it before its value"),
  BAD_SCALAR_START: problem("a text that begins with this character", "the text in quotes"),
  BLOCK_AS_IMPLICIT_KEY: problem("a mapping or list in this line", "it on lines of its own, or in braces or brackets"),
  BLOCK_IN_FLOW: problem("a mapping or list by indentation within braces or brackets", "it in braces or brackets"),
  DUPLICATE_KEY: problem("a name that the mapping already has", "each name once"),
  IMPOSSIBLE: problem("what stands here", "YAML"),
  KEY_OVER_1024_CHARS: problem("a name of more than 1024 characters", "a shorter one"),
  MISSING_CHAR: problem(
    "something without its end, or without a separator",
    "a closing quote, bracket or brace, a comma, or a colon and a blank",
  ),
  MULTILINE_IMPLICIT_KEY: problem("a name of more than one line", "a name and its colon in one line"),
  MULTIPLE_ANCHORS: problem("a second anchor", "one at the most"),
  MULTIPLE_DOCS: problem("a second document", "one document in the file"),
  MULTIPLE_TAGS: problem("a second tag", "a value without a tag"),
  NON_STRING_KEY: problem("a name that is not a text", "a text"),
  RESOURCE_EXHAUSTION: problem("a file as large as this", "a smaller one"),
  TAB_AS_INDENT: problem("a tab as indentation", "blanks"),
  TAG_RESOLVE_FAILED: problem("a tag that does not fit its value", "a value without a tag"),
  UNEXPECTED_TOKEN: problem("what stands here", "a comma, the end of the line, or quotes around the text"),
};

/** A value that is nested too deeply. */
export const TOO_DEEP: YamlProblem = problem(
  `nesting of more than ${MOST_LEVELS} levels`,
  `${MOST_LEVELS} at the most`,
);

/**
 * Where a text is nested too deeply, found without recursion; `undefined` if it nowhere is.
 *
 * @param lines Learns where lines begin.
 */
export function offsetTooDeep(source: string, lines: LineCounter): number | undefined {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(source)) {
    // What it yields are whole documents; of interest is what it is in the middle of, with a document below all values.
    Array.from(parser.next(lexeme));
    if (parser.stack.length > MOST_LEVELS + 1) return parser.offset - lexeme.length;
  }
}
