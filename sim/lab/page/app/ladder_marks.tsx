/**
 * The drawing of the ladder: lifelines, running calls, arrows, datagrams, what
 * a flash part did, power. Shape says what; colour only repeats it.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import type { LanePlaces } from "./lane_places.ts";
import { packetEnds } from "./lane_places.ts";
import { isFailedOperation } from "./level.ts";
import { middleOf, outageOf, RowKind, type Rows } from "./rows.ts";
import type { Bar, Packet, Run } from "./run.ts";

/** What of a ladder is drawn. */
export interface LadderWindow {
  readonly run: Run;
  readonly rows: Rows;
  readonly places: LanePlaces;
  /** The rows from one to another, both included. */
  readonly begin: number;
  readonly end: number;
  /** What of calls and datagrams reaches into them. */
  readonly bars: readonly Bar[];
  readonly packets: readonly Packet[];
  /** Above and below which nothing is drawn. */
  readonly top: number;
  readonly bottom: number;
}

/** A time without power, in rows. */
interface Break {
  readonly top: number;
  readonly bottom: number;
  readonly adapter: string;
}

/** All marks of a window. */
export function LadderMarks({ window }: { readonly window: LadderWindow }): JSX.Element {
  const { run, rows, begin, end } = window;
  const breaks = breaksOf(window);
  const marks: ComponentChildren[] = [];
  for (let row = begin; row <= end; row++) {
    const ref = rows.ref[row] ?? 0;
    if (rows.kind[row] === RowKind.event) marks.push(<EventMark key={`e${ref}`} window={window} event={ref} />);
    if (rows.kind[row] === RowKind.fold || rows.kind[row] === RowKind.outage) {
      marks.push(<FoldMarks key={`f${ref}`} window={window} row={row} />);
    }
  }
  return (
    <>
      {run.lanes.lanes.map((lane, index) => (
        <path key={`l${index}`} class="lifeline" d={lifeline(window, index, lane.adapter, breaks)} />
      ))}
      {window.bars.map((bar) => <BarMark key={`b${bar.first}`} window={window} bar={bar} />)}
      {window.packets.map((packet) => <PacketMark key={`p${packet.index}`} window={window} packet={packet} />)}
      {marks}
      {breaks.map((each) => <BreakMark key={`o${each.top}`} window={window} part={each} />)}
    </>
  );
}

function breaksOf({ run, rows, begin, end }: LadderWindow): readonly Break[] {
  const found: Break[] = [];
  for (let row = begin; row <= end; row++) {
    if (rows.kind[row] !== RowKind.outage) continue;
    const outage = outageOf(run, rows, row);
    const [top, bottom] = [rows.top[row] ?? 0, rows.top[row + 1] ?? 0];
    if (outage !== undefined) found.push({ top: top + 5, bottom: bottom - 5, adapter: outage.adapter });
  }
  return found;
}

function lifeline(
  { places, top, bottom }: LadderWindow,
  lane: number,
  adapter: string | undefined,
  breaks: readonly Break[],
) {
  const x = places.x[lane] ?? 0;
  let path = "";
  let y = top;
  for (const each of breaks) {
    if (each.adapter !== adapter) continue;
    path += `M${x} ${y}V${each.top}`;
    y = each.bottom;
  }
  return `${path}M${x} ${y}V${bottom}`;
}

function BarMark({ window: { rows, places, top, bottom }, bar }: { readonly window: LadderWindow; readonly bar: Bar }) {
  const [first, last] = [middleOf(rows, bar.first), middleOf(rows, bar.last)];
  if (last - first < 2) return null;
  const x = (places.x[bar.lane] ?? 0) - 3.5;
  const [from, to] = [Math.max(first, top - 10), Math.min(last, bottom + 10)];
  const isWhole = to === last;
  const close = bar.end === "cut" && isWhole ? "l2.3 -4 2.4 4 2.3 -4" : bar.end === "open" && isWhole ? "m7 0" : "h7";
  return (
    <path
      class={bar.end === "open" && isWhole ? "bar open" : "bar"}
      d={`M${x} ${from}V${to}${close}V${from}${bar.end === "open" ? "" : "z"}`}
    />
  );
}

function PacketMark({ window, packet }: { readonly window: LadderWindow; readonly packet: Packet }) {
  const { run, rows, places } = window;
  const [from, to] = packetEnds(run, packet.sent);
  const [a, b] = [places.x[from] ?? 0, places.x[to] ?? 0];
  const wire = places.x[run.lanes.network] ?? 0;
  const direction = b > a ? 1 : -1;
  const begin = middleOf(rows, packet.sent) + (places.isNarrow ? 0 : 7);
  const arrivals = packet.received.length === 0 ? [undefined] : packet.received;
  return (
    <g class={packet.fate === "corrupted" ? "packet wavy" : "packet"}>
      {arrivals.map((arrival) => {
        const end = arrival === undefined ? begin + 10 : places.isNarrow ? begin + 8 : middleOf(rows, arrival);
        const [xa, xb] = [a + direction * 4, b - direction * 4];
        return (
          <g key={arrival ?? -1}>
            <path d={`M${xa} ${begin}L${xb} ${end}`} />
            {arrival === undefined
              ? <path class="lost" d={cross(xb, end, 4)} />
              : <path class="tip" d={filledHead(xb, end, direction)} />}
            {arrival === undefined ? null : <circle class="tip" cx={wire} cy={(begin + end) / 2} r={2} />}
          </g>
        );
      })}
    </g>
  );
}

function EventMark(
  { window: { run, rows, places }, event }: { readonly window: LadderWindow; readonly event: number },
) {
  const { columns, from, to } = run;
  const y = middleOf(rows, event);
  const bad = run.bad[event] === 1 ? " bad" : "";
  const [a, b] = [places.x[from[event] ?? 0] ?? 0, places.x[to[event] ?? 0] ?? 0];
  switch (columns.kind(event)) {
    case "call":
      return <Arrow a={a} b={b} y={y} classes={`call${bad}`} isReturn={false} />;
    case "return":
      return <Arrow a={a} b={b} y={y} classes={`return${bad}`} isReturn />;
    case "flash":
      return (
        <FlashMark
          operation={columns.text(event, "operation")}
          from={places.x[(from[event] ?? 1) - 1] ?? 0}
          x={a}
          y={y}
        />
      );
    case "state": {
      const power = columns.text(event, "state").startsWith("power") ? " dark" : "";
      return <path class={`state${bad}${power}`} d={`M${a} ${y - 5}l5 5-5 5-5-5z`} />;
    }
    case "packet":
      return columns.text(event, "direction") === "sends"
        ? <circle class="packet-end" cx={a} cy={y + (places.isNarrow ? 0 : 7)} r={2.5} />
        : null;
    default:
      return <circle class={`note${bad}`} cx={a} cy={y} r={3.5} />;
  }
}

/** An arrow between lanes, or a hook within one. */
function Arrow({ a, b, y, classes, isReturn }: {
  readonly a: number;
  readonly b: number;
  readonly y: number;
  readonly classes: string;
  readonly isReturn: boolean;
}) {
  if (a === b) {
    return (
      <g class={classes}>
        <path d={`M${a + 4} ${y - 4}h8v8h-8`} />
        <path
          class={isReturn ? "open-tip" : "tip"}
          d={isReturn ? openHead(a + 4, y + 4, -1) : filledHead(a + 4, y + 4, -1)}
        />
      </g>
    );
  }
  const direction = b > a ? 1 : -1;
  const end = b - direction * 4;
  return (
    <g class={classes}>
      <path d={`M${a + direction * 4} ${y}H${end}`} />
      <path
        class={isReturn ? "open-tip" : "tip"}
        d={isReturn ? openHead(end, y, direction) : filledHead(end, y, direction)}
      />
    </g>
  );
}

/** A ring for what was read, a square for what was programmed, a hollow one for what was erased, a broken one for a failure. */
function FlashMark({ operation, from, x, y }: {
  readonly operation: string;
  readonly from: number;
  readonly x: number;
  readonly y: number;
}) {
  const isFailed = isFailedOperation(operation);
  return (
    <g class={isFailed ? "flash bad" : "flash"}>
      <path d={`M${from + 4} ${y}H${x - 5}`} />
      {isFailed
        ? (
          <>
            <path class="solid" d={`M${x - 5} ${y - 5}h5l-2 5 2 5h-5z`} />
            <path class="hollow" d={`M${x + 2} ${y - 5}h3v10h-3l-2 -5z`} />
          </>
        )
        : operation === "read"
        ? <circle class="hollow" cx={x} cy={y} r={3} />
        : <rect class={/erase/.test(operation) ? "hollow wide" : "solid"} x={x - 5} y={y - 5} width={10} height={10} />}
    </g>
  );
}

/** Lifelines and bars cross a fold with two strokes. */
function FoldMarks({ window: { run, rows, places }, row }: { readonly window: LadderWindow; readonly row: number }) {
  const y = ((rows.top[row] ?? 0) + (rows.top[row + 1] ?? 0)) / 2;
  const dark = rows.kind[row] === RowKind.outage ? outageOf(run, rows, row)?.adapter : undefined;
  const path = run.lanes.lanes.map(({ adapter }, index) => {
    if (dark !== undefined && adapter === dark) return "";
    return `M${(places.x[index] ?? 0) - 4} ${y + 1}l8 -4m-8 7l8 -4`;
  }).join("");
  return <path class="strokes" d={path} />;
}

/** A zigzag where the power goes, and one where it comes back. */
function BreakMark({ window: { run, places }, part }: { readonly window: LadderWindow; readonly part: Break }) {
  const own = run.lanes.lanes.flatMap(({ adapter }, index) => adapter === part.adapter ? [places.x[index] ?? 0] : []);
  const [left, right] = [Math.min(...own) - 22, Math.max(...own) + 22];
  const teeth = Math.max(4, 2 * Math.round((right - left) / 14));
  const zigzag = (y: number) =>
    Array.from(
      { length: teeth + 1 },
      (_, index) => `${(left + (right - left) * index / teeth).toFixed(1)} ${y - (index % 2 === 0 ? 0 : 5)}`,
    );
  const [top, bottom] = [zigzag(part.top), zigzag(part.bottom)];
  return (
    <g class="break">
      <path class="ground" d={`M${top.join("L")}L${bottom.toReversed().join("L")}z`} />
      <path class="edge" d={`M${top.join("L")}M${bottom.join("L")}`} />
      <text x={(left + right) / 2} y={(part.top + part.bottom) / 2 + 1}>no power</text>
    </g>
  );
}

function filledHead(x: number, y: number, direction: number): string {
  return `M${x} ${y}l${-direction * 7} -3.5v7z`;
}

function openHead(x: number, y: number, direction: number): string {
  return `M${x - direction * 6} ${y - 3.5}L${x} ${y}L${x - direction * 6} ${y + 3.5}`;
}

/** A cross around a point. */
export function cross(x: number, y: number, half: number): string {
  return `M${x - half} ${y - half}l${2 * half} ${2 * half}m0 ${-2 * half}l${-2 * half} ${2 * half}`;
}
