/**
 * Mistakes of scenario files as the command tells them: of a long list of words
 * the first ones, and the page of `hbasim help` that has them all.
 *
 * @module
 */

import type { InputError } from "../../kernel/input_error.ts";
import { helpTopic, TOPIC_NAMES } from "../scenario/help_topics.ts";
import { type Mistake, ScenarioError } from "../scenario/mistake.ts";

/** More words than these are not listed. */
const MOST_WORDS = 8;
/** How many of them are told then: what kind of words they are. */
const SAMPLE_WORDS = 3;

/** A list of words; the last one may be told as such, where nothing of its own follows it. */
const LIST = /[^\s,;:()]+(?:, (?!or )[^\s,;:()]+)+(?:, or [^\s,;:()]+(?=$|[,;:)]))?/g;

/** What a command says of an error. */
export function told(error: InputError): string {
  if (!(error instanceof ScenarioError)) return error.message;
  const [first, ...others] = error.mistakes;
  return new ScenarioError(shortened(first), ...others.map(shortened)).message;
}

function shortened(mistake: Mistake): Mistake {
  const accepted = mistake.accepted.replaceAll(LIST, (list) => {
    const words = list.split(/, (?:or )?/);
    if (words.length <= MOST_WORDS) return list;
    const topic = topicOf(words, mistake.field);
    const where = topic === undefined ? "" : `: hbasim help ${topic}`;
    return `${words.slice(0, SAMPLE_WORDS).join(", ")}, … (${words.length} in all${where})`;
  });
  return { ...mistake, accepted };
}

/**
 * The page that has all of these words: that of the step or list in which the mistake is, or else the first that has them. What
 * `expect` takes is on two pages: the answers of the step, and what is the same for all.
 */
function topicOf(words: readonly string[], field: string): string | undefined {
  const around = field.split(".").toReversed().map((each) => each.replace(/\[.*$/s, ""));
  const page = [...around, ...TOPIC_NAMES].find((name) => hasAll(name, words));
  if (page !== undefined) return page;
  const common = wordsOf("steps");
  const answers = words.filter((word) => !common.has(word));
  const pages = TOPIC_NAMES.filter((name) => hasAll(name, answers));
  return pages.length === 0 ? undefined : `${pages.length === 1 ? pages.join() : "STEP"}, hbasim help steps`;
}

function hasAll(topic: string, words: readonly string[]): boolean {
  const known = wordsOf(topic);
  return words.every((word) => known.has(word));
}

/** All words of a page. */
function wordsOf(topic: string): ReadonlySet<string> {
  const rows = helpTopic(topic)?.sections.flatMap((section) => section.rows) ?? [];
  return new Set(rows.flatMap(({ name, accepts }) => [...name.split(/[.[\]]+/), ...accepts.split(/[\s,;()]+/)]));
}
