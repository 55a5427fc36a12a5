/**
 * Builds the page of reports, and the playground: a folder for any file
 * server.
 *
 * ```sh
 * deno task page            # writes sim/lab/page/built/
 * ```
 *
 * @module
 */

import { minify_sync } from "terser";
import { caseNames, openScenario } from "../../scenario/open_scenario.ts";
import { readFrom } from "../../scenario/runner.ts";
import { buildPage, bundled, minifiedStyle } from "../build.ts";
import { sourcesDigest } from "../file/sources_digest.ts";
import type { GalleryEntry } from "./gallery_entry.ts";

const SCENARIOS = new URL("../../../../scenarios/", import.meta.url);
const BUILT = new URL("../built/playground/", import.meta.url);

/** In the order in which one learns. */
const ORDER = [
  "key_survives_power_cycle.yaml",
  "power_cut_during_set.yaml",
  "wrong_key_at_target.yaml",
];

/** Builds it, unless that was done of the same sources; gives the path of the folder. */
export function buildPlayground(): string {
  const sources = sourcesDigest();
  const modules = modulesOf();
  Deno.mkdirSync(new URL("stores/", BUILT), { recursive: true });
  for (const [name, bytes] of Object.entries(modules)) Deno.writeFileSync(new URL(`stores/${name}`, BUILT), bytes);
  write("gallery.json", JSON.stringify(galleryOf(modules)));
  if (read("sources.txt") === sources) return BUILT.pathname;
  write("playground.js", minified(bundled("sim/lab/page/playground/app/main.tsx")));
  write("core.js", minified(bundled("sim/lab/page/playground/core/worker.ts")));
  write("playground.css", minifiedStyle(["tokens.css", "page.css", "panels.css", "playground/playground.css"]));
  write("index.html", Deno.readTextFileSync(new URL("index.html", import.meta.url)));
  write("sources.txt", sources);
  return BUILT.pathname;
}

/** Once more: what bundles leave is 3 to 4 % more, and the core is loaded by whoever only looks. */
function minified(script: string): string {
  const { code } = minify_sync(script, { module: true, ecma: 2020, compress: { passes: 2 } });
  if (code === undefined) throw new Error("terser has given nothing");
  return code;
}

function modulesOf(): Readonly<Record<string, Uint8Array>> {
  const names = [...Deno.readDirSync(new URL("foreign/", SCENARIOS))].map(({ name }) => name);
  return Object.fromEntries(
    names.filter((name) => name.endsWith(".wasm")).toSorted().map((
      name,
    ) => [name, Deno.readFileSync(new URL(`foreign/${name}`, SCENARIOS))]),
  );
}

/** The shipped scenarios, each with what it calls itself. */
function galleryOf(modules: Readonly<Record<string, Uint8Array>>): readonly GalleryEntry[] {
  const shipped = [...Deno.readDirSync(SCENARIOS)].map(({ name }) => name).filter((name) => name.endsWith(".yaml"));
  const others = shipped.filter((name) => !ORDER.includes(name)).toSorted();
  return [...ORDER, ...others, "foreign/c_store.yaml"].map((path) => {
    // The line for editors names a schema beside the file, which nobody has here.
    const source = Deno.readTextFileSync(new URL(path, SCENARIOS)).replaceAll("\r\n", "\n")
      .replace(/^# yaml-language-server: .*\n/, "");
    const file = path.replace("foreign/", "");
    const [name = ""] = caseNames(source, file);
    const { name: title, description = "" } =
      openScenario(source, file, { name, readFile: readFrom(modules) }).scenario;
    return { file, title, about: description.trim(), source };
  });
}

function write(name: string, text: string): void {
  // Whoever reads meanwhile finds the old file or the new one.
  const draft = new URL(`${name}.${Deno.pid}`, BUILT);
  Deno.writeTextFileSync(draft, text);
  Deno.renameSync(draft, new URL(name, BUILT));
}

function read(name: string): string | undefined {
  try {
    return Deno.readTextFileSync(new URL(name, BUILT));
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const page = buildPage();
  console.log(`${page}: ${Deno.statSync(page).size} bytes`);
  console.log(`${buildPlayground()}: any file server serves it`);
}
