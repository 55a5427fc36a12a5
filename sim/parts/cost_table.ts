/**
 * What things cost: one table for the whole adapter, in cycles of its core
 * (250 MHz by default, so 250 cycles are a microsecond).
 *
 * Times of the flash part belong to its geometry presets. Figures are meant to
 * have the right order of magnitude and the right proportions; where no source
 * is named they are assumed. A world takes any table of this shape.
 *
 * @module
 */

import type { Cycles } from "../kernel/task.ts";

/** Cycles for the adapter's doings. */
export interface CostTable {
  /** From reset to the first instruction: power good and clocks stable. Assumed: 100 µs. */
  readonly resetCycles: Cycles;
  /** Verifying the image: Ed25519 over its hash. 273,364 cycles on a 64-bit core (Bernstein et al., "High-speed high-security signatures", §1); assumed four times that on a 32-bit one. */
  readonly verifySignatureCycles: Cycles;
  /** Hashing one byte of the image at boot. Assumed: 10 cycles, SHA-512 in software. */
  readonly hashImageByteCycles: Cycles;
  /** Taking a command out of the mailbox and finding its handler. Assumed. */
  readonly dispatchCycles: Cycles;
  /** Setting up one DMA transfer. Assumed: 1 µs, a PCI-X turnaround. */
  readonly dmaSetupCycles: Cycles;
  /** Moving one byte by DMA. PCI-X 64 bit at 133 MHz moves 1.06 GB/s at best; a quarter of a cycle, rounded up to whole transfers. */
  readonly dmaBytesPerCycle: number;
  /** Looking up or changing one entry of the RAM key table. Assumed. */
  readonly keyTableCycles: Cycles;
  /** Writing completion registers and raising the interrupt. Assumed. */
  readonly completionCycles: Cycles;
  /** Handling one datagram: interrupt, ring, header checks. Assumed. */
  readonly packetCycles: Cycles;
  /** One 64-byte block of a hash on the hash engine. Assumed: 80 rounds, one a cycle, and moving the block. */
  readonly hashBlockCycles: Cycles;
  /** One block of a cipher on the cipher engine. Assumed: 3DES, the slowest, 48 rounds and moving the block. */
  readonly cipherBlockCycles: Cycles;
  /**
   * One modular exponentiation with a 1024-bit modulus and a 256-bit exponent on the public-key engine; others
   * cost by {@linkcode publicKeyCycles}. Assumed: 2 ms, a security coprocessor of the 2000s at 500 operations a second.
   */
  readonly exponentiationCycles: Cycles;
}

/** The table used unless another is given. */
export const DEFAULT_COSTS: CostTable = {
  resetCycles: 25_000,
  verifySignatureCycles: 1_093_456,
  hashImageByteCycles: 10,
  dispatchCycles: 500,
  dmaSetupCycles: 250,
  dmaBytesPerCycle: 4,
  keyTableCycles: 200,
  completionCycles: 250,
  packetCycles: 1_000,
  hashBlockCycles: 100,
  cipherBlockCycles: 64,
  exponentiationCycles: 500_000,
};

/**
 * The cost of moving bytes by DMA.
 *
 * @returns Whole cycles.
 */
export function dmaCycles(costs: CostTable, lengthBytes: number): Cycles {
  return costs.dmaSetupCycles + Math.ceil(lengthBytes / costs.dmaBytesPerCycle);
}

/** What a modular exponentiation of {@linkcode CostTable} is: a sliding window of 5 bits over an exponent of 256. */
const EXPONENTIATION = { multiplications: 256 * (1 + 1 / 6) + 16, bits: 1024 };

/**
 * Multiplications in the field for each bit of a scalar. Jacobian coordinates: a doubling takes 8 of them, squarings
 * counted, and with a window of 5 bits every sixth one is followed by an addition of 16 (Explicit-Formulas Database,
 * shortw/jacobian-3: dbl-2001-b, add-2007-bl). The ladder of Curve25519 takes 10 in every step (RFC 7748 §5).
 */
const CURVE_MULTIPLICATIONS_PER_BIT = 8 + 16 / 6;

/**
 * The cost of one public-key operation, by the multiplications in it and the square of the length of what is
 * multiplied: the engine multiplies, whatever for.
 *
 * Exponents are taken for 256 bits, whatever the modulus; scalars are as long as the field.
 *
 * @param operation An exponentiation, or the multiplication of a point on a curve by a scalar.
 * @param bits Length of the modulus, or of the field's prime.
 * @returns Whole cycles.
 */
export function publicKeyCycles(
  costs: CostTable,
  operation: "modular exponentiation" | "scalar multiplication",
  bits: number,
): Cycles {
  const { exponentiationCycles: cycles } = costs;
  const length = (bits * bits) / (EXPONENTIATION.bits * EXPONENTIATION.bits);
  switch (operation) {
    case "modular exponentiation":
      return Math.ceil(cycles * length);
    case "scalar multiplication":
      return Math.ceil(cycles * length * (CURVE_MULTIPLICATIONS_PER_BIT * bits / EXPONENTIATION.multiplications));
    default:
      return operation satisfies never;
  }
}
