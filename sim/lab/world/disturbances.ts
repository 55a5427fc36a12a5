/**
 * What goes wrong in a world besides what its trace tells: a damaged byte
 * leaves no event.
 *
 * @module
 */

/** Tells those who watch over a state of each change that an accident has made. */
export class Disturbances {
  readonly #watchers = new Set<(what: string, where: "wire" | "elsewhere") => void>();
  #count = 0;

  /** How many there have been: whoever compares two counts knows whether something went wrong in between. */
  get count(): number {
    return this.#count;
  }

  /**
   * Notes that an accident has just changed something, or has come to its end.
   *
   * @param what The accident in words.
   * @param where Where it happens: on the wire alone, which the network tells of itself, or elsewhere.
   */
  note(what: string, where: "wire" | "elsewhere" = "elsewhere"): void {
    this.#count++;
    for (const watcher of [...this.#watchers]) watcher(what, where);
  }

  /**
   * Tells somebody of each from now on. A watcher must not change the world.
   *
   * @returns Ends it.
   */
  watch(watcher: (what: string, where: "wire" | "elsewhere") => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}
