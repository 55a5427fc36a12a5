/**
 * An explanation as lines for people: what came of it, why, and the events
 * that show it, each with its coordinate.
 *
 * @module
 */

import { padToColumns } from "../text_columns.ts";
import type { Statement } from "./circumstances.ts";
import { furtherDrops } from "./drops.ts";
import { describeOrigin } from "./evidence.ts";
import type { Explanation } from "./explain.ts";
import { type Candidate, type KeyChoice, winnerOf } from "./key_choices.ts";
import type { Phase1Ending } from "./phase1_endings.ts";

/** How many events of a chain are shown: its beginning says who asked, its end what came of it. */
const CHAIN_BEGIN = 2;
const CHAIN_END = 14;

/** The lines. */
export function* renderExplanation(explanation: Explanation): Generator<string> {
  const { subject, line, outcome, choices, chain, reads } = explanation;
  const place = line === 0 ? "" : `line ${line}, `;
  yield `${place}${subject.at}  ${subject.component} ${subject.text}`;
  if (outcome !== undefined) yield `came to ${outcome.status} at ${outcome.at}`;
  yield* section("why", reasons(explanation));
  for (const choice of choices) yield* section(`keys at ${choice.component}`, choice.candidates.map(candidateLine));
  yield* section("read what others wrote", reads.map(({ reader, writer }) => `${reader.at} <- ${shown(writer)}`));
  const skipped = chain.length - CHAIN_BEGIN - CHAIN_END;
  const lines = chain.map(shown);
  yield* section(
    "what led to it",
    skipped > 1 ? [...lines.slice(0, CHAIN_BEGIN), `(${skipped} events)`, ...lines.slice(-CHAIN_END)] : lines,
  );
}

/** The reasons, a sentence each, the nearest to the outcome first. */
export function reasons(explanation: Explanation): readonly string[] {
  const { circumstances, endings, onTheWay, choices, losses } = explanation;
  return [
    ...circumstances.map(statementLine),
    ...endings.flatMap(endingLines),
    ...onTheWay.map(statementLine),
    ...choices.map(choiceLine),
    ...differingKeys(choices),
    ...(losses.length === 0 ? [] : [`${losses.length} datagrams did not arrive as they were sent`]),
    ...[...losses, ...furtherDrops(explanation)].map(({ component, text, at }) => `${component}: ${text} (${at})`),
  ];
}

function statementLine({ says, at }: Statement): string {
  return `${says} (${at})`;
}

function endingLines({ failure, complaint, packet, verdict }: Phase1Ending): readonly string[] {
  const because = [verdict, complaint].filter((event) => event !== undefined)
    .map(({ component, text, at }) => `${component}: ${text.replace(/^-- /, "")} (${at})`);
  const ended = packet === undefined
    ? []
    : [`the packet that ended it: ${packet.component} ${packet.text.replace(/^\.\. /, "")} (${packet.at})`];
  return [`${failure.component}: ${failure.text.replace(/^== /, "")} (${failure.at})`, ...ended, ...because];
}

function choiceLine(choice: KeyChoice): string {
  const { component, candidates } = choice;
  const winner = winnerOf(choice);
  const decided = candidates.find(({ outcome }) => outcome === "refused" || outcome === "damaged");
  if (winner === undefined) {
    return decided === undefined
      ? `${component} has no key: none of ${candidates.length} places has one`
      : `${component} uses no key: the ${decided.source} key for ${decided.identity} is ${decided.outcome}`;
  }
  const behind = candidates.filter(({ outcome }) => outcome === "outranked").map(({ source }) => source);
  const before = behind.length === 0 ? "" : `, before ${behind.join(" and ")}`;
  return `${component} uses the ${winner.source} key ${winner.fingerprint} for ${winner.identity}: ` +
    `rank ${winner.rank} of ${candidates.length}${before}`;
}

/** Where the other end has chosen another key than the adapter, which may bring one along with a login. */
function differingKeys(choices: readonly KeyChoice[]): readonly string[] {
  const used = choices.flatMap(({ component, candidates }) => {
    const key = winnerOf({ component, candidates })?.fingerprint;
    return key === undefined ? [] : [{ component, key, isAdapter: candidates[0]?.source === "login" }];
  });
  return used.flatMap(({ component, key, isAdapter }, index) => {
    const other = used[index - 1];
    if (isAdapter || other?.isAdapter !== true || other.key === key) return [];
    return [`the keys differ: ${other.component} has ${other.key}, ${component} has ${key}`];
  });
}

function candidateLine({ rank, source, identity, fingerprint, outcome, writtenAt, origin }: Candidate): string {
  const from = origin === undefined ? writtenAt === undefined ? "" : `at ${writtenAt}` : describeOrigin(origin);
  const verb = outcome === "none" ? "removed" : "set";
  const written = from === "" ? "" : `  ${verb} ${from}`;
  const key = fingerprint === "" ? "-" : fingerprint;
  return `${rank} ${source.padEnd(10)} ${key.padEnd(9)} ${outcome.padEnd(10)} for ${identity}${written}`;
}

function shown({ at, component, text }: { readonly at: string; readonly component: string; readonly text: string }) {
  return `${at.padEnd(20)} ${padToColumns(component, 18)} ${text}`;
}

function* section(title: string, lines: readonly string[]): Generator<string> {
  if (lines.length === 0) return;
  yield `${title}:`;
  for (const line of lines) yield `  ${line}`;
}
