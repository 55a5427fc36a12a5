/**
 * One workload of the kernel's benchmark, in a process of its own: run with
 * its name, it prints how many operations a second it does, best of several
 * rounds.
 *
 * A process of its own because queues that share one make each other's calls
 * megamorphic, which costs up to five times.
 */

import FlatQueue from "flatqueue";
import TinyQueue from "tinyqueue";
import { Core } from "../sim/kernel/core.ts";
import { EventQueue } from "../sim/kernel/event_queue.ts";
import { Kernel } from "../sim/kernel/kernel.ts";
import { RandomStreams } from "../sim/kernel/random.ts";
import type { Task } from "../sim/kernel/task.ts";
import { traceDigest } from "../sim/trace/digest.ts";
import { callEvent } from "../sim/trace/events.ts";
import { Recorder } from "../sim/trace/recorder.ts";
import { encodeTrace } from "../sim/trace/trace_file.ts";
import { cpuMilliseconds } from "./sampling.ts";

const ROUNDS = 3;
const OPERATIONS = 1_000_000;

/** Delays of the hold model: uniform below 1,000 cycles, so that ties are common. */
const DELAY_MASK = 0xffff;
const delayStream = new RandomStreams(1).stream("delays");
const DELAYS = Uint32Array.from({ length: DELAY_MASK + 1 }, () => delayStream.below(1_000));

/** A round: does some operations and says how many. */
type Round = () => number;

/** The hold model (Jones 1986): take out the next event, put it back in at a random later time. */
function holdEventQueue(pending: number): Round {
  const queue = new EventQueue();
  for (let index = 0; index < pending; index++) queue.push(DELAYS[index] as number, index);
  return () => {
    for (let index = 0; index < OPERATIONS; index++) {
      const cycle = queue.nextCycle;
      queue.push(cycle + (DELAYS[index & DELAY_MASK] as number), queue.pop());
    }
    return OPERATIONS;
  };
}

function holdFlatQueue(pending: number): Round {
  const queue = new FlatQueue<number>();
  for (let index = 0; index < pending; index++) queue.push(index, DELAYS[index] as number);
  return () => {
    for (let index = 0; index < OPERATIONS; index++) {
      const cycle = queue.peekValue() as number;
      queue.push(queue.pop() as number, cycle + (DELAYS[index & DELAY_MASK] as number));
    }
    return OPERATIONS;
  };
}

/** With an order of insertion, as `EventQueue` keeps it. */
function holdTinyQueue(pending: number): Round {
  interface Event {
    readonly cycle: number;
    readonly order: number;
    readonly payload: number;
  }
  let order = 0;
  const queue = new TinyQueue<Event>([], (a, b) => a.cycle - b.cycle || a.order - b.order);
  for (let index = 0; index < pending; index++) {
    queue.push({ cycle: DELAYS[index] as number, order: order++, payload: index });
  }
  return () => {
    for (let index = 0; index < OPERATIONS; index++) {
      const { cycle, payload } = queue.pop() as Event;
      queue.push({ cycle: cycle + (DELAYS[index & DELAY_MASK] as number), order: order++, payload });
    }
    return OPERATIONS;
  };
}

/** A hundred processes that sleep, each for its own time. */
function taskSteps(): Round {
  const kernel = new Kernel();
  function* sleeper(cycles: number): Task {
    for (;;) yield* kernel.sleep(cycles);
  }
  for (let index = 0; index < 100; index++) kernel.spawn(`${index}`, sleeper(100 + index));
  return () => {
    const before = kernel.dispatched;
    kernel.run(kernel.now + OPERATIONS);
    return kernel.dispatched - before;
  };
}

/** Three processes of different priority that compete for one core. */
function coreBursts(): Round {
  const kernel = new Kernel();
  const core = new Core(kernel, "core");
  let bursts = 0;
  function* worker(cycles: number): Task {
    for (;;) {
      yield* core.spend(cycles);
      bursts++;
      yield* kernel.sleep(3 * cycles);
    }
  }
  for (let priority = 0; priority < 3; priority++) {
    kernel.spawn(`${priority}`, worker(100 * (priority + 1)), { priority });
  }
  return () => {
    const before = bursts;
    kernel.run(kernel.now + 20 * OPERATIONS);
    return bursts - before;
  };
}

/** Timeouts that are cancelled before they are due, as most are. */
function cancelledTimers(): Round {
  const kernel = new Kernel();
  const nothing = () => {};
  return () => {
    for (let index = 0; index < OPERATIONS; index++) kernel.cancel(kernel.schedule(15_000_000_000, nothing));
    return OPERATIONS;
  };
}

/** An otherwise idle world in which something happens once a simulated second; counts cycles. */
function idleCycles(): Round {
  const kernel = new Kernel();
  function* heartbeat(): Task {
    for (;;) yield* kernel.sleep(kernel.frequencyHz);
  }
  kernel.spawn("heartbeat", heartbeat());
  return () => {
    const before = kernel.now;
    kernel.run(before + 100_000 * kernel.frequencyHz);
    return kernel.now - before;
  };
}

function recordCalls(events: number): Recorder {
  const recorder = new Recorder(new Kernel());
  const component = recorder.component("service");
  for (let index = 0; index < events; index++) {
    const operation = (index & 1) === 0 ? "EXECUTE_METHOD" : "QUERY_SINGLE_INSTANCE";
    recorder.record(component, callEvent, { to: "WMI", operation, lengthBytes: index & 0xff, detail: "" });
  }
  return recorder;
}

function traceRecordRound(): Round {
  return () => recordCalls(OPERATIONS).length;
}

function traceDigestRound(): Round {
  const recorder = recordCalls(100_000);
  return () => {
    traceDigest(recorder);
    return recorder.length;
  };
}

function traceFileRound(): Round {
  const recorder = recordCalls(100_000);
  return () => {
    encodeTrace(recorder, 250_000_000);
    return recorder.length;
  };
}

const WORKLOADS: ReadonlyMap<string, () => Round> = new Map([
  ["EventQueue 16", () => holdEventQueue(16)],
  ["EventQueue 1000", () => holdEventQueue(1_000)],
  ["flatqueue 16", () => holdFlatQueue(16)],
  ["flatqueue 1000", () => holdFlatQueue(1_000)],
  ["tinyqueue 16", () => holdTinyQueue(16)],
  ["tinyqueue 1000", () => holdTinyQueue(1_000)],
  ["task steps", taskSteps],
  ["core bursts", coreBursts],
  ["cancelled timers", cancelledTimers],
  ["idle cycles", idleCycles],
  ["trace record", traceRecordRound],
  ["trace digest", traceDigestRound],
  ["trace file", traceFileRound],
]);

const [name = ""] = Deno.args;
const prepare = WORKLOADS.get(name);
if (prepare === undefined) {
  console.error(`No workload ${JSON.stringify(name)}: expected one of ${[...WORKLOADS.keys()].join(", ")}`);
  Deno.exit(2);
}
const round = prepare();
let best = 0;
for (let count = 0; count < ROUNDS; count++) {
  const start = cpuMilliseconds();
  const operations = round();
  best = Math.max(best, operations / (cpuMilliseconds() - start) * 1_000);
}
console.log(best);
