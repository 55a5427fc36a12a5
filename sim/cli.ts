/**
 * The `hbasim` command.
 *
 * Exit codes: 0 all expectations hold; 1 one does not; 2 the command or a file
 * cannot be understood.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { ScenarioError } from "./scenario/schema.ts";
import { runScenarioText } from "./scenario/runner.ts";
import { renderVerdicts, type ScenarioReport } from "./scenario/report.ts";
import { FileFormatError } from "./trace/cbor_file.ts";
import { renderLadder } from "./trace/ladder.ts";
import { encodePcapng } from "./trace/pcapng.ts";
import { encodeTrace } from "./trace/trace_file.ts";
import { decodeWorldImage, encodeWorldImage } from "./world_image.ts";
import { WorldOptionsError } from "./world.ts";

const USAGE = `hbasim: runs scenarios of an iSCSI host bus adapter, its driver and its targets

  hbasim run FILE... [options]     run scenario files and judge their expectations

Options of run:
  --seed TEXT          another seed than the file's
  --quiet              verdicts only, no ladder
  --from FILE          begin with the flash and the service store of an earlier run
  --image FILE         write flash and service store as they are when the power goes at the end
  --trace FILE         write every event as CBOR
  --pcap FILE          write the simulated wire as pcapng
  --reveal-keys FILE   write the cipher keys of phase 1 for Wireshark: SECRET, shows all that was encrypted
  --help               this text

Exit code: 0 all expectations hold, 1 one does not, 2 bad input.`;

/** A command line that cannot be understood. */
class UsageError extends Error {}

const FILE_OPTIONS = ["from", "image", "trace", "pcap", "reveal-keys"] as const;

/** Runs the command with its arguments and returns its exit code. */
export function main(args: readonly string[]): number {
  try {
    return dispatch(args);
  } catch (error) {
    if (
      error instanceof UsageError || error instanceof ScenarioError || error instanceof FileFormatError ||
      error instanceof WorldOptionsError || error instanceof Deno.errors.NotFound
    ) {
      console.error(`hbasim: ${error.message}`);
      return 2;
    }
    throw error;
  }
}

function dispatch(args: readonly string[]): number {
  const flags = parseArgs([...args], {
    boolean: ["quiet", "help"],
    string: ["seed", ...FILE_OPTIONS],
    unknown: (arg, key) => {
      if (key !== undefined) throw new UsageError(`unknown option ${arg}; see hbasim --help`);
    },
  });
  const [command, ...files] = flags._.map(String);
  if (flags.help === true || command === undefined) {
    console.log(USAGE);
    return flags.help === true ? 0 : 2;
  }
  if (command !== "run") throw new UsageError(`unknown command ${JSON.stringify(command)}, expected run`);
  if (files.length === 0) throw new UsageError("run needs a scenario file");
  const written = FILE_OPTIONS.filter((name) => flags[name] !== undefined);
  for (const name of written) if (flags[name] === "") throw new UsageError(`--${name} needs a file`);
  if (files.length > 1 && written.length > 0) {
    throw new UsageError(`--${written[0]} goes with one scenario file, ${files.length} are given`);
  }
  let holds = true;
  for (const file of files) {
    const report = runFile(file, flags);
    holds &&= report.holds;
  }
  return holds ? 0 : 1;
}

function runFile(file: string, flags: Record<string, unknown>): ScenarioReport {
  const path = (name: string) => (typeof flags[name] === "string" ? flags[name] : undefined);
  const source = readText(file);
  const from = path("from");
  const seed = path("seed");
  const report = runScenarioText(source, file, {
    ...(seed === undefined ? {} : { seed }),
    ...(from === undefined ? {} : { image: decodeWorldImage(readBytes(from)) }),
    ...(flags.quiet === true ? {} : {
      onStep: (text, events, frequencyHz) => {
        console.log(`\n--- ${text}`);
        for (const line of renderLadder(events, frequencyHz)) console.log(line);
      },
    }),
  });
  console.log(`\n=== ${report.name} (${file})`);
  for (const line of renderVerdicts(report)) console.log(line);
  const { world } = report;
  const outputs: [string, () => Uint8Array][] = [
    ["image", () => encodeWorldImage(world.image())],
    ["trace", () => encodeTrace(world.recorder, world.kernel.frequencyHz)],
    ["pcap", () => encodePcapng(world.network.captures, world.kernel.frequencyHz)],
    ["reveal-keys", () => new TextEncoder().encode(world.keyLog.toText())],
  ];
  for (const [name, encode] of outputs) {
    const target = path(name);
    if (target !== undefined) Deno.writeFileSync(target, encode());
  }
  return report;
}

function readText(file: string): string {
  return new TextDecoder().decode(readBytes(file));
}

function readBytes(file: string): Uint8Array {
  try {
    return Deno.readFileSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new UsageError(`no file ${JSON.stringify(file)}`);
    throw error;
  }
}

if (import.meta.main) Deno.exit(main(Deno.args));
