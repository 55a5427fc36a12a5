/**
 * Many adapters in one world, measured in a process of its own.
 *
 * @module
 */

import { type Checkout, OURS } from "./checkout.ts";
import type { NotMeasured } from "./row.ts";

/** How many keys each adapter has before it logs in. */
export const LOGIN_KEYS = 64;

/** What a process of its own reports of many adapters. */
export interface Crowd {
  /** CPU time of all of it. */
  readonly milliseconds: number;
  /** The largest memory of the process. */
  readonly peakKiB: number;
  /** Of each adapter after its boot, outside of the heap. */
  readonly outsideKiB: number;
  /** The same in the heap. */
  readonly heapKiB: number;
}

/**
 * Boots many adapters, gives them keys and has them log in, in a process of its own.
 *
 * @param keys Keys of each adapter; without any nobody logs in.
 */
export function crowd(checkout: Checkout, adapters: number, keys: number): Crowd | NotMeasured {
  const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-check", "--allow-all", "--v8-flags=--expose-gc,--max-old-space-size=4096"],
      ...["--config", new URL("deno.json", OURS.root).pathname, new URL("./crowd.ts", import.meta.url).pathname],
      ...[checkout.root.href, `${adapters}`, `${keys}`],
    ],
  }).outputSync();
  const text = new TextDecoder().decode(success ? stdout : stderr);
  return success ? JSON.parse(text) as Crowd : { notMeasured: text.trim().split("\n").at(-1) ?? "it ended" };
}
