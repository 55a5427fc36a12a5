/**
 * Real parts as presets: geometry and timing, each figure with its source.
 *
 * "Sheet" names the data sheet that the figure is quoted from in drivers and
 * parts catalogues; "assumed" marks a figure recalled from sheets of the
 * family and not read again for this file. Compare ratios, not milliseconds,
 * where a result hangs on an assumed figure.
 *
 * @module
 */

import type { FlashDuration, FlashGeometry, FlashTiming } from "./nor_flash.ts";

/** A part: name, geometry and timing. */
export interface FlashPreset {
  /** The part's name. */
  readonly name: string;
  /** How it is divided. */
  readonly geometry: FlashGeometry;
  /** How long things take. */
  readonly timing: FlashTiming;
  /** Erase cycles that the sheet promises for a sector. */
  readonly enduranceCycles: number;
}

const microseconds = (typical: number, maximum: number): FlashDuration => ({
  typicalNanoseconds: typical * 1000,
  maximumNanoseconds: maximum * 1000,
});

/** Winbond W25Q64JV, 8 MiB. */
export const W25Q64JV: FlashPreset = {
  name: "Winbond W25Q64JV",
  geometry: { sectorBytes: 4096, sectorCount: 2048, pageBytes: 256, blockSectors: 16 },
  timing: {
    // 50 MHz single SPI with command 03h (assumed): 8 clocks a byte, 32 clocks for command and address.
    readByteNanoseconds: 160,
    readSetupNanoseconds: 640,
    // tBP1 30 us typical, 50 us maximum; tBP2 2.5 and 12 us (assumed).
    programFirstByte: microseconds(30, 50),
    programNextByte: microseconds(2.5, 12),
    // tPP 0.4 ms typical (assumed), 3 ms maximum (sheet).
    programPage: microseconds(400, 3000),
    // tSE 45 ms typical (assumed), 400 ms maximum (sheet).
    eraseSector: microseconds(45_000, 400_000),
    // tBE2 150 ms typical, 2 s maximum (assumed).
    eraseBlock: microseconds(150_000, 2_000_000),
  },
  // 100,000 cycles and 20 years (sheet).
  enduranceCycles: 100_000,
};

/** BoyaMicro BY25Q64AS, 8 MiB. */
export const BY25Q64AS: FlashPreset = {
  name: "BoyaMicro BY25Q64AS",
  geometry: { sectorBytes: 4096, sectorCount: 2048, pageBytes: 256, blockSectors: 16 },
  timing: {
    // 55 MHz with command 03h (sheet).
    readByteNanoseconds: 146,
    readSetupNanoseconds: 582,
    // Byte times as in the W25Q family (assumed).
    programFirstByte: microseconds(30, 50),
    programNextByte: microseconds(2.5, 12),
    // 0.6 ms typical (sheet), 2.4 ms maximum (assumed).
    programPage: microseconds(600, 2400),
    // 50 ms typical (sheet), 300 ms maximum (assumed).
    eraseSector: microseconds(50_000, 300_000),
    // Assumed.
    eraseBlock: microseconds(250_000, 2_000_000),
  },
  // Sheet.
  enduranceCycles: 100_000,
};

/** Macronix MX25V1635F, 2 MiB. */
export const MX25V1635F: FlashPreset = {
  name: "Macronix MX25V1635F",
  geometry: { sectorBytes: 4096, sectorCount: 512, pageBytes: 256, blockSectors: 16 },
  timing: {
    // 33 MHz with command 03h (assumed).
    readByteNanoseconds: 243,
    readSetupNanoseconds: 970,
    // Byte times (assumed).
    programFirstByte: microseconds(32, 100),
    programNextByte: microseconds(3, 16),
    // 0.85 ms typical (assumed), 4 ms maximum (sheet).
    programPage: microseconds(850, 4000),
    // 36 ms typical (assumed), 240 ms maximum (sheet).
    eraseSector: microseconds(36_000, 240_000),
    // Assumed.
    eraseBlock: microseconds(400_000, 3_000_000),
  },
  // Assumed, as for the family.
  enduranceCycles: 100_000,
};

/**
 * Infineon S25HL512T (Semper), 64 MiB: units of 16 bytes with an error correction code, which take one program between
 * erases (Infineon community TA 285161: a second one is a program error), and sectors of 256 KiB.
 */
export const S25HL512T: FlashPreset = {
  name: "Infineon S25HL512T",
  geometry: { sectorBytes: 262_144, sectorCount: 256, pageBytes: 256, programBytes: 16 },
  timing: {
    // 50 MHz with command 03h (assumed).
    readByteNanoseconds: 160,
    readSetupNanoseconds: 640,
    // A unit is programmed as a whole; times of the page, shared out (assumed).
    programFirstByte: microseconds(60, 200),
    programNextByte: microseconds(1.5, 6),
    programPage: microseconds(430, 1700),
    // 256 KiB sector (assumed).
    eraseSector: microseconds(773_000, 2_677_000),
    eraseBlock: microseconds(773_000, 2_677_000),
  },
  // Assumed: the sheet splits endurance between regions.
  enduranceCycles: 100_000,
};

/**
 * A part of which a region is used, as an adapter gives its key store a few sectors.
 *
 * @param preset The part.
 * @param sectorCount How many sectors; 1 or more.
 * @throws {RangeError} The part has fewer sectors.
 */
export function flashRegion(preset: FlashPreset, sectorCount: number): FlashPreset {
  if (!(Number.isInteger(sectorCount) && sectorCount >= 1 && sectorCount <= preset.geometry.sectorCount)) {
    throw new RangeError(
      `A region of ${sectorCount} sectors, expected 1 to the ${preset.geometry.sectorCount} sectors of ${preset.name}`,
    );
  }
  const kibibytes = (sectorCount * preset.geometry.sectorBytes) / 1024;
  return {
    ...preset,
    name: `${preset.name}, region of ${kibibytes} KiB`,
    geometry: { ...preset.geometry, sectorCount },
  };
}

/** The adapter's key store by default: sixteen sectors of a W25Q64JV. */
export const W25Q_REGION: FlashPreset = flashRegion(W25Q64JV, 16);
