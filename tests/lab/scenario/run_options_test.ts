/** How `runScenarioText()` refuses its options, by callers who have no type checker. */

import { assertEquals, assertThrows } from "@std/assert";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { type RunOptions, runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { WorldOptionsError } from "../../../sim/lab/world/world.ts";

const SCENARIO = `
name: options
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }
allowNothing: true
steps: []
`;

const NAMES = "seed, image, keepEvents, compiled, onWorld, onEnd, file, case, set, adapt, files, onStep";
const ONE_OF = NAMES.replace(/, (?=\w+$)/, ", or ");

const ROWS: readonly (readonly [unknown, string])[] = [
  [null, `options: null, expected an object with ${NAMES}`],
  [5, `options: a number, expected an object with ${NAMES}`],
  ["7", `options: a text of 1 characters, expected an object with ${NAMES}`],
  [[], `options: a list of 0, expected an object with ${NAMES}`],
  [{ sed: 5 }, `sed: an unknown name, expected one of ${ONE_OF}`],
  [{ [Symbol("seed")]: 5 }, `[Symbol("seed")]: an unknown name, expected one of ${ONE_OF}`],
  [{ seed: null }, "seed: null, expected a text that is not empty, or a whole number from 0 to 2^53 - 1"],
  [{ seed: 0.5 }, "seed: 0.5, expected a text that is not empty, or a whole number from 0 to 2^53 - 1"],
  [{ onWorld: 5 }, "onWorld: a number, expected a function that is told of the world"],
  [{ onEnd: {} }, "onEnd: an object, expected a function that is told of the world"],
  [{ onStep: null }, "onStep: null, expected a function that is told of each step"],
  [{ case: 5 }, "case: a number, expected a text"],
  [{ set: { key: 5 } }, "set.key: a number, expected a text"],
  [
    { files: { "a.wasm": "text" } },
    `files["a.wasm"]: a text of 4 characters, expected at least 0 bytes in a Uint8Array`,
  ],
  [{ compiled: { "a.wasm": new Uint8Array(8) } }, `compiled["a.wasm"]: 8 bytes, expected a WebAssembly.Module`],
  [{ file: 5 }, "file: a number, expected a text"],
  [{ image: null }, "image: null, expected an object with flash, serviceStore, worlds"],
];

for (const [options, message] of ROWS) {
  Deno.test(`runScenarioText() refuses ${message}`, () => {
    const error = assertThrows(() => runScenarioText(SCENARIO, "a.yaml", options as RunOptions), WorldOptionsError);
    assertEquals((error as WorldOptionsError).message, message);
  });
}

Deno.test("runScenarioText() takes a number as a seed for its text, and what is undefined for what is left out", () => {
  const digest = (options: RunOptions) => runScenarioText(SCENARIO, "a.yaml", options).digest;
  assertEquals(digest({ seed: 7 }), digest({ seed: "7" }));
  const options: unknown = { seed: undefined, file: undefined, onStep: undefined, image: undefined };
  assertEquals(digest(options as RunOptions), digest({}));
  assertThrows(() => runScenarioText("steps: 5", "a.yaml", options as RunOptions), ScenarioError, "a.yaml");
});
