/**
 * Fragments of messages, as Microsoft, Cisco and the daemons send them where
 * IP fragments do not get through (MS-IKEE §2.2.3.1 and §3.3.6.1).
 *
 * A message is cut as it is, its header included and already encrypted; each
 * piece travels behind a header of its own. Nothing about a piece is
 * authenticated, so what is kept of them is bounded by count, octets, time and
 * address, and only an exchange that exists can have any: by then the peer has
 * its cookie.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { concatBytes, createView } from "@noble/hashes/utils.js";
import { PayloadType } from "./constants.ts";
import type { Exchange } from "./exchange.ts";
import { MAX_MESSAGE_BYTES } from "./header.ts";
import { malformed, type Refusal } from "./refusals.ts";

/** A piece of a message. */
export interface Fragment {
  /** Decoded. */
  readonly type: "fragment";
  /** Which message; libreswan and racoon say 1 for all. */
  readonly id: number;
  /** Which piece, from 1. */
  readonly number: number;
  /** Whether it is the last piece. */
  readonly isLast: boolean;
  /** The bytes: a view. */
  readonly data: Uint8Array;
}

/** Of a fragment's flags: it is the last. */
const LAST_FRAGMENT = 0x01;

/** Generic header, id, number, flags. */
const FRAGMENT_HEADER_BYTES = 8;

/** Reads all that follows the header of a message whose first payload is a fragment: it is alone. */
export function decodeFragment(body: Uint8Array): Fragment | Refusal {
  if (body.length <= FRAGMENT_HEADER_BYTES) return malformed(`a fragment of ${body.length} bytes`);
  const view = createView(body);
  if (view.getUint8(0) !== PayloadType.none) return malformed("a payload follows a fragment");
  if (view.getUint8(1) !== 0) return malformed("a reserved byte is not zero");
  const length = view.getUint16(2);
  if (length !== body.length) return malformed(`a fragment of ${length} bytes, there are ${body.length}`);
  const number = view.getUint8(6);
  if (number === 0 || number > MAX_FRAGMENTS) return malformed(`fragment ${number} of a message`);
  return {
    type: "fragment",
    id: view.getUint16(4),
    number,
    isLast: (view.getUint8(7) & LAST_FRAGMENT) !== 0,
    data: body.subarray(FRAGMENT_HEADER_BYTES),
  };
}

/** The most pieces of a message: 512 bytes in each, the least that a sender puts there, make the longest message. */
export const MAX_FRAGMENTS: number = MAX_MESSAGE_BYTES / 512;

/** How many messages of an address are incomplete at once: as many as charon has half-open exchanges. */
export const MAX_SETS_PER_ADDRESS = 5;

/** How many messages are incomplete at once: with all their pieces they fill 256 KiB. */
export const MAX_SETS = 16;

/** How long a message may stay incomplete: MS-IKEE §3.3.2 has 90 s at the most, charon's exchanges 30 s. */
export const REASSEMBLY_MILLISECONDS = 30_000;

/** The pieces of one message. */
interface FragmentSet {
  readonly id: number;
  readonly pieces: Map<number, Uint8Array>;
  /** The number of the last piece, if it has come. */
  last: number | undefined;
  bytes: number;
}

/** What became of a fragment. */
export type Reassembly =
  /** Others are missing. */
  | { readonly type: "incomplete"; readonly isFirst: boolean }
  /** It was the last that was missing. */
  | { readonly type: "complete"; readonly message: Uint8Array };

/** Puts messages together: of each exchange one at a time. */
export class Reassembler {
  /** By exchange, the oldest first. */
  readonly #sets = new Map<Exchange, FragmentSet>();

  /** How many messages are incomplete. */
  get incomplete(): number {
    return this.#sets.size;
  }

  /** How many bytes are kept. */
  get keptBytes(): number {
    let sum = 0;
    for (const { bytes } of this.#sets.values()) sum += bytes;
    return sum;
  }

  /**
   * Takes a fragment of an exchange. One that cannot be of the message that is incomplete begins the next: its sender
   * has given the other up, or anybody has sent either.
   *
   * @param giveWay Told of the exchange whose incomplete message gives way to this one, if there are too many.
   */
  take(exchange: Exchange, fragment: Fragment, giveWay: (exchange: Exchange) => void): Reassembly | Refusal {
    const before = this.#sets.get(exchange);
    const goesOn = before !== undefined && fits(before, fragment);
    if (!goesOn) this.forget(exchange);
    const set = goesOn ? before : { id: fragment.id, pieces: new Map(), last: undefined, bytes: 0 };
    if (!set.pieces.has(fragment.number)) {
      set.pieces.set(fragment.number, fragment.data.slice());
      set.bytes += fragment.data.length;
    }
    if (fragment.isLast) set.last = fragment.number;
    if (set.bytes > MAX_MESSAGE_BYTES) {
      this.forget(exchange);
      return malformed(`fragments of ${set.bytes} bytes`);
    }
    if (set.pieces.size === set.last) {
      this.forget(exchange);
      return { type: "complete", message: joined(set) };
    }
    if (!goesOn) this.#admit(exchange, set, giveWay);
    return { type: "incomplete", isFirst: !goesOn };
  }

  /** Drops what is incomplete of an exchange; false if nothing is. */
  forget(exchange: Exchange): boolean {
    return this.#sets.delete(exchange);
  }

  /** The oldest of the same address gives way if it has enough, or else of the busiest address if there are too many. */
  #admit(exchange: Exchange, set: FragmentSet, giveWay: (exchange: Exchange) => void): void {
    // There are few, and Node.js 20 has no `Map.groupBy`.
    const byAddress = new Map<string, readonly Exchange[]>();
    for (const each of this.#sets.keys()) {
      const address = each.peer.address.join();
      byAddress.set(address, [...byAddress.get(address) ?? [], each]);
    }
    const own = byAddress.get(exchange.peer.address.join()) ?? [];
    let oldest = own.length < MAX_SETS_PER_ADDRESS ? undefined : own[0];
    if (oldest === undefined && this.#sets.size >= MAX_SETS) {
      let busiest: readonly Exchange[] = [];
      for (const each of byAddress.values()) if (each.length > busiest.length) busiest = each;
      oldest = busiest[0];
    }
    if (oldest !== undefined) {
      this.forget(oldest);
      giveWay(oldest);
    }
    this.#sets.set(exchange, set);
  }
}

/** Whether a fragment is of the same message as those that are there, as far as one can see. */
function fits({ id, pieces, last }: FragmentSet, fragment: Fragment): boolean {
  if (fragment.id !== id) return false;
  const same = pieces.get(fragment.number);
  if (same !== undefined) return equalBytes(same, fragment.data) && fragment.isLast === (fragment.number === last);
  if (last === undefined) return !fragment.isLast || Math.max(...pieces.keys()) < fragment.number;
  return !fragment.isLast && fragment.number < last;
}

function joined({ pieces }: FragmentSet): Uint8Array {
  const inOrder = [...pieces].sort(([a], [b]) => a - b).map(([, data]) => data);
  return concatBytes(...inOrder);
}
