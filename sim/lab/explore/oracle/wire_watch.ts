/**
 * What becomes of exchanges of phase 1 on the wire, seen from outside: how
 * often each message was lost, and whether more went wrong than repetition
 * makes up for.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import { equalBytes } from "@noble/ciphers/utils.js";
import { DEFAULT_POLICY, type IkePolicy } from "../../../../firmware/ike/policy.ts";
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
  /** How many of them were answers. */
  answersLost: number;
  /** The length of what answers it. */
  answerBytes: number;
  /** When the first of them was lost, and the last. */
  readonly outage: { first: Cycle; last: Cycle };
}

/** An exchange, by its initiator's cookie. */
interface WatchedExchange {
  readonly isAggressive: boolean;
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
const VERSION_OFFSET = 17;
const FLAGS_OFFSET = 19;
const ID_OFFSET = 20;
const LENGTH_OFFSET = 24;
const ENCRYPTED = 1;
/**
 * What HASH_I and HASH_R are sure to cover of an encrypted message, or what garbles it: the header, and the first blocks.
 * Payloads behind them are under no hash (RFC 2409 §5): what has turned over there is taken for what was sent.
 */
const COVERED_BYTES = HEADER_BYTES + 20;
/** Main mode and aggressive mode (RFC 2408 §3.1). */
const AGGRESSIVE_MODE = 4;
const PHASE1_TYPES: readonly number[] = [2, AGGRESSIVE_MODE];
const ISAKMP_PORT = 500;
/** So many times the bytes that have come from it a peer is sent at the most that has proved nothing. */
const MOST_AMPLIFICATION = 3;
/** How much shorter than a message is sent again an outage is that is made up for for certain. */
const OUTAGE_MARGIN_MILLISECONDS = 1000;
/** What is late by less has overtaken nothing that matters. */
const LATE_NANOSECONDS = 1_000_000;

/** Watches the wire of a world. */
export class WireWatch {
  readonly #world: World;
  readonly #exchanges = new Map<string, WatchedExchange>();
  readonly #deaf: ReadonlyMap<string, { readonly silent: boolean }>;
  readonly #lateCycles: number;
  /** Ways on which something was lost, how often, and when last. */
  readonly #lost = new Map<string, { readonly count: number; readonly last: Cycle }>();
  /** Ids of messages after phase 1, with both cookies. */
  readonly #ids = new Set<string>();
  /** What is wrong with messages, in words. */
  readonly misshapen: Set<string> = new Set();

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
   * three times at the most to who has proved nothing. And for whatever is lost of one message while the link is cut for
   * less than its initiator goes on to send it again.
   */
  harmBetween(from: Uint8Array, to: Uint8Array, since: Cycle, policy: IkePolicy): WireHarm {
    const [begin, end] = [formatInternetAddress(from), formatInternetAddress(to)];
    const all = [...this.#exchanges.values()].filter((each) => {
      return each.from === begin && each.to === end && each.begun >= since;
    });
    if (!all.every((each) => this.#isMadeUpFor(each, policy))) return "too much";
    return all.some(({ rounds }) => rounds.some(({ losses }) => losses > 0)) ? "made up for" : "none";
  }

  /** Whether repetition has made up for what happened to an exchange, and its last message is older than the next wait. */
  wasMadeUpFor(initiatorCookie: Uint8Array, policy: IkePolicy): boolean {
    const exchange = this.#exchanges.get(bytesToHex(initiatorCookie));
    if (exchange === undefined || !this.#isMadeUpFor(exchange, policy)) return false;
    const most = Math.max(...exchange.rounds.map(({ losses }) => losses));
    const { delaysMilliseconds } = policy.retransmission;
    const waitMilliseconds = delaysMilliseconds[most] ?? Math.max(...delaysMilliseconds);
    return this.#world.now - exchange.last > this.#world.cycles(waitMilliseconds * 1e6);
  }

  /** When an exchange began; `undefined` of one that nobody has seen. */
  begun(initiatorCookie: Uint8Array): Cycle | undefined {
    return this.#exchanges.get(bytesToHex(initiatorCookie))?.begun;
  }

  /** When the last exchange from one address to another began; `undefined` if none has. */
  lastBegun(from: Uint8Array, to: Uint8Array): Cycle | undefined {
    const [begin, end] = [formatInternetAddress(from), formatInternetAddress(to)];
    return [...this.#exchanges.values()].findLast((each) => each.from === begin && each.to === end)?.begun;
  }

  /** Whether an exchange may have come about otherwise at one end than at the other. */
  isDoubtful(initiatorCookie: Uint8Array): boolean {
    return this.#exchanges.get(bytesToHex(initiatorCookie))?.isBeyond !== false;
  }

  /** How many datagrams have not arrived, or not as they were sent, of those from one address to another. */
  lostBetween(from: Uint8Array, to: Uint8Array): number {
    return this.#lost.get(`${from} ${to}`)?.count ?? 0;
  }

  /** When the last of them was sent; 0 if none was lost. */
  lastLoss(from: Uint8Array, to: Uint8Array): Cycle {
    return this.#lost.get(`${from} ${to}`)?.last ?? 0;
  }

  #sent(datagram: Datagram, decision: Decision): void {
    const { source, destination, payload } = datagram;
    const { fate, lateCycles, payload: arriving } = decision;
    const isDeaf = this.#deaf.get(formatInternetAddress(destination.address))?.silent === true;
    if (isDeaf || (fate !== "delivered" && fate !== "duplicated")) {
      const way = `${source.address} ${destination.address}`;
      this.#lost.set(way, { count: (this.#lost.get(way)?.count ?? 0) + 1, last: this.#world.now });
    }
    // One octet keeps a translator's mapping alive.
    if (source.port === ISAKMP_PORT && payload.length > 1) this.#look(payload);
    const type = payload[EXCHANGE_TYPE_OFFSET] ?? 0;
    if (payload.length < HEADER_BYTES || source.port !== ISAKMP_PORT || !PHASE1_TYPES.includes(type)) return;
    const [from, to] = [formatInternetAddress(source.address), formatInternetAddress(destination.address)];
    const cookie = bytesToHex(payload.subarray(0, 8));
    let exchange = this.#exchanges.get(cookie);
    if (exchange === undefined) {
      const begun = this.#world.now;
      exchange = { isAggressive: type === AGGRESSIVE_MODE, from, to, begun, rounds: [], last: 0, isBeyond: false };
      this.#exchanges.set(cookie, exchange);
    }
    exchange.last = this.#world.now;
    if (exchange.from !== from && exchange.to !== from) this.misshapen.add("two exchanges have one cookie");
    const round = from === exchange.from ? roundOf(exchange, payload) : exchange.rounds.at(-1);
    if (round !== undefined && from !== exchange.from) round.answerBytes = payload.length;
    if (this.#deaf.get(exchange.to)?.silent === true || lateCycles > this.#lateCycles) exchange.isBeyond = true;
    if (fate === "delivered" || fate === "duplicated" || round === undefined) return;
    if (fate === "corrupted" && !isDropped(payload, arriving)) exchange.isBeyond = true;
    else this.#loses(round, from !== exchange.from);
  }

  #isMadeUpFor({ isBeyond, isAggressive, rounds }: WatchedExchange, policy: IkePolicy): boolean {
    const most = policy.retransmission.delaysMilliseconds.length - 2;
    const longest = this.#world.cycles(longestOutage(policy) * 1e6);
    const [first] = rounds;
    // After the last message of aggressive mode its initiator waits for nothing: whoever has none asks for it again.
    const mostOfLast = Math.min(most, questionsFor(first) - 1);
    return !isBeyond && rounds.every((round) => {
      if (isAggressive && round !== first) return round.losses <= mostOfLast;
      const { losses, answersLost, outage } = round;
      // Who has answered once has proved to be there, and is answered as often as anybody.
      const mostAnswers = round === first ? most : most + 1;
      return losses <= most || (answersLost <= mostAnswers && outage.last - outage.first < longest);
    });
  }

  #loses(round: Round, isAnswer: boolean): void {
    const { now } = this.#world;
    if (round.losses === 0) round.outage.first = now;
    round.outage.last = now;
    round.losses++;
    if (isAnswer) round.answersLost++;
  }

  /** Looks at the header of a message (RFC 2408 §3.1). */
  #look(message: Uint8Array): void {
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    const isWhole = message.length >= HEADER_BYTES && view.getUint32(LENGTH_OFFSET) === message.length;
    if (!isWhole || view.getUint8(VERSION_OFFSET) !== 0x10 || view.getBigUint64(0) === 0n) {
      this.misshapen.add("a header is not that of its message");
      return;
    }
    const id = view.getUint32(ID_OFFSET);
    const isPhase1 = PHASE1_TYPES.includes(view.getUint8(EXCHANGE_TYPE_OFFSET));
    if (isPhase1 !== (id === 0)) this.misshapen.add("a message has an id of another exchange");
    const key = bytesToHex(message.subarray(0, 16)) + id;
    if (!isPhase1 && this.#ids.has(key)) this.misshapen.add("two messages have one id");
    this.#ids.add(key);
  }
}

/** Whether a message with something wrong in it is sure to be dropped. */
function isDropped(sent: Uint8Array, arriving: Uint8Array): boolean {
  if (((sent[FLAGS_OFFSET] ?? 0) & ENCRYPTED) === 0) return false;
  const changed = sent.findIndex((byte, index) => byte !== arriving[index]);
  return sent.length !== arriving.length || changed < COVERED_BYTES;
}

/**
 * So long a link may be cut in an exchange, in milliseconds: not as long as a message is sent again, nor at all if its target
 * gives up an adapter before that which has not heard of the end of the exchange.
 */
function longestOutage({ retransmission, deadPeerDetection }: IkePolicy): number {
  const lastSentAfter = retransmission.delaysMilliseconds.slice(0, -1).reduce((sum, delay) => sum + delay, 0);
  const { idleMilliseconds = Infinity, retryMilliseconds = 0, attempts = 0 } = deadPeerDetection ?? {};
  const givenUpAfter = idleMilliseconds + attempts * retryMilliseconds;
  return givenUpAfter < lastSentAfter ? 0 : lastSentAfter - OUTAGE_MARGIN_MILLISECONDS;
}

/** How often a peer that has proved nothing is answered: it is not sent three times the bytes that have come from it. */
function questionsFor(first: Round | undefined): number {
  if (first === undefined || first.answerBytes === 0) return 1;
  return Math.floor(MOST_AMPLIFICATION * first.message.length / first.answerBytes);
}

function roundOf({ rounds }: WatchedExchange, message: Uint8Array): Round {
  const known = rounds.find((each) => equalBytes(each.message, message));
  if (known !== undefined) return known;
  const round = { message: message.slice(), losses: 0, answersLost: 0, answerBytes: 0, outage: { first: 0, last: 0 } };
  rounds.push(round);
  return round;
}

/** Half-open exchanges with one target from which on it may take no more: saved logins may begin two beside another. */
const CROWD = DEFAULT_POLICY.halfOpenPerAddress - 2;

/** Whether a target has about as many half-open exchanges as it takes: those of logins that fail end only with time. */
export function isCrowded({ targets }: World): boolean {
  return [...targets.values()].some(({ exchangeCount, associations }) => exchangeCount - associations.length >= CROWD);
}
