/**
 * What a reader has chosen in a run, and what he can do: one moment, one
 * level, one search. All panels look at it; nothing else is a mode.
 *
 * @module
 */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Level } from "./level.ts";
import { isFlashWrite, writerOf } from "./flash_state.ts";
import type { Moment } from "./moment.ts";
import { neighbour, rowAt, type Rows } from "./rows.ts";
import type { Run } from "./run.ts";
import { type Found, nextHit, NOTHING, Search } from "./search.ts";

/** What is chosen, and what can be done. */
export interface Reading {
  readonly run: Run;
  readonly moment: Moment;
  readonly level: Level;
  readonly query: string;
  readonly found: Found;
  /** Whether the timeline shows the step alone. */
  readonly isStep: boolean;
  /** The events that the ladder shows. */
  readonly sight: readonly [first: number, last: number];
  select(event: number, how?: Moment["how"]): void;
  setLevel(level: Level): void;
  setQuery(query: string): void;
  setStep(isStep: boolean): void;
  setSight(first: number, last: number): void;
  setRows(rows: Rows): void;
  /** To the row before or behind; by a screen. */
  move(direction: 1 | -1): void;
  page(direction: 1 | -1): void;
  /** To the next hit of the search, to the one before. */
  hop(direction: 1 | -1): void;
  /** To the next event of which something is true; false if there is none. */
  next(isMeant: (event: number) => boolean): boolean;
  /** To the last write of what is selected; false if there is none. */
  lastWrite(): boolean;
}

/** Which adapter an event is of: its own; that which its step goes on to, or comes from; or else the first. */
export function adapterOf(run: Run, event: number): string {
  const component = run.columns.component(event);
  const { adapters } = run.summary;
  const found = adapters.find(({ name }) =>
    component === name || component === `${name} flash` || component === `${name} firmware` ||
    component === `miniport ${name}`
  );
  return (found?.name ?? adapterNear(run, event) ?? adapters[0]?.name) ?? "";
}

/** The adapter of the first event behind one of its step that has one, or of the last before it. */
function adapterNear(run: Run, event: number): string | undefined {
  const step = run.steps[run.stepOf(event)];
  const at = (each: number) =>
    run.lanes.lanes[run.from[each] ?? 0]?.adapter ?? run.lanes.lanes[run.to[each] ?? 0]?.adapter;
  for (let each = event; each < (step?.beyond ?? run.length); each++) if (at(each) !== undefined) return at(each);
  for (let each = event; each >= (step?.first ?? 0); each--) if (at(each) !== undefined) return at(each);
  return undefined;
}

/** Reads a run. */
export function useReading(run: Run, start: number): Reading {
  const [moment, setMoment] = useState<Moment>({ event: start, how: "center" });
  const [level, setLevel] = useState<Level>(run.length > LONG_RUN ? 0 : 1);
  const [query, setQuery] = useState("");
  const [isStep, setStep] = useState(false);
  const [sight, setSight] = useState<readonly [number, number]>([start, start]);
  const rows = useRef<Rows | undefined>(undefined);
  const [found, findNow] = useSearch(run, query);
  const { event } = moment;
  const select = (to: number, how: Moment["how"] = "center") =>
    setMoment({ event: Math.max(0, Math.min(run.length - 1, to)), how });
  const go = (to: number | undefined, how: Moment["how"]) => {
    if (to !== undefined) select(to, how);
    return to !== undefined;
  };
  return {
    run,
    moment,
    level,
    query,
    found,
    isStep,
    sight,
    select,
    setLevel: (next) => {
      setLevel(next);
      setMoment({ event, how: "center" });
    },
    setQuery,
    setStep,
    setSight: (first, last) => setSight((before) => before[0] === first && before[1] === last ? before : [first, last]),
    setRows: (next) => {
      rows.current = next;
    },
    move: (direction) =>
      go(rows.current === undefined ? undefined : neighbour(rows.current, event, direction), "nearest"),
    page: (direction) =>
      go(rows.current === undefined ? undefined : screenFrom(rows.current, event, sight, direction), "center"),
    hop(direction) {
      const { hits } = findNow();
      return go(hits === undefined ? undefined : nextHit(hits, event, direction), "center");
    },
    next: (isMeant) => {
      for (let each = event + 1; each < run.length; each++) if (isMeant(each)) return go(each, "center");
      return false;
    },
    lastWrite: () => go(lastWriteOf(run, event), "center"),
  };
}

/** Runs with more events begin with calls alone. */
const LONG_RUN = 20_000;

/** The event a screen further. */
function screenFrom(rows: Rows, event: number, [first, last]: Reading["sight"], direction: 1 | -1): number | undefined {
  const top = (each: number) => rows.top[rows.rowOf[each] ?? 0] ?? 0;
  const height = Math.max(100, top(last) - top(first));
  const row = rowAt(rows, Math.max(0, top(event) + direction * height));
  for (let each = row; each >= 0 && each < rows.count; each += direction) {
    if (rows.kind[each] === 0) return rows.ref[each];
  }
  return direction === 1 ? rows.rowOf.length - 1 : 0;
}

/** The event that wrote what another has read, or what lay on flash where it wrote. */
function lastWriteOf(run: Run, event: number): number | undefined {
  const because = run.columns.because(event);
  if (because >= 0) return because;
  if (!isFlashWrite(run, event)) return undefined;
  const adapter = run.columns.component(event).replace(/ flash$/, "");
  const writer = writerOf(run, adapter, run.columns.number(event, "address"), event - 1);
  return writer < 0 ? undefined : writer;
}

/**
 * Searches when the texts are made; meanwhile nothing is found.
 *
 * @returns What is shown, and what is found of what is typed by now: whoever presses Enter at once means that.
 */
function useSearch(run: Run, query: string): readonly [found: Found, findNow: () => Found] {
  const search = useMemo(() => new Search(run), [run]);
  const [shown, setShown] = useState({ search, query: "", found: NOTHING });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const slice = () => {
      if (search.prepare()) {
        const problem = `reading ${search.ready} of ${run.length}`;
        if (query !== "") setShown({ search, query, found: { ...NOTHING, problem } });
        timer = setTimeout(slice);
      } else setShown({ search, query, found: search.find(query) });
    };
    // Texts are made ahead while nobody waits for them.
    timer = setTimeout(slice, query === "" ? 300 : 0);
    return () => clearTimeout(timer);
  }, [search, query]);
  const found = query.trim() === "" ? NOTHING : shown.found;
  const isOfNow = shown.search === search && shown.query === query;
  return [found, () => isOfNow ? found : search.ready < run.length ? NOTHING : search.find(query)];
}
