/**
 * What is wrong with the text, below the editor: each a link to its place.
 *
 * @module
 */

import type { JSX } from "preact";
import { Icon } from "../../app/icons.tsx";
import type { Problem } from "../core/requests.ts";

/** How many are listed: the first ones often lead to the others. */
const MOST_LISTED = 30;

/** The list. */
export function Problems(
  { problems, onGo }: { readonly problems: readonly Problem[]; readonly onGo: (problem: Problem) => void },
): JSX.Element {
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
          <button
            type="button"
            key={index}
            class="item"
            disabled={problem.line === 0}
            onClick={() => onGo(problem)}
          >
            <Icon name="fail" tone="bad" />
            <span>{problem.text}</span>
            <span class="line">{problem.line === 0 ? "" : `line ${problem.line}`}</span>
          </button>
        ))}
        {problems.length > MOST_LISTED
          ? <p class="remark">{`${problems.length - MOST_LISTED} more, which may follow from these`}</p>
          : null}
      </div>
    </section>
  );
}
