/**
 * Faults of flash parts in scenario files: `flip: { address: 0x60, mask: 0x04 }`.
 *
 * @module
 */

import { PROGRAM_CUTS } from "../../parts/flash/cut_effects.ts";
import type { FlashFault } from "../../parts/flash/faults.ts";
import { boolean, integer, mapping, oneOf, optional, type Reader, variant } from "./schema.ts";

const ADDRESS = integer(0, 0xffff_ffff);
const LENGTH = integer(1, 0xffff_ffff);
const TIMES = integer(1, Number.MAX_SAFE_INTEGER);

const cell = { address: ADDRESS, mask: integer(1, 255) };
const someBits = { address: ADDRESS, lengthBytes: LENGTH, bits: integer(1, 0xffff_ffff) };
/** For ever, and told in the status register, unless the file says otherwise. */
const failing = { times: optional(TIMES), reported: optional(boolean()) };

const faults = {
  /** Bits of a byte turn over. */
  flip: mapping(cell),
  /** Bits of a byte stay at a level for good. */
  stuck: mapping({ ...cell, level: oneOf("0", "1") }),
  /** Bits of a byte read as they like until they are driven again. */
  weak: mapping(cell),
  /** Programmed bits of a range lose their charge. */
  retention: mapping(someBits),
  /** Erased bits of a range gain charge. */
  readDisturb: mapping(someBits),
  /** Programs that touch a range fail. */
  programFailure: mapping({ address: ADDRESS, lengthBytes: LENGTH, ...failing }),
  /** Erases of a sector fail. */
  eraseFailure: mapping({ sector: integer(0, 0xffff), ...failing }),
  /** Sectors wear out; as the data sheet says unless the file does. */
  endurance: mapping({ eraseCycles: optional(TIMES), failure: oneOf("reported", "silent") }),
  /** How the next loss of power leaves a program. */
  programCut: oneOf(...PROGRAM_CUTS),
  /** How the next loss of power leaves an erase. */
  eraseCut: oneOf("not begun", "half erased", "weak", "done"),
};

/** A fault of a flash part. */
export function flashFault(): Reader<FlashFault> {
  const reader = variant("fault", faults);
  return {
    accepts: reader.accepts,
    read(node, place) {
      const fault = reader.read(node, place);
      switch (fault.type) {
        case "flip":
        case "weak":
        case "retention":
          return { kind: fault.type, ...fault.value } as FlashFault;
        case "stuck":
          return { kind: "stuck", ...fault.value, level: fault.value.level === "0" ? 0 : 1 };
        case "readDisturb":
          return { kind: "read disturb", ...fault.value };
        case "programFailure": {
          const { times, reported, ...range } = fault.value;
          return { kind: "program failure", ...range, times: times ?? Infinity, reported: reported ?? true };
        }
        case "eraseFailure": {
          const { times, reported, sector } = fault.value;
          return { kind: "erase failure", sector, times: times ?? Infinity, reported: reported ?? true };
        }
        case "endurance": {
          const { eraseCycles, failure } = fault.value;
          return { kind: "endurance", failure, ...(eraseCycles === undefined ? {} : { eraseCycles }) };
        }
        case "programCut":
          return { kind: "program cut", cut: fault.value };
        case "eraseCut":
          return { kind: "erase cut", cut: { phase: fault.value } };
      }
    },
  };
}
