/**
 * A serial NOR flash as firmware sees it: geometry, timing, commands.
 *
 * Erasing sets every bit of a sector; programming only clears bits. A page
 * program that runs past the end of its page wraps to the page's beginning.
 * Each program or erase needs the write enable latch, which it uses up.
 *
 * @module
 */

import type { Task } from "../../kernel/task.ts";

/** How a part is divided. */
export interface FlashGeometry {
  /** Smallest unit of erasing, in bytes. */
  readonly sectorBytes: number;
  /** How many sectors there are. */
  readonly sectorCount: number;
  /** Largest unit of programming, in bytes; divides `sectorBytes`. */
  readonly pageBytes: number;
}

/** How long things take, in nanoseconds. */
export interface FlashTiming {
  /** One byte on the read bus. */
  readonly readByteNanoseconds: number;
  /** Command and address of a read. */
  readonly readSetupNanoseconds: number;
  /** The first byte of a page program. */
  readonly programFirstByteNanoseconds: number;
  /** Each further byte of a page program. */
  readonly programNextByteNanoseconds: number;
  /** A sector erase. */
  readonly eraseSectorNanoseconds: number;
}

/** A part: geometry and timing. */
export interface FlashPreset {
  /** The part's name. */
  readonly name: string;
  /** How it is divided. */
  readonly geometry: FlashGeometry;
  /** How long things take. */
  readonly timing: FlashTiming;
}

/** How an operation ended, as the status register tells it. */
export type FlashOutcome = "done" | "program failed" | "erase failed";

/** The commands of a serial NOR flash. */
export interface NorFlash {
  /** How the part is divided. */
  readonly geometry: FlashGeometry;
  /**
   * Reads bytes.
   *
   * @returns A copy.
   * @throws {FlashMisuseError} The part is busy, or the range is not inside it.
   */
  read(address: number, lengthBytes: number): Task<Uint8Array>;
  /** Write enable (06h): allows the next program or erase. */
  writeEnable(): Task;
  /**
   * Page program (02h), and waiting until the part is ready.
   *
   * @param address Where the first byte goes; later bytes wrap within the page.
   * @param bytes 1 to a page.
   * @throws {FlashMisuseError} Busy, not write-enabled, out of range.
   */
  pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome>;
  /**
   * Sector erase (20h), and waiting until the part is ready.
   *
   * @param address Anywhere in the sector.
   * @throws {FlashMisuseError} Busy, not write-enabled, out of range.
   */
  sectorErase(address: number): Task<FlashOutcome>;
}

/** A command that the part would ignore or garble: a firmware bug. */
export class FlashMisuseError extends Error {
  /** The command. */
  readonly command: string;

  /**
   * Says which command, and what was wrong with it.
   *
   * @param command The command.
   * @param problem What was wrong.
   */
  constructor(command: string, problem: string) {
    super(`Flash ${command}: ${problem}`);
    this.name = "FlashMisuseError";
    this.command = command;
  }
}

/** Sixteen sectors of a Winbond W25Q: typical times as its data sheet is quoted; to be checked before stated as fact. */
export const W25Q_REGION: FlashPreset = {
  name: "W25Q, 64 KiB region",
  geometry: { sectorBytes: 4096, sectorCount: 16, pageBytes: 256 },
  timing: {
    // 50 MHz single SPI: 8 clocks a byte; 32 clocks for command and address.
    readByteNanoseconds: 160,
    readSetupNanoseconds: 640,
    programFirstByteNanoseconds: 30_000,
    programNextByteNanoseconds: 2_500,
    eraseSectorNanoseconds: 45_000_000,
  },
};
