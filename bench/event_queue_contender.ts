/** One contender of the event queue comparison, in a process of its own: in a shared one they slow each other down. */

import FlatQueue from "flatqueue";
import TinyQueue from "tinyqueue";
import { EventQueue } from "../sim/kernel/event_queue.ts";

const OPERATIONS = 2_000_000;
const ROUNDS = 5;

let state = 12345;
function delay(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % 1000;
}

/** The hold model: take the first event, enter another some time after it. Returns milliseconds. */
type Contender = (pending: number) => number;

const contenders: Record<string, Contender> = {
  hbasim(pending) {
    const queue = new EventQueue();
    for (let index = 0; index < pending; index++) queue.push(delay(), index);
    const start = performance.now();
    for (let count = 0; count < OPERATIONS; count++) {
      const cycle = queue.nextCycle;
      queue.push(cycle + delay(), queue.pop());
    }
    return performance.now() - start;
  },
  flatqueue(pending) {
    const queue = new FlatQueue<number>();
    for (let index = 0; index < pending; index++) queue.push(index, delay());
    const start = performance.now();
    for (let count = 0; count < OPERATIONS; count++) {
      const cycle = queue.peekValue() ?? 0;
      queue.push(queue.pop() ?? 0, cycle + delay());
    }
    return performance.now() - start;
  },
  tinyqueue(pending) {
    interface Entry {
      readonly cycle: number;
      readonly order: number;
      readonly payload: number;
    }
    const queue = new TinyQueue<Entry>([], (a, b) => a.cycle - b.cycle || a.order - b.order);
    let order = 0;
    for (let index = 0; index < pending; index++) queue.push({ cycle: delay(), order: order++, payload: index });
    const start = performance.now();
    for (let count = 0; count < OPERATIONS; count++) {
      const { cycle, payload } = queue.pop() as Entry;
      queue.push({ cycle: cycle + delay(), order: order++, payload });
    }
    return performance.now() - start;
  },
};

const [name = "", pending = ""] = Deno.args;
const contender = contenders[name];
if (contender === undefined) throw new Error(`No contender ${name}`);
const best = Math.min(...Array.from({ length: ROUNDS }, () => contender(Number(pending))));
console.log((OPERATIONS / best / 1000).toFixed(2));
