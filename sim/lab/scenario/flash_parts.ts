/**
 * The flash part of an adapter, as scenario files say it: one that they can
 * name, and in what it differs from that.
 *
 * @module
 */

import { PROGRAM_UNITS, SECTOR_BYTES_LIMIT } from "../../../firmware/nvram/sector_header.ts";
import { durationText } from "../../kernel/duration_text.ts";
import { FLASH_FAULT } from "../../parts/flash/faults.ts";
import type { FlashDuration, FlashTiming } from "../../parts/flash/nor_flash.ts";
import {
  BY25Q64AS,
  type FlashPreset,
  flashRegion,
  M25P64,
  MX25V1635F,
  S25HL512T,
  STM32H743,
  STM32L4,
  W25Q64JV,
  W25Q_REGION,
} from "../../parts/flash/presets.ts";
import { alternatives } from "../../shape/alternatives.ts";
import {
  boolean,
  converted,
  doc,
  either,
  type Fields,
  integer,
  list,
  mapping,
  oneOf,
  optional,
  parseScalar,
  scalar,
  type Shape,
  type ValueOf,
} from "../../shape/shape.ts";
import type { AdapterDescription } from "../world/world_options.ts";
import { DURATION } from "./values.ts";

/** Parts by their names in scenarios. */
const FLASH_PARTS = {
  W25Q64JV,
  BY25Q64AS,
  MX25V1635F,
  S25HL512T,
  M25P64,
  STM32L4,
  STM32H743,
} satisfies Record<string, FlashPreset>;

const FLASH_PART_NAMES = Object.keys(FLASH_PARTS) as (keyof typeof FLASH_PARTS)[];

/** A time in both columns of the data sheet: one figure for both, or each. */
const TIMES: Shape<FlashDuration> = either<FlashDuration, FlashDuration>(
  scalar({
    accepts: DURATION.accepts,
    written: "Duration",
    parse(text) {
      const nanoseconds = parseScalar(DURATION, text);
      return nanoseconds === undefined ? undefined : durationOf(nanoseconds, nanoseconds);
    },
  }),
  converted(
    mapping({
      typical: doc("At 25 degrees Celsius in a fresh part.", DURATION),
      maximum: doc("Over the whole range of operation and life.", DURATION),
    }, ({ typical, maximum }) =>
      typical <= maximum ? undefined : {
        path: "maximum",
        given: durationText(maximum),
        accepted: `at least typical, ${durationText(typical)}`,
      }),
    ({ typical, maximum }) => durationOf(typical, maximum),
  ),
);

function durationOf(typicalNanoseconds: number, maximumNanoseconds: number): FlashDuration {
  return { typicalNanoseconds, maximumNanoseconds };
}

const COLUMN = oneOf("typical", "maximum", "drawn");

/** Each time of the data sheet, by its name there without the unit. */
const TIMING_FIELDS = {
  readByte: doc("One byte on the read bus.", optional(DURATION)),
  readSetup: doc("Command and address of a read.", optional(DURATION)),
  programFirstByte: doc("The first byte of a page program.", optional(TIMES)),
  programNextByte: doc("Each further byte of a page program.", optional(TIMES)),
  programPage: doc("No page program takes longer.", optional(TIMES)),
  eraseSector: doc("A sector erase.", optional(TIMES)),
  eraseBlock: doc("A block erase.", optional(TIMES)),
} satisfies {
  readonly [Name in keyof FlashTiming as Name extends `${infer Short}Nanoseconds` ? Short : Name]: unknown;
};

const TIMING = mapping({ column: doc("Which column counts; typical by default.", optional(COLUMN)), ...TIMING_FIELDS });

type Timing = Omit<ValueOf<typeof TIMING>, "column">;

const BYTES = integer(1, 2 ** 24);
const GEOMETRY = {
  sectorBytes: doc("Smallest unit of erasing, in bytes.", optional(BYTES)),
  pageBytes: doc("Largest unit of programming, in bytes.", optional(integer(1, 2 ** 16))),
  programBytes: doc(
    "Smallest unit of programming, in bytes; with more than one it takes one program between erases.",
    optional(converted(oneOf(...PROGRAM_UNITS.map(String)), Number)),
  ),
  blockSectors: doc("Unit of the block erase, in sectors.", optional(BYTES)),
  erasedValue: doc(
    "What an erased byte reads as.",
    optional(scalar<0 | 255>({
      accepts: alternatives([0, 255]),
      words: ["0", "255", "0x00", "0xff"],
      parse: (word) => Number(word) === 0 ? 0 : 255,
    })),
  ),
} satisfies Fields;

/** The flash part of an adapter, as a file says it. */
export const FLASH = mapping(
  {
    part: doc("Which part; W25Q64JV by default.", optional(oneOf(...FLASH_PART_NAMES))),
    sectors: doc("How many sectors of it the key store has.", optional(integer(3, 256))),
    ...GEOMETRY,
    enduranceCycles: doc("Erases that the sheet promises for a sector.", optional(integer(1, Number.MAX_SAFE_INTEGER))),
    failBits: doc("Whether its status tells of a program or erase that failed.", optional(boolean())),
    timing: doc(
      "Which column of the data sheet, or times of its own; typical by default. `drawn` follows wear, within 10 %.",
      optional(either(COLUMN, TIMING)),
    ),
    misuse: doc(
      "What becomes of commands that it ignores, as while it is busy; an error by default.",
      optional(oneOf("error", "ignored")),
    ),
    faults: doc("What is wrong with it from the beginning.", optional(list(FLASH_FAULT))),
  },
  ({ part = "W25Q64JV", sectors = 0, sectorBytes }) => {
    if (sectorBytes !== undefined && sectorBytes > SECTOR_BYTES_LIMIT) {
      const accepted = `at most ${SECTOR_BYTES_LIMIT}, the longest that a key store has`;
      return { path: "sectorBytes", given: `${sectorBytes}`, accepted };
    }
    const { sectorCount } = FLASH_PARTS[part].geometry;
    return sectors <= sectorCount || sectorBytes !== undefined
      ? undefined
      : { path: "sectors", given: `${sectors}`, accepted: `3 to ${sectorCount}, as many as ${part} has` };
  },
);

/** What a file's flash part is as options of a world. */
export function flashOptions(
  flash: ValueOf<typeof FLASH>,
): Pick<AdapterDescription, "flash" | "flashTiming" | "flashMisuse" | "flashFaults"> {
  const { timing, misuse, faults } = flash;
  const { column, ...times } = typeof timing === "object" ? timing : { column: timing };
  return {
    flash: presetOf(flash, times),
    ...(column === undefined ? {} : { flashTiming: column }),
    ...(misuse === undefined ? {} : { flashMisuse: misuse }),
    ...(faults === undefined ? {} : { flashFaults: faults }),
  };
}

function presetOf(flash: ValueOf<typeof FLASH>, times: Timing): FlashPreset {
  const { part = "W25Q64JV", sectors = W25Q_REGION.geometry.sectorCount, enduranceCycles, failBits } = flash;
  const { sectorBytes, pageBytes, programBytes, blockSectors, erasedValue } = flash;
  const named: FlashPreset = FLASH_PARTS[part];
  const own = sectorBytes === undefined ? flashRegion(named, sectors) : resized(named, sectorBytes, sectors);
  const { failBits: tells, ...commands } = own.commands ?? { failBits: true };
  return {
    ...own,
    geometry: {
      ...own.geometry,
      ...(pageBytes === undefined ? {} : { pageBytes }),
      ...(programBytes === undefined ? {} : { programBytes }),
      ...(blockSectors === undefined ? {} : { blockSectors }),
      ...(erasedValue === undefined ? {} : { erasedValue }),
    },
    timing: timingOf(own.timing, times),
    enduranceCycles: enduranceCycles ?? own.enduranceCycles,
    commands: { ...commands, failBits: failBits ?? tells },
  };
}

/** With other sectors it has other blocks, too: those of the part only if they are as long as before. */
function resized(preset: FlashPreset, sectorBytes: number, sectorCount: number): FlashPreset {
  const { blockSectors: blocks = 0, sectorBytes: before, ...geometry } = preset.geometry;
  const blockSectors = (blocks * before) / sectorBytes;
  return {
    ...preset,
    name: `${preset.name}, with ${sectorCount} sectors of ${sectorBytes} bytes`,
    geometry: {
      ...geometry,
      sectorBytes,
      sectorCount,
      ...(Number.isInteger(blockSectors) && blockSectors > 1 ? { blockSectors } : {}),
    },
  };
}

function timingOf(named: FlashTiming, { readByte, readSetup, ...times }: Timing): FlashTiming {
  return {
    ...named,
    ...times,
    ...(readByte === undefined ? {} : { readByteNanoseconds: readByte }),
    ...(readSetup === undefined ? {} : { readSetupNanoseconds: readSetup }),
  };
}
