/**
 * The `hbasim` command.
 *
 * Exit codes: 0 all expectations hold; 1 one does not; 2 the command or a file
 * cannot be understood; 130 the user has stopped a bridge. That of `iscsicli`
 * is the status, as the real command has it.
 *
 * It reaches files and processes through `node:` modules, so that Deno, Node.js
 * and Bun run the same text.
 *
 * @example The command from a program
 * ```ts
 * import { main } from "@hba/sim/cli";
 *
 * const exitCode = await main(["--version"]);
 * ```
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { ScenarioError } from "../scenario/read_yaml.ts";
import { heatMapSvg, heatMapText } from "../../parts/flash/heat_map.ts";
import { KeyStoreFileError, KeyStoreInUseError } from "../../../host/initiator_service/sqlite_key_store.ts";
import { runScenarioText } from "../scenario/runner.ts";
import { renderVerdicts, type ScenarioReport } from "../scenario/report.ts";
import { FileFormatError } from "../../trace/cbor_file.ts";
import { renderLadder } from "../../trace/ladder.ts";
import { encodePcapng } from "../../trace/pcapng.ts";
import { encodeTrace } from "../../trace/trace_file.ts";
import { decodeWorldImage, encodeWorldImage } from "../world/world_image.ts";
import { BridgeError } from "../bridge/udp_bridge.ts";
import { InternetAddressError } from "../../network/internet_address.ts";
import { NetworkError } from "../../network/network_error.ts";
import { cuts, CUTS_USAGE } from "../explore/cuts.ts";
import { readBytes, readText, replaceFile } from "./files.ts";
import { IscsicliError } from "./iscsicli/iscsicli.ts";
import { runIscsicli } from "./iscsicli/program.ts";
import { VERB_NAMES } from "./iscsicli/verbs.ts";
import { bridgedWorld, closedWorld, type OutsideWorld, recordedWorld } from "./outside_world.ts";
import { UsageError } from "./usage_error.ts";
import { type World, WorldOptionsError } from "../world/world.ts";
import { VERSION } from "./version.ts";

const USAGE = `hbasim: runs scenarios of an iSCSI host bus adapter, its driver and its targets

  hbasim run FILE... [options]              run scenario files and judge their expectations
  hbasim bridge --listen A:P --peer A:P FILE     run a scenario against a real IKE peer, in real time
  hbasim iscsicli --state FILE VERB ARG...  one iscsicli command against a world that lives in a file
  hbasim cuts [options]                     cut the power of the key store everywhere and judge what is left

Options of run:
  --seed TEXT          another seed than the file's; a bridge draws its own unless this is given
  --quiet              verdicts only, no ladder
  --from FILE          begin with the flash and the service store of an earlier run
  --image FILE         write flash and service store as they are when the power goes at the end
  --trace FILE         write every event as CBOR
  --pcap FILE          write the simulated wire as pcapng
  --heat-map FILE      draw where the flash parts were programmed and erased, as text or, if FILE ends in .svg, as an
                       image of the first part
  --replay FILE        what a bridge recorded comes in again from outside, with its seed; no peer is needed
  --reveal-keys FILE   write the cipher keys of phase 1 for Wireshark: SECRET, shows all that was encrypted
  --help               this text
  --version            the version of this program

Options of bridge, besides those of run:
  --listen A:P         the local address and UDP port, 192.0.2.1:500 or [2001:db8::1]:500; the adapter or target of
                       that address answers there
  --peer A:P           where datagrams go that are for nobody in the scenario
  --record FILE        write the seed and what came in, for --replay: SECRET, the seed leads to all keys
Ctrl-C ends a bridge early: sessions are deleted, the files are written, and what was judged so far is shown.

Options of iscsicli:
  --state FILE         flash and service store: read if it is there, written when the power goes again
  --database FILE      the service's store as an SQLite database, in place of the one in the state file
  --world FILE         a scenario file whose adapters and targets make the world; one adapter hba0 with
                       flash at 192.0.2.10 by default
Verbs: ${VERB_NAMES.slice(0, 7).join(", ")},
  ${VERB_NAMES.slice(7).join(", ")};
  "hbasim iscsicli help" tells what they do, "help VERB" what each argument takes. Without a verb, commands are read
  from standard input, a line each, and the world keeps its power between them.

Options of cuts:
${CUTS_USAGE.map((line) => `  ${line}`).join("\n")}

Exit code: 0 all expectations hold, 1 one does not, 2 bad input, 130 a bridge was stopped; of iscsicli the status, of
which a shell sees the lowest 8 bits.`;

const FILE_OPTIONS = ["from", "image", "trace", "pcap", "heat-map", "reveal-keys", "replay", "record"] as const;

/** What a shell says of a program that SIGINT has ended. */
const INTERRUPTED = 130;

/**
 * Runs the command; what it has to say goes to the console.
 *
 * @param args Its arguments, without the program's name.
 * @returns Its exit code: 0, 1, 2 or 130; of `iscsicli` a status of 32 bits.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    if (
      error instanceof UsageError || error instanceof ScenarioError || error instanceof FileFormatError ||
      error instanceof WorldOptionsError || error instanceof KeyStoreFileError ||
      error instanceof KeyStoreInUseError || error instanceof BridgeError || error instanceof InternetAddressError ||
      error instanceof IscsicliError || error instanceof NetworkError
    ) {
      console.error(`hbasim: ${error.message}`);
      return 2;
    }
    throw error;
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  if (args[0] === "cuts") return await cuts(args.slice(1));
  const flags = parseArgs([...args], {
    boolean: ["quiet", "help", "version"],
    string: ["seed", "listen", "peer", ...FILE_OPTIONS],
    stopEarly: args.includes("iscsicli"),
    unknown: (arg, key) => {
      if (key !== undefined && !args.includes("iscsicli")) {
        throw new UsageError(`unknown option ${arg}; see hbasim --help`);
      }
    },
  });
  const [command, ...files] = flags._.map(String);
  if (flags.version === true) {
    console.log(`hbasim ${VERSION}`);
    return 0;
  }
  if (flags.help === true || command === undefined) {
    console.log(USAGE);
    return flags.help === true ? 0 : 2;
  }
  if (command === "iscsicli") return await runIscsicli(args.slice(args.indexOf("iscsicli") + 1));
  if (command !== "run" && command !== "bridge") {
    throw new UsageError(`unknown command ${JSON.stringify(command)}, expected run, bridge, iscsicli or cuts`);
  }
  if (files.length === 0) throw new UsageError(`${command} needs a scenario file`);
  const written = FILE_OPTIONS.filter((name) => flags[name] !== undefined);
  for (const name of written) if (flags[name] === "") throw new UsageError(`--${name} needs a file`);
  if (files.length > 1 && written.length > 0) {
    throw new UsageError(`--${written[0]} goes with one scenario file, ${files.length} are given`);
  }
  if (command === "bridge") {
    if (files.length !== 1) throw new UsageError(`bridge takes one scenario file, ${files.length} are given`);
    for (const name of ["listen", "peer"]) {
      if (flags[name] === undefined) throw new UsageError(`bridge needs --${name} ADDRESS:PORT`);
    }
  }
  let code = 0;
  for (const file of files) {
    const report = runFile(file, flags);
    if (report.interrupted) return INTERRUPTED;
    if (!report.holds) code = 1;
  }
  return code;
}

function runFile(file: string, flags: Record<string, unknown>): ScenarioReport {
  const path = (name: string) => (typeof flags[name] === "string" ? flags[name] : undefined);
  const source = readText(file);
  const from = path("from");
  const outside = outsideWorld(path);
  const { seed } = outside;
  let report: ScenarioReport;
  try {
    report = runScenarioText(source, file, {
      onWorld: (world) => outside.connect(world),
      onEnd: (world) => outside.end(world),
      ...(seed === undefined ? {} : { seed }),
      ...(from === undefined ? {} : { image: decodeWorldImage(readBytes(from)) }),
      ...(flags.quiet === true ? {} : {
        onStep: (text, events, frequencyHz) => {
          console.log(`\n--- ${text}`);
          for (const line of renderLadder(events, frequencyHz)) console.log(line);
        },
      }),
    });
  } finally {
    outside.close();
  }
  console.log(`\n=== ${report.name} (${file})`);
  for (const line of renderVerdicts({ ...report, seed: outside.shownSeed ?? report.seed })) console.log(line);
  const { world } = report;
  const outputs: [string, () => Uint8Array | undefined][] = [
    ["image", () => encodeWorldImage(world.image())],
    ["record", () => outside.recording()],
    ["trace", () => encodeTrace(world.recorder, world.kernel.frequencyHz)],
    ["pcap", () => encodePcapng(world.network.captures, world.kernel.frequencyHz)],
    ["heat-map", () => new TextEncoder().encode(heatMap(world, path("heat-map")?.endsWith(".svg") === true))],
    ["reveal-keys", () => new TextEncoder().encode(world.keyLog.toText())],
  ];
  for (const [name, encode] of outputs) {
    const target = path(name);
    const content = target === undefined ? undefined : encode();
    if (target !== undefined && content !== undefined) replaceFile(target, content);
  }
  return report;
}

function heatMap(world: World, isImage: boolean): string {
  const parts = [...world.adapters].flatMap(([name, { flash }]) => flash === undefined ? [] : [{ name, flash }]);
  const [first] = parts;
  if (first === undefined) throw new UsageError("no adapter has a flash part to draw");
  return isImage
    ? heatMapSvg(first.flash)
    : parts.map(({ name, flash }) => `${name}\n${heatMapText(flash)}`).join("\n");
}

function outsideWorld(option: (name: string) => string | undefined): OutsideWorld {
  const [seed, listen, peer, replay] = ["seed", "listen", "peer", "replay"].map(option);
  if (listen !== undefined && peer !== undefined) {
    return bridgedWorld({ listen, peer, seed, tell: (line) => console.error(line) });
  }
  if (replay === undefined) return closedWorld(seed);
  if (seed !== undefined) {
    throw new UsageError(`--seed ${JSON.stringify(seed)} with --replay: expected --replay alone, it brings its seed`);
  }
  return recordedWorld(readBytes(replay));
}
