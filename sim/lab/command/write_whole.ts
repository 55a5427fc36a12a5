/**
 * Writing to what is open, whoever reads it and however slowly.
 *
 * @module
 */

import { writeSync } from "node:fs";
import { codeOf } from "./system_error.ts";

/** How long a reader is waited for before it is asked again. */
const WAIT_MILLISECONDS = 5;

/**
 * Writes all of it: one call may take less than it is given, and a pipe that does not wait takes nothing while it is
 * full. Node makes pipes so, and so may whoever shares one.
 *
 * @param write How the system is asked.
 * @throws What the system says if it takes no more.
 */
export function writeWhole(
  handle: number,
  content: Uint8Array,
  write: (handle: number, content: Uint8Array, offset: number) => number = writeSync,
): void {
  for (let written = 0; written < content.length;) {
    try {
      written += write(handle, content, written);
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      // Asking again and again would keep the reader from reading.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MILLISECONDS);
    }
  }
}
