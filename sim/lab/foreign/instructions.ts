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

/**
 * What an instruction does to the flow of control: it goes on behind it, always; or a basic block ends with it; or that,
 * and what follows is the head of a loop.
 */
type Flow = "straight" | "boundary" | "loop";

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

/** An instruction belongs to a feature that is not accepted, which the message names. */
export class ForeignFeatureError extends Error {}

/** Those that are spoken of by name. */
export const OPCODE = {
  if: 0x04,
  end: 0x0b,
  call: 0x10,
  callIndirect: 0x11,
  globalGet: 0x23,
  globalSet: 0x24,
  memorySize: 0x3f,
  i32Const: 0x41,
  f32Const: 0x43,
  f64Const: 0x44,
  i32LessSigned: 0x48,
  i32Subtract: 0x6b,
  emptyBlock: 0x40,
} as const;

/** Passes over what stands behind an opcode, and returns what is called. */
type Immediate = (reader: BinaryReader) => number | undefined;

const none: Immediate = () => undefined;
const callee: Immediate = (reader) => reader.u32("function");
const number: Immediate = (reader) => void reader.skipNumber("number");
const pair: Immediate = (reader) => void [reader.u32("index"), reader.u32("index")];
const indices: Immediate = (reader) => void [reader.vector("branch", () => reader.u32("branch")), reader.u32("branch")];
const skip = (lengthBytes: number): Immediate => (reader) => void reader.skip(lengthBytes, "number");

/**
 * Cycles of classes of instructions: those of a small in-order core with single-cycle memory (loads and branches,
 * taken or not, 2, a call with its return 4, a division 12, floating point and conversions 2 and 14). No core in
 * particular is meant.
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

type Row = readonly [from: number, to: number, immediate: Immediate, cycles: number, flow?: Flow];

/** All that are accepted; of rows that overlap the later one counts. */
const ROWS: readonly Row[] = [
  [0x00, 0x00, none, CYCLES.branch, "boundary"], // unreachable
  [0x01, 0x01, none, CYCLES.structure], // nop
  [0x02, 0x02, number, CYCLES.structure], // block
  [0x03, 0x03, number, CYCLES.structure, "loop"],
  [0x04, 0x04, number, CYCLES.branch, "boundary"], // if
  [0x05, 0x05, none, CYCLES.structure, "boundary"], // else
  [0x0b, 0x0b, none, CYCLES.structure, "boundary"], // end
  [0x0c, 0x0d, number, CYCLES.branch, "boundary"], // br, br_if
  [0x0e, 0x0e, indices, CYCLES.branch, "boundary"], // br_table
  [0x0f, 0x0f, none, CYCLES.branch, "boundary"], // return
  [0x10, 0x10, callee, CYCLES.call, "boundary"],
  [0x11, 0x11, pair, CYCLES.call, "boundary"], // call_indirect
  [0x1a, 0x1b, none, CYCLES.plain], // drop, select
  [0x20, 0x24, number, CYCLES.plain], // local and global variables
  [0x28, 0x3e, pair, CYCLES.memory], // loads and stores
  [0x3f, 0x40, skip(1), CYCLES.call], // memory.size, memory.grow
  [0x41, 0x42, number, CYCLES.plain], // i32.const, i64.const
  [0x43, 0x43, skip(4), CYCLES.plain],
  [0x44, 0x44, skip(8), CYCLES.plain],
  [0x45, 0x5a, none, CYCLES.plain], // comparisons of whole numbers
  [0x5b, 0x66, none, CYCLES.float], // and of others
  [0x67, 0x8a, none, CYCLES.plain],
  [0x6d, 0x70, none, CYCLES.divide], // div_s, div_u, rem_s, rem_u
  [0x7f, 0x82, none, CYCLES.divide],
  [0x8b, 0xbf, none, CYCLES.float], // conversions among them, of whole numbers, too
  ...[0x91, 0x95, 0x9f, 0xa3].map((at): Row => [at, at, none, CYCLES.floatDivide]), // sqrt, div
  [0xc0, 0xc4, none, CYCLES.plain], // sign extension
];

const OPERATIONS: ReadonlyMap<number, Row> = new Map(
  ROWS.flatMap((row) => Array.from({ length: row[1] - row[0] + 1 }, (_, index) => [row[0] + index, row] as const)),
);

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
  const [, , immediate, cycles, flow = "straight"] = operation;
  const called = immediate(reader);
  return { opcode, offset, end: reader.offset, flow, cycles, callee: called };
}

/** Reads the instructions of a function's body: all behind its local variables. */
export function bodyInstructions(reader: BinaryReader): Instruction[] {
  reader.vector("group of local variables", () => void [reader.u32("number of variables"), reader.byte("type")]);
  const instructions: Instruction[] = [];
  while (!reader.atEnd) instructions.push(nextInstruction(reader));
  return instructions;
}
