/**
 * A copy of the project in which a fault is planted by replacing text: whoever
 * claims to find a kind of fault must find this one.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);

/** What a program of the tests needs to run elsewhere. */
const PARTS = ["firmware", "host", "sim", "compat", "tests/host", "tests/support", "deno.json", "deno.lock", "mod.ts"];

/** A fault, as a replacement of text. */
export interface PlantedFault {
  /** The file, from the project's root. */
  readonly file: string;
  /** What stands there, exactly once. */
  readonly text: string;
  /** What is put in its place. */
  readonly fault: string;
}

/** Makes a copy of links, with more parts of the project if asked, plants faults in it, calls back with its folder, and removes it. */
export async function withPlantedFaults<T>(
  faults: readonly PlantedFault[],
  run: (folder: string) => Promise<T>,
  more: readonly string[] = [],
): Promise<T> {
  const folder = Deno.makeTempDirSync();
  try {
    for (const part of [...PARTS, ...more]) link(new URL(part, ROOT).pathname, `${folder}/${part}`);
    for (const fault of faults) plant(folder, fault);
    return await run(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/**
 * Runs a program of a folder of this or another tree; what it printed.
 *
 * @param signal Ends it early.
 */
export async function runProgram(
  folder: string,
  program: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-read", "--allow-env", "--config", `${folder}/deno.json`, program, ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
    ...(signal === undefined ? {} : { signal }),
  });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Of faults that are planted one after the other: what is wrong with the text of each in the project as it is. */
export function textsMissing(faults: readonly PlantedFault[]): readonly string[] {
  const files = new Map<string, string>();
  return faults.flatMap(({ file, text, fault }) => {
    const source = files.get(file) ?? Deno.readTextFileSync(new URL(file, ROOT));
    files.set(file, source.replace(text, () => fault));
    return source.split(text).length === 2 ? [] : [wrongCount(file, source, text)];
  });
}

/** The folder of the project itself. */
export function projectFolder(): string {
  return ROOT.pathname;
}

function wrongCount(file: string, source: string, text: string): string {
  return `${file} has the text ${source.split(text).length - 1} times, expected once: ${text}`;
}

function plant(folder: string, { file, text, fault }: PlantedFault): void {
  const path = `${folder}/${file}`;
  const source = Deno.readTextFileSync(path);
  if (source.split(text).length !== 2) throw new Error(wrongCount(file, source, text));
  const folders = file.split("/").slice(0, -1);
  for (let depth = 1; depth <= folders.length; depth++) detach(`${folder}/${folders.slice(0, depth).join("/")}`);
  Deno.removeSync(path);
  Deno.writeTextFileSync(path, source.replace(text, () => fault));
}

/** A copy of a thousand files takes longer than most of what is run in it: it has links but for what is another. */
function link(from: string, to: string): void {
  Deno.mkdirSync(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  Deno.symlinkSync(from, to);
}

/** Puts a folder of links in the place of a link to a folder: in it something can be another without being so there. */
function detach(path: string): void {
  if (!Deno.lstatSync(path).isSymlink) return;
  const origin = Deno.readLinkSync(path);
  Deno.removeSync(path);
  for (const { name } of Deno.readDirSync(origin)) link(`${origin}/${name}`, `${path}/${name}`);
}
