/**
 * What lies beside the page in its folder: the shipped scenarios, and modules
 * that scenarios may name.
 *
 * @module
 */

import type { GalleryEntry } from "../gallery_entry.ts";

/** Key stores that are modules, by the names of their files. */
export const MODULES: Readonly<Record<string, string>> = {
  "store.hba.wasm": "store in C",
  "store_hasty.hba.wasm": "hasty store in C: header before data",
  "store_early.hba.wasm": "early store in C: answers before it writes",
};

/** Reads it. */
export class Library {
  readonly #modules = new Map<string, Uint8Array>();

  /**
   * The shipped scenarios.
   *
   * @throws {Error} They cannot be read.
   */
  async gallery(): Promise<readonly GalleryEntry[]> {
    return await (await fetched("gallery.json")).json();
  }

  /**
   * The modules that a text names, as far as they are there.
   *
   * @throws {Error} One cannot be read.
   */
  async modulesFor(source: string): Promise<Readonly<Record<string, Uint8Array>>> {
    const names = Object.keys(MODULES).filter((name) => source.includes(name));
    const files: Record<string, Uint8Array> = {};
    for (const name of names) {
      const known = this.#modules.get(name) ?? new Uint8Array(await (await fetched(`stores/${name}`)).arrayBuffer());
      this.#modules.set(name, known);
      files[name] = known;
    }
    return files;
  }
}

async function fetched(path: string): Promise<Response> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} cannot be read: the server says ${response.status}`);
  return response;
}
