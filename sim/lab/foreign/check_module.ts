/**
 * What a module must be before anything of it runs. What compilers and linkers get wrong by default is told with the
 * option that mends it.
 *
 * @module
 */

import {
  CONSTRUCTORS,
  type ExportedFunction,
  HBA,
  type ImportedFunction,
  type ModuleInterface,
  MOST_PAGES,
} from "./abi.ts";
import { BinaryReader, MalformedBinaryError } from "./binary.ts";
import { ForeignModuleError } from "./foreign_module_error.ts";
import { bodyInstructions, ForeignFeatureError } from "./instructions.ts";
import { ADDED, BUDGET } from "./meter.ts";
import { decodeModule, type ModuleExport, SECTION, signatureText, type WasmModule } from "./wasm_module.ts";

/** What Asyncify exports (Binaryen, `src/passes/Asyncify.cpp`). */
const ASYNCIFY_EXPORTS: readonly string[] = [
  "asyncify_start_unwind",
  "asyncify_stop_unwind",
  "asyncify_start_rewind",
  "asyncify_stop_rewind",
];

/** The stack pointer of C, as the module exports it. */
export const STACK_POINTER = "__stack_pointer";

const HOW_TO_PREPARE = "a module that `hbasim module` and then wasm-opt --asyncify have prepared";
const PAGE_BYTES = 65_536;

/** How far a module has come: as the linker wrote it, to be metered; or metered and suspendable, to run. */
export type ModuleStage = "linked" | "prepared";

/**
 * Reads a module.
 *
 * @param file What errors call it.
 * @param roles What it must be; or what says that, by what it has.
 * @throws {ForeignModuleError} Something of it cannot be used.
 */
export function checkModule(
  file: string,
  bytes: Uint8Array,
  roles: ModuleInterface | ((module: WasmModule) => ModuleInterface),
  stage: ModuleStage,
): WasmModule {
  const refuse: Refuse = (place, given, accepted) => {
    throw new ForeignModuleError(file, place, given, accepted);
  };
  const module = decoded(bytes, refuse);
  if (module.sections.some(({ id }) => id === SECTION.start)) {
    refuse("start section", "a start function", "none: hba_abi is called first");
  }
  checkStage(module, stage, refuse);
  const expected = typeof roles === "function" ? roles(module) : roles;
  checkImports(module, stage, expected, refuse);
  checkExports(module, expected, refuse);
  checkConstructors(module, expected, refuse);
  checkMemory(module, refuse);
  checkStack(module, refuse);
  checkCode(module, refuse);
  return module;
}

type Refuse = (place: string, given: string, accepted: string) => never;

function decoded(bytes: Uint8Array, refuse: Refuse): WasmModule {
  try {
    return decodeModule(bytes);
  } catch (error) {
    if (!(error instanceof MalformedBinaryError)) throw error;
    return refuse("module", error.message, "a WebAssembly module (clang --target=wasm32, wasm-ld)");
  }
}

function checkStage({ exports }: WasmModule, stage: ModuleStage, refuse: Refuse): void {
  const has = (wanted: string, ofKind: ModuleExport["kind"]) => {
    return exports.some(({ name, kind }) => name === wanted && kind === ofKind);
  };
  if (stage === "linked") {
    if (has(BUDGET, "global")) refuse("exports", `has ${BUDGET}`, "a module that was not metered yet");
    return;
  }
  if (!has(BUDGET, "global")) refuse("exports", `no ${BUDGET}: it was not metered`, HOW_TO_PREPARE);
  const missing = ASYNCIFY_EXPORTS.find((name) => !has(name, "function"));
  if (missing !== undefined) refuse("exports", `no ${missing}`, HOW_TO_PREPARE);
}

function checkImports(
  { types, imports: given }: WasmModule,
  stage: ModuleStage,
  { imports }: ModuleInterface,
  refuse: Refuse,
): void {
  // Of a module that is still to be metered these are unknown.
  const known = Object.entries(imports).filter(([name]) => stage === "prepared" || !ADDED.includes(name));
  for (const { module, name, kind, typeIndex } of given) {
    const place = `import ${module}.${name}`;
    const [, wanted] = known.find(([each]) => module === HBA && each === name) ?? [];
    if (wanted === undefined) refuse(place, "unknown", `${HBA}.${known.map(([each]) => each).join(", ")}`);
    if (kind !== "function") refuse(place, `a ${kind}`, "a function");
    checkSignature(place, types[typeIndex], wanted, refuse);
  }
}

function checkExports(module: WasmModule, { exports }: ModuleInterface, refuse: Refuse): void {
  const imported = module.imports.filter(({ kind }) => kind === "function").map(({ typeIndex }) => typeIndex);
  const functions = [...imported, ...module.functions];
  for (const [name, wanted] of Object.entries(exports)) {
    const found = module.exports.find((each) => each.name === name);
    if (found === undefined && wanted.isOptional) continue;
    if (found === undefined) refuse("exports", `no ${name}`, `a function ${name} (HBA_OUT in the header)`);
    if (found.kind !== "function") refuse(`export ${name}`, `a ${found.kind}`, "a function");
    checkSignature(`export ${name}`, module.types[functions[found.index] ?? -1], wanted, refuse);
  }
}

/** What wasm-ld --no-entry makes of an export where there are constructors: all of them run at each call. */
const WRAPPED = ".command_export";

function checkConstructors(
  { exports, names }: WasmModule,
  { exports: expected }: ModuleInterface,
  refuse: Refuse,
): void {
  const wrapped = exports.find(({ name, kind, index }) => {
    return kind === "function" && Object.hasOwn(expected, name) && names.get(index)?.endsWith(WRAPPED);
  });
  if (wrapped === undefined) return;
  const accepted = `wasm-ld --export=${CONSTRUCTORS}: they run once, before hba_abi`;
  refuse(`export ${wrapped.name}`, "runs all constructors at each call", accepted);
}

function checkSignature(
  place: string,
  given: string | undefined,
  { parameters, results }: ImportedFunction | ExportedFunction,
  refuse: Refuse,
): void {
  const expected = signatureText(Array(parameters).fill("i32"), Array(results).fill("i32"));
  if (given !== expected) refuse(place, given ?? "no type", expected);
}

function checkMemory({ memories: [memory, more], exports }: WasmModule, refuse: Refuse): void {
  if (memory === undefined) refuse("memory", "none of its own", "one that it exports (no --import-memory)");
  if (more !== undefined) refuse("memory", "several", "one");
  const { least, most, isShared } = memory;
  if (isShared) refuse("memory", "shared between threads", "one without --shared-memory");
  if (most === undefined) refuse("memory", "no maximum", `--max-memory of up to ${MOST_PAGES * PAGE_BYTES} bytes`);
  if (most > MOST_PAGES) refuse("memory", `up to ${most} pages`, `up to ${MOST_PAGES} (--max-memory)`);
  if (least >= most) refuse("memory", `all ${most} pages at once`, "room for one more, which holds suspended calls");
  if (!exports.some(({ name, kind }) => name === "memory" && kind === "memory")) {
    refuse("exports", "no memory", "the memory, as wasm-ld exports it");
  }
}

function checkStack({ exports, globals, firstData }: WasmModule, refuse: Refuse): void {
  const pointer = exports.find(({ name, kind }) => name === STACK_POINTER && kind === "global");
  if (pointer === undefined) {
    refuse("exports", `no ${STACK_POINTER}`, "clang -mmutable-globals and wasm-ld --export=__stack_pointer");
  }
  const { value: top, isMutable } = globals[pointer.index] ?? {};
  // No snapshot could put it back, nor a boot.
  if (isMutable === false) refuse(`export ${STACK_POINTER}`, "a constant", "a variable, as wasm-ld makes it");
  if (top === undefined) refuse(`export ${STACK_POINTER}`, "no constant of 32 bits", "the stack pointer of wasm-ld");
  if (top > (firstData ?? Infinity)) {
    const given = `a stack from ${top} down, data at ${firstData}`;
    refuse("memory", given, "wasm-ld --stack-first: an overflow must trap");
  }
}

/** Instructions of features that are not accepted. */
function checkCode({ imports, bodies, names }: WasmModule, refuse: Refuse): void {
  const imported = imports.filter(({ kind }) => kind === "function").length;
  for (const [index, body] of bodies.entries()) {
    const place = names.get(imported + index) ?? `function ${imported + index}`;
    try {
      bodyInstructions(new BinaryReader(body));
    } catch (error) {
      if (error instanceof ForeignFeatureError) {
        refuse(place, error.message, "code for -mcpu=mvp, with sign extension if need be");
      }
      if (error instanceof MalformedBinaryError) refuse(place, error.message, "WebAssembly code");
      throw error;
    }
  }
}
