/**
 * What goes wrong in a world besides what its trace tells: a damaged byte
 * leaves no event.
 *
 * @module
 */

/** What of a world an accident touches. */
export type Touched = Parameters<Disturbances["note"]>[1];

/** Tells those who watch over a state of each change that an accident has made. */
export class Disturbances {
  readonly #watchers = new Set<Disturbances["note"]>();
  #count = 0;

  /** How many there have been. */
  get count(): number {
    return this.#count;
  }

  /**
   * Notes that an accident or a fault has just changed something, or has come to its end.
   *
   * @param what The accident in words.
   * @param touched Where it happens: on the wire alone, which the network tells of itself, or elsewhere; and the adapters
   * that feel it, by their names: all, if it happens to the service or the host.
   */
  note(
    what: string,
    touched: { readonly where: "wire" | "elsewhere"; readonly adapters: readonly string[] | "all" },
  ): void {
    this.#count++;
    for (const watcher of [...this.#watchers]) watcher(what, touched);
  }

  /**
   * Tells somebody of each from now on. A watcher must not change the world.
   *
   * @returns Ends it.
   */
  watch(watcher: Disturbances["note"]): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}
