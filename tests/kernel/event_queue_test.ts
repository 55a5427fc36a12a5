import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { EventQueue } from "../../sim/kernel/event_queue.ts";

interface Pending {
  readonly cycle: number;
  readonly order: number;
  readonly payload: number;
}

/** The order that is promised: by cycle, then by insertion. */
class Model {
  pending: Pending[] = [];
  #order = 0;
  push(cycle: number, payload: number): void {
    this.pending.push({ cycle, order: this.#order++, payload });
  }
  pop(): Pending | undefined {
    const first = [...this.pending].sort((a, b) => a.cycle - b.cycle || a.order - b.order)[0];
    this.pending = this.pending.filter((each) => each !== first);
    return first;
  }
}

const FAR = 2 ** 33;

Deno.test("EventQueue agrees with a stable sort, near and far, with ties and dropped events", () => {
  const delay = fc.oneof(
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 0, max: 10_000 }),
    fc.integer({ min: FAR - 3, max: FAR + 3 }),
    fc.integer({ min: FAR, max: FAR * 50 }),
  );
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ push: delay }) },
    { weight: 5, arbitrary: fc.constant({ pop: true }) },
    { weight: 1, arbitrary: fc.record({ dropMultiplesOf: fc.integer({ min: 2, max: 5 }) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const queue = new EventQueue();
      const model = new Model();
      let now = 0;
      let payload = 0;
      const takeBoth = () => {
        const expected = model.pop();
        if (expected === undefined) return assertEquals(queue.length, 0);
        assertEquals(queue.nextCycle, expected.cycle);
        assertEquals(queue.pop(), expected.payload);
        now = expected.cycle;
      };
      for (const each of steps) {
        if ("push" in each) {
          queue.push(now + each.push, payload);
          model.push(now + each.push, payload++);
        } else if ("pop" in each) takeBoth();
        else {
          queue.retain((value) => value % each.dropMultiplesOf !== 0);
          model.pending = model.pending.filter((value) => value.payload % each.dropMultiplesOf !== 0);
        }
      }
      while (model.pending.length > 0) takeBoth();
      assertEquals(queue.length, 0);
    }),
    { numRuns: 300 },
  );
});

Deno.test("EventQueue keeps ties in order beyond 2^20 insertions", () => {
  const queue = new EventQueue();
  const last = 2 ** 20 + 50;
  queue.push(1_000_000, 1);
  for (let count = 0; count < last; count++) {
    queue.push(5, 9);
    queue.pop();
  }
  queue.push(1_000_000, 2);
  queue.push(999_999, 3);
  assertEquals([queue.pop(), queue.pop(), queue.pop()], [3, 1, 2]);
});

Deno.test("EventQueue refuses a cycle in the past, a fraction of nothing, and an empty pop", () => {
  const queue = new EventQueue();
  assertThrows(() => queue.push(-1, 0), RangeError, "Cannot schedule at cycle -1");
  assertThrows(() => queue.push(NaN, 0), RangeError);
  assertThrows(() => queue.push(2 ** 53, 0), RangeError);
  assertThrows(() => queue.pop(), RangeError, "empty");
  assertEquals(queue.nextCycle, Infinity);
});
