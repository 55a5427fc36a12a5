/**
 * A WebAssembly module, taken apart as far as it must be known: sections, signatures, names (core specification 2.0,
 * section 5.5, and its appendix on custom sections).
 *
 * @module
 */

import { BinaryReader, MalformedBinaryError } from "./binary.ts";
import { OPCODE } from "./instructions.ts";

/** A type of a value. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128" | "funcref" | "externref";

/** What a function takes and gives. */
export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** What a module can import and export. */
export type ExternalKind = "function" | "table" | "memory" | "global";

/** What it imports. */
export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly kind: ExternalKind;
  /** Of a function: its type. */
  readonly typeIndex: number;
}

/** What it exports. */
export interface ModuleExport {
  readonly name: string;
  readonly kind: ExternalKind;
  readonly index: number;
}

/** How large its memory is, in pages of 64 KiB. */
export interface MemoryLimits {
  readonly least: number;
  readonly most: number | undefined;
  readonly isShared: boolean;
}

/** A global variable of its own. */
export interface ModuleGlobal {
  readonly type: ValueType;
  readonly isMutable: boolean;
  /** Its first value, if that is a constant of 32 bits. */
  readonly initial: number | undefined;
}

/** A section as it lies in the module. */
export interface Section {
  readonly id: number;
  /** Its content: behind its name, if it is a custom one. */
  readonly content: Uint8Array;
  /** The name of a custom section. */
  readonly name: string;
}

/** A module. */
export interface WasmModule {
  readonly sections: readonly Section[];
  readonly types: readonly Signature[];
  readonly imports: readonly ModuleImport[];
  /** The type of each function of its own. */
  readonly functions: readonly number[];
  readonly memories: readonly MemoryLimits[];
  readonly globals: readonly ModuleGlobal[];
  readonly exports: readonly ModuleExport[];
  readonly hasStart: boolean;
  /** The code of each function of its own. */
  readonly bodies: readonly Uint8Array[];
  /** Where the first byte of its data goes; `undefined` if it has none, or not at a fixed place. */
  readonly firstData: number | undefined;
  /** How far its data reaches. */
  readonly dataEnd: number;
  /** Names of functions, by their index. */
  readonly names: ReadonlyMap<number, string>;
}

export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
} as const;

const VALUE_TYPES: Readonly<Record<number, ValueType>> = {
  0x7f: "i32",
  0x7e: "i64",
  0x7d: "f32",
  0x7c: "f64",
  0x7b: "v128",
  0x70: "funcref",
  0x6f: "externref",
};

/** In the order of their numbers. */
export const EXTERNAL_KINDS: readonly ExternalKind[] = ["function", "table", "memory", "global"];
const HAS_MOST = 1;
const IS_SHARED = 2;
/** The number of that part of the names. */
export const FUNCTION_NAMES = 1;
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** Whether bytes begin as a module does. */
export function isWasm(bytes: Uint8Array): boolean {
  return HEADER.every((byte, index) => bytes[index] === byte);
}

/**
 * Takes a module apart.
 *
 * @throws {MalformedBinaryError} It is none, or ends early.
 */
export function decodeModule(bytes: Uint8Array): WasmModule {
  if (!isWasm(bytes)) throw new MalformedBinaryError(0, "WebAssembly module of version 1");
  const sections = sectionsOf(bytes);
  const of = <T>(id: number, empty: T, read: (reader: BinaryReader) => T): T => {
    const section = sections.find((section) => section.id === id);
    return section === undefined ? empty : read(new BinaryReader(section.content));
  };
  const data = of(SECTION.data, [], (reader) => reader.vector("data segment", () => dataSegment(reader)));
  const starts = data.map(({ start }) => start);
  return {
    sections,
    types: of(SECTION.type, [], (reader) => reader.vector("type", () => signature(reader))),
    imports: of(SECTION.import, [], (reader) => reader.vector("import", () => moduleImport(reader))),
    functions: of(SECTION.function, [], (reader) => reader.vector("function", () => reader.u32("type"))),
    memories: of(SECTION.memory, [], (reader) => reader.vector("memory", () => limits(reader))),
    globals: of(SECTION.global, [], (reader) => reader.vector("global", () => global(reader))),
    exports: of(SECTION.export, [], (reader) => reader.vector("export", () => moduleExport(reader))),
    hasStart: sections.some(({ id }) => id === SECTION.start),
    bodies: of(SECTION.code, [], (reader) => reader.vector("function body", () => reader.part("function body").rest())),
    firstData: starts.length === 0 || starts.includes(undefined) ? undefined : Math.min(...starts.map((at) => at ?? 0)),
    dataEnd: Math.max(0, ...data.map(({ start = 0, lengthBytes }) => start + lengthBytes)),
    names: functionNames(sections),
  };
}

function sectionsOf(bytes: Uint8Array): Section[] {
  const reader = new BinaryReader(bytes, HEADER.length);
  const sections: Section[] = [];
  while (!reader.atEnd) {
    const id = reader.byte("section");
    const content = reader.part(`section ${id}`);
    const name = id === SECTION.custom ? content.name("name of a custom section") : "";
    sections.push({ id, name, content: content.rest() });
  }
  return sections;
}

function valueType(reader: BinaryReader): ValueType {
  const { offset } = reader;
  const type = VALUE_TYPES[reader.byte("type of a value")];
  if (type === undefined) throw new MalformedBinaryError(offset, "type of a value");
  return type;
}

function signature(reader: BinaryReader): Signature {
  const { offset } = reader;
  if (reader.byte("type of a function") !== 0x60) throw new MalformedBinaryError(offset, "type of a function");
  const parameters = reader.vector("parameter", () => valueType(reader));
  return { parameters, results: reader.vector("result", () => valueType(reader)) };
}

function externalKind(reader: BinaryReader): ExternalKind {
  const { offset } = reader;
  const kind = EXTERNAL_KINDS[reader.byte("kind of an import or export")];
  if (kind === undefined) throw new MalformedBinaryError(offset, "kind of an import or export");
  return kind;
}

function moduleImport(reader: BinaryReader): ModuleImport {
  const module = reader.name("module of an import");
  const name = reader.name("name of an import");
  const kind = externalKind(reader);
  if (kind === "function") return { module, name, kind, typeIndex: reader.u32("type") };
  if (kind !== "memory") valueType(reader);
  if (kind === "global") reader.byte("mutability");
  else limits(reader);
  return { module, name, kind, typeIndex: -1 };
}

function limits(reader: BinaryReader): MemoryLimits {
  const flags = reader.byte("limits");
  const least = reader.u32("pages");
  const most = (flags & HAS_MOST) === 0 ? undefined : reader.u32("pages");
  return { least, most, isShared: (flags & IS_SHARED) !== 0 };
}

function global(reader: BinaryReader): ModuleGlobal {
  const type = valueType(reader);
  const isMutable = reader.byte("mutability") === 1;
  return { type, isMutable, initial: constant(reader) };
}

/** An expression that is evaluated once: its value, if it is one of 32 bits and no other global's. */
function constant(reader: BinaryReader): number | undefined {
  const opcode = reader.byte("constant");
  const value = opcode === OPCODE.i32Const ? reader.s32("constant") : undefined;
  if (opcode === 0x43) reader.skip(4, "constant");
  else if (opcode === 0x44) reader.skip(8, "constant");
  else if (value === undefined) reader.skipNumber("constant");
  const { offset } = reader;
  if (reader.byte("end of a constant") !== OPCODE.end) throw new MalformedBinaryError(offset, "end of a constant");
  return value;
}

function moduleExport(reader: BinaryReader): ModuleExport {
  return { name: reader.name("name of an export"), kind: externalKind(reader), index: reader.u32("index") };
}

function dataSegment(reader: BinaryReader): { readonly start: number | undefined; readonly lengthBytes: number } {
  const { offset } = reader;
  const mode = reader.u32("mode of a data segment");
  if (mode !== 0) throw new MalformedBinaryError(offset, "data segment with a fixed place");
  const start = constant(reader);
  return { start, lengthBytes: reader.part("data").rest().length };
}

function functionNames(sections: readonly Section[]): ReadonlyMap<number, string> {
  const section = sections.find(({ id, name }) => id === SECTION.custom && name === "name");
  if (section === undefined) return new Map();
  const reader = new BinaryReader(section.content);
  while (!reader.atEnd) {
    const kind = reader.byte("kind of names");
    const names = reader.part("names");
    if (kind === FUNCTION_NAMES) {
      return new Map(names.vector("name", () => [names.u32("function"), names.name("name")] as const));
    }
  }
  return new Map();
}
