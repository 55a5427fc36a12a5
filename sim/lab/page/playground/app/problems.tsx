/**
 * What is wrong with the text, below the editor: each a link to its place, and
 * beside it what was probably meant.
 *
 * @module
 */

import type { JSX } from "preact";
import { Icon } from "../../app/icons.tsx";
import type { Problem, Replacement } from "../core/requests.ts";
import { mendOf } from "./mend.ts";

/** How many are listed: the first ones often lead to the others. */
const MOST_LISTED = 30;

/** What the list needs. */
export interface ProblemsProps {
  readonly problems: readonly Problem[];
  /** The text that they are in. */
  readonly source: string;
  readonly onGo: (problem: Problem) => void;
  readonly onMend: (replacement: Replacement) => void;
}

/** The list. */
export function Problems({ problems, source, onGo, onMend }: ProblemsProps): JSX.Element {
  return (
    <section class="problems" aria-label="Problems">
      <header class="head">
        <h2>Problems</h2>
        <span class="quiet">
          {problems.length === 1
            ? "1 in the scenario: nothing runs"
            : `${problems.length} in the scenario: nothing runs`}
        </span>
      </header>
      <div class="scroll" tabIndex={0} role="group" aria-label="Problems of the scenario">
        {problems.slice(0, MOST_LISTED).map((problem, index) => (
          <div key={index} class="mistake">
            <button type="button" class="item" disabled={problem.line === 0} onClick={() => onGo(problem)}>
              <Icon name="fail" tone="bad" />
              <span>{problem.text}</span>
              <span class="line">{problem.line === 0 ? "" : `line ${problem.line}`}</span>
            </button>
            <Mend replacement={mendOf(source, problem)} onMend={onMend} />
          </div>
        ))}
        {problems.length > MOST_LISTED
          ? <p class="remark">{`${problems.length - MOST_LISTED} more, which may follow from these`}</p>
          : null}
      </div>
    </section>
  );
}

function Mend({ replacement, onMend }: {
  readonly replacement: Replacement | undefined;
  readonly onMend: ProblemsProps["onMend"];
}) {
  if (replacement === undefined) return null;
  return (
    <button type="button" class="button small" onClick={() => onMend(replacement)}>
      {`Write ${replacement.insert}`}
    </button>
  );
}
