/**
 * The metering pass: a module that counts the cycles it takes.
 *
 * Each basic block begins by taking what its instructions cost off a budget, so that the count is exact wherever
 * simulated time can be seen, which is at imports: a call ends its block. At the head of each loop, and of each
 * function that calls others, the budget is looked at, and `hba.preempt` is called when it is used up: however long
 * the code goes on, the world does, too.
 *
 * The pass comes before Asyncify, whose own instructions take no simulated time: cycles do not depend on how often a
 * call was suspended, nor on how far the module was optimised after it.
 *
 * @module
 */

import { HBA } from "./abi.ts";
import { BinaryReader, BinaryWriter, MalformedBinaryError } from "./binary.ts";
import { bodyInstructions, type Instruction, nextInstruction, OPCODE } from "./instructions.ts";
import { EXTERNAL_KINDS, FUNCTION_NAMES, HEADER, SECTION, type WasmModule } from "./wasm_module.ts";

/** The budget, as the module exports it. */
export const BUDGET = "hba_budget";
/** What is called when it is used up. */
export const PREEMPT = "preempt";

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
  /** Functions from here on move by one, for the import that is added behind the others. */
  readonly #importedFunctions: number;
  /** The index of the budget, behind all other global variables. */
  readonly #budget: number;

  constructor(module: WasmModule) {
    this.#module = module;
    const imported = (kind: string) => module.imports.filter((each) => each.kind === kind).length;
    this.#importedFunctions = imported("function");
    this.#budget = imported("global") + module.globals.length;
  }

  run(): Uint8Array<ArrayBuffer> {
    const out = new BinaryWriter().append(HEADER);
    for (const { id, name, content } of this.#module.sections) {
      // Offsets into code mean nothing in what is written here.
      if (id === SECTION.custom && (name === "name" || /^(\.debug|reloc)/.test(name))) continue;
      const metered = this.#content(id, content);
      out.byte(id).part(id === SECTION.custom ? new BinaryWriter().name(name).append(metered).done() : metered);
    }
    return out.append(this.#names()).done();
  }

  #content(id: number, content: Uint8Array): Uint8Array {
    const { types, imports, globals, exports, bodies } = this.#module;
    switch (id) {
      case SECTION.type:
        return longer(content, types.length, (out) => out.byte(FUNCTION, 0, 0));
      case SECTION.import:
        return longer(content, imports.length, (out) => {
          out.name(HBA).name(PREEMPT).byte(FUNCTION_KIND).u32(types.length);
        });
      case SECTION.global:
        return longer(content, globals.length, (out) => out.byte(I32, 1, OPCODE.i32Const, 0, OPCODE.end));
      case SECTION.export:
        return this.#exports(exports);
      case SECTION.element:
        return this.#elements(new BinaryReader(content));
      case SECTION.code: {
        const out = new BinaryWriter().u32(bodies.length);
        for (const body of bodies) out.part(this.#body(body));
        return out.done();
      }
      default:
        return content;
    }
  }

  /** The index that a function has behind the added import. */
  #moved(index: number): number {
    return index < this.#importedFunctions ? index : index + 1;
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

  #body(body: Uint8Array): Uint8Array {
    const instructions = bodyInstructions(new BinaryReader(body));
    const out = new BinaryWriter().append(body.subarray(0, instructions[0]?.offset));
    if (instructions.some(({ callee, opcode }) => opcode === OPCODE.callIndirect || this.#isOwn(callee))) {
      this.#look(out);
    }
    let block: Instruction[] = [];
    for (const instruction of instructions) {
      block.push(instruction);
      if (instruction.flow === "straight") continue;
      this.#block(out, body, block);
      block = [];
    }
    return out.done();
  }

  #block(out: BinaryWriter, body: Uint8Array, block: readonly Instruction[]): void {
    this.#charge(out, block.reduce((sum, { cycles }) => sum + cycles, 0));
    for (const { opcode, offset, end, callee, flow } of block) {
      if (callee === undefined) out.append(body.subarray(offset, end));
      else out.byte(opcode).u32(this.#moved(callee));
      if (flow === "loop") this.#look(out);
    }
  }

  #isOwn(callee: number | undefined): boolean {
    return callee !== undefined && callee >= this.#importedFunctions;
  }

  #charge(out: BinaryWriter, cycles: number): void {
    if (cycles === 0) return;
    out.byte(OPCODE.globalGet).u32(this.#budget).byte(OPCODE.i32Const).s32(cycles).byte(OPCODE.i32Subtract);
    out.byte(OPCODE.globalSet).u32(this.#budget);
  }

  #look(out: BinaryWriter): void {
    out.byte(OPCODE.globalGet).u32(this.#budget).byte(OPCODE.i32Const, 0, OPCODE.i32LessSigned);
    out.byte(OPCODE.if, OPCODE.emptyBlock, OPCODE.call).u32(this.#importedFunctions).byte(OPCODE.end);
  }

  /** Names of functions, which errors are to tell, at their new places. */
  #names(): Uint8Array {
    const names = [...this.#module.names].map(([index, name]) => [this.#moved(index), name] as const);
    names.push([this.#importedFunctions, PREEMPT]);
    const map = new BinaryWriter().u32(names.length);
    for (const [index, name] of names.toSorted(([a], [b]) => a - b)) map.u32(index).name(name);
    const content = new BinaryWriter().name("name").byte(FUNCTION_NAMES).part(map.done()).done();
    return new BinaryWriter().byte(SECTION.custom).part(content).done();
  }
}

/** A section's content with one entry more at its end. */
function longer(content: Uint8Array, count: number, add: (out: BinaryWriter) => void): Uint8Array {
  const reader = new BinaryReader(content);
  reader.u32("number of entries");
  const out = new BinaryWriter().u32(count + 1).append(reader.rest());
  add(out);
  return out.done();
}
