/**
 * What a part knows besides reading, programming and erasing sectors and
 * blocks, and the commands for it.
 *
 * Codes, registers and rules are those of the Winbond W25Q sheets, which most
 * serial NOR parts share; where makers differ, the set of a part says how.
 *
 * @module
 */

import type { Task } from "../../kernel/task.ts";
import type { FlashDuration, FlashGeometry, FlashOutcome, NorFlash } from "./nor_flash.ts";

/** What a second program of a word does, on parts whose words take one program between erases. */
export type SecondProgram =
  /** It is refused as a whole (Infineon Semper with SECDED). */
  | "refused"
  /** It is refused unless all it programs is zero (STM32 L4 and G0, reference manual: PROGERR). */
  | "zeros only"
  /** It goes on, bits AND, and the check bits of the word are wrong afterwards: it reads as something else (STM32 H7). */
  | "garbled";

/** All that a second program can do. */
export const SECOND_PROGRAMS: readonly SecondProgram[] = ["refused", "zeros only", "garbled"];

/** How an erase or a program is interrupted for a while. */
export interface FlashSuspend {
  /** How long it takes at most until the part is ready (tSUS). */
  readonly latencyNanoseconds: number;
  /** An erase must run so long between resume and the next suspend, or makes no progress. */
  readonly eraseIntervalNanoseconds: number;
  /** The same of a program. */
  readonly programIntervalNanoseconds: number;
  /** The erase pulse that a resume begins anew (Infineon KBA223960; its length is assumed). */
  readonly erasePulseNanoseconds: number;
}

/** What a part knows, besides reading, programming and erasing. What is left out it does not know. */
export interface FlashCommandSet {
  /** Whether the status tells of a program or an erase that failed. On other parts reading back is the only way. */
  readonly failBits: boolean;
  /** The answer to Read Identification (9Fh): manufacturer, type, capacity. */
  readonly identification?: readonly number[];
  /** Whether it has the tables of JESD216 (Read SFDP, 5Ah). */
  readonly sfdp?: boolean;
  /** What a second program of a word does, where that matters; `refused` by default. */
  readonly secondProgram?: SecondProgram;
  /** The erase of 32 KiB (52h), where sectors make as much. */
  readonly halfBlockErase?: FlashDuration;
  /** The erase of the whole part (C7h). */
  readonly chipErase?: FlashDuration;
  /** The write of the status register (01h), and with it block protection. */
  readonly statusWrite?: FlashDuration;
  /** Suspend and resume (75h, 7Ah). */
  readonly suspend?: FlashSuspend;
  /** Software reset (66h, 99h): how long until the part is ready (tRST). */
  readonly resetNanoseconds?: number;
  /** Deep power-down and its release (B9h, ABh): how long either takes (tDP, tRES1). */
  readonly deepPowerDownNanoseconds?: number;
  /** How long after power-up the part takes no write (tPUW). */
  readonly writeInhibitNanoseconds?: number;
}

/** What a part knows of which nothing is said. */
export const PLAIN_COMMAND_SET: FlashCommandSet = { failBits: true };

/** What Half Block Erase (52h) erases. */
const HALF_BLOCK_BYTES = 32_768;

/** Length of what Half Block Erase (52h) erases; `undefined` if the sectors of a part do not make 32 KiB. */
export function halfBlockBytes({ sectorBytes }: FlashGeometry): number | undefined {
  return HALF_BLOCK_BYTES % sectorBytes === 0 ? HALF_BLOCK_BYTES : undefined;
}

/** Something that takes the part a while. */
export type FlashRequest =
  /** Page Program (02h). */
  | { readonly kind: "page program"; readonly address: number; readonly bytes: Uint8Array }
  /** Erase of a sector (20h), of 32 KiB (52h) or of a block (D8h): that which holds the address. */
  | { readonly kind: "sector erase" | "half block erase" | "block erase"; readonly address: number }
  /** Chip Erase (C7h). */
  | { readonly kind: "chip erase" }
  /** Write Status Register (01h). */
  | { readonly kind: "status write"; readonly value: number };

/** A part for which a driver can be written: all commands. */
export interface SerialNorFlash extends NorFlash {
  /**
   * Begins what takes a while (after Write Enable), and does not wait.
   *
   * @param request What.
   * @throws {FlashMisuseError} As the commands of {@linkcode NorFlash} do; the part does not know the command.
   */
  begin(request: FlashRequest): Task;
  /** Waits until the part is ready, as a driver does that polls the status. Something suspended is not waited for. */
  untilReady(): Task<FlashOutcome>;
  /** Half Block Erase (52h), of 32 KiB, and waiting until the part is ready. */
  halfBlockErase(address: number): Task<FlashOutcome>;
  /** Chip Erase (C7h), and waiting until the part is ready. */
  chipErase(): Task<FlashOutcome>;
  /** Write Disable (04h): clears the write enable latch. */
  writeDisable(): Task;
  /** Read Identification (9Fh): three bytes. */
  readIdentification(): Task<Uint8Array>;
  /**
   * Read SFDP (5Ah): the tables of JESD216, FF behind them.
   *
   * @param address Of the first byte, 24 bits.
   * @param lengthBytes How many.
   */
  readSfdp(address: number, lengthBytes: number): Task<Uint8Array>;
  /**
   * Read Status Register 1 and 2 (05h, 35h), allowed while the part is busy: bits 0 busy, 1 write enable latch, 2 to 4
   * BP0 to BP2, 5 TB, 6 SEC, 7 SRP; and bit 7 of the second, suspended.
   */
  readStatusRegisters(): Task<Uint8Array>;
  /** Write Status Register (01h), and waiting until the part is ready. */
  writeStatusRegister(value: number): Task<FlashOutcome>;
  /** Suspend (75h): an erase of a sector or block, or a program, stands still; ignored otherwise. */
  suspend(): Task;
  /** Resume (7Ah); ignored if nothing is suspended. */
  resume(): Task;
  /**
   * Software reset (66h and 99h), allowed while the part is busy: what is in progress is left as by a loss of power. A
   * task that waits for that goes on when it would have ended, and sees what a driver that polls does: a part that is
   * ready and tells of no failure; if something else was begun since, it waits for that.
   */
  reset(): Task;
  /** Deep Power-down (B9h): the part answers nothing but its release. */
  enterDeepPowerDown(): Task;
  /** Release from Deep Power-down (ABh). */
  releaseDeepPowerDown(): Task;
}
