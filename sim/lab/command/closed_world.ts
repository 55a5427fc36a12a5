/**
 * What a run of the command has to do with the world outside, which for most
 * is nothing.
 *
 * @module
 */

import type { World } from "../world/world.ts";

/** What a run has to do with the world outside. */
export interface OutsideWorld {
  /** The seed of the run; the scenario's own if `undefined`. */
  readonly seed: string | undefined;
  /** The seed as it may be shown; that of the run if `undefined`. Whoever knows a drawn seed knows the keys. */
  readonly shownSeed: string | undefined;
  /** Connects a world that has no power yet. */
  connect(world: World): void;
  /** The last step is taken, or the user has stopped the run: sessions are ended. */
  end(world: World): void;
  /** Closes what was opened, whatever became of the run. */
  close(): void;
  /** What came in, to be written; `undefined` if nothing could. */
  recording(): Uint8Array | undefined;
}

/** A run without anything outside. */
export function closedWorld(seed: string | undefined): OutsideWorld {
  return { seed, shownSeed: undefined, connect: () => {}, end: () => {}, close: () => {}, recording: () => undefined };
}
