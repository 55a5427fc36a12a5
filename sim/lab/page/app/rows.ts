/**
 * The rows of the ladder: one for each event that the level shows, one where a
 * step begins, one where time passes without an event that is shown. Rows are
 * numbers in typed arrays; what stands in them is made when they are drawn.
 *
 * @module
 */

import type { Level } from "./level.ts";
import { lastNotAbove, type Outage, type Run } from "./run.ts";

/** What a row is. */
export const RowKind = { event: 0, step: 1, fold: 2, outage: 3 } as const;

/** Heights of rows, in CSS pixels. */
export interface RowHeights {
  readonly event: number;
  readonly step: number;
  readonly fold: number;
  readonly outage: number;
}

/** Rows of a wide ladder; and of a narrow one, where words stand below the drawing. */
export const WIDE: RowHeights = { event: 20, step: 26, fold: 20, outage: 34 };
export const NARROW: RowHeights = { event: 38, step: 26, fold: 22, outage: 34 };

/** All rows of a run at a level. */
export interface Rows {
  readonly count: number;
  /** One of {@linkcode RowKind}. */
  readonly kind: Uint8Array;
  /** Of an event and a fold: the event that it is, or that ends it. Of a step: its place. */
  readonly ref: Int32Array;
  /** How many events a row hides that come right after it. */
  readonly hidden: Int32Array;
  /** Where a row begins; one more than there are rows: where all end. */
  readonly top: Float64Array;
  /** The row of each event; of one that is hidden, that before it. */
  readonly rowOf: Int32Array;
  /** How many events have a row. */
  readonly shown: number;
  readonly heights: RowHeights;
}

/** A gap that is at least so long is folded, whatever the step. */
const MOST_MILLISECONDS = 10;
const LEAST_MILLISECONDS = 1;
/** Of the longest gap of a step, the part from which on one is folded. */
const PART_OF_LONGEST = 50;

/** Lays rows out; `always` is an event that has a row at any level. */
export function layRows(run: Run, level: Level, always: number, heights: RowHeights): Rows {
  return new RowWriter(run, level, always, heights).write();
}

/** The place of the row at a height. */
export function rowAt({ top, count }: Rows, y: number): number {
  return Math.max(0, lastNotAbove(count, (index) => top[index] ?? 0, y));
}

/** Where an event is drawn: the middle of its row, or the end of the row that hides it. */
export function middleOf(rows: Rows, event: number): number {
  const row = rows.rowOf[event] ?? 0;
  const [top, bottom] = [rows.top[row] ?? 0, rows.top[row + 1] ?? 0];
  const isOwn = rows.kind[row] === RowKind.event && rows.ref[row] === event;
  if (!isOwn) return bottom;
  return rows.heights === NARROW ? top + 11 : (top + bottom) / 2;
}

/** The event with a row next to another's, in a direction. */
export function neighbour(rows: Rows, event: number, direction: 1 | -1): number | undefined {
  let row = (rows.rowOf[event] ?? 0) + direction;
  while (row >= 0 && row < rows.count && rows.kind[row] !== RowKind.event) row += direction;
  return row >= 0 && row < rows.count ? rows.ref[row] : undefined;
}

/** The time without power that a row stands for. */
export function outageOf(run: Run, rows: Rows, row: number): Outage | undefined {
  const event = rows.ref[row] ?? 0;
  const cycle = run.columns.cycle(event);
  return run.outages.find(({ off, on }) => off < event && run.columns.cycle(Math.min(on, run.length - 1)) >= cycle);
}

/** What held the next event up, as far as the events in a gap tell: the one that ends its longest hole. */
export function reasonOfGap(run: Run, before: number, event: number): string {
  const { columns } = run;
  let [longest, ends] = [-1, event];
  for (let each = before + 1; each <= event; each++) {
    const hole = columns.cycle(each) - columns.cycle(each - 1);
    if (hole > longest) [longest, ends] = [hole, each];
  }
  const operation = columns.text(ends, "operation");
  switch (columns.kind(ends)) {
    case "flash": {
      const sectorBytes = run.flashOf(ends)?.sectorBytes ?? 1;
      if (/erase/.test(operation)) return `erases sector ${Math.floor(columns.number(ends, "address") / sectorBytes)}`;
      return operation === "read" ? "reads flash" : "programs flash";
    }
    case "packet":
      return columns.text(ends, "detail").includes("(again)") ? "resend timer" : "computes";
    case "state":
      if (columns.text(ends, "state") === "phase 1 failed") return "resend timer";
      return columns.text(ends, "state") === "image verified" ? "verifies image" : "";
    case "return":
      return columns.component(ends) === "key store" ? "store commits" : "";
    default:
      return "";
  }
}

class RowWriter {
  readonly #run: Run;
  readonly #level: Level;
  readonly #always: number;
  readonly #heights: RowHeights;
  readonly #kind: Uint8Array;
  readonly #ref: Int32Array;
  readonly #hidden: Int32Array;
  readonly #top: Float64Array;
  #count = 0;
  #y = 0;

  constructor(run: Run, level: Level, always: number, heights: RowHeights) {
    this.#run = run;
    this.#level = level;
    this.#always = always;
    this.#heights = heights;
    // Before each event there may be a gap.
    const most = 2 * run.length + run.steps.length;
    this.#kind = new Uint8Array(most);
    this.#ref = new Int32Array(most);
    this.#hidden = new Int32Array(most);
    this.#top = new Float64Array(most + 1);
  }

  write(): Rows {
    const { steps, length } = this.#run;
    const rowOf = new Int32Array(length);
    let shown = 0;
    let last = -1;
    for (const [place, step] of steps.entries()) {
      this.#add(RowKind.step, place, this.#heights.step);
      const least = this.#leastGap(step.first, step.beyond);
      for (let event = step.first; event < step.beyond; event++) {
        if (this.#isShown(event)) {
          if (last >= 0) this.#addGap(last, event, least);
          this.#add(RowKind.event, event, this.#heights.event);
          last = event;
          shown++;
        } else this.#hide();
        rowOf[event] = this.#count - 1;
      }
    }
    const count = this.#count;
    this.#top[count] = this.#y;
    return {
      count,
      kind: this.#kind,
      ref: this.#ref,
      hidden: this.#hidden,
      top: this.#top,
      rowOf,
      shown,
      heights: this.#heights,
    };
  }

  #isShown(event: number): boolean {
    return (this.#run.level[event] ?? 0) <= this.#level || event === this.#always;
  }

  #add(kind: number, ref: number, height: number): void {
    const row = this.#count++;
    this.#kind[row] = kind;
    this.#ref[row] = ref;
    this.#top[row] = this.#y;
    this.#y += height;
  }

  #hide(): void {
    const last = this.#count - 1;
    this.#hidden[last] = (this.#hidden[last] ?? 0) + 1;
  }

  #addGap(last: number, event: number, least: number): void {
    const { columns, outages } = this.#run;
    const [before, cycle] = [columns.cycle(last), columns.cycle(event)];
    if (cycle - before < least) return;
    const isDark = outages.some(({ off, on }) =>
      columns.cycle(off) <= before && columns.cycle(Math.min(on, columns.length - 1)) >= cycle && on > last
    );
    if (isDark) this.#add(RowKind.outage, event, this.#heights.outage);
    else this.#add(RowKind.fold, event, this.#heights.fold);
  }

  /** The cycles from which on a gap of a step is folded. */
  #leastGap(first: number, beyond: number): number {
    const { columns, summary: { frequencyHz } } = this.#run;
    let longest = 0;
    let last = -1;
    for (let event = first; event < beyond; event++) {
      if (!this.#isShown(event)) continue;
      if (last >= 0) longest = Math.max(longest, columns.cycle(event) - columns.cycle(last));
      last = event;
    }
    const millisecond = frequencyHz / 1000;
    return Math.min(
      Math.max(longest / PART_OF_LONGEST, LEAST_MILLISECONDS * millisecond),
      MOST_MILLISECONDS * millisecond,
    );
  }
}
