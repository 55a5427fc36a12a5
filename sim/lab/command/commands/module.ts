/**
 * `hbasim module`.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { quoted } from "../../../kernel/given.ts";
import { MalformedBinaryError } from "../../foreign/binary.ts";
import { prepareModule, SUSPENDING_IMPORTS } from "../../foreign/prepare.ts";
import { symbolAt, symbolsOf } from "../../foreign/symbols.ts";
import { command, HOLDS } from "../command.ts";
import { readBytes, readText } from "../input_files.ts";
import { OutputFiles } from "../output_files.ts";
import { inShell } from "../shell_word.ts";
import { print, tell } from "../terminal.ts";

/** Checks and meters a module. */
export const module = command({
  options: {
    output: { value: "OUT", letter: "o", about: "where the metered module goes; - is standard output" },
    symbols: {
      value: "MAP",
      about:
        "where a source map goes that says which lines OUT is of; with --at, the one of IN, which wasm-opt has written",
    },
    at: {
      value: "OFFSET",
      about: "the function, file and line of an offset of IN, as a trap tells it; with --symbols",
      needs: ["symbols"],
      without: ["output", "imports", "quiet"],
    },
    imports: {
      about: "print the imports in which calls are suspended, as wasm-opt takes them, and do nothing else",
      without: ["output", "symbols", "quiet"],
    },
    json: { about: "as one JSON document: what was written, its length, and the command that comes next" },
    quiet: { about: "do not print the command that makes the module suspendable", without: ["json"] },
  },
  notes: [
    "IN is what wasm-ld has written of objects that clang -c has made: the driver of clang would run wasm-opt by itself.",
    "What this prints makes OUT a module for `store: { module: … }` of a scenario. scenarios/foreign has the sources of one.",
  ],
  examples: [
    "module store.wasm -o store.metered.wasm",
    "module store.wasm -o store.metered.wasm --symbols store.metered.map",
    "module store.hba.wasm --symbols store.hba.map --at 0x1f3a",
    "module --imports",
  ],
  run({ output, imports, quiet, json, symbols, at }, operands) {
    const [input, another] = operands;
    if (json === true && output === "-") throw new InputError("--json goes to standard output: expected a file for -o");
    if (at !== undefined) {
      if (input === undefined || symbols === undefined || another !== undefined) {
        throw new InputError("--at looks one offset up: module IN --symbols MAP --at OFFSET");
      }
      tellPlace(input, symbols, at, json === true);
      return HOLDS;
    }
    if (imports === true) {
      if (input !== undefined) {
        throw new InputError("--imports prints what is the same for all modules: expected no module with it");
      }
      print(
        json === true ? JSON.stringify({ imports: SUSPENDING_IMPORTS.split(",") }, undefined, 2) : SUSPENDING_IMPORTS,
      );
      return HOLDS;
    }
    if (input === undefined || another !== undefined) throw new InputError("module takes one module: module IN -o OUT");
    if (output === undefined) throw new InputError("module needs a place for what it writes: -o OUT");
    if (symbols === "-") throw new InputError("--symbols goes to a file, which wasm-opt reads: expected its name");
    const metered = prepared(new OutputFiles([input]), input, output, symbols);
    const next = nextCommand(output, symbols);
    if (json === true) {
      const written = { output, bytes: metered.length, ...(symbols === undefined ? {} : { symbols }) };
      print(JSON.stringify({ ...written, next }, undefined, 2));
    } else if (quiet !== true) {
      (output === "-" ? tell : print)(next);
    }
    return HOLDS;
  },
});

/** Writes the metered module and its source map, if that is asked for; returns the module. */
function prepared(outputs: OutputFiles, input: string, output: string, symbols: string | undefined): Uint8Array {
  try {
    outputs.prepare("--output", output);
    if (symbols !== undefined) outputs.prepare("--symbols", symbols);
    const linked = readBytes(input);
    const metered = prepareModule(input, linked);
    const map = symbols === undefined ? undefined : symbolsOf(input, linked, metered);
    outputs.write("--output", metered);
    if (map !== undefined) outputs.write("--symbols", new TextEncoder().encode(map));
    return metered;
  } finally {
    outputs.close();
  }
}

/** Prints what is at an offset of a module. */
function tellPlace(input: string, symbols: string, at: string, json: boolean): void {
  if (!/^(0x[0-9a-f]{1,8}|\d{1,9})$/i.test(at)) {
    throw new InputError(`--at ${quoted(at)}: expected an offset in bytes, as 0x1f3a or 7994`);
  }
  const [bytes, text] = [readBytes(input), readText(symbols)];
  let found;
  try {
    found = symbolAt({ name: input, bytes }, { name: symbols, text }, Number(at));
  } catch (error) {
    if (error instanceof MalformedBinaryError) throw new InputError(`${quoted(input)}: ${error.message}`);
    throw error;
  }
  const { function: name, source } = found;
  if (json) print(JSON.stringify({ function: name, ...source }, undefined, 2));
  else print(source === undefined ? `${name}: of no line of a source` : `${name}: ${source.file}:${source.line}`);
}

/** What makes a metered module suspendable. */
function nextCommand(metered: string, symbols: string | undefined): string {
  const suspendable = metered.replace(/(\.metered)?(\.wasm)?$/, ".hba.wasm");
  const files = [metered, "-o", suspendable].map(inShell).join(" ");
  const maps = symbols === undefined
    ? ""
    : ` -ism ${inShell(symbols)} -osm ${inShell(suspendable.replace(/\.wasm$/, ".map"))}`;
  return `wasm-opt -g --enable-mutable-globals -ocimfs=0 --asyncify --pass-arg=asyncify-imports@${SUSPENDING_IMPORTS} -Os ${files}${maps}`;
}
