/**
 * The core in a worker of the browser, as the playground uses it.
 *
 * @module
 */

import { InputError } from "../../../../kernel/input_error.ts";
import { Laboratory } from "../../core/laboratory.ts";
import type { PlaygroundMessage, PlaygroundRequest } from "./requests.ts";
import { Playground } from "./playground.ts";

const post = (message: PlaygroundMessage) => globalThis.postMessage(message);
const playground = new Playground(new Laboratory((cycle, executions) => post({ type: "progress", cycle, executions })));

globalThis.onmessage = ({ data }: MessageEvent<PlaygroundRequest>) => {
  try {
    post({ type: "answer", answer: playground.answer(data) });
  } catch (error) {
    const problem = error instanceof InputError ? error.message : `the core has failed: ${String(error)}`;
    post({ type: "problem", problem });
  }
};
