/**
 * What may stand between the parts of a world and their dearest computations.
 *
 * @module
 */

/** Gives again what a pure function of bytes has given, so that the runs of a campaign do not compute it twice. */
export interface ResultMemory {
  /**
   * The result for a question.
   *
   * @param what The function.
   * @param question All that the result depends on. Copied if it is kept.
   * @param compute Computes it; called if exactly this question was not asked before. What it throws is not remembered.
   * @returns A copy: the caller may fill it with zeros.
   */
  recall(what: string, question: readonly Uint8Array[], compute: () => Uint8Array): Uint8Array;
}
