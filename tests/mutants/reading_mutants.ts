/**
 * Mutants of what is made of the records of a log.
 *
 * @module
 */

import { inFile, type Mutant } from "./mutant.ts";

/** What could be wrong from the bytes of a log to its slots. */
export const READING_MUTANTS: readonly Mutant[] = [
  ...inFile(
    "firmware/nvram/log_scan.ts",
    ["repair is allowed anywhere", "if (!isOpen && end !== bytes.length) return undefined;", ""],
    ["marks strike out nothing", "if (offset >= end) found.splice(", "if (offset >= bytes.length) found.splice("],
    ["what is struck out strikes out, too", "      else end = voidFrom ?? end;", "      end = voidFrom ?? end;"],
    [
      "damaged records are passed over",
      "        if (repaired === undefined) this.#noteDamage(sector, end, gapEnd);\n",
      "",
    ],
    [
      "a last record that is written again strikes out the damage behind it",
      "      this.#lastContent = undefined;\n      if (isSomething(",
      "      if (isSomething(",
    ],
    [
      "a lost bit in the last record is programmed over",
      "this.#lastRecord = { place, lengthBytes, lostBit };",
      "this.#lastRecord = { place, lengthBytes, lostBit: false };",
    ],
  ),
  ...inFile(
    "firmware/nvram/slot_reading.ts",
    [
      "older values are trusted behind what nobody can read",
      "      slot.damaged = true;\n      slot.passing = Math.min(",
      "      slot.passing = Math.min(",
    ],
    [
      "a name whose slot was given away is forgotten",
      "      this.#noteReplaced(number, place);\n      this.#slots.set(",
      "        this.#slots.set(",
    ],
    [
      "a slot that may have been freed is reported when it has another name",
      "return slot?.passing === 0 ? this.#keyAt(slot.name) : undefined;",
      "return this.#keyAt(slot?.name);",
    ],
    [
      "the value of one name is given for another that follows it in its slot",
      "slot.damaged = this.#noteReplaced(number, place) || slot.damaged;",
      "this.#noteReplaced(number, place);",
    ],
    ["what was deleted is back with an older record of its name", "      this.#deleteOlder(number);\n", ""],
    [
      "a newer record goes with an older one of its name that is deleted",
      "latenessOf(each) >= latenessOf(slot)",
      "other === number",
    ],
    [
      "a carried clear that is damaged frees slots",
      "kind !== RecordKind.clearSecrets || headCarried(word)",
      "kind !== RecordKind.clearSecrets",
    ],
    ["a clear ends the report of every loss", "slot.cleared = slot.noted === undefined;", "slot.cleared = true;"],
    [
      "a clear damages slots whose name comes later",
      "if (name === undefined) slot.cleared = slot.noted === undefined;",
      "if (name === undefined) slot.damaged = true;",
    ],
    ["names are certain behind what nobody can read", "slot.passing = Math.min(PASSED, slot.passing + records);", ""],
    [
      "a name is certain behind a delete record that is lost",
      "if (kind === RecordKind.delete) slot.passing = PASSED;",
      "",
    ],
    [
      "names are certain behind a clear that is lost",
      "      slot.damaged = true;\n      slot.passing = PASSED;\n",
      "      slot.damaged = true;\n",
    ],
    ["a value tells nothing of its slot", "if (slot.passing < PASSED) slot.passing = 0;", ""],
    ["a value makes every name certain", "if (slot.passing < PASSED) slot.passing = 0;", "slot.passing = 0;"],
    [
      "a name that is lost leaves the older one",
      "else if (slot.passing > 0 || headPayloadBytes(word) === 0) slot.name = undefined;",
      "",
    ],
    [
      "a name that is lost is one that was freed",
      "else if (slot.passing > 0 || headPayloadBytes(word) === 0) slot.name = undefined;",
      "else slot.name = undefined;",
    ],
    ["a clear ends the report of names that are lost", "if (slot.name === undefined) slot.noted = place;", ""],
    [
      "a name makes nothing certain",
      "Object.assign(slot, { name: place, passing: 0 });\n      } else",
      "Object.assign(slot, { name: place });\n        } else",
    ],
    [
      "a loss that is noted leaves the name",
      "Object.assign(slot, { name: undefined, damaged: true,",
      "Object.assign(slot, { damaged: true,",
    ],
  ),
  ...inFile(
    "firmware/nvram/slot_table.ts",
    [
      "a value in doubt is anybody's",
      "return passing < PASSED || damaged || (isSealed(slot.identity.class) && this.#isAuthentic(slot));",
      "return passing < PASSED || damaged || this.#isAuthentic(slot);",
    ],
    [
      "a box tells nothing of its owner",
      "return passing < PASSED || damaged || (isSealed(slot.identity.class) && this.#isAuthentic(slot));",
      "return passing < PASSED || damaged;",
    ],
    ["secrets are not authenticated at the mount", "if (!this.#isAuthentic(slot)) slot.value = undefined;", ""],
    [
      "of two slots of one name the later number counts",
      ".sort(([, left], [, right]) => latenessOf(left) - latenessOf(right))",
      ".sort(([left], [right]) => left - right)",
    ],
    [
      "the number of a slot without a name is given away",
      "if (this.#slots[number] !== undefined || this.nameless.has(number)) continue;",
      "if (this.#slots[number] !== undefined) continue;",
    ],
    [
      "a name behind a clearing brings a secret back",
      "if (damaged || value === undefined || (cleared && isSecret(identity.class))) {",
      "if (damaged || value === undefined) {",
    ],
    ["a damaged value keeps no room", "value?.stored.length ?? this.#largestStoredBytes", "value?.stored.length ?? 0"],
  ),
];
