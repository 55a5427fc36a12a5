/**
 * A WebAssembly module, taken apart as far as it must be known: sections, signatures, names (core specification 2.0,
 * section 5.5, and its appendix on custom sections).
 *
 * @module
 */

import { BinaryReader, MalformedBinaryError } from "./binary.ts";
import { OPCODE } from "./instructions.ts";

/** What a module can import and export, in the order of their numbers. */
export const EXTERNAL_KINDS = ["function", "table", "memory", "global"] as const;

/** What it imports. */
export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly kind: typeof EXTERNAL_KINDS[number];
  /** Of a function: its type. */
  readonly typeIndex: number;
}

/** What it exports. */
export interface ModuleExport {
  readonly name: string;
  readonly kind: typeof EXTERNAL_KINDS[number];
  readonly index: number;
}

/** A section as it lies in the module. */
export interface Section {
  readonly id: number;
  /** The name of a custom section; empty for others. */
  readonly name: string;
  /** What is in it, behind that name. */
  readonly content: Uint8Array;
}

/** A module. */
export interface WasmModule {
  readonly sections: readonly Section[];
  /** Signatures in words, as {@linkcode signatureText} writes them. */
  readonly types: readonly string[];
  readonly imports: readonly ModuleImport[];
  /** The type of each function of its own. */
  readonly functions: readonly number[];
  /** How large its memories are, in pages of 64 KiB. */
  readonly memories: readonly {
    readonly least: number;
    readonly most: number | undefined;
    readonly isShared: boolean;
  }[];
  /** Global variables of its own, with their first values: a number of 32 bits, or `undefined` for others. */
  readonly globals: readonly { readonly isMutable: boolean; readonly value: number | undefined }[];
  readonly exports: readonly ModuleExport[];
  /** The code of each function of its own. */
  readonly bodies: readonly Uint8Array[];
  /** Where the first byte of its data goes; `undefined` if it has none, or not at a fixed place. */
  readonly firstData: number | undefined;
  /** Names of functions, by their index. */
  readonly names: ReadonlyMap<number, string>;
}

/** The numbers of sections. */
export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
} as const;

const VALUE_TYPES: Readonly<Record<number, string>> = {
  0x7f: "i32",
  0x7e: "i64",
  0x7d: "f32",
  0x7c: "f64",
  0x7b: "v128",
  0x70: "funcref",
  0x6f: "externref",
};

/** The number of that part of the names. */
export const FUNCTION_NAMES = 1;

/** What every module begins with. */
export const HEADER: Uint8Array = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

const HAS_MOST = 1;
const IS_SHARED = 2;

/** What a function takes and gives, in words. */
export function signatureText(parameters: readonly string[], results: readonly string[]): string {
  return `(${parameters.join(", ")}) -> (${results.join(", ")})`;
}

/**
 * Takes a module apart.
 *
 * @throws {MalformedBinaryError} It is none, or ends early.
 */
export function decodeModule(bytes: Uint8Array): WasmModule {
  if (HEADER.some((byte, index) => bytes[index] !== byte)) {
    throw new MalformedBinaryError(0, "WebAssembly module of version 1");
  }
  const sections = sectionsOf(bytes);
  const all = <T>(id: number, what: string, read: (reader: BinaryReader) => T): T[] => {
    const section = sections.find((section) => section.id === id);
    if (section === undefined) return [];
    const reader = new BinaryReader(section.content);
    return reader.vector(what, () => read(reader));
  };
  const starts = all(SECTION.data, "data segment", dataSegment);
  return {
    sections,
    types: all(SECTION.type, "type", signature),
    imports: all(SECTION.import, "import", moduleImport),
    functions: all(SECTION.function, "function", (reader) => reader.u32("type")),
    memories: all(SECTION.memory, "memory", limits),
    globals: all(SECTION.global, "global", global),
    exports: all(SECTION.export, "export", moduleExport),
    bodies: all(SECTION.code, "function body", (reader) => reader.part("function body").rest()),
    firstData: starts.length === 0 || starts.includes(undefined) ? undefined : Math.min(...starts.map((at) => at ?? 0)),
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

/** Reads a byte that stands for something. */
function byteFor<T>(reader: BinaryReader, what: string, meanings: Readonly<Record<number, T>>): T {
  const { offset } = reader;
  const meaning = meanings[reader.byte(what)];
  if (meaning === undefined) throw new MalformedBinaryError(offset, what);
  return meaning;
}

const valueType = (reader: BinaryReader) => byteFor(reader, "type of a value", VALUE_TYPES);
const externalKind = (reader: BinaryReader) => byteFor(reader, "kind of an import or export", EXTERNAL_KINDS);

function signature(reader: BinaryReader): string {
  byteFor(reader, "type of a function", { 0x60: true });
  const parameters = reader.vector("parameter", () => valueType(reader));
  return signatureText(parameters, reader.vector("result", () => valueType(reader)));
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

function limits(reader: BinaryReader): WasmModule["memories"][number] {
  const flags = reader.byte("limits");
  const least = reader.u32("pages");
  const most = (flags & HAS_MOST) === 0 ? undefined : reader.u32("pages");
  return { least, most, isShared: (flags & IS_SHARED) !== 0 };
}

function global(reader: BinaryReader): WasmModule["globals"][number] {
  valueType(reader);
  const isMutable = reader.byte("mutability") !== 0;
  return { isMutable, value: constant(reader) };
}

/** An expression that is evaluated once: its value, if it is one of 32 bits and no other global's. */
function constant(reader: BinaryReader): number | undefined {
  const opcode = reader.byte("constant");
  const value = opcode === OPCODE.i32Const ? reader.s32("constant") : undefined;
  if (opcode === OPCODE.f32Const) reader.skip(4, "constant");
  else if (opcode === OPCODE.f64Const) reader.skip(8, "constant");
  else if (value === undefined) reader.skipNumber("constant");
  byteFor(reader, "end of a constant", { [OPCODE.end]: true });
  return value;
}

function moduleExport(reader: BinaryReader): ModuleExport {
  return { name: reader.name("name of an export"), kind: externalKind(reader), index: reader.u32("index") };
}

/** Where it goes. */
function dataSegment(reader: BinaryReader): number | undefined {
  byteFor(reader, "data segment with a fixed place", { 0: true });
  const start = constant(reader);
  reader.part("data");
  return start;
}

function functionNames(sections: readonly Section[]): ReadonlyMap<number, string> {
  const section = sections.find(({ id, name }) => id === SECTION.custom && name === "name");
  const reader = new BinaryReader(section?.content ?? new Uint8Array());
  while (!reader.atEnd) {
    const kind = reader.byte("kind of names");
    const names = reader.part("names");
    if (kind !== FUNCTION_NAMES) continue;
    return new Map(names.vector("name", () => [names.u32("function"), names.name("name")] as const));
  }
  return new Map();
}
