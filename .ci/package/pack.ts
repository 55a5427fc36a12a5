/**
 * Packs the project for npm: JavaScript and declarations of every entry of
 * `deno.json`, with a `package.json` that follows from it.
 *
 * ```sh
 * deno task pack            # writes hba-sim-VERSION.tgz
 * deno task pack FOLDER     # there
 * ```
 *
 * The same sources give the same bytes: `npm pack` dates all files alike, and
 * they are sorted here.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
import zopfli from "@gfx/zopfli";
import { concatBytes } from "@noble/hashes/utils.js";
import { buildPage } from "../../sim/lab/page/build.ts";
import { emit, WORKER } from "./emit.ts";
import { type Files, importsOf, pathOf } from "./files.ts";
import { withoutDeadLinks } from "./links.ts";
import { vendor } from "./vendor.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const PROGRAM = "sim/lab/command/hbasim.ts";
const TEXTS = ["README.md", "LICENSE", "CHANGELOG.md"];
const DISSECTOR = "sim/trace/wireshark/hbasim.lua";
/** The page of reports, with the core in it. */
const PAGE = "sim/lab/page/built/page.json";
/** What a key store in C begins with: its interface, one that works, how it is built, and a scenario with it. */
const FOREIGN = "scenarios/foreign";
const FOREIGN_FILES = ["hba_store.h", "store.c", "build.sh", "store.hba.wasm", "store_hasty.hba.wasm", "c_store.yaml"];
const DESCRIPTION =
  "A deterministic, cycle-oriented simulator of an iSCSI host bus adapter's firmware and the Windows " +
  "host that drives it";

/** What of `deno.json` the package follows from. */
interface Configuration {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
}

/**
 * Writes the tarball.
 *
 * @param folder Where it is written.
 * @returns Its path.
 * @throws {Error} Something is imported that `deno.json` does not pin, or npm fails.
 */
export async function pack(folder: string): Promise<string> {
  const configuration: Configuration = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));
  const files = await packageFiles(configuration);
  const staging = Deno.makeTempDirSync();
  try {
    for (const [path, text] of files) {
      Deno.mkdirSync(`${staging}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      Deno.writeTextFileSync(`${staging}/${path}`, text);
    }
    Deno.mkdirSync(`${staging}/${FOREIGN}`, { recursive: true });
    for (const name of FOREIGN_FILES) Deno.copyFileSync(`${ROOT}${FOREIGN}/${name}`, `${staging}/${FOREIGN}/${name}`);
    const { success, stdout, stderr } = new Deno.Command("npm", {
      args: ["pack", "--silent", "--pack-destination", Deno.realPathSync(folder)],
      cwd: staging,
    }).outputSync();
    if (!success) throw new Error(`npm pack failed: ${new TextDecoder().decode(stderr)}`);
    const tarball = `${folder}/${new TextDecoder().decode(stdout).trim()}`;
    await squeeze(tarball);
    return tarball;
  } finally {
    Deno.removeSync(staging, { recursive: true });
  }
}

/** The same archive in fewer bytes: what takes seconds here is saved with each download. Four iterations save 1.6 KiB more than one does. */
async function squeeze(tarball: string): Promise<void> {
  const archive = new Blob([Deno.readFileSync(tarball)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = byFolder(await new Response(archive).bytes());
  Deno.writeFileSync(tarball, await zopfli.gzipAsync(bytes, { numiterations: 4 }));
}

/** The page as it is built, with its core in fewer bytes: what is compressed there the archive cannot make smaller. */
async function squeezedPage(): Promise<string> {
  const page = JSON.parse(Deno.readTextFileSync(buildPage()));
  const core = inflateSync(Buffer.from(page.core, "base64"));
  const squeezed = await zopfli.zlibAsync(core, { numiterations: 5 });
  return JSON.stringify({ ...page, core: Buffer.from(squeezed).toString("base64") });
}

const TAR_BLOCK_BYTES = 512;

/**
 * An archive with its files in the order of their kinds and folders: gzip looks back 32 KiB, and neighbours are alike.
 * npm has them in the order of their last names. (POSIX.1-1988, ustar: a header of one block with the name at 0 and
 * the octal length at 124, then the content in whole blocks; the archive ends with blocks of zeros.)
 */
function byFolder(archive: Uint8Array): Uint8Array {
  const text = (from: number, lengthBytes: number) =>
    new TextDecoder().decode(archive.subarray(from, from + lengthBytes)).replace(/\0[^]*/, "");
  const entries: { readonly key: string; readonly bytes: Uint8Array }[] = [];
  let end = 0;
  for (let name = text(0, 100); name !== ""; name = text(end, 100)) {
    const blocks = 1 + Math.ceil(parseInt(text(end + 124, 12), 8) / TAR_BLOCK_BYTES);
    const bytes = archive.subarray(end, end + blocks * TAR_BLOCK_BYTES);
    entries.push({ key: `${/(\.d)?\.[a-z]+$/.exec(name)?.[0] ?? ""} ${name}`, bytes });
    end += bytes.length;
  }
  return concatBytes(
    ...entries.toSorted((a, b) => a.key < b.key ? -1 : 1).map(({ bytes }) => bytes),
    archive.subarray(end),
  );
}

async function packageFiles(configuration: Configuration): Promise<Files> {
  const entries = Object.values(configuration.exports).map((path) => path.slice("./".length));
  const programs = [PROGRAM, ...workersIn(["sim", "firmware", "host"])];
  const files = emit(ROOT, entries, programs);
  vendor(ROOT, files);
  files.set("package.json", `${JSON.stringify(manifest(configuration, files, programs), null, 2)}\n`);
  // Their schema is not among them: the command prints it.
  for (const { name } of Deno.readDirSync(`${ROOT}scenarios`)) {
    if (!name.endsWith(".yaml")) continue;
    files.set(`scenarios/${name}`, Deno.readTextFileSync(`${ROOT}scenarios/${name}`));
  }
  files.set(DISSECTOR, Deno.readTextFileSync(ROOT + DISSECTOR));
  files.set(PAGE, await squeezedPage());
  const paths = new Set([...files.keys(), ...TEXTS]);
  for (const path of TEXTS) files.set(path, withoutDeadLinks(Deno.readTextFileSync(ROOT + path), paths));
  return files;
}

function manifest(configuration: Configuration, files: Files, programs: readonly string[]): unknown {
  const { name, version, license, exports } = configuration;
  return {
    name,
    version,
    description: DESCRIPTION,
    keywords: ["iscsi", "firmware", "simulator", "ike", "nor-flash", "hba"],
    license,
    type: "module",
    engines: { node: ">=22.13" },
    bin: { hbasim: pathOf(PROGRAM, ".js") },
    exports: {
      ...Object.fromEntries(
        Object.entries(exports).map(([door, path]) => [
          door,
          { types: pathOf(path, ".d.ts"), default: pathOf(path, ".js") },
        ]),
      ),
      // Tools ask for it.
      "./package.json": "./package.json",
    },
    sideEffects: programs.map((path) => `./${pathOf(path, ".js")}`),
    dependencies: dependencies(configuration, files),
  };
}

/** The packages that the files import, as `deno.json` pins them. What stands in `vendor/` imports nothing. */
function dependencies({ imports }: Configuration, files: Files): Record<string, string> {
  const modules = [...files].flatMap(([path, text]) =>
    /^(?!vendor\/).*\.(js|d\.ts)$/.test(path) ? importsOf(text) : []
  );
  const names = new Set(modules.filter((module) => !/^(\.|node:)/.test(module)).map(packageOf));
  return Object.fromEntries(
    [...names].toSorted().map((name) => {
      const version = /^npm:(?:@[^/]+\/)?[^@]+@(\d+\.\d+\.\d+)$/.exec(imports[name] ?? "")?.[1];
      if (version === undefined) {
        throw new Error(`${name} is imported, but deno.json does not pin it to a version on npm`);
      }
      return [name, version];
    }),
  );
}

function packageOf(module: string): string {
  return module.split("/").slice(0, module.startsWith("@") ? 2 : 1).join("/");
}

/** The modules that are workers, wherever `new Worker` names them. */
function workersIn(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    [...Deno.readDirSync(ROOT + folder)].flatMap(({ name, isDirectory }) => {
      const path = `${folder}/${name}`;
      if (isDirectory) return workersIn([path]);
      if (!name.endsWith(".ts")) return [];
      return [...Deno.readTextFileSync(ROOT + path).matchAll(WORKER)].map(([, worker]) => `${folder}/${worker}`);
    })
  ).toSorted();
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const [folder = "."] = Deno.args;
  if (isFolder(folder)) {
    const tarball = await pack(folder);
    console.log(`${tarball}: ${Deno.statSync(tarball).size} bytes`);
  } else {
    console.error(`pack: ${JSON.stringify(folder)} is not there, or no folder: expected one to write the tarball to`);
    Deno.exitCode = 1;
  }
}
