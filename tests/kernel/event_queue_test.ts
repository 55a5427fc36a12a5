import { assertEquals, assertThrows, fail } from "@std/assert";
import fc from "fast-check";
import { EventQueue } from "../../sim/kernel/event_queue.ts";

const NEAR_CYCLES = 2 ** 33;
const ORDER_LIMIT = 2 ** 20;

interface Entry {
  readonly cycle: number;
  readonly payload: number;
}

/** The queue's meaning: a list, sorted stably by cycle. */
class ModelQueue {
  #entries: Entry[] = [];

  get length(): number {
    return this.#entries.length;
  }

  push(cycle: number, payload: number): void {
    this.#entries.push({ cycle, payload });
  }

  pop(): Entry | undefined {
    this.#entries.sort((a, b) => a.cycle - b.cycle);
    return this.#entries.shift();
  }

  retain(wanted: (payload: number) => boolean): void {
    this.#entries = this.#entries.filter(({ payload }) => wanted(payload));
  }
}

type Operation =
  | { readonly type: "push"; readonly delayCycles: number }
  | { readonly type: "pop" }
  | { readonly type: "retain"; readonly divisor: number };

const delay = fc.oneof(
  { weight: 6, arbitrary: fc.nat(3) },
  { weight: 3, arbitrary: fc.nat(1_000) },
  { weight: 3, arbitrary: fc.integer({ min: NEAR_CYCLES - 2, max: NEAR_CYCLES + 2 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 ** 46 }) },
);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: delay.map((delayCycles): Operation => ({ type: "push", delayCycles })) },
  { weight: 4, arbitrary: fc.constant<Operation>({ type: "pop" }) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 5 }).map((divisor): Operation => ({ type: "retain", divisor })) },
);

/** Does the same to queue and model and compares all that comes out, to the last event. */
function compareWithModel(queue: EventQueue, now: number, operations: readonly Operation[]): void {
  const model = new ModelQueue();
  let payload = 0;
  const popBoth = () => {
    const expected = model.pop();
    if (expected === undefined) {
      assertEquals(queue.nextCycle, Infinity);
      return;
    }
    const cycle = queue.nextCycle;
    assertEquals({ cycle, payload: queue.pop() }, expected);
    now = cycle;
  };
  for (const operation of operations) {
    switch (operation.type) {
      case "push":
        queue.push(now + operation.delayCycles, payload);
        model.push(now + operation.delayCycles, payload++);
        break;
      case "pop":
        popBoth();
        break;
      case "retain": {
        const wanted = (payload: number) => payload % operation.divisor !== 0;
        queue.retain(wanted);
        model.retain(wanted);
        break;
      }
      default:
        operation satisfies never;
    }
    assertEquals(queue.length, model.length);
  }
  while (model.length > 0) popBoth();
  assertEquals(queue.length, 0);
}

Deno.test("EventQueue does what a stable sort by cycle does, for any interleaving", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      compareWithModel(new EventQueue(4), 0, operations);
    }),
    { numRuns: 500 },
  );
});

Deno.test("EventQueue keeps ties in order of insertion while it renumbers after 2^20 insertions", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 100 }), fc.nat(60), (operations, insertionsLeft) => {
      const queue = new EventQueue();
      for (let insertion = 0; insertion < ORDER_LIMIT - insertionsLeft; insertion++) {
        queue.push(7, insertion);
        queue.pop();
      }
      compareWithModel(queue, 7, operations);
    }),
    { numRuns: 12 },
  );
});

Deno.test("EventQueue gives back 3,000,000 events of one cycle in order of insertion", () => {
  const queue = new EventQueue();
  let pushed = 0;
  let popped = 0;
  // A thousand are always pending, so every renumbering happens among ties.
  while (popped < 3_000_000) {
    while (queue.length < 1_000) queue.push(5, pushed++);
    const payload = queue.pop();
    if (payload !== popped++) fail(`event ${popped - 1} is out of order: ${payload} came`);
  }
});

Deno.test("EventQueue orders a far event before a near one that is pushed later for the same cycle", () => {
  const queue = new EventQueue();
  const cycle = NEAR_CYCLES + 10;
  queue.push(cycle, 1);
  queue.push(20, 2);
  assertEquals([queue.nextCycle, queue.pop()], [20, 2]);
  queue.push(cycle, 3);
  queue.push(cycle - 1, 4);
  assertEquals([queue.nextCycle, queue.pop()], [cycle - 1, 4]);
  queue.push(cycle, 5);
  assertEquals([queue.pop(), queue.pop(), queue.pop()], [1, 3, 5]);
});

Deno.test("EventQueue reaches the last safe integer", () => {
  const queue = new EventQueue();
  queue.push(Number.MAX_SAFE_INTEGER, 1);
  queue.push(Number.MAX_SAFE_INTEGER, 2);
  queue.push(Number.MAX_SAFE_INTEGER - 1, 3);
  assertEquals(queue.nextCycle, Number.MAX_SAFE_INTEGER - 1);
  assertEquals(queue.pop(), 3);
  assertEquals(queue.nextCycle, Number.MAX_SAFE_INTEGER);
  assertEquals([queue.pop(), queue.pop()], [1, 2]);
});

Deno.test("EventQueue.push() refuses what is no cycle to come, and changes nothing", () => {
  const queue = new EventQueue();
  queue.push(NEAR_CYCLES + 5, 1);
  queue.pop();
  queue.push(NEAR_CYCLES + 5, 2);
  for (const cycle of [NaN, Infinity, -1, NEAR_CYCLES + 4, NEAR_CYCLES + 5.5, 2 ** 53]) {
    assertThrows(() => queue.push(cycle, 3), RangeError, `Cannot schedule at cycle ${cycle}`);
  }
  assertEquals(queue.length, 1);
  assertEquals(queue.pop(), 2);
});

Deno.test("EventQueue.pop() refuses when the queue is empty, and the queue stays usable", () => {
  const queue = new EventQueue();
  assertThrows(() => queue.pop(), RangeError, "empty queue");
  queue.push(3, 9);
  assertEquals(queue.pop(), 9);
  assertThrows(() => queue.pop(), RangeError, "empty queue");
});

Deno.test("EventQueue.push() refuses the 2^20 + 1st pending event, near and far, and loses none", () => {
  const queue = new EventQueue();
  for (let payload = 0; payload < ORDER_LIMIT; payload++) {
    queue.push(1, payload);
    queue.push(NEAR_CYCLES, payload);
  }
  assertThrows(() => queue.push(1, 0), RangeError, "events are pending");
  assertThrows(() => queue.push(NEAR_CYCLES, 0), RangeError, "events are pending");
  assertEquals(queue.length, 2 * ORDER_LIMIT);
  for (const cycle of [1, NEAR_CYCLES]) {
    for (let payload = 0; payload < ORDER_LIMIT; payload++) {
      if (queue.nextCycle !== cycle || queue.pop() !== payload) {
        fail(`event ${payload} of cycle ${cycle} is out of order`);
      }
    }
  }
  assertEquals(queue.nextCycle, Infinity);
});
