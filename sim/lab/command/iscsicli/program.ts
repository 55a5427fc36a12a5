/**
 * `hbasim iscsicli`: commands against a world that lives in a file. The world
 * has power while the program runs; what is in the file afterwards is what
 * survives the loss of it.
 *
 * @module
 */

import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { exportKeyStore } from "../../../../host/initiator_service/key_store.ts";
import { SqliteKeyStore } from "../../../../host/initiator_service/sqlite_key_store.ts";
import { openScenario, type ScenarioFile } from "../../scenario/scenario.ts";
import { worldOf } from "../../scenario/world_of_scenario.ts";
import type { World } from "../../world/world.ts";
import { decodeWorldImage, encodeWorldImage } from "../../world/world_image.ts";
import { fileExists, readBytes, readText, replaceFile } from "../files.ts";
import { UsageError } from "../usage_error.ts";
import { BANNER, type IscsicliCommand, IscsicliError, type IscsicliResult, readIscsicli } from "./iscsicli.ts";
import { wordsOf } from "./words.ts";

const DEFAULT_WORLD =
  "{ name: one adapter, adapters: [{ name: hba0, storage: nvram, ports: [192.0.2.10] }], steps: [] }";

/** From the time when the machine is up to its first command. */
const START_NANOSECONDS = 10_000_000_000;

const OPTIONS = ["state", "database", "world"] as const;

/** What a mistake in a line of command line mode leaves as exit code, as on the command line. */
const NOT_UNDERSTOOD = 2;

/**
 * Runs the command, or, without a verb, the commands that come from standard input.
 *
 * @param args What stands behind `iscsicli`.
 * @returns The status of the last command, 32 bits; 2 if it was not understood.
 * @throws {UsageError} Its options, or their files, cannot be used.
 * @throws {IscsicliError} The command is not understood; nothing was done.
 */
export async function runIscsicli(args: readonly string[]): Promise<number> {
  const { options, words } = optionsOf(args);
  const command = words.length === 0 ? undefined : readIscsicli(words);
  if (command?.type === "told") return told(command.result, BANNER);
  const state = options.get("state");
  if (state === undefined) throw new UsageError("iscsicli needs --state FILE");
  const worldFile = options.get("world");
  const scenario = worldFile === undefined
    ? openScenario(DEFAULT_WORLD, "default world")
    : openScenario(readText(worldFile), worldFile);
  const database = options.get("database");
  const keyStore = database === undefined ? undefined : new SqliteKeyStore(database);
  try {
    const world = bootedWorld(scenario, state, keyStore);
    if (command === undefined) return await runLines(world, state);
    const result = command.run(world);
    world.powerOff();
    save(world, state);
    return told(result, BANNER);
  } finally {
    keyStore?.close();
  }
}

function optionsOf(args: readonly string[]): { readonly options: Map<string, string>; readonly words: string[] } {
  const options = new Map<string, string>();
  let first = 0;
  for (; OPTIONS.some((name) => args[first] === `--${name}`); first += 2) {
    const [name = "", value] = args.slice(first, first + 2);
    if (value === undefined || value === "") throw new UsageError(`iscsicli ${name} needs a file`);
    options.set(name.slice(2), value);
  }
  const words = args.slice(first);
  const [word = ""] = words;
  if (word.startsWith("--") && word !== "--help") {
    throw new UsageError("iscsicli takes --state, --database and --world, each with a FILE, before its verb");
  }
  return { options, words };
}

function bootedWorld(scenario: ScenarioFile, state: string, keyStore: SqliteKeyStore | undefined): World {
  const saved = fileExists(state) ? decodeWorldImage(readBytes(state)) : undefined;
  // With a database, that is the service's store; the state file then is the flash.
  const image = saved === undefined || keyStore === undefined
    ? saved
    : { ...saved, serviceStore: exportKeyStore(keyStore) };
  const world = worldOf(scenario, image === undefined ? {} : { image }, keyStore === undefined ? {} : { keyStore });
  world.powerOn();
  world.settle();
  // Nobody is as fast as to type before adapters have logged in by themselves.
  world.advance(world.cycles(START_NANOSECONDS));
  return world;
}

/** Command line mode: a command a line until `exit`, `quit` or the end. The world keeps its power between them. */
async function runLines(world: World, state: string): Promise<number> {
  const lines = createInterface({ input: stdin, output: stdout, terminal: stdin.isTTY, prompt: "iscsicli> " });
  for (const line of BANNER) console.log(line);
  let status = 0;
  if (stdin.isTTY) lines.prompt();
  for await (const line of lines) {
    const given = line.trim();
    if (/^(exit|quit)$/i.test(given)) break;
    if (given !== "") status = runLine(world, state, given);
    if (stdin.isTTY) lines.prompt();
  }
  lines.close();
  world.powerOff();
  save(world, state);
  return status;
}

function runLine(world: World, state: string, line: string): number {
  try {
    const command: IscsicliCommand = readIscsicli(wordsOf(line));
    if (command.type === "told") return told(command.result, []);
    const result = command.run(world);
    // What is acknowledged must outlive this process, whatever ends it.
    save(world, state);
    return told(result, []);
  } catch (error) {
    if (!(error instanceof IscsicliError)) throw error;
    console.error(`hbasim: ${error.message}`);
    return NOT_UNDERSTOOD;
  }
}

function save(world: World, state: string): void {
  replaceFile(state, encodeWorldImage(world.image()));
}

function told({ lines, status, note }: IscsicliResult, banner: readonly string[]): number {
  for (const line of [...banner, ...lines]) console.log(line);
  if (note !== undefined) console.error(`hbasim: ${note}`);
  return status;
}
