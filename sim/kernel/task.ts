/**
 * The shape of everything that runs in simulated time: firmware loops, driver
 * dispatch routines, state machines of parts.
 *
 * A task is a generator. It waits by delegating to a kernel primitive
 * (`yield* clock.sleep(120)`), so it reads top to bottom like the code that
 * would be burnt into the part. The bare `yield` carries no value in either
 * direction: whoever suspends a task has already registered what resumes it,
 * which keeps a suspension free of allocation.
 *
 * @module
 */

/**
 * A unit of work in simulated time that ends with a value of type `T`.
 *
 * A task runs once; to do its work again, call its function again. A kernel
 * refuses one that it has taken on before, but what stands behind `yield*` it
 * never sees: there, a task that has ended gives `undefined` at once, whatever
 * `T` says (ECMA-262: a generator does not tell that it has run).
 *
 * @typeParam T What the task returns when it has run to its end.
 */
export type Task<T = void> = Generator<void, T, void>;

/** A point in simulated time: whole cycles since the world began. */
export type Cycle = number;

/** A length of simulated time in whole cycles. */
export type Cycles = number;

/** The longest that anything may be configured to take: 52 days at 250 MHz. The clock ends at 2^53 - 1, eight times as far. */
export const LONGEST_CYCLES: Cycles = 2 ** 50;

/**
 * What a part needs of time: to know it and to let it pass.
 *
 * The kernel implements it; `UntimedClock` stands in where a task runs alone.
 */
export interface Clock {
  /** Frequency in cycles per second; a whole number. */
  readonly frequencyHz: number;
  /** The present cycle. */
  readonly now: Cycle;
  /**
   * Suspends the calling task.
   *
   * @param cycles Whole cycles to let pass, 0 or more. Zero gives way to what is already due in this cycle.
   */
  sleep(cycles: Cycles): Task;
}
