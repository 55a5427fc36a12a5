/**
 * Faults that somebody could write into the key store and the security cache,
 * each one line. The campaign or the tests must find each of them, but for
 * those that change nothing.
 *
 * ```sh
 * deno run -A tests/mutants/run.ts          # all; writes tests/mutants/MUTANTS.md
 * deno run -A tests/mutants/run.ts 12 13    # some; the other rows stay
 * ```
 *
 * @module
 */

import { CACHE_MUTANTS } from "./cache_mutants.ts";
import { inFile, type Mutant } from "./mutant.ts";
import { OPENING_MUTANTS } from "./opening_mutants.ts";
import { READING_MUTANTS } from "./reading_mutants.ts";
import { SETTLING_MUTANTS } from "./settling_mutants.ts";

/** All mutants; their numbers are their places, from 1. */
export const MUTANTS: readonly Mutant[] = [
  ...inFile(
    "firmware/nvram/secret_sectors.ts",
    [
      "torn bytes are taken for safe when clearing",
      'if (recordBytesAt(bytes, sequence, next) === 0) return "unknown";',
      "if (recordBytesAt(bytes, sequence, next) === 0) return content;",
    ],
    [
      "slots stay public behind what is lost",
      'if (content === "unknown") publicSlots.clear();',
      "",
    ],
    [
      "values of any slot are taken for public",
      "const holdsValue = kind === RecordKind.full || kind === RecordKind.value;",
      "const holdsValue = kind === RecordKind.full;",
    ],
    [
      "only sectors of the log are looked at when clearing",
      "|| isBlank(bytes)) continue;",
      "|| !log.some((each) => each.index === index)) continue;",
    ],
    ["a retired sector that was not wiped is no matter", "isDone &&= isWiped(bytes);", ""],
    ["only the last retired sector must be wiped", "isDone &&= isWiped(bytes);", "isDone = isWiped(bytes);"],
    [
      "a dead cell keeps a retired sector from being wiped",
      "return isNearlyBlank(bytes) || bytes.every(",
      "return isBlank(bytes) || bytes.every(",
    ],
  ),
  ...OPENING_MUTANTS,
  ...inFile(
    "firmware/nvram/ring_sectors.ts",
    [
      "retired sectors are opened again",
      "if (this.#retired.has(index) || passed.includes(index)) continue;",
      "if (passed.includes(index)) continue;",
    ],
    ["no sector is kept to go on with", "return goodSectors > LEAST_SECTORS ? 1 : 0;", "return 0;"],
  ),
  ...inFile(
    "firmware/nvram/capacity.ts",
    [
      "as much is accepted as fits without a spare sector",
      "this.#turningBytes(good - spareSectors(good))",
      "this.#turningBytes(good)",
    ],
    [
      "no room is kept for a list of retired sectors",
      "return listBytes + (this.#programBytes === 1",
      "return (this.#programBytes === 1",
    ],
    ["no room is kept for the last record", "this.#programBytes + this.maxRecordBytes);", "0);"],
    ["slots that note losses take no room", "}, losses * roomBytes(0, this.#programBytes));", "}, 0);"],
  ),
  ...inFile(
    "firmware/nvram/room.ts",
    [
      "one record too many is accepted",
      "this.#slots.footprintBytes + more <= this.#capacity.bytes(",
      "this.#slots.footprintBytes <= this.#capacity.bytes(",
    ],
    [
      "what was accepted may not change when a sector was retired",
      "return more <= 0 || this.#slots.footprintBytes",
      "return this.#slots.footprintBytes",
    ],
    [
      "a record leaves no room to be written again",
      "if (head === undefined || behindBytes < this.#againBytes(payloadBytes)) return false;",
      "if (head === undefined || behindBytes < 0) return false;",
    ],
    [
      "all of a sector may be needed",
      "return this.#slots.neededBytes(head) + lengthBytes <= this.#capacity.liveBytes;",
      "return true;",
    ],
  ),
  ...inFile(
    "firmware/nvram/turning.ts",
    ["a clear that was cut off is not gone on with", "    this.scrub = scrub;\n", ""],
    [
      "no spare sector is won back",
      "for (; this.#log.ring.lacksSpare && this.room",
      "for (; this.#log.ring.lacksSpare && turn < 0 && this.room",
    ],
    [
      "a last record is written again in every later sector",
      "    this.unsettled = undefined;\n    carryOver",
      "    carryOver",
    ],
    [
      "the slot of the record that is being written may be taken for a loss",
      "const taken = this.inFlight === undefined ? [] : [this.inFlight];",
      "const taken: number[] = [];",
    ],
    ["the sector that won the spare one back is not believed", "if (turn > 0) yield* this.#log.own();", ""],
  ),
  ...inFile(
    "firmware/nvram/region_reader.ts",
    [
      "a sector that does not read the same each time is taken for a later version",
      "if (!equalBytes(first, again)) return false;",
      "",
    ],
    ["a retired sector is asked for a later version", "new Set(retired);", "new Set<number>();"],
  ),
  ...inFile(
    "firmware/nvram/later_version.ts",
    ["a later format is formatted over", "seen.has(version) || isLater(", "isLater("],
    ["a later version that keeps the header's fields is written over", "let more = false;", "let more = true;"],
    [
      "a later version in a region without a log of today is written over if its header can be of today",
      "return search.sectors.length === 0 && !isAlone(index, left.length, search);",
      "return false;",
    ],
    [
      "a header that was cut off in its version, and a bit beside it, is taken for a later version",
      "isNearlyBlank(header.subarray(VERSION_OFFSET + 1)) || ",
      "",
    ],
    [
      "a header that was cut off over copies, and a bit beside it, is taken for a later version",
      "isNearlyBlank(header.subarray(VERSION_OFFSET + 1))",
      "isNearlyBlank(left.subarray(VERSION_OFFSET + 1))",
    ],
    [
      "of two headers with a damaged version one is taken for a later version",
      "if (decodeHeader(header) !== undefined) continue;",
      "",
    ],
    [
      "the byte that an erase has come to counts",
      "sector.findLastIndex((byte) => byte > 0));",
      "sector.findLastIndex((byte) => byte > 0) + 1);",
    ],
  ),
  ...inFile(
    "firmware/nvram/flash_writer.ts",
    [
      "records are not read back",
      "(yield* this.#readsBlank(address, bytes.length)) && (yield* this.driveFirmly(address, bytes));",
      "(yield* this.#readsBlank(address, bytes.length)) && ((yield* this.drive(address, bytes)) || true);",
    ],
    [
      "records of words are not read back",
      "    if (equalBytes(yield* this.#flash.read(address, bytes.length), bytes)) return true;\n",
      "    if (this.programBytes > 1 || equalBytes(yield* this.#flash.read(address, bytes.length), bytes)) return true;\n",
    ],
    [
      "records are written over what is there",
      "return (yield* this.#readsBlank(address, bytes.length)) && (yield* this.driveFirmly(address, bytes));",
      "return yield* this.driveFirmly(address, bytes);",
    ],
    ["a header is judged more strictly than by a mount", "    decodeHeader(there);\n", ""],
    [
      "what the part did not drive is not driven again",
      "      if (yield* this.drive(address, bytes)) return true;\n",
      "      return yield* this.drive(address, bytes);\n",
    ],
    [
      "zeros are driven once, and believed",
      "      if (countOnes(yield* this.#flash.read(address, lengthBytes)) <= DEAD_BITS) return true;\n",
      "      return true;\n",
    ],
  ),
  ...inFile(
    "firmware/nvram/log_window.ts",
    [
      "a header that was not believed is left when a log is begun",
      "header.sequence > (head?.header.sequence ?? 0);",
      "header.sequence > (head?.header.sequence ?? Infinity);",
    ],
    [
      "an erase that has begun is told by its header alone",
      "      if (sequence > newest - logSectors) return true;\n",
      "      return true;\n",
    ],
    ["the first sector is believed by its own copies", "doubtful.previousEnd > 0 && ", ""],
    [
      "a header is believed although nothing was written since",
      "while (!settlesInPlace && head !== undefined) {",
      "while (!settlesInPlace && head === -1) {",
    ],
    [
      "a header is believed although nothing was written before the one behind it",
      "      head = this.#newest();\n",
      "      return;\n",
    ],
    [
      "a head that lost its header is not looked for",
      "      if (this.#hasRecords(index, sequence + distance, true)) ahead = distance;\n",
      "",
    ],
    [
      "the first of several heads that lost their headers counts",
      "      if (this.#hasRecords(index, sequence + distance, true)) ahead = distance;\n",
      "      if (ahead === 0 && this.#hasRecords(index, sequence + distance, true)) ahead = distance;\n",
    ],
    [
      "copies alone are no log",
      "const sequences = Math.max(...own) > 0 ? own :",
      "const sequences = Math.max(...own) >= 0 ? own :",
    ],
    [
      "records are looked for where they begin alone",
      "return records.some(({ offset }) => !isOwned || isOwn(readUint32(bytes, offset)));",
      "return records.some(({ offset }) => offset === headerBytes(this.#programBytes) && (!isOwned || isOwn(readUint32(bytes, offset))));",
    ],
    [
      "a sector that lost its header is left out of the log",
      'const condition = this.#hasRecords(index, sequence) ? "header lost" : "lost";',
      "continue;",
    ],
    ["the list of retired sectors is not read", "this.#noteRetired(index, header.sequence);", ""],
  ),
  ...READING_MUTANTS,
  ...inFile(
    "firmware/nvram/carry_over.ts",
    [
      "losses are not carried",
      "    if (!(yield* this.#copyLosses(cursor, this.#options.losses(tail)))) return false;\n",
      "",
    ],
    [
      "the clearing of secrets is not carried",
      "|| cursor.sector.header.sequence >= scrub.untilSequence) return true;",
      "|| cursor.sector.header.sequence > 0) return true;",
    ],
    [
      "copies for a sector that was refused are adopted with the next",
      "    this.#copies = [];\n    this.#losses",
      "    this.#losses",
    ],
    ["copies keep the places that they had", "      slot.value = value ?? slot.value;\n", ""],
    [
      "the last record is not written again in the next sector",
      "    if (unsettled !== undefined) {\n",
      "    if (unsettled !== undefined && losses.length > 9) {\n",
    ],
  ),
  ...inFile(
    "firmware/nvram/ring_store.ts",
    ["a head is appended to whose last record is still to be written again", "    else this.#log.leaveHead();\n", ""],
    [
      "a damaged record is written anew without its name",
      "const isUpdate = before?.value !== undefined &&",
      "const isUpdate = before !== undefined &&",
    ],
    [
      "a clear that opened a sector erases no more for it",
      "if (sector !== head) until = sector.header.sequence + this.#flash.geometry.sectorCount;",
      "",
    ],
    [
      "a clear that opened a sector erases as many as it would have without",
      "if (sector !== head) until = sector.header.sequence + this.#flash.geometry.sectorCount;",
      "if (sector !== head) until = sector.header.sequence + distance;",
    ],
    ["older duplicates are left in the log", "      yield* this.#deleteSuperseded();\n", ""],
    [
      "losses are not noted before a clear",
      "!(yield* this.#losses.note(this.#turning.append.bind(this.#turning))) ||",
      "",
    ],
    [
      "a mount does not win the spare sector back",
      "      // Power may have gone while it was regained.\n      yield* this.#turning.regainSpare();\n",
      "",
    ],
    ["a sector that is too full stays so", "      yield* this.#relieve();\n", ""],
    [
      "a clear after damage erases no more than it must",
      "let distance = this.#losses.count > 0",
      "let distance = this.#losses.count > 1e9",
    ],
    [
      "keys stay whose sector was erased under the store",
      "    if (secrets.length > 0) distance ||= sectorCount;\n",
      "",
    ],
    [
      "a new slot is put in place before it is written",
      '    if (written === undefined) return this.#log.refusals > refusals ? REFUSED : { type: "full" };\n    this.#slots.set(written);\n',
      "    this.#slots.set(written ?? { number, identity, namePlace: { sector: this.#log.head as never, offset: 0 }, value: undefined });\n    if (written === undefined) return REFUSED;\n",
    ],
  ),
  ...SETTLING_MUTANTS,
  ...inFile(
    "firmware/nvram/log_format.ts",
    [
      "a record verifies in any sector",
      "  writeUint32(place, 0, sequence);\n",
      "  writeUint32(place, 0, sequence & 0);\n",
    ],
    [
      "a checksum is taken over each range that is announced",
      "  const verifies = isShort || checksums === undefined\n",
      "  const verifies = isShort || checksums !== null\n",
    ],
    [
      "a record whose checksum is blank is put right",
      "  if (readUint32(sector, end) === BLANK_CHECKSUM) return undefined;\n",
      "",
    ],
    [
      "a last write is never in doubt",
      "  if (word === undefined) return !isBlank(sector.subarray(at));\n",
      "  if (word !== BLANK_HEAD) return false;\n",
    ],
  ),
  ...inFile(
    "firmware/nvram/part_check.ts",
    ["texts are taken for numbers", "  return Number.isInteger(value) && value >= least", "  return value >= least"],
  ),
  ...inFile(
    "firmware/nvram/sealer.ts",
    ["a nonce does not tell the place", "  writeUint16(bytes, 12, offset);\n", ""],
  ),
  ...inFile(
    "firmware/nvram/sealed_box.ts",
    ["a key does not tell the name", "  identity.set(name, 1);\n", ""],
  ),
  ...inFile(
    "firmware/nvram/losses.ts",
    ["losses are forgotten in RAM alone", "      if (!(yield* writeDelete(number))) return false;\n", ""],
    ["a clear forgets losses", "      this.#slots.nameless.set(slot, place);\n", ""],
    [
      "sectors that lost something are forgotten when they go",
      "    return numbers;\n",
      "    return numbers.slice(1);\n",
    ],
  ),
  ...CACHE_MUTANTS,
];
