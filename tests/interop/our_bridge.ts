/** `hbasim bridge` in our namespace. */

import type { Ends, Namespaces } from "./namespaces.ts";
import { textOf, until } from "./processes.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

export interface BridgeStart {
  readonly namespaces: Namespaces;
  readonly directory: string;
  readonly ends: Ends;
  readonly scenario: string;
  /** The tree whose program runs; this one by default. */
  readonly root?: string;
  readonly options?: readonly string[];
}

/** A bridge that has come to its end. */
export interface BridgeEnd {
  readonly code: number;
  readonly stdout: string;
  readonly text: string;
  /** The file that plays it again. */
  readonly recording: string;
  readonly scenarioFile: string;
}

function withPort(address: string): string {
  return address.includes(":") ? `[${address}]:500` : `${address}:500`;
}

/** A bridge that runs. */
export class OurBridge {
  readonly #child: Deno.ChildProcess;
  readonly #files: Pick<BridgeEnd, "recording" | "scenarioFile">;
  readonly #end: Promise<Deno.CommandOutput>;
  #said = "";

  private constructor(child: Deno.ChildProcess, files: Pick<BridgeEnd, "recording" | "scenarioFile">) {
    this.#child = child;
    this.#files = files;
    const [watched, kept] = child.stderr.tee();
    const end = async () => {
      const [{ code, signal, success }, stdout, stderr] = await Promise.all([
        child.status,
        new Response(child.stdout).bytes(),
        new Response(kept).bytes(),
      ]);
      return { code, signal, success, stdout, stderr };
    };
    this.#end = end();
    const watch = async () => {
      for await (const chunk of watched.pipeThrough(new TextDecoderStream())) this.#said += chunk;
    };
    watch();
  }

  /** Starts a bridge; returns when its sockets listen, or it has ended. */
  static async start({ namespaces, directory, ends, scenario, root = ROOT, options = [] }: BridgeStart) {
    const [scenarioFile, recording] = [`${directory}/scenario.yaml`, `${directory}/recording`];
    Deno.writeTextFileSync(scenarioFile, scenario);
    const program = [
      Deno.execPath(),
      "run",
      "--no-check",
      "-A",
      `${root}sim/lab/command/hbasim.ts`,
      "bridge",
      "--quiet",
    ];
    const places = ["--listen", withPort(ends.ours), "--peer", withPort(ends.theirs), "--record", recording];
    const child = new Deno.Command("ip", {
      args: ["netns", "exec", namespaces.ours, ...program, ...places, ...options, scenarioFile],
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const bridge = new OurBridge(child, { recording, scenarioFile });
    let isOver = false;
    bridge.#end.then(() => isOver = true);
    await until(() => isOver || bridge.#said.includes("listens"));
    return bridge;
  }

  /** Presses Ctrl-C. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /** Waits for the end. */
  async end(): Promise<BridgeEnd> {
    const output = await this.#end;
    return {
      code: output.code,
      stdout: new TextDecoder().decode(output.stdout),
      text: textOf(output),
      ...this.#files,
    };
  }
}

/** Plays a recording; what it says must be what the bridge said. */
export async function replay({ recording, scenarioFile }: BridgeEnd): Promise<string> {
  const args = ["run", "--no-check", "-A", `${ROOT}sim/lab/command/hbasim.ts`, "run", "--quiet"];
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...args, "--replay", recording, scenarioFile],
    env: { NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout);
}
