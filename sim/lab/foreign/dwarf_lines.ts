/**
 * Which lines of which files code was made of: the line programs of a module's `.debug_line` (DWARF 4, section 6.2; DWARF
 * for WebAssembly: addresses are offsets in the code section).
 *
 * @module
 */

import { BinaryReader, MalformedBinaryError } from "./binary.ts";

/** From here on code is of this line; of no line, where a function ends. */
export interface LineRow {
  /** In the content of the code section. */
  readonly offset: number;
  readonly file: string;
  /** From 1; 0 is none. */
  readonly line: number;
}

const EXTENDED = { endSequence: 1, setAddress: 2 } as const;
const STANDARD = { advanceAddress: 2, advanceLine: 3, setFile: 4, addConstant: 8, fixedAdvance: 9 } as const;
const EXTENDED_PREFIX = 0;
const LAST_SPECIAL = 255;
const VERSIONS = [2, 3, 4];
/** What the linker has left out begins where no code can. */
const LEFT_OUT = 0;

/**
 * All rows, in order of offsets.
 *
 * @throws {MalformedBinaryError} They are none of a known version.
 */
export function dwarfLines(section: BinaryReader): readonly LineRow[] {
  const rows: LineRow[] = [];
  while (!section.atEnd) {
    const lengthBytes = fixed(section, 4);
    const start = section.offset;
    section.skip(lengthBytes, "line program");
    const unit = new BinaryReader(section.bytes, start, section.offset);
    rows.push(...unitLines(unit));
  }
  return rows.toSorted((a, b) => a.offset - b.offset || b.line - a.line);
}

/** A little-endian number of so many bytes. */
function fixed(reader: BinaryReader, lengthBytes: number): number {
  return Array.from({ length: lengthBytes }, () => reader.byte("number"))
    .reduce((sum, byte, index) => sum + byte * 2 ** (8 * index), 0);
}

function text(reader: BinaryReader): string {
  const bytes: number[] = [];
  for (let byte = reader.byte("text"); byte !== 0; byte = reader.byte("text")) bytes.push(byte);
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

interface LineProgram {
  readonly shortest: number;
  readonly lineBase: number;
  readonly lineRange: number;
  /** Operands of each standard instruction; the first of all others. */
  readonly operands: readonly number[];
  readonly files: readonly string[];
}

function header(reader: BinaryReader): LineProgram {
  const { offset } = reader;
  const version = fixed(reader, 2);
  if (!VERSIONS.includes(version)) {
    throw new MalformedBinaryError(
      offset,
      `line program of version ${VERSIONS.join(", ")} (it has ${version}: -gdwarf-4)`,
    );
  }
  const headerBytes = fixed(reader, 4);
  const end = reader.offset + headerBytes;
  const shortest = reader.byte("length of instructions");
  if (version >= 4) reader.byte("operations of an instruction");
  reader.byte("default of statements");
  const lineBase = reader.byte("base of lines") << 24 >> 24;
  const lineRange = reader.byte("range of lines");
  const operands = Array.from({ length: reader.byte("base of opcodes") - 1 }, () => reader.byte("operands"));
  const folders = [""];
  for (let folder = text(reader); folder !== ""; folder = text(reader)) folders.push(`${folder}/`);
  const files: string[] = [];
  for (let file = text(reader); file !== ""; file = text(reader)) {
    files.push(`${folders[reader.u32("folder")] ?? ""}${file}`);
    reader.u32("time");
    reader.u32("length");
  }
  reader.offset = end;
  return { shortest, lineBase, lineRange, operands, files };
}

function unitLines(reader: BinaryReader): readonly LineRow[] {
  const { shortest, lineBase, lineRange, operands, files } = header(reader);
  const rows: LineRow[] = [];
  const begin = () => ({ offset: 0, file: 1, line: 1, rows: [] as LineRow[] });
  let now = begin();
  const note = (line: number) => now.rows.push({ offset: now.offset, file: files[now.file - 1] ?? "", line });
  const advance = (special: number) => now.offset += Math.floor((special - operands.length - 1) / lineRange) * shortest;
  while (!reader.atEnd) {
    const opcode = reader.byte("instruction of a line program");
    if (opcode > operands.length) {
      advance(opcode);
      now.line += lineBase + (opcode - operands.length - 1) % lineRange;
      note(now.line);
    } else if (opcode === EXTENDED_PREFIX) {
      const lengthBytes = reader.u32("length");
      const end = reader.offset + lengthBytes;
      const extended = reader.byte("instruction");
      if (extended === EXTENDED.setAddress) now.offset = fixed(reader, lengthBytes - 1);
      if (extended === EXTENDED.endSequence) {
        note(0);
        if (now.rows[0]?.offset !== LEFT_OUT) rows.push(...now.rows);
        now = begin();
      }
      reader.offset = end;
    } else if (opcode === 1) note(now.line);
    else if (opcode === STANDARD.advanceAddress) now.offset += reader.u32("advance") * shortest;
    else if (opcode === STANDARD.advanceLine) now.line += reader.s32("advance");
    else if (opcode === STANDARD.setFile) now.file = reader.u32("file");
    else if (opcode === STANDARD.addConstant) advance(LAST_SPECIAL);
    else if (opcode === STANDARD.fixedAdvance) now.offset += fixed(reader, 2);
    else for (let left = operands[opcode - 1] ?? 0; left > 0; left--) reader.u32("operand");
  }
  return rows;
}
