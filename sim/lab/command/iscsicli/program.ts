/**
 * `hbasim iscsicli`: commands against a world that lives in a file. The world
 * has power while the program runs; what is in the file afterwards is what
 * survives the loss of it.
 *
 * @module
 */

import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { quoted } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { exportKeyStore } from "../../../../host/initiator_service/key_store.ts";
import { SqliteKeyStore } from "../../../../host/initiator_service/sqlite_key_store.ts";
import { type ScenarioFile, WORLD_FILE } from "../../scenario/scenario.ts";
import { openScenario } from "../../scenario/open_scenario.ts";
import { worldOf } from "../../scenario/world_of_scenario.ts";
import type { World } from "../../world/world.ts";
import { decodeWorldImage, encodeWorldImage } from "../../world/world_image.ts";
import { describeStatus } from "../../../../host/status.ts";
import { decodedAs, filesBeside, readText } from "../input_files.ts";
import { jsonOf } from "../json_values.ts";
import { SharedFile } from "../shared_file.ts";
import { type CaseOperand, caseOperand } from "../case_names.ts";
import { print, tell } from "../terminal.ts";
import { BANNER, type IscsicliCommand, IscsicliError, type IscsicliResult, readIscsicli } from "./iscsicli.ts";
import { lineText, requireWholeWords, wordsOf } from "./words.ts";

const DEFAULT_WORLD = "{ name: one adapter, adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } } }";

/** From the time when the machine is up to its first command. */
const START_NANOSECONDS = 10_000_000_000;

/** The files of a world. */
export interface WorldFiles {
  /** Flash and service store. */
  readonly state: string;
  /** The service's store as a database. */
  readonly database?: string;
  /** A scenario file whose adapters and targets make the world. */
  readonly world?: string;
}

/** What a mistake in a line of command line mode leaves as exit code, as on the command line. */
const NOT_UNDERSTOOD = 2;

/**
 * Runs the command, or, without a verb, the commands that come from standard input.
 *
 * @param words The verb and its arguments.
 * @param json Whether each command is told as a JSON document in place of what the real command prints.
 * @param files Gives the files of the world, once the words are understood.
 * @returns The status of the last command, 32 bits; 2 if it was not understood.
 * @throws {InputError} The files cannot be used, or the command is not understood; nothing was done.
 */
export async function runIscsicli(words: readonly string[], json: boolean, files: () => WorldFiles): Promise<number> {
  const say = json ? toldAsJson : told;
  requireWholeWords(words);
  const command = words.length === 0 ? undefined : readIscsicli(words);
  if (command?.type === "told") return say(command.result, BANNER);
  const { state, database, world: worldFile } = files();
  const scenario = worldFile === undefined
    ? openScenario(DEFAULT_WORLD, "default world", { shape: WORLD_FILE })
    : openWorld(caseOperand(worldFile));
  const keyStore = database === undefined ? undefined : new SqliteKeyStore(database);
  try {
    const inputs = [worldFile === undefined ? undefined : caseOperand(worldFile).file, database];
    const open = () => SharedFile.open("--state", state, inputs.filter((file) => file !== undefined));
    if (command === undefined) {
      const file = await open();
      return await runLines({
        world: bootedWorld(scenario, { state, content: file.content }, keyStore),
        state,
        file,
        say,
      });
    }
    for (;;) {
      const file = await open();
      const world = bootedWorld(scenario, { state, content: file.content }, keyStore);
      const result = command.run(world);
      world.powerOff();
      if (await file.replace(encodeWorldImage(world.image()))) return say(result, BANNER);
      // A database has taken what the command wrote; of a state file alone nothing was, and it begins again.
      if (keyStore !== undefined) throw overtaken(state);
    }
  } finally {
    keyStore?.close();
  }
}

/** Another process has written the state: what was done here came from an older one. */
function overtaken(state: string): InputError {
  return new InputError(
    `--state ${
      quoted(state)
    } was written by another process meanwhile; what was done here is not in it, expected one ` +
      "at a time",
  );
}

function openWorld({ file, name }: CaseOperand): ScenarioFile {
  return openScenario(readText(file), file, {
    shape: WORLD_FILE,
    readFile: filesBeside(file),
    ...(name === undefined ? {} : { name }),
  });
}

function bootedWorld(
  scenario: ScenarioFile,
  { state, content }: { readonly state: string; readonly content: Uint8Array | undefined },
  keyStore: SqliteKeyStore | undefined,
): World {
  const saved = content === undefined ? undefined : decodedAs(state, content, decodeWorldImage, "--state");
  // With a database, that is the service's store; the state file then is the flash.
  const image = saved === undefined || keyStore === undefined
    ? saved
    : { ...saved, serviceStore: exportKeyStore(keyStore) };
  const world = worldOf(
    scenario,
    image === undefined ? {} : { image },
    (options) => keyStore === undefined ? options : { ...options, keyStore },
  );
  world.powerOn();
  world.settle();
  // Nobody is as fast as to type before adapters have logged in by themselves.
  world.advance(world.cycles(START_NANOSECONDS));
  return world;
}

/** One character for each byte: what becomes of those that are no text is for `lineText` to say. */
const BYTES_AS_THEY_ARE = "latin1";

/** Command line mode: a command a line until `exit`, `quit` or the end. The world keeps its power between them. */
async function runLines(mode: LineMode): Promise<number> {
  const { world, say } = mode;
  if (!stdin.isTTY) stdin.setEncoding(BYTES_AS_THEY_ARE);
  const lines = createInterface({ input: stdin, output: stdout, terminal: stdin.isTTY, prompt: "iscsicli> " });
  if (say === told) { for (const line of BANNER) print(line); }
  let status = 0;
  let number = 0;
  if (stdin.isTTY) lines.prompt();
  for await (const line of lines) {
    number++;
    if (/^\s*(exit|quit)\s*$/i.test(line)) break;
    if (line.trim() !== "") {
      status = await runLine(mode, () => stdin.isTTY ? typedWords(line) : pipedWords(line, number));
    }
    if (stdin.isTTY) lines.prompt();
  }
  lines.close();
  world.powerOff();
  await save(mode);
  return status;
}

/** The words of a line that was typed, of which the terminal makes characters. */
function typedWords(line: string): string[] {
  const words = wordsOf(line);
  requireWholeWords(words);
  return words;
}

/** The words of a line whose bytes came as they are. */
function pipedWords(line: string, number: number): string[] {
  return wordsOf(lineText(Uint8Array.from(line, (byte) => byte.charCodeAt(0)), number));
}

/** What lines are run in. */
interface LineMode {
  readonly world: World;
  readonly state: string;
  readonly file: SharedFile;
  readonly say: Say;
}

async function runLine(mode: LineMode, words: () => string[]): Promise<number> {
  const { world, say } = mode;
  try {
    const command: IscsicliCommand = readIscsicli(words());
    if (command.type === "told") return say(command.result, []);
    const result = command.run(world);
    // What is acknowledged must outlive this process, whatever ends it.
    await save(mode);
    return say(result, []);
  } catch (error) {
    if (!(error instanceof IscsicliError)) throw error;
    tell(`hbasim: ${error.message}`);
    return NOT_UNDERSTOOD;
  }
}

/** The world goes on from what it has in memory: if another has written the file, there is no going on. */
async function save({ world, state, file }: LineMode): Promise<void> {
  if (!await file.replace(encodeWorldImage(world.image()))) throw overtaken(state);
}

/** Tells what came of a command, and gives the exit code. */
type Say = (result: IscsicliResult, banner: readonly string[]) => number;

function told({ lines, status, note }: IscsicliResult, banner: readonly string[]): number {
  for (const line of [...banner, ...lines]) print(line);
  if (note !== undefined) tell(`hbasim: ${note}`);
  return status;
}

/** One document: what came of the command, and the lines of the real one. */
function toldAsJson({ lines, status, data, note }: IscsicliResult): number {
  const document = {
    status,
    name: describeStatus(status),
    ...(data === undefined ? {} : { data: jsonOf(data) }),
    lines,
    ...(note === undefined ? {} : { note }),
  };
  print(JSON.stringify(document));
  return status;
}
