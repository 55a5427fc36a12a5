/**
 * Which faults make sense for a part: faults come from scenario files, too.
 *
 * @module
 */

import { PROGRAM_CUTS } from "./cut_effects.ts";
import { type FlashFault, FlashFaultError } from "./faults.ts";
import type { FlashGeometry } from "./nor_flash.ts";

const ERASE_PHASES = ["not begun", "zeroed from the end", "half erased", "weak", "done"];

/**
 * Refuses a fault that no such part can have.
 *
 * @throws {FlashFaultError} Says which field, what was given and what is accepted.
 */
export function checkFault(fault: FlashFault, { sectorBytes, sectorCount }: FlashGeometry): void {
  const partBytes = sectorBytes * sectorCount;
  const whole = (field: string, value: number, least: number, most: number) => {
    if (!(Number.isInteger(value) && value >= least && value <= most)) {
      throw new FlashFaultError(field, value, `${least} to ${most}`);
    }
  };
  const oneOf = (field: string, value: unknown, accepted: readonly unknown[]) => {
    if (!accepted.includes(value)) throw new FlashFaultError(field, String(value), accepted.join(", "));
  };
  const range = ({ address, lengthBytes }: { readonly address: number; readonly lengthBytes: number }) => {
    whole("address", address, 0, partBytes - 1);
    whole("lengthBytes", lengthBytes, 1, partBytes - address);
  };
  const times = (value: number) => {
    if (value !== Infinity) whole("times", value, 1, Number.MAX_SAFE_INTEGER);
  };
  switch (fault.kind) {
    case "stuck":
      oneOf("level", fault.level, [0, 1]);
      // falls through
    case "flip":
    case "weak":
      whole("address", fault.address, 0, partBytes - 1);
      return whole("mask", fault.mask, 1, 255);
    case "retention":
    case "read disturb":
      range(fault);
      return whole("bits", fault.bits, 1, 8 * fault.lengthBytes);
    case "program failure":
      range(fault);
      oneOf("reported", fault.reported, [true, false]);
      return times(fault.times);
    case "erase failure":
      whole("sector", fault.sector, 0, sectorCount - 1);
      oneOf("reported", fault.reported, [true, false]);
      return times(fault.times);
    case "endurance":
      oneOf("failure", fault.failure, ["reported", "silent"]);
      if (fault.eraseCycles !== undefined) whole("eraseCycles", fault.eraseCycles, 1, Number.MAX_SAFE_INTEGER);
      return;
    case "program cut":
      return oneOf("cut", fault.cut, PROGRAM_CUTS);
    case "erase cut":
      oneOf("phase", fault.cut.phase, ERASE_PHASES);
      if (fault.cut.phase === "zeroed from the end") whole("zeroBytes", fault.cut.zeroBytes, 0, sectorBytes);
      return;
    default:
      throw new FlashFaultError(
        "kind",
        String((fault satisfies never as { readonly kind: unknown }).kind),
        FAULT_KINDS.join(", "),
      );
  }
}

const FAULT_KINDS: readonly FlashFault["kind"][] = [
  "flip",
  "stuck",
  "weak",
  "retention",
  "read disturb",
  "program failure",
  "erase failure",
  "endurance",
  "program cut",
  "erase cut",
];
