/**
 * The metering pass: a module that counts the cycles it takes.
 *
 * Each basic block begins by taking what its instructions cost off a budget, so that the count is exact wherever
 * simulated time can be seen, which is at imports: a call of what may call one ends its block. At the head of each loop,
 * and of each function that can be called by itself, the budget is looked at, and `hba.preempt` is called when it is
 * used up: however long the code goes on, the world does, too. A function whose calls alone can take longer than a slice
 * looks before each of them: those trees of calls are no loop, and grow beyond any. Functions that can never wait call
 * `hba.settle` instead, which does not either: so they need no way to be suspended, which is half of their size and time.
 *
 * The pass comes before Asyncify, whose own instructions take no simulated time: cycles do not depend on how often a
 * call was suspended, nor on how far the module was optimised after it.
 *
 * @module
 */

import { HBA } from "./abi.ts";
import { BinaryReader, BinaryWriter, MalformedBinaryError } from "./binary.ts";
import { callGraph, type GraphFunction } from "./call_graph.ts";
import { type Instruction, nextInstruction, OPCODE } from "./instructions.ts";
import { EXTERNAL_KINDS, FUNCTION_NAMES, HEADER, SECTION, type WasmModule } from "./wasm_module.ts";

/** The budget, as the module exports it. */
export const BUDGET = "hba_budget";
/** What is called when it is used up: by functions that can wait, and by those that cannot. */
export const PREEMPT = "preempt";
export const SETTLE = "settle";
/** What the pass adds: no source has imports of these names. */
export const ADDED: readonly string[] = [PREEMPT, SETTLE];

const I32 = 0x7f;
const FUNCTION = 0x60;
const FUNCTION_KIND = 0;

/**
 * Meters a module.
 *
 * @param module As `checkModule` accepts it: with all sections that something is added to.
 * @throws {ForeignFeatureError} Its code uses what firmware may not.
 * @throws {MalformedBinaryError} Its code is none.
 */
export function meterModule(module: WasmModule): Uint8Array<ArrayBuffer> {
  return new MeteringPass(module).run();
}

class MeteringPass {
  readonly #module: WasmModule;
  /** Functions from here on move, for the imports that are added behind the others. */
  readonly #importedFunctions: number;
  /** The index of the budget, behind all other global variables. */
  readonly #budget: number;
  readonly #graph: readonly GraphFunction[];

  constructor(module: WasmModule) {
    this.#module = module;
    const imported = (kind: string) => module.imports.filter((each) => each.kind === kind).length;
    this.#importedFunctions = imported("function");
    this.#budget = imported("global") + module.globals.length;
    this.#graph = callGraph(module);
  }

  run(): Uint8Array<ArrayBuffer> {
    const out = new BinaryWriter().append(HEADER);
    // Custom sections speak of code as it was, or of who made it.
    const sections = this.#module.sections.filter(({ id }) => id !== SECTION.custom);
    // A module that imports nothing has no section for what is added: it comes after that of types.
    if (!sections.some(({ id }) => id === SECTION.import)) {
      sections.splice(1, 0, { id: SECTION.import, name: "", content: Uint8Array.of(0) });
    }
    for (const { id, content } of sections) out.byte(id).part(this.#content(id, content));
    return out.append(this.#names()).done();
  }

  #content(id: number, content: Uint8Array): Uint8Array {
    const { types, imports, globals, exports, bodies } = this.#module;
    switch (id) {
      case SECTION.type:
        return longer(content, types.length, (out) => out.byte(FUNCTION, 0, 0));
      case SECTION.import:
        return longer(content, imports.length, (out) => {
          for (const name of ADDED) out.name(HBA).name(name).byte(FUNCTION_KIND).u32(types.length);
        }, ADDED.length);
      case SECTION.global:
        return longer(content, globals.length, (out) => out.byte(I32, 1, OPCODE.i32Const, 0, OPCODE.end));
      case SECTION.export:
        return this.#exports(exports);
      case SECTION.element:
        return this.#elements(new BinaryReader(content));
      case SECTION.code: {
        const out = new BinaryWriter().u32(bodies.length);
        bodies.forEach((body, index) => out.part(this.#body(body, this.#graph[index] as GraphFunction)));
        return out.done();
      }
      default:
        return content;
    }
  }

  /** The index that a function has behind the added imports. */
  #moved(index: number): number {
    return index < this.#importedFunctions ? index : index + ADDED.length;
  }

  #exports(exports: WasmModule["exports"]): Uint8Array {
    const out = new BinaryWriter().u32(exports.length + 1);
    for (const { name, kind, index } of exports) {
      out.name(name).byte(EXTERNAL_KINDS.indexOf(kind)).u32(kind === "function" ? this.#moved(index) : index);
    }
    return out.name(BUDGET).byte(EXTERNAL_KINDS.indexOf("global")).u32(this.#budget).done();
  }

  /** Tables of functions, for calls through pointers: the only kind that version 1 knows. */
  #elements(reader: BinaryReader): Uint8Array {
    const segments = reader.vector("element segment", () => {
      const start = reader.offset;
      if (reader.u32("table") !== 0) throw new MalformedBinaryError(start, "element segment of the table 0");
      while (nextInstruction(reader).opcode !== OPCODE.end);
      const place = reader.bytes.subarray(start, reader.offset);
      const functions = reader.vector("function", () => this.#moved(reader.u32("function")));
      const out = new BinaryWriter().append(place).u32(functions.length);
      for (const index of functions) out.u32(index);
      return out.done();
    });
    const out = new BinaryWriter().u32(segments.length);
    for (const segment of segments) out.append(segment);
    return out.done();
  }

  #body(body: Uint8Array, { instructions, mayWait, isRecursive, isLong }: GraphFunction): Uint8Array {
    const out = new BinaryWriter().append(body.subarray(0, instructions[0]?.offset));
    const look = () => this.#look(out, mayWait ? PREEMPT : SETTLE);
    if (isRecursive) look();
    let block: Instruction[] = [];
    for (const instruction of instructions) {
      block.push(instruction);
      if (instruction.flow === "straight" || !isLong && this.#isClosed(instruction)) continue;
      this.#block(out, body, block, look, isLong);
      block = [];
    }
    return out.done();
  }

  /** Nothing sees the budget between a call of such a function and what follows: it needs no block of its own. */
  #isClosed({ callee }: Instruction): boolean {
    return callee !== undefined && this.#graph[callee - this.#importedFunctions]?.isClosed === true;
  }

  #block(
    out: BinaryWriter,
    body: Uint8Array,
    block: readonly Instruction[],
    look: () => void,
    looksAtCalls: boolean,
  ): void {
    this.#charge(out, block.reduce((sum, { cycles }) => sum + cycles, 0));
    for (const { opcode, offset, end, callee, flow } of block) {
      if (looksAtCalls && (callee !== undefined || opcode === OPCODE.callIndirect)) look();
      if (callee === undefined) out.append(body.subarray(offset, end));
      else out.byte(opcode).u32(this.#moved(callee));
      // The last page is none of the module's: it holds suspended calls (`module_body.ts`).
      if (opcode === OPCODE.memorySize) out.byte(OPCODE.i32Const).s32(1).byte(OPCODE.i32Subtract);
      if (flow === "loop") look();
    }
  }

  #charge(out: BinaryWriter, cycles: number): void {
    if (cycles === 0) return;
    out.byte(OPCODE.globalGet).u32(this.#budget).byte(OPCODE.i32Const).s32(cycles).byte(OPCODE.i32Subtract);
    out.byte(OPCODE.globalSet).u32(this.#budget);
  }

  #look(out: BinaryWriter, added: string): void {
    const index = this.#importedFunctions + ADDED.indexOf(added);
    out.byte(OPCODE.globalGet).u32(this.#budget).byte(OPCODE.i32Const, 0, OPCODE.i32LessSigned);
    out.byte(OPCODE.if, OPCODE.emptyBlock, OPCODE.call).u32(index).byte(OPCODE.end);
  }

  /** Names of functions, which errors are to tell, at their new places. */
  #names(): Uint8Array {
    const names = [...this.#module.names].map(([index, name]) => [this.#moved(index), name] as const);
    ADDED.forEach((name, index) => names.push([this.#importedFunctions + index, name]));
    const map = new BinaryWriter().u32(names.length);
    for (const [index, name] of names.toSorted(([a], [b]) => a - b)) map.u32(index).name(name);
    const content = new BinaryWriter().name("name").byte(FUNCTION_NAMES).part(map.done()).done();
    return new BinaryWriter().byte(SECTION.custom).part(content).done();
  }
}

/** A section's content with more entries at its end: one, if nothing else is said. */
function longer(content: Uint8Array, count: number, add: (out: BinaryWriter) => void, added = 1): Uint8Array {
  const reader = new BinaryReader(content);
  reader.u32("number of entries");
  const out = new BinaryWriter().u32(count + added).append(reader.rest());
  add(out);
  return out.done();
}
