/**
 * Checks of the parts of a world themselves, whose refusals are told of the
 * option that was given.
 *
 * @module
 */

import { IkePolicyError } from "../../../firmware/ike/mod.ts";
import { NetworkError } from "../../network/network.ts";
import { FlashFaultError } from "../../parts/flash/faults.ts";
import { FlashPresetError } from "../../parts/flash/preset_check.ts";
import { type Reader, show } from "./option_readers.ts";
import { WorldOptionsError } from "./world_options_error.ts";

/**
 * Runs a part's own check, and says of what it refuses where it was given.
 *
 * @throws {WorldOptionsError} The check refuses.
 */
export function checkBy(path: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (isRefusal(error)) {
      const given = typeof error.given === "string" ? error.given : show(error.given);
      throw new WorldOptionsError(path === "" ? error.field : `${path}.${error.field}`, given, error.accepted);
    }
    throw error;
  }
}

/** A reader that runs a part's own check as well. */
export function alsoBy<T>(reader: Reader<T>, check: (read: T) => void): Reader<T> {
  return (value, path) => {
    const read = reader(value, path);
    checkBy(path, () => check(read));
    return read;
  };
}

function isRefusal(error: unknown): error is NetworkError | IkePolicyError | FlashFaultError | FlashPresetError {
  return error instanceof NetworkError || error instanceof IkePolicyError || error instanceof FlashFaultError ||
    error instanceof FlashPresetError;
}
