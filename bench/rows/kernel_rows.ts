/**
 * Rows of the kernel and the trace, each workload in a process of its own.
 *
 * @module
 */

import { type Checkout, OURS } from "../checkout.ts";
import type { NotMeasured, Row, Sample, Target } from "../row.ts";

/** Operations a second of a workload of `kernel_workload.ts` in a checkout. */
function workload(checkout: Checkout, name: string): Promise<Sample | NotMeasured> {
  const program = new URL("bench/kernel_workload.ts", checkout.root).pathname;
  const config = new URL("deno.json", OURS.root).pathname;
  return Promise.resolve(() => {
    const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--config", config, "--allow-all", program, name],
    }).outputSync();
    if (!success) throw new Error(`${name}: ${new TextDecoder().decode(stderr)}`);
    return Number(new TextDecoder().decode(stdout));
  });
}

function queueRow(peer: string, pending: number, target?: Target): Row {
  return {
    name: `${peer}-${pending}`,
    about: `hold model, ${pending} pending: EventQueue over ${peer}, which keeps no order of insertion by itself`,
    unit: "a second",
    ours: (checkout) => workload(checkout, `EventQueue ${pending}`),
    peer: { name: peer, sample: ({ ours }) => workload(ours, `${peer} ${pending}`) },
    ...(target === undefined ? {} : { target }),
    pairs: 3,
  };
}

function aloneRow(name: string, about: string): Row {
  return {
    name: name.replaceAll(" ", "-"),
    about,
    unit: "a second",
    ours: (checkout) => workload(checkout, name),
    pairs: 3,
  };
}

/** Rows of the kernel. */
export const KERNEL_ROWS: readonly Row[] = [
  queueRow("flatqueue", 16),
  queueRow("tinyqueue", 16),
  queueRow("flatqueue", 1000, { least: 0.7 }),
  queueRow("tinyqueue", 1000, { least: 1.5 }),
  aloneRow("task steps", "sleeps of generator tasks"),
  aloneRow("core bursts", "bursts of work on a contended core"),
  aloneRow("cancelled timers", "timers scheduled and cancelled"),
  aloneRow("idle cycles", "cycles of idle time skipped"),
  aloneRow("trace record", "events recorded"),
  aloneRow("trace digest", "events digested"),
  aloneRow("trace file", "events encoded to a file"),
];
