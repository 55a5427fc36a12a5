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
  /** Exchanges that a peer began and that are not established, oldest first, by peer address. */
  readonly #halfOpen = new Map<string, Set<Exchange>>();
  #halfOpenCount = 0;
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
    return this.#halfOpenCount;
  }

  /** The oldest half-open exchange of the address that has the most. */
  get oldestOfBusiest(): Exchange | undefined {
    let busiest: Set<Exchange> | undefined;
    for (const each of this.#halfOpen.values()) if (each.size > (busiest?.size ?? 0)) busiest = each;
    const [oldest] = busiest ?? [];
    return oldest;
  }

  /** How many half-open exchanges there are of an address. */
  halfOpenOf(peerAddress: Uint8Array): number {
    return this.#halfOpen.get(keyOf(peerAddress))?.size ?? 0;
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
    if (exchange.role !== "responder") return;
    addTo(this.#halfOpen, keyOf(exchange.peer.address), exchange);
    this.#halfOpenCount++;
  }

  /** An exchange is established. */
  establish(exchange: Exchange): void {
    this.#endHalfOpen(exchange);
    addTo(this.#established, keyOf(exchange.peer.address), exchange);
  }

  /** An exchange is over. */
  remove(exchange: Exchange): void {
    this.#byId.delete(exchange.id);
    this.#byCookie.delete(keyOf(exchange.initiatorCookie, exchange.peer.address));
    this.#endHalfOpen(exchange);
    deleteFrom(this.#established, keyOf(exchange.peer.address), exchange);
    const relation = relationOf(exchange);
    if (this.#firstContacts.get(relation) === exchange) this.#firstContacts.delete(relation);
  }

  #endHalfOpen(exchange: Exchange): void {
    if (deleteFrom(this.#halfOpen, keyOf(exchange.peer.address), exchange)) this.#halfOpenCount--;
  }
}

function addTo(sets: Map<string, Set<Exchange>>, key: string, exchange: Exchange): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([exchange]));
  else set.add(exchange);
}

/** False if it was not there. */
function deleteFrom(sets: Map<string, Set<Exchange>>, key: string, exchange: Exchange): boolean {
  const set = sets.get(key);
  if (set?.delete(exchange) !== true) return false;
  if (set.size === 0) sets.delete(key);
  return true;
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
