/**
 * Verdicts: what does not hold, and why; then the moments that a reader looks
 * for; then what holds; then what was run.
 *
 * @module
 */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Failed } from "../content/failed.ts";
import { Icon, type IconName } from "./icons.tsx";
import { isFailedOperation } from "./level.ts";
import { titleOfStep } from "./ladder_rows.tsx";
import type { Run } from "./run.ts";
import { duration, grouped, placeText, shortComponent } from "./words.ts";

/** What the panel shows. */
export interface VerdictsProps {
  readonly run: Run;
  readonly event: number;
  readonly onSelect: (event: number) => void;
}

/** How many moments and verdicts are listed; more than that nobody reads, and search finds them. */
const MOST_LISTED = 40;

/** The panel of verdicts. */
export function Verdicts(props: VerdictsProps): JSX.Element {
  const { run } = props;
  const { verdicts, failed } = run.summary;
  const bad = verdicts.filter(({ holds }) => !holds).length;
  return (
    <section class="verdicts" aria-label="Verdicts">
      <header class="head">
        <h2>Verdicts</h2>
        <span class="quiet">{bad === 0 ? `all ${verdicts.length} hold` : `${bad} of ${verdicts.length} fail`}</span>
      </header>
      <div class="scroll" tabIndex={0} role="group" aria-label="Verdicts, moments and run">
        {failed.slice(0, MOST_LISTED).map((each) => (
          <FailedCard key={`${each.line} ${each.step}`} {...props} failed={each} />
        ))}
        {failed.length > MOST_LISTED ? <p class="remark">{`${failed.length - MOST_LISTED} more do not hold`}</p> : null}
        <Moments {...props} />
        <Holding {...props} />
        <Facts run={run} />
      </div>
    </section>
  );
}

function FailedCard({ run, event, onSelect, failed }: VerdictsProps & { readonly failed: Failed }) {
  const { line, step, verdicts, sequence, why } = failed;
  const found = run.steps.find((each) => each.line === line && line > 0);
  return (
    <article class="failed">
      <button type="button" class="title" onClick={() => onSelect(sequence)} aria-current={event === sequence}>
        <Icon name="fail" tone="bad" />
        <span class="bad">FAIL</span>
        <span>{found === undefined ? step : titleOfStep({ text: step, about: found.about })}</span>
        {line === 0 ? null : <span class="line">{`line ${line}`}</span>}
      </button>
      <dl>
        {verdicts.map((index) => {
          const verdict = run.summary.verdicts[index];
          return verdict === undefined ? null : (
            <>
              <dt>expected</dt>
              <dd>{verdict.expected}</dd>
              <dt>found</dt>
              <dd class="bad">{breakable(verdict.actual)}</dd>
            </>
          );
        })}
      </dl>
      {why.length === 0 ? null : (
        <div class="why">
          <h3>Why, from effect to cause</h3>
          {why.map((reason, index) => (
            <button
              type="button"
              key={index}
              class="reason"
              disabled={reason.sequence < 0}
              aria-current={event === reason.sequence}
              onClick={() => onSelect(reason.sequence)}
            >
              <span class="who">{shortComponent(reason.who)}</span>
              <span>{breakable(reason.text)}</span>
            </button>
          ))}
        </div>
      )}
    </article>
  );
}

/** Long words of capitals may be broken behind their underscores. */
function breakable(text: string): JSX.Element {
  return (
    <>
      {text.split("_").map((part, index) =>
        index === 0 ? part : (
          <>
            _<wbr />
            {part}
          </>
        )
      )}
    </>
  );
}

/** A moment worth a look. */
interface Listed {
  readonly event: number;
  readonly icon: IconName;
  readonly tone: string;
  readonly text: string;
}

/** Power, torn writes, resets, faults, in their order. */
function momentsOf(run: Run): readonly Listed[] {
  const { columns, summary: { frequencyHz } } = run;
  const found: Listed[] = run.outages.map(({ adapter, off, on }) => {
    const long = on >= run.length
      ? "to the end"
      : `for ${duration(columns.cycle(on) - columns.cycle(off), frequencyHz)}`;
    const who = run.summary.adapters.length > 1 ? `${adapter}: ` : "";
    return { event: off, icon: "power", tone: "dark", text: `${who}power off ${long}` };
  });
  for (let event = 0; event < run.length; event++) {
    const kind = columns.kind(event);
    if (kind === "flash" && isFailedOperation(columns.text(event, "operation"))) {
      const operation = columns.text(event, "operation").replace("cut off", "torn");
      found.push({ event, icon: "torn", tone: "bad", text: `flash ${operation} at ${placeText(run, event)}` });
    } else if (kind === "packet" && run.bad[event] === 1 && columns.component(event) === "network") {
      found.push({ event, icon: "fault", tone: "bad", text: `packet ${columns.text(event, "direction")}` });
    } else if (kind === "state" && /^(resetting|surprise|removed|stopped|killed)/.test(columns.text(event, "state"))) {
      found.push({
        event,
        icon: "reset",
        tone: "dark",
        text: `${columns.component(event)} ${columns.text(event, "state")}`,
      });
    }
  }
  return found.sort((a, b) => a.event - b.event);
}

function Moments({ run, event, onSelect }: VerdictsProps) {
  const moments = useMemo(() => momentsOf(run), [run]);
  if (moments.length === 0) return null;
  return (
    <>
      <h3 class="sub">Moments</h3>
      {moments.slice(0, MOST_LISTED).map((each) => (
        <button
          type="button"
          key={each.event}
          class="item"
          aria-current={event === each.event}
          onClick={() => onSelect(each.event)}
        >
          <Icon name={each.icon} tone={each.tone} />
          <span>{each.text}</span>
          <span class="line">{run.steps[run.stepOf(each.event)]?.line || ""}</span>
        </button>
      ))}
      {moments.length > MOST_LISTED
        ? <p class="remark">{`${moments.length - MOST_LISTED} more: search finds them`}</p>
        : null}
    </>
  );
}

function Holding({ run, event, onSelect }: VerdictsProps) {
  const holding = run.summary.verdicts.filter(({ holds }) => holds);
  return (
    <>
      <h3 class="sub">{`${holding.length} hold`}</h3>
      {holding.slice(0, MOST_LISTED).map(({ line, step, expected, isUnjudged }, index) => {
        const found = run.steps.findLast((each) => each.line <= line && each.line > 0);
        const last = (found?.beyond ?? run.length) - 1;
        const title = found?.line === line ? titleOfStep({ text: step, about: found.about }) : step;
        return (
          <button
            type="button"
            key={index}
            class="item"
            aria-current={event === last}
            onClick={() => onSelect(last)}
          >
            <Icon name="ok" tone="ok" />
            <span>{`${title}: ${expected}${isUnjudged === true ? " (anything would do)" : ""}`}</span>
            <span class="line">{line || ""}</span>
          </button>
        );
      })}
      {holding.length > MOST_LISTED ? <p class="remark">{`${holding.length - MOST_LISTED} more hold`}</p> : null}
    </>
  );
}

function Facts({ run }: { readonly run: Run }) {
  const { file, case: name, seed, digest, events, endCycle, frequencyHz, product, deviations, faults } = run.summary;
  const facts: readonly (readonly [string, string, boolean])[] = [
    ["file", name === "" ? file : `${file}[${name}]`, true],
    ["seed", seed, true],
    ["digest", digest.slice(0, 16), true],
    ["events", `${grouped(events)}, ${duration(endCycle, frequencyHz)} simulated`, false],
    ...faults.map((fault): readonly [string, string, boolean] => [
      `fault${fault.line === 0 ? "" : ` ${fault.line}`}`,
      fault.missed === undefined ? fault.sentence : `${fault.sentence} (missed: ${fault.missed})`,
      false,
    ]),
    ...deviations.map((text): readonly [string, string, boolean] => ["but", text, false]),
    ["hbasim", product, false],
  ];
  return (
    <>
      <h3 class="sub">Run</h3>
      <dl class="facts">
        {facts.map(([term, text, isCode], index) => (
          <>
            <dt key={index}>{term}</dt>
            <dd class={isCode ? "code" : undefined}>{text}</dd>
          </>
        ))}
      </dl>
    </>
  );
}
