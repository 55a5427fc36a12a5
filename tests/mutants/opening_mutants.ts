/**
 * Faults in how a log goes on: in a sector that is opened for it, past sectors
 * that do not open, and while the supply sags.
 *
 * @module
 */

import { inFile, type Mutant } from "./mutant.ts";

/** What going on may get wrong. */
export const OPENING_MUTANTS: readonly Mutant[] = [
  ...inFile(
    "firmware/nvram/ring_log.ts",
    [
      "the erase count of a lost header restarts",
      "Math.max(this.#eraseCounts[index] ?? 0, neighbour) + 1",
      "(this.#eraseCounts[index] ?? 0) + 1",
    ],
    [
      "the open id is drawn once",
      "openId: this.#options.random(OPEN_ID_BYTES),",
      "openId: head?.header.openId ?? this.#options.random(OPEN_ID_BYTES),",
    ],
    ["a refused place is used again", "      cursor.offset = sectorBytes;\n", "      cursor.offset = offset;\n"],
    [
      "what was refused before is salvaged for another record",
      "    const cursor = this.#cursor;\n    this.#refused = undefined;\n",
      "    const cursor = this.#cursor;\n",
      "an append that fails ends in salvage() or in a sector that opens, and both forget the place that was refused",
    ],
    ["a refused mark is salvaged", "    this.#refused = refused;\n", ""],
    [
      "nothing is salvaged",
      "    if (place === undefined) return undefined;\n    const { sector: {",
      "    if (place === undefined || place.offset > 0) return undefined;\n    const { sector: {",
    ],
    [
      "what a mount takes is judged without the rest of the log",
      "if (last?.sector.index === index && last.offset === offset) {",
      "if (last !== undefined) {",
    ],
    [
      "nothing is salvaged beside a half-made header, which no mount may believe",
      "if (this.writer.programBytes > 1 || !this.unopened.mayLead) {",
      "if (!this.unopened.mayLead) {",
    ],
    [
      "a record that was refused is left although no mount is known to take it",
      "yield* this.writer.kill(index * sectorBytes + offset, lengthBytes);",
      "",
    ],
    [
      "a new head may be left for one that holds a record that was refused",
      "if (this.#refused === undefined || end > sectorBytes) return undefined;",
      "return undefined;",
    ],
    [
      "a new head owns nothing before what it freed is erased",
      "return !this.#isUnwritten || (yield* this.mark());",
      "return true;",
    ],
    [
      "a sector that is passed over is not wiped",
      "for (const each of passed) yield* this.writer.kill(each * sectorBytes, sectorBytes);",
      "",
    ],
    [
      "a header does not say where the log ended",
      "    header.previousEnd = head === undefined ? 0 : this.#logEnd;\n",
      "    header.previousEnd = head === undefined ? 0 : sectorBytes;\n",
    ],
    [
      "a header says where the log ended before the copies were written",
      "    header.previousEnd = head === undefined ? 0 : this.#logEnd;\n",
      "",
    ],
    [
      "what looks blank is not erased",
      "!(yield* this.unopened.erase(index, attempts, shown))) {",
      "(!(yield* this.writer.looksErased(address)) && !(yield* this.unopened.erase(index, attempts, shown)))) {",
    ],
    [
      "a sector is opened before one that a mount may take for newer",
      "!(yield* this.unopened.annulBehind(behind)) || ",
      "",
    ],
    [
      "one sector that fails ends writing",
      "if (this.refusals === refusals || !this.ring.canRetire(passed.length + 1)) break;",
      "break;",
    ],
    [
      "two neighbours that fail end writing",
      "if (!isSure && !(isOwned && (yield* outage.takesIn(others, asked)))) break;",
      "if (!isSure) break;",
    ],
    [
      "a sector that an outage has refused is not tried again",
      "isAgain = !isSure && passed.length === 0;",
      "isAgain = false;",
    ],
    [
      "a copy that the part refused is left in the new sector",
      "else if (isClosing || this.refusals > refusals) return undefined;",
      "else if (isClosing) return undefined;",
    ],
    ["room for the list of retired sectors is left twice", "carrier.reserveBytes - listBytes", "carrier.reserveBytes"],
    [
      "a refused place gets no mark",
      "      if (!(yield* this.writer.programRecord(sector, next, markHead, mark))) break;\n",
      "",
    ],
  ),
  ...inFile(
    "firmware/nvram/unopened_sectors.ts",
    [
      "half-open sectors are left as they are",
      "if ((yield* this.annul(index)) || !isTold || this.#writer.programBytes === 1) return false;",
      "if (!isTold || this.#writer.programBytes === 1) return false;",
    ],
    [
      "a half-made header that each mount will believe goes later",
      "return sectors.at(-1)?.index === index;",
      "return false;",
    ],
    ["a head is not given up although another header may be read", "return this.rivals.size > 0;", "return false;"],
    [
      "what an opening has left is not looked for",
      "const shownBytes = isUnfinished ? this.#sectorBytes : leastBytes;",
      "const shownBytes = leastBytes;",
    ],
    [
      "an older header is not looked for behind an erase",
      "this.#sectorBytes : leastBytes;",
      "this.#sectorBytes : leastBytes ?? 0;",
    ],
    [
      "a mount forgets what earlier openings have left",
      "    this.#unfinished = new Set(unfinished);\n",
      "    this.#unfinished = new Set(unfinished.slice(unfinished.length));\n",
    ],
  ),
  ...inFile(
    "firmware/nvram/outage.ts",
    ["an outage has every free sector tried", "count < Math.min(most, sectors.length)", "count < sectors.length"],
    [
      "all bad sectors are tried again for each change that they refuse",
      "    if (this.#pause > 0) return false;\n",
      "",
    ],
    ["the same sector is asked each time", "      this.#asked.add(index);\n", ""],
  ),
];
