/**
 * The digest of a run: SHA-256 over its trace in a canonical form.
 *
 * Canonical form, all numbers little-endian: for each event in order its cycle
 * (float64), cause (int32), then component name, kind name, and for each field
 * its name and value, texts as UTF-8 behind their length (uint32), numbers as
 * float64 behind the length 0xFFFFFFFF. Growth of columns and the order in
 * which texts were first seen do not matter.
 *
 * @module
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Recorder } from "./recorder.ts";

const NUMBER_MARK = 0xffff_ffff;

/** The digest of all events so far, 64 hex digits. */
export function traceDigest(recorder: Recorder): string {
  const hash = sha256.create();
  const scratch = new DataView(new ArrayBuffer(16));
  const encoder = new TextEncoder();
  const known = new Map<string, Uint8Array>();
  const text = (value: string) => {
    let bytes = known.get(value);
    if (bytes === undefined) {
      const encoded = encoder.encode(value);
      bytes = new Uint8Array(4 + encoded.length);
      new DataView(bytes.buffer).setUint32(0, encoded.length, true);
      bytes.set(encoded, 4);
      known.set(value, bytes);
    }
    hash.update(bytes);
  };
  for (const event of recorder.events()) {
    scratch.setFloat64(0, event.cycle, true);
    scratch.setInt32(8, event.cause, true);
    hash.update(new Uint8Array(scratch.buffer, 0, 12));
    text(event.component);
    text(event.kind);
    for (const [name, value] of Object.entries(event.fields)) {
      text(name);
      if (typeof value === "string") {
        text(value);
        continue;
      }
      scratch.setUint32(0, NUMBER_MARK, true);
      scratch.setFloat64(4, value, true);
      hash.update(new Uint8Array(scratch.buffer, 0, 12));
    }
  }
  return bytesToHex(hash.digest());
}
