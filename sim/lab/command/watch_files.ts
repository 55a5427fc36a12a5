/**
 * Waits until files change. It looks at them now and then, since what runtimes
 * and file systems tell of changes differs.
 *
 * @module
 */

import { statSync } from "node:fs";

const BETWEEN_MILLISECONDS = 200;

/** What files looked like, by their names. */
export type Looks = ReadonlyMap<string, string>;

/** What files look like now: when they were written, and how long they are. */
export function looksOf(files: readonly string[]): Looks {
  return new Map(files.map((file) => {
    const stat = statSync(file, { throwIfNoEntry: false });
    return [file, stat === undefined ? "gone" : `${stat.mtimeMs} ${stat.size} ${stat.ino}`];
  }));
}

/**
 * Waits for a change.
 *
 * @param before What the files looked like.
 * @param files Lists them, since there may be others by then.
 * @returns Those that are new or not what they were, and those that are gone: at least one.
 */
export async function changedFiles(before: Looks, files: () => readonly string[]): Promise<readonly string[]> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MILLISECONDS));
    const now = looksOf(files());
    const changed = [...new Set([...before.keys(), ...now.keys()])].filter((file) =>
      before.get(file) !== now.get(file)
    );
    if (changed.length > 0) return changed;
  }
}
