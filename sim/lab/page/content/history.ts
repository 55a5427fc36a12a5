/**
 * The cells of a world over time: for each cell the events from which on it
 * held another value.
 *
 * The state at an event is that when the kernel had dispatched what recorded
 * it, which is where `Session.at` stops: what a page shows and what an
 * execution again shows are the same, cell by cell.
 *
 * @module
 */

/** A history as plain data. */
export interface HistoryData {
  /** Names of cells. */
  readonly cells: readonly string[];
  /** All values, each once. */
  readonly values: readonly string[];
  /** For each cell its changes: events counted from the change before, and the new value, in turn. */
  readonly changes: readonly (readonly number[])[];
}

/** Writes a history. */
export class HistoryWriter {
  readonly #cells = new Map<string, { last: string | undefined; event: number; readonly changes: number[] }>();
  readonly #values = new Map<string, number>();

  /** From an event on, a cell holds a value; nothing happens if it does so already. */
  set(cell: string, value: string, event: number): void {
    let entry = this.#cells.get(cell);
    if (entry === undefined) this.#cells.set(cell, entry = { last: undefined, event: 0, changes: [] });
    if (entry.last === value) return;
    let index = this.#values.get(value);
    if (index === undefined) this.#values.set(value, index = this.#values.size);
    entry.changes.push(event - entry.event, index);
    entry.last = value;
    entry.event = event;
  }

  /** All of it. */
  data(): HistoryData {
    return {
      cells: [...this.#cells.keys()],
      values: [...this.#values.keys()],
      changes: [...this.#cells.values()].map(({ changes }) => changes),
    };
  }
}

/** A cell's past: the events of its changes, and the values from each on. */
interface Past {
  readonly events: Int32Array;
  readonly values: Int32Array;
}

/** Reads a history. */
export class History {
  readonly #values: readonly string[];
  readonly #pasts: ReadonlyMap<string, Past>;

  /** Of what {@linkcode HistoryWriter.data} gave. */
  constructor({ cells, values, changes }: HistoryData) {
    this.#values = values;
    this.#pasts = new Map(cells.map((cell, index) => [cell, pastOf(changes[index] ?? [])]));
  }

  /** The names of all cells. */
  get cells(): readonly string[] {
    return [...this.#pasts.keys()];
  }

  /** What a cell holds at an event; `undefined` before its first change. */
  at(cell: string, event: number): string | undefined {
    const past = this.#pasts.get(cell);
    const place = past === undefined ? -1 : placeOf(past.events, event);
    return place < 0 ? undefined : this.#values[past?.values[place] ?? -1];
  }

  /** The event of a cell's last change up to another; -1 if there is none. */
  changed(cell: string, event: number): number {
    const events = this.#pasts.get(cell)?.events ?? NO_EVENTS;
    return events[placeOf(events, event)] ?? -1;
  }

  /**
   * The event from which on something that is read in a cell has been as it is at an event: the last change that made
   * it so; -1 if there was none.
   */
  since(cell: string, event: number, read: (value: string | undefined) => string): number {
    const { events, values } = this.#pasts.get(cell) ?? { events: NO_EVENTS, values: NO_EVENTS };
    let place = placeOf(events, event);
    const now = read(this.#values[values[place] ?? -1]);
    while (place > 0 && read(this.#values[values[place - 1] ?? -1]) === now) place--;
    return events[place] ?? -1;
  }
}

const NO_EVENTS = new Int32Array(0);

function pastOf(changes: readonly number[]): Past {
  const length = changes.length / 2;
  const [events, values] = [new Int32Array(length), new Int32Array(length)];
  for (let index = 0, event = 0; index < length; index++) {
    events[index] = event += changes[2 * index] ?? 0;
    values[index] = changes[2 * index + 1] ?? 0;
  }
  return { events, values };
}

/** The place of the last entry that is not above a number; -1 if all are. */
function placeOf(events: Int32Array, event: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle] ?? 0) <= event) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
