/**
 * The ladder: who called whom, as a list with a drawing in it. It scrolls,
 * reads aloud and virtualises like a list; only the rows in sight are there.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { grouped } from "../../../kernel/grouped.ts";
import { Intervals } from "./intervals.ts";
import { LadderMarks, type LadderWindow } from "./ladder_marks.tsx";
import { type LadderChoice, LadderRows } from "./ladder_rows.tsx";
import { type LanePlaces, NARROW_WIDTH, placeLanes } from "./lane_places.ts";
import { type Level, LEVEL_NAMES } from "./level.ts";
import type { Moment } from "./moment.ts";
import { layRows, NARROW, rowAt, type Rows, WIDE } from "./rows.ts";
import type { Run } from "./run.ts";
import { useSize } from "./use_size.ts";

/** What a ladder shows. */
export interface LadderProps {
  readonly run: Run;
  readonly moment: Moment;
  readonly level: Level;
  readonly hits: Uint8Array | undefined;
  /** What it is called: `Ladder`, or which of two runs. */
  readonly title: string;
  /** By which an address within the page leads to its rows. */
  readonly id?: string;
  readonly onSelect: (event: number) => void;
  readonly onLevel: (level: Level) => void;
  /** Told which events are in sight. */
  readonly onSight?: (first: number, last: number) => void;
  /** Told which rows there are, for whoever steps from one to the next. */
  readonly onRows?: (rows: Rows) => void;
}

/** How much is drawn beyond what is in sight. */
const OVERSCAN = 200;
/** So near to an edge a selected row is not left. */
const EDGE = 30;

/** The ladder of a run. */
export function Ladder(props: LadderProps): JSX.Element {
  const { run, moment, level, hits, title, id, onSelect, onLevel, onSight, onRows } = props;
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const [scroll, setScroll] = useState(0);
  const places = useMemo(() => placeLanes(run, Math.max(200, width)), [run, width]);
  // An event that the level hides has a row as long as it is selected.
  const always = (run.level[moment.event] ?? 0) > level ? moment.event : -1;
  const heights = width > 0 && width < NARROW_WIDTH ? NARROW : WIDE;
  const rows = useMemo(() => layRows(run, level, always, heights), [run, level, always, heights]);
  const reaching = useMemo(() => reachOf(run), [run]);
  // Before the next key: it steps along these rows.
  useLayoutEffect(() => onRows?.(rows), [rows]);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || height === 0) return;
    const to = scrollTo(rows, moment, element.scrollTop, height);
    if (to !== undefined) element.scrollTop = to;
    setScroll(element.scrollTop);
  }, [moment, rows, height]);
  const window = windowOf({ run, rows, places, scroll, height }, reaching);
  useEffect(() => {
    if (height === 0) return;
    onSight?.(eventOf(rows, rowAt(rows, scroll)), eventOf(rows, rowAt(rows, scroll + height)));
  }, [rows, scroll, height]);
  const onClick = (click: MouseEvent) => {
    const row = click.target instanceof Element ? click.target.closest("[data-event]") : null;
    if (row instanceof HTMLElement) onSelect(Number(row.dataset["event"]));
  };
  return (
    <section class={`ladder${places.isNarrow ? " narrow" : ""}`} aria-label={title}>
      <header class="head">
        <h2>{title}</h2>
        <span class="quiet">
          {`${rows.shown} of ${run.length} events${rows.shown < run.length ? ", the rest folded into +n" : ""}`}
        </span>
        <LevelButtons level={level} onLevel={onLevel} />
      </header>
      <LaneHeads run={run} places={places} />
      <div
        class="rows"
        id={id}
        ref={box}
        tabIndex={0}
        role="listbox"
        aria-label="Events of the run"
        aria-activedescendant={`event-${moment.event}`}
        onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
        onClick={onClick}
      >
        <Sheet window={window} choice={{ selected: moment.event, hits }} />
      </div>
    </section>
  );
}

/** What scrolls: as high as all rows, with those in sight. */
function Sheet({ window, choice }: { readonly window: LadderWindow; readonly choice: LadderChoice }) {
  const { rows, places: { width }, top, bottom } = window;
  const height = Math.max(1, bottom - top);
  return (
    <div class="sheet" role="presentation" style={{ height: `${(rows.top[rows.count] ?? 0) + 8}px` }}>
      <svg
        aria-hidden="true"
        width={width}
        height={height}
        style={{ top: `${top}px` }}
        viewBox={`0 ${top} ${width} ${height}`}
      >
        <LadderMarks window={window} />
      </svg>
      <LadderRows window={window} choice={choice} />
    </div>
  );
}

function LevelButtons({ level, onLevel }: Pick<LadderProps, "level" | "onLevel">) {
  return (
    <div class="choice" role="group" aria-label="Level of detail">
      {LEVEL_NAMES.map((name, index) => (
        <button
          key={name}
          type="button"
          aria-pressed={index === level}
          onClick={() => onLevel(index === 0 ? 0 : index === 1 ? 1 : 2)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

/** The names of the lanes, and of their groups above them. */
function LaneHeads({ run, places }: { readonly run: Run; readonly places: LanePlaces }) {
  const { lanes } = run.lanes;
  const { x, width, isNarrow } = places;
  const groups = grouped(lanes.map((lane, index) => ({ lane, index })), ({ lane }) => lane.group);
  const half = ((x[1] ?? 0) - (x[0] ?? 0)) / 2 - 4;
  const usesShort = isNarrow || width < 640 || !hasRoom(lanes.map(({ name }) => name), x);
  return (
    <div class="lanes" aria-hidden="true">
      {[...groups].map(([group, members]) => {
        const [first, last] = [x[members[0]?.index ?? 0] ?? 0, x[members.at(-1)?.index ?? 0] ?? 0];
        const shown = isNarrow && members.length < 2 ? "" : isNarrow ? group.replace(/ .*/, "") : group;
        return (
          <span key={group} class="group" style={{ left: `${first - half}px`, width: `${last - first + 2 * half}px` }}>
            {shown}
          </span>
        );
      })}
      {lanes.map(({ name, short }, index) => (
        <span key={index} class="lane" style={{ left: `${x[index] ?? 0}px` }}>{usesShort ? short : name}</span>
      ))}
    </div>
  );
}

/** Whether names fit side by side over their lanes. */
function hasRoom(names: readonly string[], x: readonly number[]): boolean {
  const context = document.createElement("canvas").getContext("2d");
  if (context === null) return false;
  context.font = LANE_FONT;
  const widths = names.map((name) => context.measureText(name).width);
  return widths.every((width, index) =>
    index === 0 || ((widths[index - 1] ?? 0) + width) / 2 + 4 <= (x[index] ?? 0) - (x[index - 1] ?? 0)
  );
}

const LANE_FONT = '600 11px Inter, "Segoe UI", system-ui, sans-serif';

/** What reaches over several rows. */
interface Reach {
  readonly bars: Intervals<Run["bars"][number]>;
  readonly packets: Intervals<
    { readonly first: number; readonly last: number; readonly packet: Run["packets"][number] }
  >;
}

function reachOf(run: Run): Reach {
  const packets = run.packets.map((packet) => ({
    first: packet.sent,
    last: packet.received.at(-1) ?? packet.sent,
    packet,
  }));
  return { bars: new Intervals(run.bars), packets: new Intervals(packets.toSorted((a, b) => a.first - b.first)) };
}

interface Sight {
  readonly run: Run;
  readonly rows: Rows;
  readonly places: LanePlaces;
  readonly scroll: number;
  readonly height: number;
}

function windowOf({ run, rows, places, scroll, height }: Sight, { bars, packets }: Reach): LadderWindow {
  const begin = rowAt(rows, scroll - OVERSCAN);
  const end = Math.min(rows.count - 1, rowAt(rows, scroll + height + OVERSCAN));
  const [first, last] = [eventOf(rows, begin), lastEventOf(run, rows, end)];
  return {
    run,
    rows,
    places,
    begin,
    end,
    bars: bars.between(first, last),
    packets: packets.between(first, last).map(({ packet }) => packet),
    top: rows.top[begin] ?? 0,
    bottom: rows.top[end + 1] ?? 0,
  };
}

/** The first event at a row or behind it. */
function eventOf(rows: Rows, row: number): number {
  for (let each = row; each < rows.count; each++) if (rows.kind[each] === 0) return rows.ref[each] ?? 0;
  for (let each = row; each >= 0; each--) if (rows.kind[each] === 0) return rows.ref[each] ?? 0;
  return 0;
}

/** The last event at a row, those that it hides counted. */
function lastEventOf(run: Run, rows: Rows, row: number): number {
  for (let each = row + 1; each < rows.count; each++) if (rows.kind[each] === 0) return rows.ref[each] ?? 0;
  return run.length - 1;
}

/** Where to scroll so that the selected row is seen; `undefined` to stay. */
function scrollTo(rows: Rows, { event, how }: Moment, scroll: number, height: number): number | undefined {
  const row = rows.rowOf[event] ?? 0;
  const [top, bottom] = [rows.top[row] ?? 0, rows.top[row + 1] ?? 0];
  if (how === "center") return Math.max(0, top - height / 2 + 40);
  if (top < scroll + EDGE) return Math.max(0, top - 2 * EDGE);
  if (bottom > scroll + height - EDGE) return bottom - height + 2 * EDGE;
  return undefined;
}
