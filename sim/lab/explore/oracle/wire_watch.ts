/**
 * What becomes of exchanges of phase 1 on the wire, seen from outside: how
 * often each message was lost, and whether more went wrong than repetition
 * makes up for.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import { equalBytes } from "@noble/ciphers/utils.js";
import type { IkePolicy } from "../../../../firmware/ike/policy.ts";
import type { Cycle } from "../../../kernel/task.ts";
import type { Datagram } from "../../../network/datagram.ts";
import { formatInternetAddress } from "../../../network/internet_address.ts";
import type { Decision } from "../../../network/network.ts";
import type { World } from "../../world/world.ts";

/** How much has gone wrong on the wire: nothing, as much as repetition makes up for, or more. */
export type WireHarm = "none" | "made up for" | "too much";

/** A message of the initiator, and what was lost until its next: this message, or what answers it. */
interface Round {
  readonly message: Uint8Array;
  losses: number;
}

/** An exchange, by its initiator's cookie. */
interface WatchedExchange {
  readonly from: string;
  readonly to: string;
  readonly begun: Cycle;
  readonly rounds: Round[];
  /** When the last of its messages was sent. */
  last: Cycle;
  /** A bit has turned over where no hash finds it, something was late, or a target was deaf. */
  isBeyond: boolean;
}

const HEADER_BYTES = 28;
const EXCHANGE_TYPE_OFFSET = 18;
const FLAGS_OFFSET = 19;
const ENCRYPTED = 1;
/**
 * What HASH_I and HASH_R are sure to cover of an encrypted message, or what garbles it: the header, and the first blocks.
 * Payloads behind them are under no hash (RFC 2409 §5): what has turned over there is taken for what was sent.
 */
const COVERED_BYTES = HEADER_BYTES + 20;
/** Main mode and aggressive mode (RFC 2408 §3.1). */
const PHASE1_TYPES: readonly number[] = [2, 4];
const ISAKMP_PORT = 500;
/** What is late by less has overtaken nothing that matters. */
const LATE_NANOSECONDS = 1_000_000;

/** Watches the wire of a world. */
export class WireWatch {
  readonly #world: World;
  readonly #exchanges = new Map<string, WatchedExchange>();
  readonly #deaf: ReadonlyMap<string, { readonly silent: boolean }>;
  readonly #lateCycles: number;

  /** Watches from now on. */
  constructor(world: World) {
    this.#world = world;
    this.#lateCycles = world.cycles(LATE_NANOSECONDS);
    this.#deaf = new Map([...world.targets.values()].map((each) => [formatInternetAddress(each.address), each]));
    world.network.decisions.add((datagram, decision) => this.#sent(datagram, decision));
  }

  /**
   * What has happened to the exchanges from one address to another that have begun since a cycle. Repetition makes up for
   * so much: of no message more was lost than two sendings fewer than there are. One is needed, and a message is sent
   * three times at the most to who has proved nothing.
   */
  harmBetween(from: Uint8Array, to: Uint8Array, since: Cycle, policy: IkePolicy): WireHarm {
    const [begin, end] = [formatInternetAddress(from), formatInternetAddress(to)];
    const all = [...this.#exchanges.values()].filter((each) => {
      return each.from === begin && each.to === end && each.begun >= since;
    });
    if (!all.every((each) => isMadeUpFor(each, policy))) return "too much";
    return all.some(({ rounds }) => rounds.some(({ losses }) => losses > 0)) ? "made up for" : "none";
  }

  /** Whether repetition has made up for what happened to an exchange, and its last message is older than the next wait. */
  wasMadeUpFor(initiatorCookie: Uint8Array, policy: IkePolicy): boolean {
    const exchange = this.#exchanges.get(bytesToHex(initiatorCookie));
    if (exchange === undefined || !isMadeUpFor(exchange, policy)) return false;
    const most = Math.max(...exchange.rounds.map(({ losses }) => losses));
    const waitMilliseconds = policy.retransmission.delaysMilliseconds[most] ?? Infinity;
    return this.#world.now - exchange.last > this.#world.cycles(waitMilliseconds * 1e6);
  }

  #sent(datagram: Datagram, { fate, lateCycles, payload: arriving }: Decision): void {
    const { source, destination, payload } = datagram;
    const type = payload[EXCHANGE_TYPE_OFFSET] ?? 0;
    if (payload.length < HEADER_BYTES || source.port !== ISAKMP_PORT || !PHASE1_TYPES.includes(type)) return;
    const [from, to] = [formatInternetAddress(source.address), formatInternetAddress(destination.address)];
    const cookie = bytesToHex(payload.subarray(0, 8));
    let exchange = this.#exchanges.get(cookie);
    if (exchange === undefined) {
      exchange = { from, to, begun: this.#world.now, rounds: [], last: 0, isBeyond: false };
      this.#exchanges.set(cookie, exchange);
    }
    exchange.last = this.#world.now;
    const round = from === exchange.from ? roundOf(exchange, payload) : exchange.rounds.at(-1);
    if (this.#deaf.get(exchange.to)?.silent === true || lateCycles > this.#lateCycles) exchange.isBeyond = true;
    if (fate === "delivered" || fate === "duplicated" || round === undefined) return;
    if (fate === "corrupted" && !isDropped(payload, arriving)) exchange.isBeyond = true;
    else round.losses++;
  }
}

/** Whether a message with something wrong in it is sure to be dropped. */
function isDropped(sent: Uint8Array, arriving: Uint8Array): boolean {
  if (((sent[FLAGS_OFFSET] ?? 0) & ENCRYPTED) === 0) return false;
  const changed = sent.findIndex((byte, index) => byte !== arriving[index]);
  return sent.length !== arriving.length || changed < COVERED_BYTES;
}

function roundOf({ rounds }: WatchedExchange, message: Uint8Array): Round {
  const known = rounds.find((each) => equalBytes(each.message, message));
  if (known !== undefined) return known;
  const round = { message: message.slice(), losses: 0 };
  rounds.push(round);
  return round;
}

function isMadeUpFor({ isBeyond, rounds }: WatchedExchange, { retransmission }: IkePolicy): boolean {
  const most = retransmission.delaysMilliseconds.length - 2;
  return !isBeyond && rounds.every(({ losses }) => losses <= most);
}
