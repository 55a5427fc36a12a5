/**
 * Mutants of the security cache and its key table.
 *
 * @module
 */

import { inFile, type Mutant } from "./mutant.ts";

/** What could be wrong in `firmware/cache`. */
export const CACHE_MUTANTS: readonly Mutant[] = [
  ...inFile(
    "firmware/cache/security_cache.ts",
    [
      "RAM takes a key that flash refused",
      "    const stored = yield* this.#put(keyRecord(request));\n    if (stored !== IsdscStatus.SUCCESS) return stored;\n",
      "    const stored = yield* this.#put(keyRecord(request));\n    if (stored === IsdscStatus.CACHE_CORRUPTED) return stored;\n",
    ],
    [
      "keys that could not be scrubbed stay in RAM",
      'if (!accepted(cleared) && cleared.type !== "unscrubbed") return status;',
      "if (!accepted(cleared)) return status;",
    ],
    ["a damaged key gives its room away", "return this.#table.size + this.#damage.keys;", "return this.#table.size;"],
    [
      "a last write in doubt costs no name",
      "    if (mounted.doubtfulWrite) {\n",
      "    if (mounted.doubtfulWrite && mounted.formatted) {\n",
    ],
    [
      "naming a cache ends no report of losses",
      "const forgotten = yield* this.#forgetLosses();",
      "const forgotten: number = IsdscStatus.SUCCESS;",
    ],
    ["a damaged cache is valid", "!storeFailed && damaged === 0 &&", "!storeFailed &&"],
    [
      "a lost key is taken for one that was never set",
      "(entry === undefined && this.#damage.mayHideRecords)",
      "(entry === undefined && this.#damage.storeFailed)",
    ],
    [
      "ClearCache keeps the name of the cache",
      '      const dropped = yield* this.#store.delete("generational-guid", GENERATIONAL_GUID_NAME);\n',
      '      const dropped: StoreStatus = { type: "unchanged" };\n',
    ],
  ),
  ...inFile(
    "firmware/cache/cache_damage.ts",
    ["a damaged key counts before one for the exact port", "      if (table.has(identity)) return false;\n", ""],
    ["a damaged key for all ports counts for nothing", "      if (this.hasKey(identity)) return true;\n", ""],
    [
      "of two records of one name both are used",
      "      if (!ambiguous.has(recordKey(record))) return true;\n",
      "      if (ambiguous.size >= 0) return true;\n",
    ],
  ),
  ...inFile(
    "firmware/cache/key_table.ts",
    [
      "a shorter key leaves the end of the longer one",
      "    bytes.fill(0, offset, offset + KEY_TABLE_ENTRY_BYTES);\n",
      "",
    ],
    [
      "a cleared table keeps its keys",
      "    if (this.#slots.size > 0 || this.#hasGroupKey) this.#region.bytes.fill(0);\n    this.#slots.clear();\n",
      "    this.#slots.clear();\n",
    ],
    ["any port decides for all ports", "      .sort((a, b) => a.portNumber - b.portNumber)[0];", "[0];"],
  ),
];
