/**
 * What a module must be before anything of it runs. What compilers and linkers get wrong by default is told with the
 * option that mends it.
 *
 * @module
 */

import type { ExportedFunction, ImportedFunction, ModuleInterface } from "./abi.ts";
import { MOST_PAGES } from "./abi.ts";
import { BinaryReader, MalformedBinaryError } from "./binary.ts";
import { ForeignModuleError } from "./foreign_module_error.ts";
import { ForeignFeatureError, nextInstruction } from "./instructions.ts";
import { BUDGET, PREEMPT } from "./meter.ts";
import { decodeModule, type Signature, type WasmModule } from "./wasm_module.ts";

/** What Asyncify exports (Binaryen, `src/passes/Asyncify.cpp`). */
export const ASYNCIFY_EXPORTS: readonly string[] = [
  "asyncify_start_unwind",
  "asyncify_stop_unwind",
  "asyncify_start_rewind",
  "asyncify_stop_rewind",
  "asyncify_get_state",
];

export const STACK_POINTER = "__stack_pointer";
const HOW_TO_PREPARE = "a module that `hbasim module` and then wasm-opt --asyncify have prepared";

/**
 * Reads what a linker wrote, to be metered.
 *
 * @throws {ForeignModuleError} Something of it cannot be used.
 */
export function checkSource(file: string, bytes: Uint8Array, roles: ModuleInterface): WasmModule {
  const module = decoded(file, bytes);
  const refuse = refusal(file);
  checkOutside(module, roles, refuse);
  checkMemory(module, refuse);
  checkCode(module, refuse);
  if (module.exports.some(({ name }) => name === BUDGET)) {
    refuse("exports", `has ${BUDGET}`, "a module that was not metered yet");
  }
  return module;
}

/**
 * Reads a module that is to run.
 *
 * @throws {ForeignModuleError} Something of it cannot be used.
 */
export function checkPrepared(file: string, bytes: Uint8Array, roles: ModuleInterface): WasmModule {
  const module = decoded(file, bytes);
  const refuse = refusal(file);
  const names = new Set(module.exports.map(({ name }) => name));
  if (!names.has(BUDGET)) refuse("exports", `no ${BUDGET}: it was not metered`, HOW_TO_PREPARE);
  const missing = ASYNCIFY_EXPORTS.find((name) => !names.has(name));
  if (missing !== undefined) refuse("exports", `no ${missing}`, HOW_TO_PREPARE);
  checkOutside(module, roles, refuse);
  checkMemory(module, refuse);
  return module;
}

type Refuse = (place: string, given: string, accepted: string) => never;

function refusal(file: string): Refuse {
  return (place, given, accepted) => {
    throw new ForeignModuleError(file, place, given, accepted);
  };
}

function decoded(file: string, bytes: Uint8Array): WasmModule {
  try {
    return decodeModule(bytes);
  } catch (error) {
    if (!(error instanceof MalformedBinaryError)) throw error;
    throw new ForeignModuleError(
      file,
      "module",
      error.message,
      "a WebAssembly module (clang --target=wasm32, wasm-ld)",
    );
  }
}

/** Imports and exports: names and signatures. */
function checkOutside(module: WasmModule, { imports, exports }: ModuleInterface, refuse: Refuse): void {
  if (module.hasStart) refuse("start section", "a start function", "none: hba_abi is called first");
  for (const { module: from, name, kind, typeIndex } of module.imports) {
    const place = `import ${from}.${name}`;
    const wanted = from === PREEMPT.module && Object.hasOwn(imports, name) ? imports[name] : undefined;
    if (wanted === undefined) refuse(place, "unknown", `hba.${Object.keys(imports).join(", ")}`);
    if (kind !== "function") refuse(place, `a ${kind}`, "a function");
    checkSignature(place, module.types[typeIndex], wanted, refuse);
  }
  const imported = module.imports.filter(({ kind }) => kind === "function");
  for (const [name, wanted] of Object.entries(exports)) {
    const found = module.exports.find((each) => each.name === name);
    if (found === undefined && wanted.isOptional) continue;
    if (found === undefined) refuse("exports", `no ${name}`, `a function ${name} (HBA_OUT in the header)`);
    if (found.kind !== "function") refuse(`export ${name}`, `a ${found.kind}`, "a function");
    const type = module.functions[found.index - imported.length] ?? imported[found.index]?.typeIndex ?? -1;
    checkSignature(`export ${name}`, module.types[type], wanted, refuse);
  }
}

function checkSignature(
  place: string,
  found: Signature | undefined,
  wanted: ImportedFunction | ExportedFunction,
  refuse: Refuse,
): void {
  const expected = signatureText(Array(wanted.parameters).fill("i32"), Array(wanted.results).fill("i32"));
  const given = found === undefined ? "no type" : signatureText(found.parameters, found.results);
  if (given !== expected) refuse(place, given, expected);
}

function signatureText(parameters: readonly string[], results: readonly string[]): string {
  return `(${parameters.join(", ")}) -> (${results.join(", ")})`;
}

/** Memory, and where in it the stack and the data lie. */
function checkMemory(module: WasmModule, refuse: Refuse): void {
  const [memory, more] = module.memories;
  if (memory === undefined) refuse("memory", "none of its own", "one that it exports (no --import-memory)");
  if (more !== undefined) refuse("memory", `${module.memories.length} of them`, "one");
  if (memory.isShared) refuse("memory", "shared between threads", "one without --shared-memory");
  if (memory.most === undefined) refuse("memory", "no maximum", `--max-memory of up to ${MOST_PAGES * 65_536} bytes`);
  if (memory.least >= memory.most) {
    refuse(
      "memory",
      `${memory.least} pages of at most ${memory.most}`,
      "room for a page more, on which calls are suspended",
    );
  }
  if (memory.most > MOST_PAGES) refuse("memory", `up to ${memory.most} pages`, `up to ${MOST_PAGES} (--max-memory)`);
  const exported = (name: string) => module.exports.find((each) => each.name === name);
  if (exported("memory")?.kind !== "memory") refuse("exports", "no memory", "the memory, as wasm-ld exports it");
  const pointer = exported(STACK_POINTER);
  if (pointer?.kind !== "global") {
    refuse("exports", `no ${STACK_POINTER}`, "clang -mmutable-globals and wasm-ld --export=__stack_pointer");
  }
  const stack = module.globals[pointer.index];
  if (stack?.type !== "i32" || stack.initial === undefined) {
    refuse(`export ${STACK_POINTER}`, "no constant of 32 bits", "the stack pointer of wasm-ld");
  }
  if (stack.initial > (module.firstData ?? Infinity)) {
    refuse(
      "memory",
      `a stack from ${stack.initial} down, data at ${module.firstData}`,
      "wasm-ld --stack-first: an overflow must trap",
    );
  }
}

/** Instructions of features that are not accepted. */
function checkCode(module: WasmModule, refuse: Refuse): void {
  const imported = module.imports.filter(({ kind }) => kind === "function").length;
  module.bodies.forEach((body, index) => {
    const place = module.names.get(imported + index) ?? `function ${imported + index}`;
    try {
      const reader = new BinaryReader(body);
      reader.vector("group of local variables", () => (reader.u32("number of variables"), reader.byte("type")));
      while (!reader.atEnd) nextInstruction(reader);
    } catch (error) {
      if (error instanceof ForeignFeatureError) {
        refuse(place, error.feature, "code for -mcpu=mvp, with sign extension if need be");
      }
      if (error instanceof MalformedBinaryError) refuse(place, error.message, "WebAssembly code");
      throw error;
    }
  });
}
