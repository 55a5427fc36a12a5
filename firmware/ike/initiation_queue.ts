/**
 * Exchanges that this end begins, by peer: no more at once than a peer keeps
 * half open of one address. The others wait for their turn, where they would
 * only be dropped and come again.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import type { Exchange } from "./exchange.ts";

interface Turns {
  readonly underWay: Set<Exchange>;
  readonly waiting: Set<Exchange>;
}

/** Exchanges that this end begins, by peer. */
export class InitiationQueue {
  readonly #limit: number;
  readonly #byPeer = new Map<string, Turns>();

  /**
   * An empty queue.
   *
   * @param limit How many exchanges with one peer's address may be under way.
   */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes an exchange in; true if it is its turn already. */
  enter(exchange: Exchange): boolean {
    const key = bytesToHex(exchange.peer.address);
    const turns = this.#byPeer.get(key) ?? { underWay: new Set(), waiting: new Set() };
    this.#byPeer.set(key, turns);
    const isNext = turns.underWay.size < this.#limit;
    (isNext ? turns.underWay : turns.waiting).add(exchange);
    return isNext;
  }

  /** An exchange is established or over; gives the one whose turn it is then. */
  leave(exchange: Exchange): Exchange | undefined {
    const key = bytesToHex(exchange.peer.address);
    const turns = this.#byPeer.get(key);
    if (turns === undefined) return undefined;
    turns.waiting.delete(exchange);
    const [next] = turns.underWay.delete(exchange) ? turns.waiting : [];
    if (next !== undefined) {
      turns.waiting.delete(next);
      turns.underWay.add(next);
    }
    if (turns.underWay.size === 0) this.#byPeer.delete(key);
    return next;
  }

  /** Forgets all. */
  clear(): void {
    this.#byPeer.clear();
  }
}
