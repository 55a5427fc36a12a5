/**
 * Which functions of a module can wait, and which can call themselves: where the metering pass has to look at the
 * budget, and how.
 *
 * @module
 */

import { FIRMWARE_INTERFACE } from "./abi.ts";
import { BinaryReader } from "./binary.ts";
import { bodyInstructions, type Instruction, OPCODE } from "./instructions.ts";
import type { WasmModule } from "./wasm_module.ts";

/** A function of a module. */
export interface GraphFunction {
  /** All behind its local variables. */
  readonly instructions: readonly Instruction[];
  /** Whether no import is called before it ends: nobody outside can see how far it is. */
  readonly isClosed: boolean;
  /** Whether an import that may wait is called before it ends: by itself, or by what it calls. */
  readonly mayWait: boolean;
  /** Whether it may be called before it ends. Through a pointer anything may. */
  readonly isRecursive: boolean;
}

/**
 * The functions of a module, in their order.
 *
 * @throws {ForeignFeatureError} Code uses what firmware may not.
 * @throws {MalformedBinaryError} Code is none.
 */
export function callGraph({ imports, bodies }: WasmModule): readonly GraphFunction[] {
  const imported = imports.filter(({ kind }) => kind === "function");
  const functions = bodies.map((body) => {
    const instructions = bodyInstructions(new BinaryReader(body));
    const callees = new Set(instructions.flatMap(({ callee }) => callee === undefined ? [] : [callee]));
    return { instructions, callees, callsAny: instructions.some(({ opcode }) => opcode === OPCODE.callIndirect) };
  });
  const reached = functions.map(({ callees }) => {
    const all = new Set(callees);
    // A set goes on to what is added while it is walked.
    for (const callee of all) for (const next of functions[callee - imported.length]?.callees ?? []) all.add(next);
    return all;
  });
  const callsAny = (index: number) => functions[index - imported.length]?.callsAny === true;
  const leaves = (index: number) => index < imported.length || callsAny(index);
  const waits = (index: number) => {
    const name = imported[index]?.name;
    return name === undefined ? callsAny(index) : FIRMWARE_INTERFACE.imports[name]?.suspends === true;
  };
  return functions.map(({ instructions }, at) => {
    const index = imported.length + at;
    const callees = reached[at] ?? new Set();
    return {
      instructions,
      isClosed: ![index, ...callees].some(leaves),
      mayWait: [index, ...callees].some(waits),
      isRecursive: callsAny(index) || callees.has(index),
    };
  });
}
