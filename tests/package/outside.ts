/** What the tests stand on that use the package as a stranger does: a tarball, and folders with nothing else in them. */

import { assert } from "@std/assert";
import { pack } from "../../.ci/package/pack.ts";

/** The tools from npm, each in one version. */
export const TOOLS = {
  node: "node@22.23.3",
  /** The oldest on which README promises all but one option. */
  leastNode: "node@20.20.2",
  typescript: "typescript@5.9.3",
  /** The least that README promises. */
  leastTypescript: "typescript@5.4.5",
  esbuild: "esbuild@0.28.2",
  publint: "publint@0.3.25",
  attw: "@arethetypeswrong/cli@0.18.5",
} as const;

/** What became of a command. */
export interface Result {
  readonly success: boolean;
  /** What it wrote, errors last. */
  readonly text: string;
}

/** The ground of a stranger: where the tarball is, and where his commands are found. */
export interface Outside {
  /** The tarball. */
  readonly tarball: string;
  /** Folders with `node` and `npm` of the version that the package asks for, and `deno`. */
  readonly path: string;
}

/** Without the network npm must say so at once; a stranger's npm has no colours to speak of. */
const ENVIRONMENT = {
  npm_config_fetch_retries: "0",
  npm_config_audit: "false",
  npm_config_fund: "false",
  NO_COLOR: "1",
};

/** Runs a command to its end. */
export async function run(command: string, args: readonly string[], cwd: string, path?: string): Promise<Result> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    env: path === undefined ? ENVIRONMENT : { ...ENVIRONMENT, PATH: path },
  }).output();
  return { success, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** Packs the tarball into a folder and finds the tools; or says why there are none. */
export async function goOutside(folder: string): Promise<Outside | { readonly skipped: string }> {
  try {
    const node = await run("npx", ["-y", TOOLS.node, "-p", "process.execPath"], folder);
    if (!node.success) {
      return { skipped: `the npm registry does not give ${TOOLS.node}: ${node.text.split("\n", 1)[0]}` };
    }
    const folders = [node.text.trim().replace(/\/[^/]*$/, ""), Deno.execPath().replace(/\/[^/]*$/, "")];
    return { tarball: await pack(folder), path: [...folders, Deno.env.get("PATH")].join(":") };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { skipped: "there is no npm on this machine" };
    throw error;
  }
}

/** Runs a command that must succeed, and gives what it wrote. */
export async function must(command: string, args: readonly string[], cwd: string, path: string): Promise<string> {
  const { success, text } = await run(command, args, cwd, path);
  assert(success, `${command} ${args.join(" ")}: ${text}`);
  return text;
}
