/**
 * The core in a worker of the browser: takes requests, posts answers.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { Laboratory } from "./laboratory.ts";
import type { CoreMessage, CoreRequest } from "./requests.ts";

const post = (message: CoreMessage) => globalThis.postMessage(message);
const laboratory = new Laboratory((cycle, executions) => post({ type: "progress", cycle, executions }));

globalThis.onmessage = ({ data }: MessageEvent<CoreRequest>) => {
  try {
    post({ type: "answer", answer: laboratory.answer(data) });
  } catch (error) {
    const problem = error instanceof InputError ? error.message : `the core has failed: ${String(error)}`;
    post({ type: "problem", problem });
  }
};
