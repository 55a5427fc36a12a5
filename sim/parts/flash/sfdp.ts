/**
 * The tables with which a part describes itself: JESD216, revision 1.5, with
 * the basic flash parameter table of 16 double words, made of a preset.
 *
 * A duration is a count of some unit there, and a maximum a factor of the
 * typical: both are rounded up, as in the tables of real parts.
 *
 * @module
 */

import { type FlashCommandSet, halfBlockBytes, PLAIN_COMMAND_SET } from "./command_set.ts";
import type { FlashDuration } from "./nor_flash.ts";
import type { FlashPreset } from "./presets.ts";

/** Where the basic table lies, as in Winbond parts. */
const TABLE_ADDRESS = 0x80;
const TABLE_WORDS = 16;

const MICROSECOND = 1000;
const MILLISECOND = 1_000_000;
const SECOND = 1_000_000_000;

/** Up to this, three bytes of address reach. */
const THREE_BYTE_LIMIT = 2 ** 24;

/** An erase that the table tells of. */
interface EraseType {
  readonly lengthBytes: number;
  readonly opcode: number;
  readonly duration: FlashDuration;
}

/** A field of a double word: its lowest bit, and what stands there. */
type Field = readonly [bit: number, value: number];

/** What Read SFDP answers, from address 0. */
export function sfdpOf(preset: FlashPreset): Uint8Array {
  const bytes = new Uint8Array(TABLE_ADDRESS + 4 * TABLE_WORDS).fill(0xff);
  // "SFDP", revision 1.5, one parameter header; the header of the basic table, revision 1.5, where it lies.
  bytes.set([0x53, 0x46, 0x44, 0x50, 5, 1, 0, 0xff]);
  bytes.set([0x00, 5, 1, TABLE_WORDS, TABLE_ADDRESS, 0, 0, 0xff], 8);
  const view = new DataView(bytes.buffer, TABLE_ADDRESS);
  basicTable(preset).forEach((word, index) => view.setUint32(4 * index, word, true));
  return bytes;
}

function basicTable(preset: FlashPreset): readonly number[] {
  const { geometry: { sectorBytes, sectorCount, pageBytes }, timing, commands = PLAIN_COMMAND_SET } = preset;
  const lengthBytes = sectorBytes * sectorCount;
  const types = eraseTypes(preset, commands);
  const small = types.find((type) => type.lengthBytes === 4096);
  const typeAt = (index: number) => types[index];
  const eraseWord = (first: EraseType | undefined, second: EraseType | undefined) =>
    word([0, typeField(first)], [16, typeField(second)]);
  const typicals = [0, 1, 2, 3].map((index): Field => {
    const duration = typeAt(index)?.duration.typicalNanoseconds;
    return [4 + 7 * index, duration === undefined ? 0 : counted(duration, 5, ERASE_UNITS)];
  });
  return [
    word([0, small === undefined ? 3 : 1], [2, 1], [5, 7], [8, small?.opcode ?? 0xff], [
      17,
      lengthBytes > THREE_BYTE_LIMIT ? 1 : 0,
    ], [23, 0x1ff]),
    8 * lengthBytes - 1,
    // No fast reads: opcodes, wait states and mode clocks of none.
    0,
    0,
    0xffff_ffee,
    0x0000_ffff,
    0x0000_ffff,
    eraseWord(typeAt(0), typeAt(1)),
    eraseWord(typeAt(2), typeAt(3)),
    word([0, factor(types.map(({ duration }) => duration))], ...typicals),
    word(
      [0, factor([timing.programPage, timing.programFirstByte, timing.programNextByte])],
      [4, exponent(pageBytes)],
      [8, counted(timing.programPage.typicalNanoseconds, 5, PAGE_UNITS)],
      [14, counted(timing.programFirstByte.typicalNanoseconds, 4, BYTE_UNITS)],
      [19, counted(timing.programNextByte.typicalNanoseconds, 4, BYTE_UNITS)],
      [24, commands.chipErase === undefined ? 0 : counted(commands.chipErase.typicalNanoseconds, 5, CHIP_UNITS)],
      [31, 1],
    ),
    suspendWord(commands),
    0x757a_757a,
    deepPowerDownWord(commands),
    0xff00_0000,
    // Status register 1 is kept, and takes 06h; 66h and 99h reset.
    word([0, 0x81], [12, commands.resetNanoseconds === undefined ? 0 : 1]),
  ];
}

function eraseTypes({ geometry, timing }: FlashPreset, commands: FlashCommandSet): readonly EraseType[] {
  const { sectorBytes, blockSectors } = geometry;
  const types: EraseType[] = [];
  const isLone = blockSectors === undefined && sectorBytes > 4096;
  types.push({ lengthBytes: sectorBytes, opcode: isLone ? 0xd8 : 0x20, duration: timing.eraseSector });
  const half = halfBlockBytes(geometry);
  if (commands.halfBlockErase !== undefined && half !== undefined) {
    types.push({ lengthBytes: half, opcode: 0x52, duration: commands.halfBlockErase });
  }
  if (blockSectors !== undefined) {
    types.push({ lengthBytes: sectorBytes * blockSectors, opcode: 0xd8, duration: timing.eraseBlock });
  }
  // A size that is no power of two cannot be told.
  return types.filter(({ lengthBytes }) => 2 ** exponent(lengthBytes) === lengthBytes);
}

function typeField(type: EraseType | undefined): number {
  return type === undefined ? 0 : exponent(type.lengthBytes) | (type.opcode << 8);
}

function suspendWord({ suspend }: FlashCommandSet): number {
  if (suspend === undefined) return 0xffff_ffff;
  const { latencyNanoseconds, eraseIntervalNanoseconds, programIntervalNanoseconds } = suspend;
  const latency = counted(latencyNanoseconds, 5, LATENCY_UNITS);
  const interval = (nanoseconds: number) => Math.min(15, Math.ceil(nanoseconds / (64 * MICROSECOND)) - 1);
  // Erase suspended: no other erase, program elsewhere. Program suspended: no other program, erase elsewhere.
  return word([0, 0x9], [4, 0xe], [8, 1], [9, interval(programIntervalNanoseconds)], [13, latency], [
    20,
    interval(eraseIntervalNanoseconds),
  ], [24, latency]);
}

function deepPowerDownWord({ deepPowerDownNanoseconds }: FlashCommandSet): number {
  // The driver polls bit 0 of the status register, 05h.
  const polling: Field = [0, 0xf7];
  if (deepPowerDownNanoseconds === undefined) return word(polling, [31, 1]);
  return word(polling, [8, counted(deepPowerDownNanoseconds, 5, LATENCY_UNITS)], [15, 0xab], [23, 0xb9]);
}

const ERASE_UNITS = [MILLISECOND, 16 * MILLISECOND, 128 * MILLISECOND, SECOND];
const PAGE_UNITS = [8 * MICROSECOND, 64 * MICROSECOND];
const BYTE_UNITS = [MICROSECOND, 8 * MICROSECOND];
const CHIP_UNITS = [16 * MILLISECOND, 256 * MILLISECOND, 4 * SECOND, 64 * SECOND];
const LATENCY_UNITS = [128, MICROSECOND, 8 * MICROSECOND, 64 * MICROSECOND];

/**
 * A duration as a count, less one, in so many bits, and the number of its unit above them: the unit that exceeds it least;
 * the longest that can be told if it is longer.
 */
function counted(nanoseconds: number, countBits: number, units: readonly number[]): number {
  const most = 2 ** countBits;
  let best = { told: Infinity, value: most - 1 + ((units.length - 1) << countBits) };
  for (const [index, unit] of units.entries()) {
    const count = Math.max(1, Math.ceil(nanoseconds / unit));
    if (count <= most && count * unit < best.told) {
      best = { told: count * unit, value: (count - 1) | (index << countBits) };
    }
  }
  return best.value;
}

/** The least n for which 2 (n + 1) times the typical is no less than the maximum, for each of some durations. */
function factor(durations: readonly FlashDuration[]): number {
  const needed = durations.map(({ typicalNanoseconds, maximumNanoseconds }) =>
    typicalNanoseconds === 0 ? 0 : Math.ceil(maximumNanoseconds / typicalNanoseconds / 2) - 1
  );
  return Math.min(15, Math.max(0, ...needed));
}

/** The largest power of two up to a number. */
function exponent(value: number): number {
  return 31 - Math.clz32(value);
}

function word(...fields: readonly Field[]): number {
  return fields.reduce((sum, [bit, value]) => (sum | (value << bit)) >>> 0, 0);
}
