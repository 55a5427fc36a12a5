/** A daemon's process: in a namespace, with mounts of its own, beside the file that it writes its log to. */

/** What the process and the log of every daemon have in common. */
export class Daemon {
  readonly #namespace: string;
  readonly #logFile: string;
  #process: Deno.ChildProcess | undefined = undefined;

  /**
   * A daemon that does not run.
   *
   * @param namespace The network namespace.
   * @param logFile Where it writes its log.
   */
  constructor(namespace: string, logFile: string) {
    this.#namespace = namespace;
    this.#logFile = logFile;
  }

  /** Starts it: commands of a shell that may mount, and of which the last becomes the daemon. */
  start(...commands: readonly string[]): void {
    const shell = ["mount -t tmpfs tmpfs /run", ...commands].join(" && ");
    this.#process = new Deno.Command("ip", {
      args: ["netns", "exec", this.#namespace, "unshare", "-m", "sh", "-c", shell],
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  /** All that it has said; nothing if it has not yet. */
  log(): string {
    try {
      return Deno.readTextFileSync(this.#logFile);
    } catch {
      return "";
    }
  }

  /** Ends it without a word to its peers; false if it did not run. */
  async stop(): Promise<boolean> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined) return false;
    // `ip netns exec`, `unshare` and the shell have each become the next program: it is the daemon itself.
    process.kill("SIGKILL");
    await process.status;
    return true;
  }
}
