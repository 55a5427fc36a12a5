/**
 * Records of a firmware that is a module, from which keys are chosen for it: they are laid out as the manual says.
 *
 * @module
 */

import {
  KEY_NAME_MINIMUM_BYTES,
  KEY_VALUE_MINIMUM_BYTES,
  MAX_ID_BYTES,
  MAX_KEY_BYTES,
  TUNNEL_NAME_BYTES,
  TUNNEL_VALUE_BYTES,
} from "../../../firmware/manual/interface.ts";
import type { RecordClass, RecordIdentity } from "../../../firmware/nvram/store.ts";

type Range = readonly [least: number, most: number];

const GUID_BYTES = 16;
const EMPTY: Range = [0, 0];

/** How long names and values are; persistent logins are none of the cache's records. */
const LENGTHS: Readonly<Record<RecordClass, { readonly name: Range; readonly value: Range } | undefined>> = {
  "preshared-key": {
    name: [KEY_NAME_MINIMUM_BYTES + 1, KEY_NAME_MINIMUM_BYTES + MAX_ID_BYTES],
    value: [KEY_VALUE_MINIMUM_BYTES + 1, KEY_VALUE_MINIMUM_BYTES + MAX_KEY_BYTES],
  },
  "group-key": { name: EMPTY, value: [1, MAX_KEY_BYTES] },
  "tunnel-address": {
    name: [TUNNEL_NAME_BYTES, TUNNEL_NAME_BYTES],
    value: [TUNNEL_VALUE_BYTES, TUNNEL_VALUE_BYTES],
  },
  "generational-guid": { name: EMPTY, value: [GUID_BYTES, GUID_BYTES] },
  "persistent-logon": undefined,
  "persistent-logon-part": undefined,
};

/**
 * Whether a record is one of the cache.
 *
 * @param refuse Ends the run: where, what was given, what is accepted.
 */
export function checkRecord(
  { class: recordClass, name, value }: RecordIdentity & { readonly value: Uint8Array | undefined },
  refuse: (place: string, given: string, accepted: string) => never,
): boolean {
  const lengths = LENGTHS[recordClass];
  if (lengths === undefined) return false;
  for (const [field, bytes] of [["name", name], ["value", value]] as const) {
    const [least, most] = lengths[field];
    if (bytes === undefined || least <= bytes.length && bytes.length <= most) continue;
    const accepted = least === most ? `${least}` : `${least} to ${most}`;
    refuse(
      "store_entry",
      `a ${recordClass} with a ${field} of ${bytes.length} bytes`,
      `${accepted}, as the manual says`,
    );
  }
  return true;
}
