/**
 * Two runs side by side, from the first event that differs.
 *
 * @module
 */

import type { JSX } from "preact";
import type { OtherRun } from "./experiments.ts";
import { Ladder } from "./ladder.tsx";
import type { Moment } from "./moment.ts";
import type { Reading } from "./reading.ts";
import type { Run } from "./run.ts";

/** What is compared, and how it is shown. */
export interface CompareProps {
  readonly reading: Reading;
  readonly recorded: Run;
  readonly other: OtherRun;
  readonly shown: "recorded" | "other" | "both";
  readonly onShow: (shown: CompareProps["shown"]) => void;
  readonly onClose: () => void;
  readonly onSave: () => void;
}

/** The line above the ladder: what parts, where, and what came of it. */
export function CompareBar({ recorded, other, shown, onShow, onClose, onSave, reading }: CompareProps): JSX.Element {
  const { parting, title, steps } = other;
  const differing = differingVerdicts(recorded, other.run);
  return (
    <div class="compare-bar" role="group" aria-label="Two runs">
      <div class="choice joined">
        {(["recorded", "other", "both"] as const).map((each) => (
          <button
            type="button"
            key={each}
            aria-pressed={shown === each}
            onClick={() => onShow(each)}
          >
            {each === "other" ? title : each}
          </button>
        ))}
      </div>
      <span class="code">
        {`${recorded.summary.digest.slice(0, 16)} ≠ ${other.run.summary.digest.slice(0, 16)}`.replace(
          "≠",
          parting === undefined ? "=" : "≠",
        )}
      </span>
      {parting === undefined
        ? <span>the same, event by event</span>
        : (
          <button type="button" class="link" onClick={() => reading.select(parting.event)}>
            {`equal up to s${parting.event - 1}; then ${parting.first} ≠ ${parting.second}`}
          </button>
        )}
      {differing.map(({ title, first, second }) => (
        <span key={title}>
          {`${title}: `}
          <span class={first.holds ? "ok" : "bad"}>{first.text}</span>
          {" | "}
          <span class={second.holds ? "ok" : "bad"}>{second.text}</span>
        </span>
      ))}
      {steps === undefined ? null : <span>{`${steps.length} steps are left: ${steps.join(", ")}`}</span>}
      <span class="space" />
      <button type="button" class="button small" onClick={onSave} title="Secret: the scenario is in it">
        Save its bundle
      </button>
      <button type="button" class="button small" onClick={onClose}>Close</button>
    </div>
  );
}

interface Found {
  readonly text: string;
  readonly holds: boolean;
}

/** Expectations that came out otherwise. */
function differingVerdicts(
  a: Run,
  b: Run,
): readonly { readonly title: string; readonly first: Found; readonly second: Found }[] {
  const key = ({ line, step, expected }: Run["summary"]["verdicts"][number]) => `${line} ${step} ${expected}`;
  const others = new Map(b.summary.verdicts.map((verdict) => [key(verdict), verdict]));
  return a.summary.verdicts.flatMap((verdict) => {
    const other = others.get(key(verdict));
    if (other === undefined || (other.holds === verdict.holds && other.actual === verdict.actual)) return [];
    const told = ({ actual, holds }: typeof verdict) => ({ text: holds ? "holds" : actual, holds });
    return [{ title: `line ${verdict.line} ${verdict.step}`, first: told(verdict), second: told(other) }];
  }).slice(0, 3);
}

/** Two ladders; a choice in one is the same place in the other. */
export function TwoLadders({ reading, recorded, other }: CompareProps): JSX.Element {
  const { moment, level, found } = reading;
  const place = (run: Run): Moment => ({ ...moment, event: Math.min(moment.event, run.length - 1) });
  const isFirst = reading.run === recorded;
  return (
    <div class="two-ladders">
      {[recorded, other.run].map((run, index) => (
        <Ladder
          key={index}
          run={run}
          moment={place(run)}
          level={level}
          hits={run === reading.run ? found.hits : undefined}
          title={index === 0 ? "Recorded" : other.title}
          {...(index === 0 ? { id: "ladder" } : {})}
          onSelect={(event) => reading.select(event, "nearest")}
          onLevel={reading.setLevel}
          {...((index === 0) === isFirst ? { onSight: reading.setSight, onRows: reading.setRows } : {})}
        />
      ))}
    </div>
  );
}
