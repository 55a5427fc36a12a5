/**
 * Builds the page: its script, its style and the core, into one file that the
 * command puts into reports.
 *
 * ```sh
 * deno task page            # writes sim/lab/page/built/page.json
 * ```
 *
 * What is built is not kept with the sources: it would have to be built anew
 * with each change of the core. It names the digest of all sources that it may
 * be made of, and a command that runs from sources refuses another one.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { END_WATCH } from "./file/report_html.ts";
import { sourcesDigest } from "./file/sources_digest.ts";

const ROOT = new URL("../../../", import.meta.url);
const BUILT = new URL("built/", import.meta.url);

/** Builds it, unless that was done of the same sources; gives the path of what was built. */
export function buildPage(): string {
  const path = new URL("page.json", BUILT).pathname;
  const sources = sourcesDigest();
  if (builtOf(path) === sources) return path;
  const script = bundled("sim/lab/page/app/main.tsx");
  const style = minifiedStyle(["tokens.css", "page.css", "panels.css"]);
  const core = bundled("sim/lab/page/core/worker.ts");
  const built = {
    sources,
    script,
    scriptDigest: digestOf(script),
    watchDigest: digestOf(END_WATCH),
    style,
    styleDigest: digestOf(style),
    coreBytes: new TextEncoder().encode(core).length,
    core: deflateSync(core, { level: 9 }).toString("base64"),
  };
  Deno.mkdirSync(BUILT, { recursive: true });
  // Whoever reads meanwhile finds the old file or the new one.
  const draft = `${path}.${Deno.pid}`;
  Deno.writeTextFileSync(draft, JSON.stringify(built));
  Deno.renameSync(draft, path);
  return path;
}

function builtOf(path: string): string | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(path)).sources;
  } catch {
    return undefined;
  }
}

/** A module with all that it imports, as one script that ends no element of HTML. */
export function bundled(entry: string): string {
  const folder = Deno.makeTempDirSync();
  try {
    const options = ["--quiet", "--config", new URL("deno.json", ROOT).pathname, "--platform", "browser", "--minify"];
    const { success, stderr } = new Deno.Command(Deno.execPath(), {
      args: ["bundle", ...options, "-o", `${folder}/bundle.js`, new URL(entry, ROOT).pathname],
    }).outputSync();
    if (!success) throw new Error(`Cannot bundle ${entry}: ${new TextDecoder().decode(stderr)}`);
    return Deno.readTextFileSync(`${folder}/bundle.js`).replaceAll("</", "<\\/").replaceAll("<!--", "<\\!--");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

export function minifiedStyle(names: readonly string[]): string {
  return names.map((name) => Deno.readTextFileSync(new URL(name, import.meta.url))).join("\n")
    .replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/\s*\n\s*/g, "").replaceAll(/\s*([{};,])\s*/g, "$1");
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

if (import.meta.main) console.log(`${buildPage()}: ${Deno.statSync(buildPage()).size} bytes`);
