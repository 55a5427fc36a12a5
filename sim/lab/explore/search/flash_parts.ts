/**
 * Puts parts into the adapters of a story that have flash: others could not use
 * them.
 *
 * @module
 */

import type { AdapterDescription, WorldOptions } from "../../world/world_options.ts";

/**
 * Gives each adapter with flash other parts, for `world` of `explore`.
 *
 * @param parts The options of an adapter that are others than they would be: `createStore`, `createFlash`.
 */
export function withFlashParts(
  parts: (adapter: AdapterDescription) => Partial<AdapterDescription>,
): (options: WorldOptions) => WorldOptions {
  return (options) => ({
    ...options,
    adapters: options.adapters.map((adapter) =>
      (adapter.keyStorage ?? "nvram") === "nvram" ? { ...adapter, ...parts(adapter) } : adapter
    ),
  });
}
