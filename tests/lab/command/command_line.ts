/** The command line, as its tests call it. */

import { temporaryFolder } from "../../support/temporary_folder.ts";

const root = new URL("../../../", import.meta.url).pathname;

/** How a process ended, and what it said. */
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `hbasim` with these arguments in a process of its own. */
export function hbasim(...args: string[]): Ended {
  return endedOf(commandOf(args, "null").outputSync());
}

/** As {@linkcode hbasim}, with standard input. */
export async function hbasimWithInput(input: string | Uint8Array, ...args: string[]): Promise<Ended> {
  const process = startHbasim(...args);
  const writer = process.stdin.getWriter();
  await writer.write(typeof input === "string" ? new TextEncoder().encode(input) : input);
  await writer.close();
  return endedOf(await process.output());
}

/** Starts it, to talk with it. */
export function startHbasim(...args: string[]): Deno.ChildProcess {
  return commandOf(args, "piped").spawn();
}

function commandOf(args: readonly string[], stdin: "null" | "piped"): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-read", "--allow-write", "--allow-env", "sim/lab/command/hbasim.ts", ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin,
    stdout: "piped",
    stderr: "piped",
  });
}

function endedOf({ code, stdout, stderr }: Deno.CommandOutput): Ended {
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Gives a scenario file with some content to use, in a folder of its own. */
export function withFile(content: string | Uint8Array, use: (file: string, directory: string) => void): void {
  using folder = temporaryFolder();
  const file = `${folder.path}/scenario.yaml`;
  if (typeof content === "string") Deno.writeTextFileSync(file, content);
  else Deno.writeFileSync(file, content);
  use(file, folder.path);
}

/** The first three lines of a scenario with an adapter, which want steps. */
export const HEAD = "name: test\nadapters:\n  hba0: { storage: nvram, ports: [192.0.2.10] }\n";
