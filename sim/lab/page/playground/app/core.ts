/**
 * The core in a worker: asked one thing after the other, ended at any time.
 *
 * @module
 */

import { messageOf } from "../../app/report_source.ts";
import { StoppedError } from "../../app/core_client.ts";
import type { PlaygroundAnswer, PlaygroundMessage, PlaygroundRequest } from "../core/requests.ts";

/** How far a run is. */
export interface Progress {
  readonly cycle: number;
  readonly executions: number;
}

interface Waiting {
  readonly request: PlaygroundRequest;
  resolve(answer: PlaygroundAnswer): void;
  reject(error: Error): void;
}

/** The answer to a request. */
export type AnswerTo<T extends PlaygroundAnswer["type"]> = Extract<PlaygroundAnswer, { readonly type: T }>;

/** Asks the core. */
export class Core {
  /** Told how far it is. */
  onProgress: (progress: Progress) => void = () => {};
  readonly #address: string;
  #worker: Worker | undefined;
  #waiting: readonly Waiting[] = [];

  /** @param address Of the core's script. */
  constructor(address: string) {
    this.#address = address;
  }

  /** Whether it runs, and holds what it was given. */
  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  /** Whether somebody waits for an answer. */
  get isBusy(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Asks it, when all that was asked before is answered.
   *
   * @throws {StoppedError} It was stopped before it answered.
   * @throws {Error} It says what does not fit, or it cannot be started.
   */
  async ask<T extends PlaygroundAnswer["type"]>(type: T, request: PlaygroundRequest): Promise<AnswerTo<T>> {
    const answer = await new Promise<PlaygroundAnswer>((resolve, reject) => {
      this.#waiting = [...this.#waiting, { request, resolve, reject }];
      if (this.#waiting.length === 1) this.#begin();
    });
    if (isOfType(answer, type)) return answer;
    throw new Error(`the core has answered ${answer.type}, expected ${type}`);
  }

  /** Ends it, whatever it does. The next question begins anew. */
  stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(new StoppedError("stopped"));
  }

  #begin(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    this.#worker ??= this.#start();
    this.#worker.postMessage(first.request);
  }

  #start(): Worker {
    const worker = new Worker(this.#address);
    worker.onmessage = ({ data }: MessageEvent<PlaygroundMessage>) => this.#hear(data);
    worker.onerror = (event) => {
      this.#worker = undefined;
      this.#end(({ reject }) => reject(new Error(`The core has failed: ${event.message ?? "it cannot be loaded"}`)));
    };
    return worker;
  }

  #hear(message: PlaygroundMessage): void {
    switch (message.type) {
      case "progress":
        this.onProgress(message);
        break;
      case "answer":
        this.#end(({ resolve }) => resolve(message.answer));
        break;
      case "problem":
        this.#end(({ reject }) => reject(new Error(message.problem)));
        break;
      default:
        message satisfies never;
    }
  }

  #end(tell: (waiting: Waiting) => void): void {
    const [first, ...others] = this.#waiting;
    this.#waiting = others;
    if (first !== undefined) tell(first);
    this.#begin();
  }
}

function isOfType<T extends PlaygroundAnswer["type"]>(answer: PlaygroundAnswer, type: T): answer is AnswerTo<T> {
  return answer.type === type;
}

/** What went wrong, in words; `undefined` if somebody has stopped it. */
export function failureOf(error: unknown): string | undefined {
  return error instanceof StoppedError ? undefined : messageOf(error);
}
