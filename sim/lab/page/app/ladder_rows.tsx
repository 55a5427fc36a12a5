/**
 * The words of the ladder: a row for each event, with its time, what happened
 * and how many events it hides.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import { placeLabel } from "./lane_places.ts";
import type { LadderWindow } from "./ladder_marks.tsx";
import { outageOf, reasonOfGap, RowKind } from "./rows.ts";
import type { Step } from "./run.ts";
import { duration, milliseconds, wordsOf } from "./words.ts";

/** What is selected and found in a ladder. */
export interface LadderChoice {
  readonly selected: number;
  /** 1 for each event that the search has found. */
  readonly hits: Uint8Array | undefined;
}

/** The rows of a window. */
export function LadderRows(
  { window, choice }: { readonly window: LadderWindow; readonly choice: LadderChoice },
): JSX.Element {
  const { rows, begin, end } = window;
  const found: ComponentChildren[] = [];
  for (let row = begin; row <= end; row++) {
    const ref = rows.ref[row] ?? 0;
    switch (rows.kind[row]) {
      case RowKind.event:
        found.push(<EventRow key={`e${ref}`} window={window} choice={choice} row={row} />);
        break;
      case RowKind.step:
        found.push(<StepRow key={`s${ref}`} window={window} row={row} />);
        break;
      default:
        found.push(<FoldRow key={`f${ref}`} window={window} row={row} />);
    }
  }
  return <>{found}</>;
}

function boxOf({ rows }: LadderWindow, row: number): { readonly top: string; readonly height: string } {
  const top = rows.top[row] ?? 0;
  return { top: `${top}px`, height: `${(rows.top[row + 1] ?? top) - top}px` };
}

function EventRow(
  { window, choice, row }: { readonly window: LadderWindow; readonly choice: LadderChoice; readonly row: number },
) {
  const { run, rows, places, bars } = window;
  const event = rows.ref[row] ?? 0;
  const { columns, summary: { frequencyHz } } = run;
  const { strong, soft } = wordsOf(run, event);
  const isBad = run.bad[event] === 1;
  const kind = columns.kind(event);
  const isReceived = kind === "packet" && columns.text(event, "direction") === "receives";
  const isSent = kind === "packet" && columns.text(event, "direction") === "sends";
  const text = isReceived ? "received" : `${isBad ? "✕ " : ""}${strong} ${soft}`;
  const place = placeLabel(run, places, event, bars, text);
  const style = {
    "max-width": `${Math.round(place.most)}px`,
    ...(place.side === "right"
      ? { right: `${Math.round(places.width - place.at)}px` }
      : { left: `${Math.round(place.at)}px` }),
  };
  const hidden = rows.hidden[row] ?? 0;
  const classes = ["row", choice.hits?.[event] === 1 ? "hit" : "", isSent ? "sent" : isReceived ? "received" : ""];
  return (
    <div
      class={classes.filter((each) => each !== "").join(" ")}
      role="option"
      id={`event-${event}`}
      data-event={event}
      aria-selected={event === choice.selected}
      aria-setsize={rows.shown}
      style={boxOf(window, row)}
    >
      <span class="time">{milliseconds(columns.cycle(event), frequencyHz)}</span>
      <span class={`label ${place.side}`} style={style}>
        <span class="hidden">{`${columns.component(event)} ${kind} `}</span>
        {isReceived ? <i>received</i> : (
          <>
            <b class={isBad ? "bad" : undefined}>{isBad ? `✕ ${strong}` : strong}</b>
            {soft === "" ? null : <i>{` ${soft}`}</i>}
          </>
        )}
      </span>
      {hidden === 0
        ? null
        : <span class="more" title={`${hidden} events are not shown at this level`}>{`+${hidden}`}</span>}
    </div>
  );
}

function StepRow({ window, row }: { readonly window: LadderWindow; readonly row: number }) {
  const { run, rows } = window;
  const step = run.steps[rows.ref[row] ?? 0];
  if (step === undefined) return null;
  const verdicts = run.summary.verdicts.filter(({ line }) => line === step.line && line > 0);
  const hidden = rows.hidden[row] ?? 0;
  return (
    <div class="step" role="presentation" style={boxOf(window, row)}>
      <b>{step.line === 0 ? step.text : `line ${step.line}`}</b>
      {step.line === 0 ? null : <span>{titleOfStep(step)}</span>}
      <span class="quiet">
        {verdicts.map(({ holds, expected, actual }, index) => (
          <span key={index}>
            {index === 0 ? "" : "; "}
            {holds ? `holds: ${expected}` : `expected ${expected}, `}
            {holds ? null : <span class="bad">{`found ${actual}`}</span>}
          </span>
        ))}
      </span>
      {hidden === 0 ? null : <span class="more">{`+${hidden}`}</span>}
    </div>
  );
}

/** A step with what it is about. */
export function titleOfStep({ text, about }: Pick<Step, "text" | "about">): string {
  return about === "" || text.includes(about) ? text : `${text} ${about}`;
}

function FoldRow({ window, row }: { readonly window: LadderWindow; readonly row: number }) {
  const { run, rows } = window;
  const { columns, summary: { frequencyHz } } = run;
  const event = rows.ref[row] ?? 0;
  let before = row - 1;
  while (before >= 0 && rows.kind[before] !== RowKind.event) before--;
  const last = before < 0 ? event : rows.ref[before] ?? event;
  const time = `+${duration(columns.cycle(event) - columns.cycle(last), frequencyHz)}`;
  const isDark = rows.kind[row] === RowKind.outage;
  const reason = isDark ? "" : reasonOfGap(run, last, event);
  return (
    <div class={isDark ? "fold dark" : "fold"} role="presentation" style={boxOf(window, row)}>
      <span class="time">{time}</span>
      {isDark
        ? <span class="hidden">{`${outageOf(run, rows, row)?.adapter ?? "the adapter"} has no power`}</span>
        : null}
      {reason === "" ? null : <span class="reason">{reason}</span>}
    </div>
  );
}
