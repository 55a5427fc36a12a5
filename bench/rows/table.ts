/**
 * All rows, in the order of the table.
 *
 * @module
 */

import type { Row } from "../row.ts";
import { ADAPTER_ROWS } from "./adapter_rows.ts";
import { FOREIGN_ROWS } from "./foreign_rows.ts";
import { HANDSHAKE_ROWS } from "./handshake_rows.ts";
import { HOP_ROWS } from "./hop_rows.ts";
import { KERNEL_ROWS } from "./kernel_rows.ts";
import { PUBLIC_KEY_ROWS } from "./public_key_rows.ts";
import { START_ROWS } from "./start_rows.ts";
import { STORE_ROWS } from "./store_rows.ts";
import { WORLD_ROWS } from "./world_rows.ts";

/** All rows. */
export const ROWS: readonly Row[] = [
  ...WORLD_ROWS,
  ...ADAPTER_ROWS,
  ...PUBLIC_KEY_ROWS,
  ...START_ROWS,
  ...KERNEL_ROWS,
  ...HANDSHAKE_ROWS,
  ...STORE_ROWS,
  ...FOREIGN_ROWS,
  ...HOP_ROWS,
];
