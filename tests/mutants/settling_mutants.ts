/**
 * Faults in what makes past cuts harmless.
 *
 * @module
 */

import { inFile, type Mutant } from "./mutant.ts";

/** What the rules of the mount may get wrong. */
export const SETTLING_MUTANTS: readonly Mutant[] = [
  ...inFile(
    "firmware/nvram/settling.ts",
    [
      "the fence begins where the log ended, not where bytes were written",
      "  const written = writtenEnd(sectorOf(region, head), scan.headEnd);\n",
      "  const written = scan.headEnd;\n",
    ],
    [
      "the fence is one byte behind the end",
      "headEnd : roundUp(headEnd + maxRecordBytes, pageBytes);",
      "headEnd : roundUp(headEnd + 1, pageBytes);",
    ],
    [
      "zeros end within what stands behind a torn record",
      "const lengthBytes = Math.min(written, sectorBytes) - scan.headEnd;",
      "const lengthBytes = Math.min(scan.headEnd + maxRecordBytes, sectorBytes) - scan.headEnd;",
    ],
    [
      "a mark vouches for a record that no mount could settle",
      "if (beganBehindLast(region, head, scan) &&",
      "if (scan.tornRecord &&",
    ],
    [
      "a last record that does not open the next sector is given up at once",
      "attempt < OPEN_ATTEMPTS;",
      "attempt < 1;",
    ],
    [
      "a last record that does not open the next sector is given up after three attempts",
      "const OPEN_ATTEMPTS = 4;",
      "const OPEN_ATTEMPTS = 3;",
    ],
    [
      "a boot goes on where an earlier one had come to",
      "Math.max(scan.headEnd + maxRecordBytes, writtenEnd(sectorOf(region, head), scan.headEnd));",
      "scan.headEnd + maxRecordBytes;",
    ],
    [
      "a torn record that cannot be left is left as it is",
      "    if (!(yield* log.writer.kill(head.index * sectorBytes + scan.headEnd, lengthBytes))) return false;\n",
      "    if (lengthBytes < 0) return false;\n",
    ],
    [
      "a head is stayed behind that may be opened some time",
      'const mayStay = !scan.tornHeader || omittedRules.has("reopen torn header");',
      "const mayStay = true;",
      "where words take one program no mount believes a header without a record behind it that was written since: a torn one has none, and its sector is erased when it is opened next",
    ],
    [
      "a header that was not driven is believed",
      "return yield* log.writer.driveAgain(base, region.subarray(base, base + headerBytes(1)));",
      "return (yield* log.writer.driveAgain(base, region.subarray(base, base + headerBytes(1)))) || true;",
    ],
    [
      "a record that was not driven is fenced",
      "    if (yield* settleRecord(options)) {\n",
      "    if ((yield* settleRecord(options)) || true) {\n",
    ],
    [
      "without room behind the fence nothing is settled",
      "return !hadRoom && (yield* settleWithoutFence(options, again));",
      "return false;",
    ],
  ),
  ...inFile(
    "firmware/nvram/pending.ts",
    [
      "what was written again says nothing of what lies before it",
      "const voidFrom = (place && voidFromAt(bytes, place.offset)) ?? place?.offset ?? headEnd;",
      "const voidFrom = place?.offset ?? headEnd;",
    ],
    [
      "a last record is sealed anew in the head that it stands in",
      "const value = isSealedThere && carried ?",
      "const value = isSealedThere ?",
    ],
    [
      "a box that is written again stands before the name",
      "payload.set(stored, payload.length - stored.length);",
      "payload.set(stored, payload.length - again.length + HEAD_BYTES);",
    ],
  ),
];
