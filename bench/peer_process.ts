/**
 * A peer in a process of its own that answers a line with a figure.
 *
 * @module
 */

import type { NotMeasured } from "./row.ts";

/** A process that is asked line by line. */
export class PeerProcess {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts a program; says why not if there is none. */
  static start(program: string, args: readonly string[]): PeerProcess | NotMeasured {
    try {
      const command = new Deno.Command(program, {
        args: [...args],
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      });
      return new PeerProcess(command.spawn());
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return { notMeasured: `there is no program ${program}` };
      throw error;
    }
  }

  /** Sends a line and reads the number that comes back; NaN when the process has ended. */
  async ask(line: string): Promise<number> {
    await this.#writer.write(new TextEncoder().encode(`${line}\n`));
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) return NaN;
      this.#rest += value;
    }
    const end = this.#rest.indexOf("\n");
    const answer = Number(this.#rest.slice(0, end));
    this.#rest = this.#rest.slice(end + 1);
    return answer;
  }

  /** Ends it. */
  async end(): Promise<void> {
    await this.#writer.close();
    await this.#reader.cancel();
    await this.#child.status;
  }
}
