/**
 * Counts what hash and cipher engines have to do, so that it can be charged.
 *
 * @module
 */

/** Blocks that went through hash and cipher since they were last asked for. */
export class SymmetricWork {
  #hashBlocks = 0;
  #cipherBlocks = 0;

  /** Counts blocks of a hash, in units of 64 bytes. */
  addHashBlocks(count: number): void {
    this.#hashBlocks += count;
  }

  /** Counts blocks of a cipher. */
  addCipherBlocks(count: number): void {
    this.#cipherBlocks += count;
  }

  /** What was counted, which is then forgotten; `undefined` if nothing was. */
  take(): { readonly hashBlocks: number; readonly cipherBlocks: number } | undefined {
    const taken = { hashBlocks: this.#hashBlocks, cipherBlocks: this.#cipherBlocks };
    this.#hashBlocks = 0;
    this.#cipherBlocks = 0;
    return taken.hashBlocks + taken.cipherBlocks > 0 ? taken : undefined;
  }
}
