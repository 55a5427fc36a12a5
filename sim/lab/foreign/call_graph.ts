/**
 * Which functions of a module can wait, which can call themselves, and which take long without a loop: where the
 * metering pass has to look at the budget, and how.
 *
 * @module
 */

import { FIRMWARE_INTERFACE, SLICE_CYCLES } from "./abi.ts";
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
  /** Whether it can take more than a slice although no loop is entered twice: by the number of its calls alone. */
  readonly isLong: boolean;
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
  const cycles = longest(functions, reached, imported.length);
  return functions.map(({ instructions }, at) => {
    const index = imported.length + at;
    const callees = reached[at] ?? new Set();
    return {
      instructions,
      isClosed: ![index, ...callees].some(leaves),
      mayWait: [index, ...callees].some(waits),
      isRecursive: callsAny(index) || callees.has(index),
      isLong: (cycles[at] ?? 0) > SLICE_CYCLES,
    };
  });
}

/**
 * What each function takes at the most, with all that it calls, if each instruction is done once: a loop looks at the
 * budget before it is entered again, as does a function that calls itself, so of cycles only the first call counts.
 * A call through a pointer takes as long as the longest function.
 */
function longest(
  functions: readonly { readonly instructions: readonly Instruction[] }[],
  reached: readonly ReadonlySet<number>[],
  imported: number,
): number[] {
  // Whoever calls a function reaches more than it, but in a cycle.
  const reach = (at: number) => (reached[at]?.size ?? 0) + (reached[at]?.has(imported + at) === true ? 0 : 1);
  const calleesFirst = functions.map((_, at) => at).toSorted((a, b) => reach(a) - reach(b));
  const sums = (throughPointer: number) => {
    const known: number[] = functions.map(() => 0);
    for (const at of calleesFirst) {
      known[at] = (functions[at]?.instructions ?? []).reduce((sum, { opcode, cycles, callee = -1 }) => {
        return sum + cycles + (opcode === OPCODE.callIndirect ? throughPointer : known[callee - imported] ?? 0);
      }, 0);
    }
    return known;
  };
  return sums(sums(0).reduce((most, each) => Math.max(most, each), 0));
}
