/**
 * When an adapter's cache may be cleared and filled again that was filled, or
 * cleared, in vain: some times at once, then ever more rarely, by pauses that
 * double. Each fill wears flash, and takes all keys away for a moment.
 *
 * @module
 */

import type { Kernel } from "../../sim/kernel/kernel.ts";
import { FILLS_AT_ONCE, FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS } from "../design_choices.ts";

/** Attempts in vain at one thing. */
class Attempts {
  readonly #kernel: Kernel;
  #count = 0;
  #pauseEnd = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  get areDue(): boolean {
    return this.#kernel.now >= this.#pauseEnd;
  }

  fail(): void {
    const { now, frequencyHz } = this.#kernel;
    const further = ++this.#count - FILLS_AT_ONCE;
    const pauseSeconds = further < 0 ? 0 : FIRST_PAUSE_SECONDS * 2 ** further;
    this.#pauseEnd = now + Math.min(pauseSeconds, LONGEST_PAUSE_SECONDS) * frequencyHz;
  }
}

/** Fills of one adapter's cache, for as long as it does not depart. */
export class Refills {
  readonly #kernel: Kernel;
  /** At one revision of what the service holds. */
  #fills: { readonly revision: number; readonly attempts: Attempts } | undefined = undefined;
  /** ClearCaches that the adapter has answered with a failure since the last one that it has not. */
  #clears: Attempts | undefined = undefined;
  /** For keys that the adapter has taken and lacks, by the keys of their rows. */
  readonly #restorations = new Map<string, Attempts>();

  /** None so far. */
  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Whether the cache may be cleared and filled now. */
  areDue(revision: number): boolean {
    return this.#fills?.revision !== revision || this.#fills.attempts.areDue;
  }

  /**
   * The adapter has failed to take all, or to tell of what it took. If it does time and again it is left alone, for ever
   * longer pauses. A departure, or a setting for all adapters, ends them.
   */
  failed(revision: number): void {
    if (this.#fills?.revision !== revision) this.#fills = { revision, attempts: new Attempts(this.#kernel) };
    this.#fills.attempts.fail();
  }

  /** The cache is what the service holds. */
  succeeded(): void {
    this.#fills = undefined;
  }

  /** Whether the cache holds what it should have lost, and may be cleared now. */
  get isClearDue(): boolean {
    return this.#clears?.areDue ?? false;
  }

  /** The adapter has said that it could not clear its cache. */
  notCleared(): void {
    this.#clears ??= new Attempts(this.#kernel);
    this.#clears.fail();
  }

  /** The cache was cleared, or need not be. */
  cleared(): void {
    this.#clears = undefined;
  }

  /** Whether the cache may be filled now for the sake of one key. */
  areDueFor(key: string): boolean {
    return this.#restorations.get(key)?.areDue ?? true;
  }

  /** The cache was filled for the sake of one key, and the adapter lacks it still. */
  failedFor(key: string): void {
    const attempts = this.#restorations.get(key) ?? new Attempts(this.#kernel);
    attempts.fail();
    this.#restorations.set(key, attempts);
  }

  /** The adapter has the key. */
  succeededFor(key: string): void {
    this.#restorations.delete(key);
  }

  /** The adapter departs: what comes back is another one. */
  forget(): void {
    this.#fills = undefined;
    this.#clears = undefined;
    this.#restorations.clear();
  }
}
