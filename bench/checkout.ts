/**
 * A checkout of hbasim: the one that this file lies in, or another revision of it.
 *
 * @module
 */

import type { NotMeasured } from "./row.ts";

/** Where sources lie, and a way to their modules. */
export interface Checkout {
  /** The folder, with a slash at its end. */
  readonly root: URL;
  /**
   * One of its modules. Two checkouts never share one.
   *
   * @typeParam M What the module is in this checkout; of another revision it is assumed.
   * @param path From the root.
   */
  module<M>(path: string): Promise<M>;
}

function checkoutAt(root: URL): Checkout {
  return { root, module: async <M>(path: string) => await import(new URL(path, root).href) as M };
}

/** The checkout that this file lies in. */
export const OURS: Checkout = checkoutAt(new URL("../", import.meta.url));

/** What git says, or `undefined` if it refuses. */
export function git(...args: readonly string[]): string | undefined {
  try {
    const command = new Deno.Command("git", { args: ["-C", OURS.root.pathname, ...args], stderr: "null" });
    const { success, stdout } = command.outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Revisions that have been written to folders, which are removed at the end. */
export class Revisions {
  readonly #folders = new Map<string, string>();

  /** The sources of a revision. */
  checkout(revision: string): Checkout | NotMeasured {
    const commit = git("rev-parse", "--verify", "--quiet", `${revision}^{commit}`);
    if (commit === undefined) return { notMeasured: `git knows no revision ${JSON.stringify(revision)} here` };
    const known = this.#folders.get(commit);
    if (known !== undefined) return checkoutAt(new URL(`file://${known}/`));
    const folder = Deno.makeTempDirSync({ prefix: "hbasim-bench-" });
    this.#folders.set(commit, folder);
    const archive = `${folder}/.tar`;
    const written = git("archive", "--format=tar", `--output=${archive}`, commit) !== undefined;
    const { success } = new Deno.Command("tar", { args: ["-xf", archive, "-C", folder] }).outputSync();
    if (!written || !success) return { notMeasured: `git could not write revision ${revision}` };
    return checkoutAt(new URL(`file://${folder}/`));
  }

  /** Removes what was written. */
  remove(): void {
    for (const folder of this.#folders.values()) Deno.removeSync(folder, { recursive: true });
    this.#folders.clear();
  }
}
