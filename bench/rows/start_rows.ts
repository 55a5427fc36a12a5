/**
 * Rows of the command: how soon it answers, and what a second worker brings.
 *
 * @module
 */

import { type Checkout, OURS } from "../checkout.ts";
import type { NotMeasured, Row, Sample } from "../row.ts";

const CONFIG = new URL("deno.json", OURS.root).pathname;
const REPETITIONS = 5;

/** CPU time of a run of Deno in milliseconds, as the shell accounts for it: averaged, because its clock is coarse. */
function cpuOf(args: readonly string[]): Sample | NotMeasured {
  const once = `"$@" >/dev/null`;
  const script = `TIMEFORMAT='%U %S'; time for run in ${"x ".repeat(REPETITIONS)}; do ${once} || exit 1; done`;
  return () => {
    const { success, stderr } = new Deno.Command("bash", {
      args: ["-c", script, "bash", Deno.execPath(), ...args],
    }).outputSync();
    const text = new TextDecoder().decode(stderr);
    const [user, system] = text.trim().split(/\s+/).slice(-2).map(Number);
    if (!success || user === undefined || system === undefined) throw new Error(`deno ${args.join(" ")}: ${text}`);
    return (1000 * (user + system)) / REPETITIONS;
  };
}

function hbasim(checkout: Checkout, ...args: readonly string[]): readonly string[] {
  const program = new URL("sim/lab/command/hbasim.ts", checkout.root).pathname;
  return ["run", "--no-check", "--config", CONFIG, "--allow-read", "--allow-write", "--allow-env", program, ...args];
}

const DEMO = ["key_survives_power_cycle", "no_nvram_service_replays"].map((name) =>
  new URL(`scenarios/${name}.yaml`, OURS.root).pathname
);

const EMPTY_SCRIPT = new URL("empty.ts", import.meta.url).pathname;

/** Wall time in milliseconds with so many workers: there is nothing else to be gained by them. */
function withWorkers(checkout: Checkout, workers: number, ...args: readonly string[]): Sample | NotMeasured {
  const cores = navigator.hardwareConcurrency;
  if (cores < 2) return { notMeasured: "there is one processor only" };
  const [load = 0] = Deno.loadavg();
  if (load > cores / 2) {
    return { notMeasured: `others use the machine: load ${load.toFixed(1)} on ${cores} processors` };
  }
  return () => {
    const start = performance.now();
    const { success, stderr } = new Deno.Command(Deno.execPath(), {
      args: [...hbasim(checkout, ...args), "--workers", `${workers}`],
    }).outputSync();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return performance.now() - start;
  };
}

/** @param argsOf The command with its arguments, asked for when the row is measured. */
function workersRow(name: string, about: string, argsOf: () => readonly string[]): Row {
  let made: readonly string[] | undefined;
  const args = () => made ??= argsOf();
  return {
    name: `workers-${name}`,
    about: `${about}, wall time with 1 worker over that with 2`,
    unit: "ms",
    ours: (checkout) => Promise.resolve(withWorkers(checkout, 2, ...args())),
    peer: { name: "with 1", sample: ({ ours }) => Promise.resolve(withWorkers(ours, 1, ...args())) },
    ratio: "peer / ours",
    target: { least: 1.7 },
    pairs: 3,
  };
}

/**
 * A folder of {@linkcode TESTED_FILES} scenario files, made for this run of the benchmark.
 *
 * @param matrix What is added to the scenario of each: lines, or nothing.
 */
function folderOf(matrix: string): string {
  const scenario = Deno.readTextFileSync(new URL("scenarios/key_survives_power_cycle.yaml", OURS.root)) + matrix;
  const folder = Deno.makeTempDirSync({ prefix: "hbasim bench " });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  for (let index = 0; index < TESTED_FILES; index++) {
    Deno.writeTextFileSync(`${folder}/${String(index).padStart(3, "0")}.yaml`, scenario);
  }
  return folder;
}

const TESTED_FILES = 500;
const CASES = 8;

/** Rows of the command. */
export const START_ROWS: readonly Row[] = [
  {
    name: "help",
    about: "hbasim --help over an empty script, CPU time",
    unit: "ms",
    ours: (checkout) => Promise.resolve(cpuOf(hbasim(checkout, "--help"))),
    peer: { name: "empty script", sample: () => Promise.resolve(cpuOf(["run", "--no-check", EMPTY_SCRIPT])) },
    target: { most: 4 },
    pairs: 7,
  },
  {
    name: "demo",
    about: "the demo over hbasim --help, CPU time",
    unit: "ms",
    ours: (checkout) => Promise.resolve(cpuOf(hbasim(checkout, "run", ...DEMO))),
    peer: { name: "--help", sample: ({ ours }) => Promise.resolve(cpuOf(hbasim(ours, "--help"))) },
    target: { most: 1.5 },
    pairs: 7,
  },
  // With one case a file half of the time goes into what each worker compiles anew; with eight a tenth does.
  workersRow("test", `hbasim test of ${TESTED_FILES} files with a case each`, () => ["test", folderOf("")]),
  workersRow(
    "cases",
    `hbasim test of ${TESTED_FILES} files with ${CASES} cases each`,
    () => ["test", folderOf(`matrix: { seed: 1..${CASES} }\n`)],
  ),
  workersRow("cuts", "hbasim cuts --tier quick", () => ["cuts", "--tier", "quick"]),
];
