/**
 * One scenario file, run by the command: what it reads, prints and writes.
 *
 * @module
 */

import { heatMapSvg, heatMapText } from "../../parts/flash/heat_map.ts";
import { shortened } from "../../kernel/given.ts";
import { InputError } from "../../kernel/input_error.ts";
import { ProcessError } from "../../kernel/process_error.ts";
import { formatCoordinate } from "../../trace/coordinate.ts";
import { CycleProfile } from "../foreign/cycle_profile.ts";
import { encodePcapng } from "../../trace/pcapng.ts";
import { traceEnd, traceHead, traceParts, tracePieces } from "../../trace/trace_file.ts";
import { renderFailure, renderVerdicts, type ScenarioReport } from "../scenario/report.ts";
import { worldDigest } from "../scenario/world_digest.ts";
import { runCase, type RunOptions, runOptions } from "../scenario/runner.ts";
import { digested } from "../scenario/scenario_course.ts";
import { decodeWorldImage, encodeWorldImage } from "../world/world_image.ts";
import type { World } from "../world/world.ts";
import type { WorldOptions } from "../world/world_options.ts";
import { commandAgain, type NextCommands, nextCommands, renderNext } from "./again.ts";
import type { Given, Options } from "./command.ts";
import { countOf } from "./count_option.ts";
import { driverInterfaces } from "./driver_frames.ts";
import { readAs } from "./input_files.ts";
import { OutputError, OutputFiles } from "./output_files.ts";
import type { OutsideWorld } from "./closed_world.ts";
import type { KeptRun } from "./kept_run.ts";
import { profileBytes, profiled, profileLines } from "./module_profile.ts";
import { RunProgress } from "./progress.ts";
import { runInSlices } from "./sliced_run.ts";
import { fitting } from "./fitting.ts";
import { LADDER_OPTIONS, ladderView } from "./ladder_view.ts";
import { caseId, SET_OPTION } from "./case_names.ts";
import type { SourceCase } from "./scenario_files.ts";
import { refuseSeed } from "./seed_option.ts";
import { type Colour, print, tell } from "./terminal.ts";
import type { Readers } from "./unfinished_file.ts";

/** Options that every command has that runs a scenario. */
export const RUN_OPTIONS = {
  seed: { value: "TEXT", about: "another seed than the file's; a bridge draws its own unless this is given" },
  set: SET_OPTION,
  quiet: { about: "verdicts only, no ladder", without: ["json"] },
  ...LADDER_OPTIONS,
  json: { about: "what came of it as JSON, a line for each file, in place of ladder and verdicts" },
  from: { value: "FILE", about: "begin with the flash and the service store of an earlier run" },
  image: { value: "FILE", about: "write flash and service store as they are when the power goes at the end" },
  trace: { value: "FILE", about: "write every event as CBOR; with --ring those that are kept" },
  stream: {
    value: "FILE",
    about: "the same file while the run goes on, which then has every event although --ring keeps the last ones alone",
    needs: ["ring"],
  },
  ring: {
    value: "N",
    about: "keep at least the last N events and datagrams, and not many more, so that a long run needs no more memory",
  },
  pcap: { value: "FILE", about: "write the simulated wire, and headers of mailbox and WMI, as pcapng" },
  profile: {
    value: "FILE",
    about:
      "write which functions of modules have taken the cycles: folded stacks for flame graphs or, if FILE ends in " +
      ".json, for speedscope; and print the first of them",
  },
  "heat-map": {
    value: "FILE",
    about: "draw where the flash parts were programmed and erased, as text or, if FILE ends in .svg, as an image of " +
      "the first part",
  },
  "reveal-keys": {
    value: "FILE",
    about: "write the cipher keys of phase 1 for Wireshark: SECRET, shows all that was encrypted",
  },
} as const satisfies Options;

/** What can be written of a run. */
interface Output {
  readonly option:
    | "image"
    | "trace"
    | "stream"
    | "pcap"
    | "profile"
    | "heat-map"
    | "reveal-keys"
    | "record"
    | "bundle"
    | "html";
  readonly readers?: Readers;
  /** @param run What came of the run, and what was run. */
  encode(run: Ran, outside: OutsideWorld, file: string): Content | Promise<Content>;
  /** Whether nothing is written of a run that was stopped: nobody can make it again. */
  readonly needsEnd?: true;
}

type Content = Uint8Array | Iterable<Uint8Array> | undefined;

/** A run that is over. */
interface Ran extends KeptRun {
  readonly profile: CycleProfile;
}

const OUTPUTS: readonly Output[] = [
  { option: "image", encode: ({ world }) => encodeWorldImage(world.image()) },
  { option: "record", readers: "its owner", encode: (_run, outside) => outside.recording() },
  { option: "trace", encode: ({ world: { recorder, kernel } }) => tracePieces(recorder, kernel.frequencyHz) },
  { option: "stream", encode: ({ world }) => endOfStream(world) },
  { option: "pcap", encode: ({ world }) => captureOf(world) },
  { option: "profile", encode: ({ profile, scenario }, _outside, file) => profileBytes(profile, scenario.file, file) },
  { option: "heat-map", encode: ({ world }, _outside, file) => new TextEncoder().encode(heatMap(world, file)) },
  {
    option: "reveal-keys",
    readers: "its owner",
    encode: ({ world: { keyLog } }) => new TextEncoder().encode(keyLog.toText()),
  },
  { option: "bundle", readers: "its owner", encode: async (run) => (await keeping()).bundleBytes(run), needsEnd: true },
  { option: "html", encode: async (run) => (await keeping()).htmlBytes(run), needsEnd: true },
];

/** What makes a bundle or a report is as much as a tenth of the program: it is loaded for whoever asks for one. */
const keeping = () => import("./kept_run.ts");

/** The events that are kept at the end: those before them have been written as they went. */
function* endOfStream({ recorder }: World): Generator<Uint8Array> {
  yield* traceParts(recorder.columns());
  yield traceEnd(recorder.marks);
}

/** Writes what a world's ring lets go. */
function streamInto(outputs: OutputFiles, { recorder, kernel }: World): void {
  outputs.append("--stream", traceHead(kernel.frequencyHz));
  recorder.watchDropped((columns) => {
    for (const part of traceParts(columns)) outputs.append("--stream", part);
  });
}

/** The wire, and beside it the mailbox and WMI. */
function captureOf({ network, kernel, recorder }: World): Uint8Array {
  return encodePcapng(network.captures, kernel.frequencyHz, driverInterfaces([...recorder.events()]));
}

/** What was given for {@linkcode RUN_OPTIONS}, and where the run's chance and its datagrams come from. */
export interface ScenarioRunGiven {
  readonly scenario: SourceCase;
  readonly given: Given<typeof RUN_OPTIONS> & {
    readonly record?: string;
    readonly replay?: string;
    readonly bundle?: string;
    readonly html?: string;
  };
  /** The user's wish that the run ends; `undefined` if whoever is outside hears it. */
  readonly interruption?: AbortSignal;
  /** @param world The digest of the world's description. */
  outside(world: string): OutsideWorld;
}

/**
 * Runs a file, prints ladder and verdicts, and writes what was asked for.
 *
 * @throws {InputError} A file cannot be read, understood or written, or what is asked for cannot be.
 */
export async function runScenarioFile(
  { scenario, given, outside: outsideOf, interruption }: ScenarioRunGiven,
): Promise<ScenarioReport> {
  const { file, source, opened, name, set } = scenario;
  refuseSeed(given.seed, name);
  refuseUnbundled(given);
  const outside = outsideOf(worldDigest(opened.scenario));
  const { from, replay } = given;
  const outputs = new OutputFiles([file, from, replay].filter((name) => name !== undefined));
  try {
    await prepareOutputs(outputs, given);
    const progress = new RunProgress();
    const say = progress.before(outputs.usesStandardOutput ? tell : print);
    const fit = fitting(given.wide);
    const beside = {
      ...(outside.seed === undefined ? {} : { seed: outside.seed }),
      ...(from === undefined ? {} : { image: readAs(from, decodeWorldImage, "--from") }),
    };
    const profile = new CycleProfile();
    const report = await runWithOutside({ scenario, outside, interruption, progress }, {
      ...beside,
      ...(given.ring === undefined ? {} : { keepEvents: countOf("--ring", given.ring, 4) }),
      ...(given.quiet === true || given.json === true ? {} : ladderOf(given, say)),
      ...(given.profile === undefined ? {} : { adapt: (options: WorldOptions) => profiled(options, profile) }),
      onWorld(world) {
        if (given["heat-map"] !== undefined) refuseWithoutFlash(world);
        if (given.stream !== undefined) streamInto(outputs, world);
        outside.connect(world);
      },
    });
    const shown = { ...report, seed: outside.shownSeed ?? report.seed };
    const id = caseId(file, name);
    // Invariants are judged when no step is left whose end could be shown.
    const next = report.verdicts.every(({ holds }) => holds)
      ? undefined
      : nextCommands({ opened, file, set, options: optionsAgain(given) }, report);
    if (given.json === true) say(JSON.stringify(jsonOf(id, shown, next)));
    else for (const { line, colour } of linesOf(id, shown, next)) say(fit(line), colour);
    if (given.profile !== undefined && given.json !== true) { for (const line of profileLines(profile)) say(line); }
    const written = {
      report,
      profile,
      world: report.world,
      scenario: { file, source, case: name, set, files: opened.files, ...beside },
      again: commandAgain({ opened, file, set, options: { ...optionsAgain(given), bundle: "run.bundle" } }),
      revealsKeys: given["reveal-keys"] !== undefined,
    };
    await writeOutputs(outputs, given, written, outside);
    return report;
  } finally {
    outputs.close();
  }
}

/** Makes room for what was asked for. */
async function prepareOutputs(outputs: OutputFiles, given: ScenarioRunGiven["given"]): Promise<void> {
  if (given.html !== undefined) (await keeping()).builtPage();
  for (const { option, readers } of OUTPUTS) {
    const target = given[option];
    const isSecret = option === "html" && given["reveal-keys"] !== undefined;
    if (target !== undefined) outputs.prepare(`--${option}`, target, isSecret ? "its owner" : readers);
  }
}

/** Writes what was asked for; of a run that was stopped, what has happened until then. */
async function writeOutputs(
  outputs: OutputFiles,
  given: ScenarioRunGiven["given"],
  run: Ran,
  outside: OutsideWorld,
): Promise<void> {
  const stopped: string[] = [];
  for (const { option, encode, needsEnd } of OUTPUTS) {
    const target = given[option];
    if (target === undefined) continue;
    if (run.report.interrupted && needsEnd === true) {
      tell(`hbasim: interrupted: no ${option} is written, it would hold a run that nobody can make again`);
      continue;
    }
    const content = await encode(run, outside, target);
    if (content === undefined) continue;
    outputs.write(`--${option}`, content);
    stopped.push(`--${option}`);
  }
  if (run.report.interrupted && stopped.length > 0) {
    tell(`hbasim: interrupted: ${stopped.join(", ")} hold what happened until then`);
  }
}

/** What came of a file, for people. */
function* linesOf(
  file: string,
  report: ScenarioReport,
  next: NextCommands | undefined,
): Generator<{ readonly line: string; readonly colour?: Colour }> {
  yield { line: `\n=== ${shortened(report.name)} (${file})` };
  for (const line of renderVerdicts(report)) yield line.startsWith("FAIL") ? { line, colour: "bad" } : { line };
  for (const line of renderFailure(report)) yield { line };
  if (next !== undefined) { for (const line of renderNext(next)) yield { line }; }
}

/** The same for programs: events of a failure are named, a trace has them. */
function jsonOf(file: string, { world: _world, failure, ...report }: ScenarioReport, next: NextCommands | undefined) {
  const end = failure === undefined ? {} : {
    failure: { step: failure.step, events: failure.events.map(formatCoordinate), waiting: failure.waiting },
  };
  return { file, ...report, ...end, ...next };
}

/** What comes in from outside does so again only from a recording, which brings its seed. */
function optionsAgain({ seed, from, replay, record }: ScenarioRunGiven["given"]): Record<string, string | undefined> {
  const recording = replay ?? record;
  return { seed: recording === undefined ? seed : undefined, from, replay: recording };
}

/** Who has to do with a run while it goes on. */
interface Around {
  readonly scenario: SourceCase;
  readonly outside: OutsideWorld;
  readonly interruption: AbortSignal | undefined;
  readonly progress: RunProgress;
}

/** Runs a case; in slices where nobody outside lets real time pass, so that the user is heard. */
async function runWithOutside(
  { scenario: { opened, file }, outside, interruption, progress }: Around,
  options: RunOptions,
): Promise<ScenarioReport> {
  const onEnd = (world: World) => outside.end(world);
  try {
    if (interruption === undefined) return runCase(opened, { ...options, file, onEnd });
    const watching = { interruption, progress };
    return digested(await runInSlices(opened, { ...runOptions(options, ""), file, onEnd }, watching));
  } catch (error) {
    throw outputErrorIn(error) ?? error;
  } finally {
    progress.clear();
    outside.close();
  }
}

/** The stream is written while processes run: what cannot be written comes back as what one of them has thrown. */
function outputErrorIn(error: unknown): OutputError | undefined {
  if (error instanceof OutputError) return error;
  return error instanceof ProcessError ? outputErrorIn(error.cause) : undefined;
}

function ladderOf(
  given: Given<typeof LADDER_OPTIONS>,
  say: (line: string, colour?: Colour) => void,
): Pick<RunOptions, "onStep"> {
  const show = ladderView(given, say);
  return {
    onStep(step, events, frequencyHz) {
      say(`\n--- ${step}`, "heading");
      show(events, frequencyHz);
    },
  };
}

/** A bundle, and so a report, is of a whole run that hangs on nothing outside. */
function refuseUnbundled({ bundle, html, ring, replay }: ScenarioRunGiven["given"]): void {
  const other = ring === undefined ? replay === undefined ? undefined : "replay" : "ring";
  const option = bundle !== undefined ? "bundle" : html !== undefined ? "html" : undefined;
  if (option === undefined || other === undefined) return;
  const why = other === "ring" ? "needs all events" : "holds nothing that comes from outside";
  throw new InputError(`--${option} ${why}: expected it without --${other}`);
}

function refuseWithoutFlash(world: World): void {
  if ([...world.adapters.values()].some(({ flash }) => flash !== undefined)) return;
  throw new InputError("--heat-map: no adapter of the scenario has a flash part to draw; expected storage: nvram");
}

function heatMap(world: World, file: string): string {
  const parts = [...world.adapters].flatMap(([name, { flash }]) => flash === undefined ? [] : [{ name, flash }]);
  const [first] = parts;
  if (first !== undefined && file.endsWith(".svg")) return heatMapSvg(first.flash);
  return parts.map(({ name, flash }) => `${name}\n${heatMapText(flash)}`).join("\n");
}
