/**
 * The kernel: one clock, one queue of events, tasks that are generators, and
 * all chance from named streams of one seed.
 *
 * @example Two tasks and a signal
 * ```ts
 * import { Kernel, Signal, type Task } from "@hba/sim/kernel";
 *
 * const kernel = new Kernel(1_000_000);
 * const ready = new Signal(kernel, "ready");
 * const times: number[] = [];
 * function* waiter(): Task {
 *   yield* ready.wait();
 *   times.push(kernel.now);
 * }
 * kernel.spawn("waiter", waiter());
 * kernel.schedule(250, () => ready.fire());
 * kernel.run();
 * if (times[0] !== 250) throw new Error("the signal woke the task at another cycle");
 * ```
 *
 * @module
 */

export * from "./core.ts";
export type { EventOrder, WaitingEvent } from "./event_order.ts";
export * from "./event_queue.ts";
export * from "./input_error.ts";
export * from "./kernel.ts";
export * from "./outside.ts";
export * from "./process.ts";
export * from "./process_error.ts";
export * from "./random.ts";
export type { ResultMemory } from "./result_memory.ts";
export { checkRunLimit, type RunOutcome, type Standstill } from "./run_outcome.ts";
export * from "./signal.ts";
export * from "./task.ts";
export * from "./task_group.ts";
export * from "./untimed_clock.ts";
