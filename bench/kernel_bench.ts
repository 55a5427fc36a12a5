/**
 * How fast the kernel and the trace are: `deno run -A bench/kernel_bench.ts`.
 *
 * Only ratios within one run mean anything: contenders take turns, so that a
 * busy machine slows all alike, and the best of their turns counts.
 */

const TURNS = 3;
const WORKLOAD = new URL("./kernel_workload.ts", import.meta.url).pathname;
const CONFIG = new URL("../deno.json", import.meta.url).pathname;

/** The least ratio of `EventQueue` to each contender at 1,000 pending events. */
const REQUIRED_RATIOS: ReadonlyMap<string, number> = new Map([["flatqueue", 0.7], ["tinyqueue", 1.5]]);

/** Operations per second of a workload, in a process of its own. */
function measure(workload: string): number {
  const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--config", CONFIG, "--allow-read", "--allow-env", WORKLOAD, workload],
  }).outputSync();
  if (!success) throw new Error(`${workload} failed: ${new TextDecoder().decode(stderr)}`);
  return Number(new TextDecoder().decode(stdout));
}

function bestOfTurns(workloads: readonly string[]): Map<string, number> {
  const best = new Map<string, number>();
  for (let turn = 0; turn < TURNS; turn++) {
    for (const workload of workloads) best.set(workload, Math.max(best.get(workload) ?? 0, measure(workload)));
  }
  return best;
}

function millions(perSecond: number): string {
  return `${(perSecond / 1e6).toFixed(1).padStart(9)} M/s`;
}

/** Prints the comparison at a number of pending events. */
function compareQueues(pending: number, required: ReadonlyMap<string, number>): void {
  const contenders = ["EventQueue", "flatqueue", "tinyqueue"];
  const best = bestOfTurns(contenders.map((contender) => `${contender} ${pending}`));
  const own = best.get(`EventQueue ${pending}`) ?? 0;
  console.log(`\nhold model, ${pending} pending                  EventQueue / it`);
  for (const contender of contenders) {
    const perSecond = best.get(`${contender} ${pending}`) ?? 0;
    const ratio = own / perSecond;
    const least = required.get(contender);
    const verdict = least === undefined ? "" : ratio >= least ? `(>= ${least}: met)` : `(>= ${least}: MISSED)`;
    console.log(`  ${contender.padEnd(22)}${millions(perSecond)}${ratio.toFixed(2).padStart(12)} ${verdict}`);
  }
}

compareQueues(16, new Map());
compareQueues(1_000, REQUIRED_RATIOS);

const MEANINGS: readonly [workload: string, meaning: string][] = [
  ["task steps", "sleeps of generator tasks"],
  ["core bursts", "bursts of work on a contended core"],
  ["cancelled timers", "timers scheduled and cancelled"],
  ["idle cycles", "cycles of idle time skipped"],
  ["trace record", "events recorded"],
  ["trace digest", "events digested"],
  ["trace file", "events encoded to a file"],
];
console.log("\nkernel and trace");
const figures = bestOfTurns(MEANINGS.map(([workload]) => workload));
for (const [workload, meaning] of MEANINGS) {
  const perSecond = figures.get(workload) ?? 0;
  console.log(`  ${workload.padEnd(22)}${millions(perSecond)}  ${meaning}`);
}
