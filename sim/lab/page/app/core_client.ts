/**
 * The core, started in a worker when it is first needed.
 *
 * @module
 */

import type { CoreAnswer, CoreMessage, CoreRequest } from "../core/requests.ts";
import { messageOf } from "./report_source.ts";

/** How far the core is. */
export interface CoreProgress {
  readonly cycle: number;
  readonly executions: number;
}

/** The user has stopped the core. */
export class StoppedError extends Error {}

/** What waits for an answer. */
interface Waiting {
  resolve(answer: CoreAnswer): void;
  reject(error: Error): void;
}

/** Asks the core, one thing after the other. */
export class CoreClient {
  /** Told how far it is. */
  onProgress: (progress: CoreProgress) => void = () => {};
  readonly #source: () => Promise<Uint8Array>;
  #worker: Worker | undefined;
  #waiting: Waiting | undefined;
  #stops = 0;

  /** @param source Gives the core's script. */
  constructor(source: () => Promise<Uint8Array>) {
    this.#source = source;
  }

  /** Whether it runs, and holds what it was given. */
  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  /**
   * Asks it.
   *
   * @throws {StoppedError} It was stopped before it answered.
   * @throws {Error} It says what does not fit, or it cannot be started.
   */
  async ask(request: CoreRequest): Promise<CoreAnswer> {
    const worker = this.#worker ??= await this.#startUnlessStopped();
    const answer = new Promise<CoreAnswer>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    worker.postMessage(request);
    return await answer;
  }

  /** Ends it, whatever it does. The next question begins anew. */
  stop(): void {
    this.#stops++;
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#waiting?.reject(new StoppedError("stopped"));
    this.#waiting = undefined;
  }

  /** A core that is stopped while its script is read never begins. */
  async #startUnlessStopped(): Promise<Worker> {
    const stops = this.#stops;
    const worker = await this.#start();
    if (stops === this.#stops) return worker;
    worker.terminate();
    throw new StoppedError("stopped");
  }

  async #start(): Promise<Worker> {
    const bytes = await this.#source().catch((error) => {
      throw new Error(`The core cannot be read: ${messageOf(error)}`);
    });
    const address = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: "text/javascript" }));
    // A classic one: of a file, browsers refuse modules in an address of their own making.
    const worker = new Worker(address);
    worker.onmessage = ({ data }: MessageEvent<CoreMessage>) => this.#hear(data);
    worker.onerror = (event) => this.#hear({ type: "problem", problem: `the core has failed: ${event.message}` });
    return worker;
  }

  #hear(message: CoreMessage): void {
    switch (message.type) {
      case "progress":
        this.onProgress(message);
        break;
      case "answer":
        this.#waiting?.resolve(message.answer);
        break;
      case "problem":
        this.#waiting?.reject(new Error(message.problem));
        break;
      default:
        message satisfies never;
    }
  }
}
