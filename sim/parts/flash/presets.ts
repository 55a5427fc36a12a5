/**
 * Real parts as presets: geometry and timing, each figure with its source.
 *
 * "Sheet" names the data sheet that the figure is quoted from in drivers and
 * parts catalogues; "assumed" marks a figure recalled from sheets of the
 * family and not read again for this file, "probable" one that is quoted so in
 * more than one place. Compare ratios, not milliseconds, where a result hangs
 * on an assumed figure.
 *
 * @module
 */

import type { FlashCommandSet, FlashSuspend } from "./command_set.ts";
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
  /** What else it knows; nothing by default, but fail bits in its status. */
  readonly commands?: FlashCommandSet;
}

const microseconds = (typical: number, maximum: number): FlashDuration => ({
  typicalNanoseconds: typical * 1000,
  maximumNanoseconds: maximum * 1000,
});

/** Its length no source gives: assumed, as a tenth of the shortest erase at the most. */
const ERASE_PULSE_NANOSECONDS = 1_000_000;

const suspend = (latency: number, eraseInterval: number, programInterval: number): FlashSuspend => ({
  latencyNanoseconds: latency * 1000,
  eraseIntervalNanoseconds: eraseInterval * 1000,
  programIntervalNanoseconds: programInterval * 1000,
  erasePulseNanoseconds: ERASE_PULSE_NANOSECONDS,
});

/** Winbond W25Q64JV, 8 MiB. Its status has no fail bits: only reading back shows what failed. */
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
  commands: {
    failBits: false,
    sfdp: true,
    // JEDEC id as read from parts.
    identification: [0xef, 0x40, 0x17],
    // tBE1 120 ms typical, 1.6 s maximum; chip 20 and 100 s; tW 10 and 15 ms (a public driver's header; typical assumed).
    halfBlockErase: microseconds(120_000, 1_600_000),
    chipErase: microseconds(20_000_000, 100_000_000),
    statusWrite: microseconds(10_000, 15_000),
    // As the part's own SFDP says: 20 us, and 512 and 128 us from resume to suspend.
    suspend: suspend(20, 512, 128),
    // tRST 30 us, tDP and tRES1 3 us (SFDP), tPUW 5 ms (sheet, revision J).
    resetNanoseconds: 30_000,
    deepPowerDownNanoseconds: 3_000,
    writeInhibitNanoseconds: 5_000_000,
  },
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
  // Assumed, as for the W25Q family that it copies.
  commands: {
    failBits: false,
    sfdp: true,
    identification: [0x68, 0x40, 0x17],
    halfBlockErase: microseconds(150_000, 1_600_000),
    chipErase: microseconds(20_000_000, 100_000_000),
    statusWrite: microseconds(10_000, 15_000),
    suspend: suspend(30, 512, 128),
    resetNanoseconds: 30_000,
    deepPowerDownNanoseconds: 3_000,
    writeInhibitNanoseconds: 5_000_000,
  },
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
  commands: {
    // P_FAIL and E_FAIL of the security register (bit numbers assumed).
    failBits: true,
    sfdp: true,
    identification: [0xc2, 0x23, 0x15],
    // All probable: 32 KiB 200 ms and 1 s, chip 10 and 30 s, status register 40 ms maximum, tVSL 800 us.
    halfBlockErase: microseconds(200_000, 1_000_000),
    chipErase: microseconds(10_000_000, 30_000_000),
    statusWrite: microseconds(20_000, 40_000),
    suspend: suspend(25, 200, 100),
    resetNanoseconds: 35_000,
    deepPowerDownNanoseconds: 30_000,
    writeInhibitNanoseconds: 800_000,
  },
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
  commands: {
    // P_ERR and E_ERR, status register 1 bits 6 and 5.
    failBits: true,
    sfdp: true,
    // Capacity code probable.
    identification: [0x34, 0x2a, 0x1a],
    secondProgram: "refused",
    // All probable: chip 201 and 696 s, status register 44 and 357 ms, suspend 100 us, 250 us between, reset 450 us.
    chipErase: microseconds(201_000_000, 696_000_000),
    statusWrite: microseconds(44_000, 357_000),
    suspend: suspend(100, 250, 250),
    resetNanoseconds: 450_000,
    writeInhibitNanoseconds: 500_000,
  },
};

/**
 * ST M25P64, 8 MiB: nothing but sectors of 64 KiB, and none of the younger commands: no SFDP, no suspend, no reset, no
 * fail bits.
 */
export const M25P64: FlashPreset = {
  name: "ST M25P64",
  geometry: { sectorBytes: 65_536, sectorCount: 128, pageBytes: 256 },
  timing: {
    // 20 MHz with command 03h (assumed).
    readByteNanoseconds: 400,
    readSetupNanoseconds: 1600,
    // tPP 1.4 and 5 ms for a page, 0.4 ms and a share of the page for less (assumed).
    programFirstByte: microseconds(400, 5000),
    programNextByte: microseconds(4, 5),
    programPage: microseconds(1400, 5000),
    // tSE 1 and 3 s (assumed).
    eraseSector: microseconds(1_000_000, 3_000_000),
    eraseBlock: microseconds(1_000_000, 3_000_000),
  },
  // Assumed, as for the family.
  enduranceCycles: 100_000,
  commands: {
    failBits: false,
    identification: [0x20, 0x20, 0x17],
    // tBE 68 and 160 s, tW 5 and 15 ms, tPUW 10 ms (assumed).
    chipErase: microseconds(68_000_000, 160_000_000),
    statusWrite: microseconds(5000, 15_000),
    writeInhibitNanoseconds: 10_000_000,
  },
};

/**
 * Flash of an STM32L4, 1 MiB: words of 8 bytes with an error correction code. A second program of one is a PROGERR, but
 * that with all zeros (reference manual). No serial part: it has no more commands.
 */
export const STM32L4: FlashPreset = {
  name: "STM32L4 flash",
  // Pages of 2 KiB are its sectors; a row of 32 words is programmed at once at the most.
  geometry: { sectorBytes: 2048, sectorCount: 512, pageBytes: 256, programBytes: 8 },
  timing: {
    // Memory on the bus, five clocks of 80 MHz for 8 bytes (assumed).
    readByteNanoseconds: 8,
    readSetupNanoseconds: 62,
    // A word 81.7 and 90.8 us (probable), shared out among its bytes.
    programFirstByte: microseconds(10.2125, 11.35),
    programNextByte: microseconds(10.2125, 11.35),
    programPage: microseconds(2614.4, 2905.6),
    // A page 22 and 24.5 ms (probable).
    eraseSector: microseconds(22_000, 24_500),
    eraseBlock: microseconds(22_000, 24_500),
  },
  // 10,000 cycles (data sheet).
  enduranceCycles: 10_000,
  commands: { failBits: true, secondProgram: "zeros only", chipErase: microseconds(22_000, 25_000) },
};

/**
 * Flash of an STM32H743, 2 MiB: words of 32 bytes with an error correction code, and sectors of 128 KiB. A second program
 * of a word goes on, and leaves it with wrong check bits. No serial part: it has no more commands.
 */
export const STM32H743: FlashPreset = {
  name: "STM32H743 flash",
  geometry: { sectorBytes: 131_072, sectorCount: 16, pageBytes: 32, programBytes: 32 },
  timing: {
    // Memory on the bus (assumed).
    readByteNanoseconds: 4,
    readSetupNanoseconds: 40,
    // A word 290 and 580 us at parallelism x8 (probable), shared out among its bytes.
    programFirstByte: microseconds(9.0625, 18.125),
    programNextByte: microseconds(9.0625, 18.125),
    programPage: microseconds(290, 580),
    // A sector 2 and 4 s at x8 (probable).
    eraseSector: microseconds(2_000_000, 4_000_000),
    eraseBlock: microseconds(2_000_000, 4_000_000),
  },
  // 10,000 cycles (data sheet).
  enduranceCycles: 10_000,
  commands: { failBits: true, secondProgram: "garbled", chipErase: microseconds(16_000_000, 32_000_000) },
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
