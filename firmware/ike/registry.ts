/**
 * The exchanges of an engine, found without a search by id, by cookie and
 * address, and by peer.
 *
 * @module
 */

import type { Exchange } from "./exchange.ts";
import type { ExchangeId } from "./interface.ts";

/** All exchanges of an engine. */
export class ExchangeRegistry {
  readonly #byId = new Map<ExchangeId, Exchange>();
  /** By CKY-I and peer address: a peer can use another's cookie without harm to it. */
  readonly #byCookie = new Map<string, Exchange>();
  /** Exchanges that a peer began and that are not established, oldest first. */
  readonly #halfOpen = new Set<Exchange>();
  /** Established exchanges by peer address, oldest first. */
  readonly #established = new Map<string, Set<Exchange>>();

  /** The exchange that has said INITIAL-CONTACT, or is about to, by peer address. */
  readonly #firstContacts = new Map<string, Exchange>();

  /** How many exchanges there are, established ones counted. */
  get size(): number {
    return this.#byId.size;
  }

  /** How many half-open exchanges there are. */
  get halfOpenCount(): number {
    return this.#halfOpen.size;
  }

  /** The half-open exchange that is the oldest. */
  get oldestHalfOpen(): Exchange | undefined {
    const [oldest] = this.#halfOpen;
    return oldest;
  }

  /** All exchanges, oldest first. */
  all(): readonly Exchange[] {
    return [...this.#byId.values()];
  }

  /** The exchange with an id. */
  withId(id: ExchangeId): Exchange | undefined {
    return this.#byId.get(id);
  }

  /** The exchange with an initiator's cookie and a peer at an address. */
  withCookie(initiatorCookie: Uint8Array, peerAddress: Uint8Array): Exchange | undefined {
    return this.#byCookie.get(keyOf(initiatorCookie, peerAddress));
  }

  /** The established exchanges with a peer at an address, oldest first. */
  establishedWith(peerAddress: Uint8Array): readonly Exchange[] {
    return [...this.#established.get(keyOf(peerAddress)) ?? []];
  }

  /**
   * Claims for an exchange that it is the first with its peer.
   *
   * @returns False if there is an association with the peer, or another exchange was first.
   */
  claimFirstContact(exchange: Exchange): boolean {
    const key = relationOf(exchange);
    if (this.#firstContacts.has(key)) return false;
    if (this.establishedWith(exchange.peer.address).some((other) => relationOf(other) === key)) return false;
    this.#firstContacts.set(key, exchange);
    return true;
  }

  /** Takes an exchange in. */
  add(exchange: Exchange): void {
    this.#byId.set(exchange.id, exchange);
    this.#byCookie.set(keyOf(exchange.initiatorCookie, exchange.peer.address), exchange);
    if (exchange.role === "responder") this.#halfOpen.add(exchange);
  }

  /** An exchange is established. */
  establish(exchange: Exchange): void {
    this.#halfOpen.delete(exchange);
    const key = keyOf(exchange.peer.address);
    const others = this.#established.get(key);
    if (others === undefined) this.#established.set(key, new Set([exchange]));
    else others.add(exchange);
  }

  /** An exchange is over. */
  remove(exchange: Exchange): void {
    this.#byId.delete(exchange.id);
    this.#byCookie.delete(keyOf(exchange.initiatorCookie, exchange.peer.address));
    this.#halfOpen.delete(exchange);
    const key = keyOf(exchange.peer.address);
    const others = this.#established.get(key);
    others?.delete(exchange);
    if (others?.size === 0) this.#established.delete(key);
    const relation = relationOf(exchange);
    if (this.#firstContacts.get(relation) === exchange) this.#firstContacts.delete(relation);
  }
}

/** Who speaks to whom: the peer clears what it has of this identification at its own address, and nothing else. */
function relationOf({ local, peer, ownIdentification }: Exchange): string {
  const { idType, data } = ownIdentification;
  return `${keyOf(local.address)}|${keyOf(peer.address)}|${idType}|${keyOf(data)}`;
}

/** A key for maps: one character for each byte. */
function keyOf(...parts: readonly Uint8Array[]): string {
  let key = "";
  for (const part of parts) key += String.fromCharCode(...part);
  return key;
}
