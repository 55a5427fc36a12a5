/**
 * `hbasim run`.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { quoted } from "../../../kernel/given.ts";
import { command, FAILS, HOLDS } from "../command.ts";
import { interruptedCode, listenForInterruption } from "../interruption.ts";
import { readAs } from "../input_files.ts";
import { closedWorld, type OutsideWorld } from "../closed_world.ts";
import { caseId, parametersOf } from "../case_names.ts";
import { readScenarios } from "../scenario_files.ts";
import { RUN_OPTIONS, runScenarioFile } from "../run_scenario_file.ts";

const OPTIONS = {
  ...RUN_OPTIONS,
  replay: {
    value: "FILE",
    about: "what a bridge recorded comes in again from outside, with its seed; no peer is needed",
  },
  bundle: {
    value: "FILE",
    about: "write the run as a bundle for replay, debug and diff: SECRET as the scenario, which is in it",
  },
  html: {
    value: "FILE",
    about: "write a report that opens in a browser and holds the simulator, keys as fingerprints; " +
      "with --reveal-keys the scenario is in it, too",
  },
} as const;

/** Options that name a file for one scenario. */
const OF_ONE_FILE = [
  "from",
  "image",
  "trace",
  "stream",
  "pcap",
  "profile",
  "heat-map",
  "reveal-keys",
  "replay",
  "bundle",
  "html",
] as const;

/** Runs scenarios, one after the other. */
export const run = command({
  options: OPTIONS,
  notes: [
    "A file with a matrix or cases runs once for each case; replace.yaml[cut=5100us] is one of them.",
    "Ctrl-C ends a run early: the files are written as far as it has come, and what was judged so far is shown.",
    "A FILE of - is standard input; where something is written, it is standard output.",
  ],
  examples: [
    "run scenarios/key_survives_power_cycle.yaml",
    "run --quiet --ring 100000 --stream run.cbor long.yaml",
    "run --quiet --trace run.cbor --pcap run.pcapng scenarios/aggressive_mode_fqdn.yaml",
    "run --quiet --html report.html scenarios/power_cut_during_set.yaml",
  ],
  async run(given, files) {
    if (files.length === 0) throw new InputError("run needs a scenario file");
    const [option] = OF_ONE_FILE.filter((option) => given[option] !== undefined);
    if (files.length > 1 && option !== undefined) {
      throw new InputError(`--${option} goes with one scenario file, ${files.length} are given`);
    }
    const cases = readScenarios(files, parametersOf(given.set));
    const [first] = cases;
    if (cases.length > 1 && option !== undefined && first !== undefined) {
      const example = quoted(caseId(first.file, first.name));
      throw new InputError(
        `--${option} goes with one case, ${quoted(first.file)} has ${cases.length}; name one: ${example}`,
      );
    }
    const outside = await outsideOf(given);
    const interruption = listenForInterruption();
    try {
      let code = HOLDS;
      for (const scenario of cases) {
        const report = await runScenarioFile({ scenario, given, outside, interruption: interruption.signal });
        if (report.interrupted) return interruptedCode(interruption.signal);
        if (!report.holds) code = FAILS;
      }
      return code;
    } finally {
      interruption.close();
    }
  },
});

/** What a run has to do with the world outside, by the digest of its world. Few have a recording: it is loaded for them. */
async function outsideOf(
  { seed, replay }: { readonly seed?: string; readonly replay?: string },
): Promise<(world: string) => OutsideWorld> {
  if (replay === undefined) return () => closedWorld(seed);
  if (seed !== undefined) {
    throw new InputError(`--seed ${quoted(seed)} with --replay: expected --replay alone, it brings its seed`);
  }
  const { recordedWorld } = await import("../outside_world.ts");
  return (world) => readAs(replay, (bytes) => recordedWorld(bytes, world), "--replay");
}
