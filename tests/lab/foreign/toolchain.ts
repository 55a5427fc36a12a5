/** What makes modules of C: Debian's, of one release, for cycles are those of their code. */

import { assert } from "@std/assert";
import { FOLDER } from "./stores.ts";

const PROGRAM = new URL("../../../sim/lab/command/hbasim.ts", import.meta.url).pathname;
/** Deno fetches nothing here: it is this process's own. */
const HBASIM = `${Deno.execPath()} run --no-check --allow-read --allow-write --allow-env ${PROGRAM}`;
const TOOLS = { clang: "14", "wasm-ld": "14", "wasm-opt": "108" };

/** Why the tools cannot be asked: one is missing, or another version, whose code takes other cycles. */
export function missingTool(): string | undefined {
  for (const [tool, version] of Object.entries(TOOLS)) {
    try {
      const { stdout } = new Deno.Command(tool, { args: ["--version"] }).outputSync();
      const text = new TextDecoder().decode(stdout);
      if (!new RegExp(`\\b${version}\\b`).test(text)) return `${tool} is no version ${version}`;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return `there is no ${tool} on this machine`;
      throw error;
    }
  }
  return undefined;
}

/** Builds a module with the script of the examples. */
export function build(
  source: string,
  output: string,
  flags: readonly string[],
  env: Record<string, string> = {},
): void {
  const { success, stderr } = new Deno.Command(`${FOLDER.pathname}build.sh`, {
    args: [source, output, ...flags],
    cwd: FOLDER.pathname,
    env: { HBASIM, ...env },
  }).outputSync();
  assert(success, new TextDecoder().decode(stderr));
}
