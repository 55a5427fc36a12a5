/**
 * Which line of the source an instruction comes from, all the way to the module that runs: as a source map (ECMA-426),
 * which wasm-opt takes and carries on (`-ism`, `-osm`).
 *
 * @module
 */

import { BinaryReader, MalformedBinaryError } from "./binary.ts";
import { dwarfLines, type LineRow } from "./dwarf_lines.ts";
import { ForeignModuleError } from "./foreign_module_error.ts";
import { bodyInstructions, OPCODE } from "./instructions.ts";
import { BUDGET } from "./meter.ts";
import { decodeModule, SECTION } from "./wasm_module.ts";

/** A place in a source. */
export interface SourceLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Instructions of what the metering pass puts in: a charge, and a look at the budget. */
const CHARGE_INSTRUCTIONS = 4;
const LOOK_INSTRUCTIONS = 6;
/** And behind the size of the memory. */
const SIZE_INSTRUCTIONS = 2;

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * The source map of a metered module.
 *
 * @param file What errors call the module that was linked.
 * @param linked That module, with its line programs.
 * @param metered The same, metered.
 * @throws {ForeignModuleError} It has none.
 */
export function symbolsOf(file: string, linked: Uint8Array, metered: Uint8Array): string {
  const module = decodeModule(linked);
  const section = module.sections.find(({ id, name }) => id === SECTION.custom && name === ".debug_line");
  if (section === undefined) {
    throw new ForeignModuleError(file, ".debug_line", "no such section", "clang -g, and no strip");
  }
  const rows = linesOf(file, section.content);
  const code = module.sections.find(({ id }) => id === SECTION.code)?.content.byteOffset ?? 0;
  const { exports, bodies } = decodeModule(metered);
  const budget = exports.find(({ name }) => name === BUDGET)?.index;
  const files: string[] = [];
  const segments: number[][] = [];
  for (const [index, body] of module.bodies.entries()) {
    const now = bodies[index] as Uint8Array;
    const places = placesOf(now, budget);
    let last: LineRow | undefined;
    for (const [number, { offset }] of bodyInstructions(new BinaryReader(body)).entries()) {
      const row = rowAt(rows, body.byteOffset - code + offset);
      if (row === undefined || row.line === 0 || (row.line === last?.line && row.file === last.file)) continue;
      last = row;
      if (!files.includes(row.file)) files.push(row.file);
      const at = now.byteOffset - metered.byteOffset + (places[number] as number);
      segments.push([at, files.indexOf(row.file), row.line - 1, 0]);
    }
  }
  const mappings = segments.map((segment, index) => {
    return segment.map((value, field) => digits(value - (segments[index - 1]?.[field] ?? 0))).join("");
  });
  return `${JSON.stringify({ version: 3, sources: files, names: [], mappings: mappings.join(",") })}\n`;
}

function linesOf(file: string, content: Uint8Array): readonly LineRow[] {
  try {
    return dwarfLines(new BinaryReader(content));
  } catch (error) {
    if (!(error instanceof MalformedBinaryError)) throw error;
    throw new ForeignModuleError(file, ".debug_line", error.message, "line programs of DWARF 2 to 4");
  }
}

/** Where the instructions of a body are that are not of the metering pass. */
function placesOf(body: Uint8Array, budget: number | undefined): readonly number[] {
  const instructions = bodyInstructions(new BinaryReader(body));
  const places: number[] = [];
  for (let index = 0; index < instructions.length;) {
    const { opcode = 0, offset = 0 } = instructions[index] ?? {};
    if (opcode === OPCODE.globalGet && new BinaryReader(body, offset + 1).u32("variable") === budget) {
      index += instructions[index + 2]?.opcode === OPCODE.i32Subtract ? CHARGE_INSTRUCTIONS : LOOK_INSTRUCTIONS;
      continue;
    }
    places.push(offset);
    index += 1 + (opcode === OPCODE.memorySize ? SIZE_INSTRUCTIONS : 0);
  }
  return places;
}

/** The last row that is not behind an offset. */
function rowAt(rows: readonly LineRow[], offset: number): LineRow | undefined {
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((rows[middle] as LineRow).offset <= offset) from = middle + 1;
    else to = middle;
  }
  return rows[from - 1];
}

/** A number as source maps have it: in base 64, the low digits first, the sign in the lowest bit. */
function digits(value: number): string {
  let rest = value < 0 ? -value * 2 + 1 : value * 2;
  let text = "";
  do {
    text += DIGITS[rest % 32 + (rest >= 32 ? 32 : 0)] ?? "";
    rest = Math.floor(rest / 32);
  } while (rest > 0);
  return text;
}

/**
 * The function that an offset of a module is in, and the line it comes from, as far as the source map tells.
 *
 * @param module Its name, and its bytes.
 * @param symbols The source map's name, and its text.
 * @param offset As an error tells it: in the file of the module.
 * @throws {ForeignModuleError} The source map is none, or nothing is at the offset.
 */
export function symbolAt(
  module: { readonly name: string; readonly bytes: Uint8Array },
  symbols: { readonly name: string; readonly text: string },
  offset: number,
): { readonly function: string; readonly source: SourceLine | undefined } {
  const { imports, bodies, names } = decodeModule(module.bytes);
  const startOf = (body: Uint8Array) => body.byteOffset - module.bytes.byteOffset;
  const index = bodies.findIndex((body) => startOf(body) <= offset && offset < startOf(body) + body.length);
  const body = bodies[index];
  if (body === undefined) {
    throw new ForeignModuleError(
      module.name,
      `offset 0x${offset.toString(16)}`,
      "no code",
      "an offset as a trap tells it",
    );
  }
  const { files, segments } = readSymbols(symbols.name, symbols.text);
  const [at = -1, file = 0, line = 0] = segments.findLast(([start = 0]) => start <= offset) ?? [];
  const number = imports.filter(({ kind }) => kind === "function").length + index;
  const source = at < startOf(body) ? undefined : { file: files[file] ?? "", line: line + 1 };
  return { function: names.get(number) ?? `function ${number}`, source };
}

function readSymbols(
  name: string,
  text: string,
): { readonly files: readonly string[]; readonly segments: readonly (readonly number[])[] } {
  const refuse = (given: string): never => {
    throw new ForeignModuleError(name, "symbols", given, "the source map that wasm-opt -osm has written");
  };
  let map: unknown;
  try {
    map = JSON.parse(text);
  } catch {
    return refuse("no JSON");
  }
  const { sources, mappings } = (map ?? {}) as { readonly sources?: unknown; readonly mappings?: unknown };
  if (!Array.isArray(sources) || typeof mappings !== "string") return refuse("no sources and mappings");
  const segments: number[][] = [];
  for (const segment of mappings.split(",").filter((each) => each !== "")) {
    const fields = numbers(segment) ?? refuse(`mapping ${segment}`);
    const before = segments.at(-1) ?? [0, 0, 0, 0];
    segments.push(before.map((value, field) => value + (fields[field] ?? 0)));
  }
  return { files: sources.map(String), segments };
}

/** The numbers of a segment; `undefined` if it is none. */
function numbers(segment: string): readonly number[] | undefined {
  const found: number[] = [];
  let [value, scale] = [0, 1];
  for (const digit of segment) {
    const number = DIGITS.indexOf(digit);
    if (number < 0) return undefined;
    value += number % 32 * scale;
    scale *= 32;
    if (number >= 32) continue;
    found.push(value % 2 === 1 ? -(value - 1) / 2 : value / 2);
    [value, scale] = [0, 1];
  }
  return scale === 1 ? found : undefined;
}
