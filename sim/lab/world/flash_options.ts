/**
 * Readers of what describes a flash part: how it is divided, its times, what
 * else it knows, what is wrong with it, and what it was left with.
 *
 * What makes sense for a part the part knows, whose own check is run.
 *
 * @module
 */

import { PROGRAM_UNITS } from "../../../firmware/nvram/sector_header.ts";
import type { CellMask, CellRange } from "../../parts/flash/cells.ts";
import type { FlashCommandSet, FlashSuspend, SecondProgram } from "../../parts/flash/command_set.ts";
import type { EraseCut } from "../../parts/flash/cut_effects.ts";
import { FAULT_FIELDS, type FlashFault } from "../../parts/flash/faults.ts";
import type { FlashCounters, FlashState } from "../../parts/flash/flash_state.ts";
import type { FlashDuration, FlashGeometry, FlashTiming } from "../../parts/flash/nor_flash.ts";
import { checkFlashGeometry, checkPreset, MOST_FLASH_BYTES } from "../../parts/flash/preset_check.ts";
import type { FlashPreset } from "../../parts/flash/presets.ts";
import type { FlashAges } from "../../parts/flash/sector_ages.ts";
import type { OptionalField, Shape } from "../../shape/shape.ts";
import {
  bytes,
  dictionary,
  figureRefusal,
  flag,
  list,
  number,
  oneOf,
  type Reader,
  record,
  show,
  text,
  whole,
  word,
} from "./option_readers.ts";
import { alsoBy } from "./own_check.ts";
import { WorldOptionsError } from "./world_options_error.ts";

/** Times of a part; between what they lie, the part knows. */
const nanoseconds = number(0, Infinity);
const count = whole(0, Number.MAX_SAFE_INTEGER);

const duration = record<FlashDuration>({
  typicalNanoseconds: { required: nanoseconds },
  maximumNanoseconds: { required: nanoseconds },
});

const geometry = record<FlashGeometry>({
  sectorBytes: { required: whole(1, 2 ** 24) },
  sectorCount: { required: whole(1, 2 ** 24) },
  pageBytes: { required: whole(1, 2 ** 16) },
  programBytes: oneOf(PROGRAM_UNITS),
  blockSectors: whole(1, 2 ** 24),
  erasedValue: oneOf<0 | 255>([0, 255]),
});

/** How a flash part is divided. */
export const flashGeometry: Reader<FlashGeometry> = alsoBy(geometry, (read) => checkFlashGeometry(read, ""));

const commands = record<FlashCommandSet>({
  failBits: { required: flag },
  identification: list(whole(0, 255), 3, 3),
  sfdp: flag,
  secondProgram: word<SecondProgram>({ "refused": true, "zeros only": true, "garbled": true }),
  halfBlockErase: duration,
  chipErase: duration,
  statusWrite: duration,
  suspend: record<FlashSuspend>({
    latencyNanoseconds: { required: nanoseconds },
    eraseIntervalNanoseconds: { required: nanoseconds },
    programIntervalNanoseconds: { required: nanoseconds },
    erasePulseNanoseconds: { required: nanoseconds },
  }),
  resetNanoseconds: nanoseconds,
  deepPowerDownNanoseconds: nanoseconds,
  writeInhibitNanoseconds: nanoseconds,
});

/** A flash part. */
export const flashPreset: Reader<FlashPreset> = alsoBy(
  record<FlashPreset>({
    name: { required: text },
    geometry: { required: geometry },
    timing: {
      required: record<FlashTiming>({
        readByteNanoseconds: { required: nanoseconds },
        readSetupNanoseconds: { required: nanoseconds },
        programFirstByte: { required: duration },
        programNextByte: { required: duration },
        programPage: { required: duration },
        eraseSector: { required: duration },
        eraseBlock: { required: duration },
      }),
    },
    enduranceCycles: { required: whole(1, Number.MAX_SAFE_INTEGER) },
    commands,
  }),
  checkPreset,
);

const anyNumber: Reader<number> = (value, path) => {
  if (typeof value === "number") return value;
  throw figureRefusal(path, value, "a whole number");
};

/** How an erase is left. Which phase has zeroed bytes, the part knows. */
const eraseCut = record<{ readonly phase: EraseCut["phase"]; readonly zeroBytes?: number }>({
  phase: {
    required: word<EraseCut["phase"]>({
      "not begun": true,
      "zeroed from the end": true,
      "half erased": true,
      "weak": true,
      "done": true,
    }),
  },
  zeroBytes: anyNumber,
}) as Reader<EraseCut>;

/** Reads a field of a fault by the shape that it has in files; what hangs on the part, the part knows. */
function faultField(field: Shape | OptionalField): Reader<unknown> | { readonly required: Reader<unknown> } {
  if (!("optional" in field)) return { required: faultValue(field) };
  const { optional, fallback } = field;
  const reader = faultValue(optional);
  // A fallback stands for what is left out of a file: in code it is said.
  return fallback === undefined
    ? reader
    : { required: (value, path) => value === fallback ? value : reader(value, path) };
}

function faultValue(shape: Shape): Reader<unknown> {
  // How an erase is left is the only value with parts.
  if (shape.kind !== "scalar") return eraseCut;
  // Between what it lies hangs on the part.
  if (shape.bounds !== undefined) return anyNumber;
  if (shape.words === undefined) return text;
  const values = shape.words.map((word) => shape.parse(word));
  return (value, path) => {
    if (values.includes(value)) return value;
    throw new WorldOptionsError(path, show(value), values.map(show).join(" or "));
  };
}

const FAULTS: ReadonlyMap<string, Reader<object>> = new Map(
  Array.from(FAULT_FIELDS, ([kind, fields]) => {
    const readers = Object.entries(fields).map(([name, field]) => [name, faultField(field)] as const);
    return [kind, record<object>({ kind: { required: oneOf([kind]) }, ...Object.fromEntries(readers) })];
  }),
);

const faultKind = oneOf([...FAULT_FIELDS.keys()]);

/** A fault of a flash part, as far as it does not hang on the part. */
export const flashFault: Reader<FlashFault> = (value, path) => {
  const { kind } = dictionary((option) => option)(value, path);
  const reader = FAULTS.get(faultKind(kind, `${path}.kind`)) as Reader<FlashFault>;
  return reader(value, path);
};

const cellMasks = (lengthBytes: number) =>
  list(record<CellMask>({ address: { required: whole(0, lengthBytes - 1) }, mask: { required: whole(1, 255) } }), 0);

const counters: Reader<FlashCounters> = record<FlashCounters>({
  reads: { required: count },
  readBytes: { required: count },
  programs: { required: count },
  programmedBytes: { required: count },
  erases: { required: count },
  blockErases: { required: count },
  cuts: { required: count },
  failures: { required: count },
  impossibleBits: { required: count },
});

const cellRanges = (lengthBytes: number) =>
  list(
    record<CellRange>({
      address: { required: whole(0, lengthBytes - 1) },
      lengthBytes: { required: whole(1, lengthBytes) },
    }),
    0,
  );

const figures = list(count, 0);
const ages: Reader<FlashAges> = record<FlashAges>({
  reads: { required: figures },
  disturbedBits: { required: figures },
  seconds: { required: figures },
  lostBits: { required: figures },
  luck: { required: list(whole(0, 2 ** 32 - 1), 0) },
});

/** What a flash part was left with. Between what addresses lie, the length of the image says. */
export const flashState: Reader<FlashState> = (value, path) => {
  const { image } = dictionary((option) => option)(value, path);
  const lengthBytes = image instanceof Uint8Array ? image.length : MOST_FLASH_BYTES;
  const masks = cellMasks(lengthBytes);
  return record<FlashState>({
    image: { required: bytes(1, MOST_FLASH_BYTES) },
    weakBits: { required: masks },
    stuckAtZero: { required: masks },
    stuckAtOne: { required: masks },
    sectorErases: { required: list(whole(0, 2 ** 32 - 1), 0) },
    pagePrograms: { required: list(whole(0, 2 ** 32 - 1), 0) },
    counters: { required: counters },
    programmed: cellRanges(lengthBytes),
    statusRegister: whole(0, 255),
    ages,
  })(value, path);
};
