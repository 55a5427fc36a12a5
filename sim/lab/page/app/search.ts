/**
 * The search: the filter of `hbasim trace --filter` over the events of a run,
 * whose texts are made once, in slices that hold nobody up.
 *
 * @module
 */

import { type FilteredEvents, filterText, readFilter } from "../../../trace/event_filter.ts";
import { InputError } from "../../../kernel/input_error.ts";
import type { Run } from "./run.ts";

/** What a search came to. */
export interface Found {
  /** 1 for each event that is meant. */
  readonly hits: Uint8Array | undefined;
  readonly count: number;
  /** Why it is no filter, or nothing was found; empty otherwise. */
  readonly problem: string;
}

/** No search. */
export const NOTHING: Found = { hits: undefined, count: 0, problem: "" };

/** How long texts are made without a break, in milliseconds. */
const SLICE = 8;

/** Searches a run. */
export class Search {
  readonly #run: Run;
  readonly #texts: string[] = [];

  /** Of one run. */
  constructor(run: Run) {
    this.#run = run;
  }

  /** How many events have their texts. */
  get ready(): number {
    return this.#texts.length;
  }

  /** Makes texts for a while; true if there are more to make. */
  prepare(): boolean {
    const end = performance.now() + SLICE;
    while (this.#texts.length < this.#run.length) {
      this.#texts.push(filterText(this.#run.columns.event(this.#texts.length)));
      if (this.#texts.length % 64 === 0 && performance.now() > end) return true;
    }
    return false;
  }

  /** What is found; of a run whose texts are not all made, among those that are. */
  find(query: string): Found {
    if (query.trim() === "") return NOTHING;
    try {
      const hits = readFilter(query)(this.#events());
      const count = hits.reduce((sum, hit) => sum + hit, 0);
      return { hits, count, problem: count === 0 ? "no event" : "" };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { hits: undefined, count: 0, problem: error.message };
    }
  }

  #events(): FilteredEvents {
    const { columns, summary } = this.#run;
    return {
      length: columns.length,
      frequencyHz: summary.frequencyHz,
      cycle: (index) => columns.cycle(index),
      component: (index) => columns.component(index),
      kind: (index) => columns.kind(index),
      text: (index) => this.#texts[index] ?? "",
      first: 0,
      marks: summary.marks,
    };
  }
}

/** The next hit behind an event, or before it; from the other end if there is none. */
export function nextHit(hits: Uint8Array, event: number, direction: 1 | -1): number | undefined {
  for (let step = 1; step <= hits.length; step++) {
    const place = (event + direction * step + 2 * hits.length) % hits.length;
    if (hits[place] === 1) return place;
  }
  return undefined;
}
