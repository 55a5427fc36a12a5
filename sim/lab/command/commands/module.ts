/**
 * `hbasim module`.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { prepareModule, SUSPENDING_IMPORTS } from "../../foreign/prepare.ts";
import { command, HOLDS } from "../command.ts";
import { readBytes } from "../input_files.ts";
import { OutputFiles } from "../output_files.ts";
import { inShell } from "../shell_word.ts";
import { print, tell } from "../terminal.ts";

/** Checks and meters a module. */
export const module = command({
  options: {
    output: { value: "OUT", letter: "o", about: "where the metered module goes; - is standard output" },
    imports: { about: "print the imports in which calls are suspended, as wasm-opt takes them, and do nothing else" },
    json: { about: "as one JSON document: what was written, its length, and the command that comes next" },
    quiet: { about: "do not print the command that makes the module suspendable" },
  },
  notes: [
    "IN is what wasm-ld has written of objects that clang -c has made: the driver of clang would run wasm-opt by itself.",
    "What this prints makes OUT a module for `store: { module: … }` of a scenario. scenarios/foreign has the sources of one.",
  ],
  examples: ["module store.wasm -o store.metered.wasm", "module --imports"],
  run({ output, imports, quiet, json }, operands) {
    const [input, another] = operands;
    if (json === true && quiet === true) throw new InputError("--quiet shortens what people read: expected no --json");
    if (json === true && output === "-") throw new InputError("--json goes to standard output: expected a file for -o");
    if (imports === true) {
      if (input !== undefined || output !== undefined) {
        throw new InputError("--imports prints what is the same for all modules: expected no module with it");
      }
      print(
        json === true ? JSON.stringify({ imports: SUSPENDING_IMPORTS.split(",") }, undefined, 2) : SUSPENDING_IMPORTS,
      );
      return HOLDS;
    }
    if (input === undefined || another !== undefined) throw new InputError("module takes one module: module IN -o OUT");
    if (output === undefined) throw new InputError("module needs a place for what it writes: -o OUT");
    const outputs = new OutputFiles([input]);
    const metered = prepared(outputs, input, output);
    if (json === true) {
      print(JSON.stringify({ output, bytes: metered.length, next: nextCommand(output) }, undefined, 2));
    } else if (quiet !== true) {
      (output === "-" ? tell : print)(nextCommand(output));
    }
    return HOLDS;
  },
});

/** Writes the metered module, and returns it. */
function prepared(outputs: OutputFiles, input: string, output: string): Uint8Array {
  try {
    outputs.prepare("--output", output);
    const metered = prepareModule(input, readBytes(input));
    outputs.write("--output", metered);
    return metered;
  } finally {
    outputs.close();
  }
}

/** What makes a metered module suspendable. */
function nextCommand(metered: string): string {
  const suspendable = metered.replace(/(\.metered)?(\.wasm)?$/, ".hba.wasm");
  const files = [metered, "-o", suspendable].map(inShell).join(" ");
  return `wasm-opt -g --enable-mutable-globals -ocimfs=0 --asyncify --pass-arg=asyncify-imports@${SUSPENDING_IMPORTS} -Os ${files}`;
}
