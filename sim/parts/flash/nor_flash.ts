/**
 * A serial NOR flash as firmware sees it: geometry, timing, commands, status.
 *
 * Erasing sets every bit of a sector; programming only clears bits. A page
 * program that runs past the end of its page wraps to the page's beginning.
 * Each program or erase needs the write enable latch, which it uses up. Command
 * codes are those that JEDEC parts share (JESD216 and the Winbond W25Q sheets).
 *
 * @module
 */

import type { Task } from "../../kernel/task.ts";

/** How a part is divided. */
export interface FlashGeometry {
  /** Smallest unit of erasing, in bytes; a whole number of pages. */
  readonly sectorBytes: number;
  /** How many sectors there are. */
  readonly sectorCount: number;
  /** Largest unit of programming, in bytes. */
  readonly pageBytes: number;
  /**
   * Smallest unit of programming, in bytes; 1 by default. Longer ones are words with an error correction code (2, 4, 8, 16,
   * 32): programs begin and end with them, and each takes one program between erases.
   */
  readonly programBytes?: number;
  /** Unit of the block erase command, in sectors; without it the part has no such command. */
  readonly blockSectors?: number;
  /** What an erased byte reads as: 255, the default, or 0 (STM32 L0 and L1), where a program sets bits. */
  readonly erasedValue?: 0 | 255;
}

/** How long one thing takes, in nanoseconds, as data sheets give it. */
export interface FlashDuration {
  /** At 25 degrees Celsius in a fresh part. */
  readonly typicalNanoseconds: number;
  /** Over the whole range of operation and life. */
  readonly maximumNanoseconds: number;
}

/** How long things take. */
export interface FlashTiming {
  /** One byte on the read bus, in nanoseconds. */
  readonly readByteNanoseconds: number;
  /** Command and address of a read, in nanoseconds. */
  readonly readSetupNanoseconds: number;
  /** The first byte of a page program. */
  readonly programFirstByte: FlashDuration;
  /** Each further byte of a page program. */
  readonly programNextByte: FlashDuration;
  /** No page program takes longer, whatever the sum of its bytes. */
  readonly programPage: FlashDuration;
  /** A sector erase. */
  readonly eraseSector: FlashDuration;
  /** A block erase. */
  readonly eraseBlock: FlashDuration;
}

/** How an operation ended, as the status register tells it. */
export type FlashOutcome = "done" | "program failed" | "erase failed";

/** What the status register tells (Read Status, 05h, and the fail bits that Macronix and Micron parts have). */
export interface FlashStatus {
  /** An operation is in progress. */
  readonly busy: boolean;
  /** The write enable latch is set. */
  readonly writeEnabled: boolean;
  /** The last program failed. */
  readonly programFailed: boolean;
  /** The last erase failed. */
  readonly eraseFailed: boolean;
}

/** The commands of a serial NOR flash. */
export interface NorFlash {
  /** How the part is divided. */
  readonly geometry: FlashGeometry;
  /**
   * Reads bytes (03h).
   *
   * @param address Where the first byte lies.
   * @param lengthBytes How many.
   * @returns A copy.
   * @throws {FlashMisuseError} The part is busy, or the range is not inside it.
   */
  read(address: number, lengthBytes: number): Task<Uint8Array>;
  /**
   * Reads bytes (03h) into memory of the caller.
   *
   * @param address Where the first byte lies.
   * @param target Is filled.
   * @throws {FlashMisuseError} The part is busy, or the range is not inside it.
   */
  readInto(address: number, target: Uint8Array): Task;
  /** Reads the status register (05h); allowed while the part is busy. */
  readStatus(): Task<FlashStatus>;
  /** Waits until the part takes writes after power-up (tPUW); a part without it always does. */
  untilWritable?(): Task;
  /**
   * Write enable (06h): allows the next program or erase.
   *
   * @throws {FlashMisuseError} The part is busy.
   */
  writeEnable(): Task;
  /**
   * Page program (02h), and waiting until the part is ready.
   *
   * @param address Where the first byte goes; later bytes wrap within the page.
   * @param bytes 1 to a page; the part takes a copy.
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
  /**
   * Block erase (D8h), and waiting until the part is ready.
   *
   * @param address Anywhere in the block.
   * @throws {FlashMisuseError} Busy, not write-enabled, out of range, or the part has no such command.
   */
  blockErase(address: number): Task<FlashOutcome>;
}

/** A command that the part would ignore or garble: a firmware bug. */
export class FlashMisuseError extends Error {
  /** The command. */
  readonly command: string;
  /** What was given. */
  readonly given: string;
  /** What is accepted. */
  readonly accepted: string;

  /**
   * Says which command, what it was given and what it accepts.
   *
   * @param command The command.
   * @param given What was given.
   * @param accepted What is accepted.
   */
  constructor(command: string, given: string, accepted: string) {
    super(`Flash ${command}: ${given}, expected ${accepted}`);
    this.name = "FlashMisuseError";
    this.command = command;
    this.given = given;
    this.accepted = accepted;
  }
}
