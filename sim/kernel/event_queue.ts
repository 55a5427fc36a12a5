/**
 * The one queue of things to come: a binary heap ordered by cycle, first in
 * first out among equals.
 *
 * Each entry of the heap is one double: `(cycle - origin) * 2^20 + order`.
 * One comparison therefore decides both time and order of insertion, which is
 * what makes a strict first-in-first-out queue nearly as fast as one that
 * leaves ties to chance. The two limits of the packing are dealt with inside:
 *
 * - `order` is renumbered when 2^20 insertions have been made, so ties never
 *   depend on how long ago the queue began;
 * - a cycle further than 2^33 from the origin (34 s at 250 MHz: lifetimes,
 *   retransmissions) waits in a second heap with plain keys and moves over
 *   when the near heap has run dry.
 *
 * There are no comparator callbacks: they would turn every comparison into a
 * megamorphic call. A 4-ary heap is slower here (13 against 17 million hold
 * operations a second at 1,000 pending): picking the least of four children
 * costs more mispredicted branches than the levels that it saves.
 *
 * @module
 */

import { given } from "./given.ts";
import type { Cycle } from "./task.ts";

const ORDER_BITS = 20;
const ORDER_LIMIT = 2 ** ORDER_BITS;
const CYCLES_PER_KEY = 1 / ORDER_LIMIT;
const NEAR_CYCLES = 2 ** (53 - ORDER_BITS);

/** Orders events by cycle, then by insertion. Payloads are unsigned 32-bit numbers that mean something to the caller. */
export class EventQueue {
  #keys: Float64Array;
  #payloads: Uint32Array;
  #near = 0;
  #origin: Cycle = 0;
  #order = 0;
  readonly #far = new FarHeap();

  /**
   * Made with:
   *
   * @param capacity How many events to make room for at first; it grows by doubling.
   */
  constructor(capacity = 64) {
    this.#keys = new Float64Array(Math.max(4, capacity));
    this.#payloads = new Uint32Array(Math.max(4, capacity));
  }

  /** How many events are waiting. */
  get length(): number {
    return this.#near + this.#far.length;
  }

  /** The cycle of the next event, or `Infinity` when there is none. */
  get nextCycle(): Cycle {
    if (this.#near === 0) return this.#far.firstCycle;
    return this.#origin + Math.floor((this.#keys[0] as number) * CYCLES_PER_KEY);
  }

  /**
   * Adds an event.
   *
   * @param cycle A whole number, not before the cycle of the last event taken out.
   * @param payload An unsigned 32-bit number.
   * @throws {RangeError} `cycle` lies before the queue's origin or is no safe integer, or 2^20 events are pending
   * within 2^33 cycles, or as many beyond.
   */
  push(cycle: Cycle, payload: number): void {
    // A text or a bigint must not be reckoned with; `isSafeInteger` is false for both.
    const distance = Number.isSafeInteger(cycle) ? cycle - this.#origin : -1;
    if (distance < 0) {
      throw new RangeError(
        `Cannot schedule at cycle ${given(cycle)}: expected a whole number from ${this.#origin} to 2^53 - 1`,
      );
    }
    if (distance >= NEAR_CYCLES) {
      if (this.#far.length === ORDER_LIMIT) throw tooManyPending();
      this.#far.push(cycle, payload);
      return;
    }
    if (this.#order === ORDER_LIMIT) {
      if (this.#near === ORDER_LIMIT) throw tooManyPending();
      this.#renumber();
    }
    if (this.#near === this.#keys.length) this.#grow();
    this.#siftUp(this.#near++, distance * ORDER_LIMIT + this.#order++, payload);
  }

  /**
   * Takes the next event out.
   *
   * @returns Its payload.
   * @throws {RangeError} The queue is empty; look at {@linkcode EventQueue.length} first.
   */
  pop(): number {
    if (this.#near === 0) this.#moveOrigin();
    const keys = this.#keys;
    const payloads = this.#payloads;
    const first = payloads[0] as number;
    const last = --this.#near;
    const key = keys[last] as number;
    const payload = payloads[last] as number;
    let hole = 0;
    let child = 1;
    while (child + 1 < last) {
      // Which child is the lesser is a coin toss; adding the answer instead of branching on it saves a misprediction a level.
      const from = child + +((keys[child + 1] as number) < (keys[child] as number));
      const least = keys[from] as number;
      if (least >= key) break;
      keys[hole] = least;
      payloads[hole] = payloads[from] as number;
      hole = from;
      child = 2 * hole + 1;
    }
    if (child + 1 === last && (keys[child] as number) < key) {
      keys[hole] = keys[child] as number;
      payloads[hole] = payloads[child] as number;
      hole = child;
    }
    keys[hole] = key;
    payloads[hole] = payload;
    return first;
  }

  /**
   * Lets somebody choose among the events of the next cycle: the one that is chosen comes first, the others follow in
   * their order.
   *
   * @param choose Is given their payloads, first in first, and returns the index of one of them.
   */
  prefer(choose: (payloads: readonly number[]) => number): void {
    if (this.#near === 0) this.#moveOrigin();
    const end = (Math.floor((this.#keys[0] as number) * CYCLES_PER_KEY) + 1) * ORDER_LIMIT;
    const places = this.#placesBefore(end);
    const payloads = places.map((place) => this.#payloads[place] as number);
    payloads.unshift(...payloads.splice(choose(payloads), 1));
    // Keys stay where they are, so that the heap is one still; only what they stand for changes places.
    places.forEach((place, index) => this.#payloads[place] = payloads[index] as number);
  }

  /** Where in the near heap the keys below a limit are, in order of the keys. Mostly there is one, the first. */
  #placesBefore(end: number): readonly number[] {
    const keys = this.#keys;
    const places = [0];
    // What is found is searched in its turn: children come behind their parents.
    for (const place of places) {
      for (let child = 2 * place + 1; child <= 2 * place + 2 && child < this.#near; child++) {
        if ((keys[child] as number) < end) places.push(child);
      }
    }
    return places.sort((a, b) => (keys[a] as number) - (keys[b] as number));
  }

  /**
   * Drops every event whose payload is not wanted any more, keeping the order
   * of the others. For the owner of many cancelled timers.
   *
   * @param wanted Says of a payload whether its event stays.
   */
  retain(wanted: (payload: number) => boolean): void {
    let kept = 0;
    const previous = this.#near;
    for (let index = 0; index < previous; index++) {
      const payload = this.#payloads[index] as number;
      if (wanted(payload)) {
        this.#siftUp(kept++, this.#keys[index] as number, payload);
      }
    }
    this.#near = kept;
    this.#far.retain(wanted);
  }

  #siftUp(index: number, key: number, payload: number): void {
    const keys = this.#keys;
    const payloads = this.#payloads;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = keys[parent] as number;
      if (above <= key) break;
      keys[index] = above;
      payloads[index] = payloads[parent] as number;
      index = parent;
    }
    keys[index] = key;
    payloads[index] = payload;
  }

  /** Closes the gaps in the order: a sorted array is a heap, so renumbering in order of keys leaves a valid one. */
  #renumber(): void {
    const entries = Array.from(
      { length: this.#near },
      (_, index) => ({
        key: this.#keys[index] as number,
        payload: this.#payloads[index] as number,
      }),
    ).sort((a, b) => a.key - b.key);
    entries.forEach(({ key, payload }, order) => {
      this.#keys[order] = Math.floor(key / ORDER_LIMIT) * ORDER_LIMIT + order;
      this.#payloads[order] = payload;
    });
    this.#order = entries.length;
  }

  /** The near heap is empty: begin it anew at the first far event and bring over all that are now near, in order. */
  #moveOrigin(): void {
    if (this.#far.length === 0) {
      throw new RangeError("Cannot take an event from an empty queue");
    }
    this.#origin = this.#far.firstCycle;
    this.#order = 0;
    while (
      this.#far.length > 0 && this.#far.firstCycle - this.#origin < NEAR_CYCLES
    ) {
      const cycle = this.#far.firstCycle;
      this.push(cycle, this.#far.pop());
    }
  }

  #grow(): void {
    const keys = new Float64Array(this.#keys.length * 2);
    const payloads = new Uint32Array(keys.length);
    keys.set(this.#keys);
    payloads.set(this.#payloads);
    this.#keys = keys;
    this.#payloads = payloads;
  }
}

interface FarEvent {
  readonly cycle: Cycle;
  readonly order: number;
  readonly payload: number;
}

/** A plain binary heap for the few events beyond the packed range. */
class FarHeap {
  #events: FarEvent[] = [];
  #order = 0;

  get length(): number {
    return this.#events.length;
  }

  get firstCycle(): Cycle {
    return this.#events[0]?.cycle ?? Infinity;
  }

  push(cycle: Cycle, payload: number): void {
    this.#place({ cycle, order: this.#order++, payload });
  }

  pop(): number {
    const events = this.#events;
    const first = events[0] as FarEvent;
    const moved = events.pop() as FarEvent;
    if (events.length > 0) {
      let hole = 0;
      for (;;) {
        let child = 2 * hole + 1;
        if (child >= events.length) break;
        const right = child + 1;
        if (
          right < events.length &&
          before(events[right] as FarEvent, events[child] as FarEvent)
        ) child = right;
        if (!before(events[child] as FarEvent, moved)) break;
        events[hole] = events[child] as FarEvent;
        hole = child;
      }
      events[hole] = moved;
    }
    return first.payload;
  }

  retain(wanted: (payload: number) => boolean): void {
    const events = this.#events;
    this.#events = [];
    for (const event of events) if (wanted(event.payload)) this.#place(event);
  }

  #place(event: FarEvent): void {
    const events = this.#events;
    let index = events.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(event, events[parent] as FarEvent)) break;
      events[index] = events[parent] as FarEvent;
      index = parent;
    }
    events[index] = event;
  }
}

function tooManyPending(): RangeError {
  return new RangeError(
    `More than ${ORDER_LIMIT} events are pending within ${NEAR_CYCLES} cycles, or as many beyond`,
  );
}

function before(a: FarEvent, b: FarEvent): boolean {
  return a.cycle < b.cycle || (a.cycle === b.cycle && a.order < b.order);
}
