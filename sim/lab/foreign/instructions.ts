/**
 * Instructions of WebAssembly, as far as firmware may use them: what stands behind each opcode, and how many cycles of
 * the simulated core it takes.
 *
 * They are those of version 1 with sign extension and saturating conversion, which is what compilers make for the
 * `mvp` target. What another feature has added is refused by that feature's name.
 *
 * @module
 */

import { type BinaryReader, MalformedBinaryError } from "./binary.ts";

/** What an instruction does to the flow of control. */
export type Flow =
  /** It goes on behind it, always. */
  | "straight"
  /** Something else may come next, or from elsewhere: a block ends with it. */
  | "boundary"
  /** As a boundary, and what follows is the head of a loop. */
  | "loop";

/** One instruction. */
export interface Instruction {
  readonly opcode: number;
  /** Where it begins, and where the next one does. */
  readonly offset: number;
  readonly end: number;
  readonly flow: Flow;
  readonly cycles: number;
  /** What it calls, by its index: a function's name in the code may move. */
  readonly callee: number | undefined;
}

/** The feature that a prefix or an opcode belongs to, which is not accepted. */
export class ForeignFeatureError extends Error {
  readonly feature: string;

  constructor(feature: string) {
    super(feature);
    this.feature = feature;
  }
}

export const OPCODE = {
  unreachable: 0x00,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  call: 0x10,
  callIndirect: 0x11,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i32LessSigned: 0x48,
  i32Subtract: 0x6b,
  emptyBlock: 0x40,
} as const;

/** Immediates that stand behind an opcode. */
type Immediate =
  | "none"
  | "block"
  | "index"
  | "indices"
  | "callee"
  | "indirect"
  | "memory"
  | "number"
  | "f32"
  | "f64"
  | "zero";

interface Operation {
  readonly immediate: Immediate;
  readonly flow: Flow;
  readonly cycles: number;
}

/**
 * Cycles of classes of instructions: those of a small in-order core with single-cycle memory (loads and taken branches
 * 2, a call with its return 4, a division 12, floating point 2 and 14). No core in particular is meant.
 */
const CYCLES = {
  structure: 0,
  plain: 1,
  memory: 2,
  branch: 2,
  call: 4,
  divide: 12,
  float: 2,
  floatDivide: 14,
} as const;

const OPERATIONS = operations();

function operations(): ReadonlyMap<number, Operation> {
  const table = new Map<number, Operation>();
  const add = (from: number, to: number, immediate: Immediate, cycles: number, flow: Flow = "straight") => {
    for (let opcode = from; opcode <= to; opcode++) table.set(opcode, { immediate, flow, cycles });
  };
  add(0x00, 0x00, "none", CYCLES.branch, "boundary"); // unreachable
  add(0x01, 0x01, "none", CYCLES.structure); // nop
  add(0x02, 0x02, "block", CYCLES.structure);
  add(0x03, 0x03, "block", CYCLES.structure, "loop");
  add(0x04, 0x04, "block", CYCLES.branch, "boundary"); // if
  add(0x05, 0x05, "none", CYCLES.structure, "boundary"); // else
  add(0x0b, 0x0b, "none", CYCLES.structure, "boundary"); // end
  add(0x0c, 0x0d, "index", CYCLES.branch, "boundary"); // br, br_if
  add(0x0e, 0x0e, "indices", CYCLES.branch, "boundary"); // br_table
  add(0x0f, 0x0f, "none", CYCLES.branch, "boundary"); // return
  add(0x10, 0x10, "callee", CYCLES.call, "boundary");
  add(0x11, 0x11, "indirect", CYCLES.call, "boundary");
  add(0x1a, 0x1b, "none", CYCLES.plain); // drop, select
  add(0x20, 0x24, "index", CYCLES.plain); // local and global variables
  add(0x28, 0x3e, "memory", CYCLES.memory); // loads and stores
  add(0x3f, 0x40, "zero", CYCLES.call); // memory.size, memory.grow
  add(0x41, 0x42, "number", CYCLES.plain); // i32.const, i64.const
  add(0x43, 0x43, "f32", CYCLES.plain);
  add(0x44, 0x44, "f64", CYCLES.plain);
  add(0x45, 0x5a, "none", CYCLES.plain); // comparisons of whole numbers
  add(0x5b, 0x66, "none", CYCLES.float); // and of others
  add(0x67, 0x8a, "none", CYCLES.plain);
  for (const divide of [0x6d, 0x7f]) add(divide, divide + 3, "none", CYCLES.divide); // div_s, div_u, rem_s, rem_u
  add(0x8b, 0xbf, "none", CYCLES.float);
  for (const divide of [0x95, 0xa3]) add(divide, divide, "none", CYCLES.floatDivide);
  for (const root of [0x91, 0x9f]) add(root, root, "none", CYCLES.floatDivide);
  add(0xc0, 0xc4, "none", CYCLES.plain); // sign extension
  return table;
}

/** Features by the opcodes that they have added. */
const FEATURES: readonly (readonly [from: number, to: number, name: string])[] = [
  [0x06, 0x0a, "exceptions"],
  [0x12, 0x15, "tail calls"],
  [0x18, 0x1f, "exceptions"],
  [0x1c, 0x1c, "reference types"],
  [0x25, 0x26, "reference types"],
  [0xd0, 0xd6, "reference types"],
  [0xfb, 0xfb, "garbage collection"],
  [0xfd, 0xfd, "SIMD (simd128)"],
  [0xfe, 0xfe, "threads (atomics)"],
];

/** Saturating conversions stand behind a prefix, together with operations on whole ranges of memory. */
const PREFIXED = 0xfc;
const LAST_CONVERSION = 7;

/**
 * Reads the next instruction.
 *
 * @throws {ForeignFeatureError} It is one of a feature that firmware may not use.
 * @throws {MalformedBinaryError} It is none.
 */
export function nextInstruction(reader: BinaryReader): Instruction {
  const { offset } = reader;
  const opcode = reader.byte("instruction");
  if (opcode === PREFIXED) {
    if (reader.u32("instruction") > LAST_CONVERSION) throw new ForeignFeatureError("bulk memory operations");
    return { opcode, offset, end: reader.offset, flow: "straight", cycles: CYCLES.float, callee: undefined };
  }
  const operation = OPERATIONS.get(opcode);
  if (operation === undefined) {
    const feature = FEATURES.find(([from, to]) => from <= opcode && opcode <= to)?.[2];
    if (feature !== undefined) throw new ForeignFeatureError(feature);
    throw new MalformedBinaryError(offset, `known instruction (${opcode.toString(16)})`);
  }
  const callee = readImmediate(reader, operation.immediate);
  return { opcode, offset, end: reader.offset, flow: operation.flow, cycles: operation.cycles, callee };
}

/** Passes over what stands behind an opcode; what it calls is returned. */
function readImmediate(reader: BinaryReader, immediate: Immediate): number | undefined {
  switch (immediate) {
    case "none":
      return undefined;
    case "callee":
      return reader.u32("function");
    case "block":
    case "number":
      reader.skipNumber("number");
      return undefined;
    case "index":
      reader.u32("index");
      return undefined;
    case "indices":
      reader.vector("branch", () => reader.u32("branch"));
      reader.u32("branch");
      return undefined;
    case "indirect":
    case "memory":
      reader.u32("type or alignment");
      reader.u32("table or offset");
      return undefined;
    case "f32":
      reader.skip(4, "number");
      return undefined;
    case "f64":
      reader.skip(8, "number");
      return undefined;
    case "zero":
      reader.byte("memory");
      return undefined;
    default:
      return immediate satisfies never;
  }
}
