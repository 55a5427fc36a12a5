/**
 * The wire between the adapters' ports and the targets: UDP datagrams with
 * latency, loss, duplication, reordering and corruption.
 *
 * All chance comes from one random stream, and every datagram makes the same
 * draws whatever becomes of it, so that a fault added to one shifts no other.
 * Every datagram is captured with its fate, so a run can be written as pcapng
 * after the fact.
 *
 * @module
 */

import type { Kernel } from "../kernel/kernel.ts";
import type { RandomStream } from "../kernel/random.ts";
import type { Cycle, Cycles } from "../kernel/task.ts";
import { Components } from "../trace/components.ts";
import { packetEvent } from "../trace/events.ts";
import { fingerprint } from "../trace/fingerprint.ts";
import type { Component, Recorder } from "../trace/recorder.ts";
import type { Datagram, Endpoint } from "./datagram.ts";
import { formatInternetAddress } from "./internet_address.ts";
import {
  checkDatagramFault,
  checkLinkBehaviour,
  type DatagramEffect,
  type DatagramFault,
  type LinkBehaviour,
  PERFECT_LINK,
} from "./link.ts";
import { NetworkError } from "./network_error.ts";

export { NetworkError } from "./network_error.ts";
export { type DatagramEffect, type DatagramFault, type LinkBehaviour, PERFECT_LINK } from "./link.ts";

/** What became of a datagram; of several things the worst. */
export type Fate =
  /** It has not arrived yet. */
  | "in flight"
  /** It arrived as it was sent. */
  | "delivered"
  /** It arrived twice. */
  | "duplicated"
  /** It arrived with a bit flipped, or otherwise changed. */
  | "corrupted"
  /** It arrived where nobody is attached. */
  | "nobody there"
  /** The wire lost it. */
  | "lost"
  /** The way from its source to its destination is blocked. */
  | "blocked";

/** A datagram as it was put on the wire. */
export interface Capture {
  /** When it was sent. */
  readonly cycle: Cycle;
  /** The sequence number of the event that tells of it. */
  readonly sequence: number;
  /** The datagram. */
  readonly datagram: Datagram;
  /** What became of it. */
  readonly fate: Fate;
  /** Whether it was held back, by a fault or by what the wire does. */
  readonly isDelayed: boolean;
}

/** What was decided of a datagram that is sent. */
export interface Decision {
  /** What becomes of it, if somebody is there. */
  readonly fate: Exclude<Fate, "in flight" | "nobody there"> | "no route";
  /** Whether chance would have lost it, or had it come twice, without any fault. */
  readonly chance: { readonly lost: boolean; readonly twice: boolean };
  /** How much later than the latency of its way it arrives. */
  readonly lateCycles: Cycles;
  /** The payload with which it arrives; of one that does not, as it was sent. */
  readonly payload: Uint8Array;
}

/** A capture whose fate may still change. */
interface OpenCapture extends Omit<Capture, "fate"> {
  fate: Fate;
}

/** Called in the cycle in which a datagram arrives; must not wait. */
export type Receiver = (datagram: Datagram) => void;

/** The network of one world. */
export class Network {
  /** Takes datagrams for addresses that nobody here has; `undefined` in a closed world. */
  gateway: Receiver | undefined = undefined;
  /** Asked about each datagram that is sent: what is done to it, besides what chance does. */
  readonly taps: Set<(datagram: Datagram, effects: readonly DatagramEffect[]) => readonly DatagramEffect[]> = new Set();
  /** Told what becomes of each datagram that is sent, in the same cycle, and what of it chance alone would have done. */
  readonly decisions: Set<(datagram: Datagram, decision: Decision) => void> = new Set();
  readonly #kernel: Kernel;
  readonly #random: RandomStream;
  readonly #recorder: Recorder;
  readonly #component: Component;
  readonly #receivers = new Map<string, Receiver>();
  readonly #faults: DatagramFault[] = [];
  readonly #links = new Map<string, LinkBehaviour>();
  readonly #sent = new Map<string, number>();
  readonly #blocked = new Set<string>();
  readonly #captures: OpenCapture[] = [];
  #behaviour: LinkBehaviour = PERFECT_LINK;

  /**
   * A network without anybody on it.
   *
   * @param random The stream that all chance comes from.
   * @param behaviour What the wire does on all links; without faults by default.
   * @param faults Faults at single datagrams.
   * @throws {NetworkError} A value of `behaviour` or of a fault is out of range.
   */
  constructor(
    kernel: Kernel,
    recorder: Recorder,
    random: RandomStream,
    behaviour: LinkBehaviour = PERFECT_LINK,
    faults: readonly DatagramFault[] = [],
  ) {
    this.#kernel = kernel;
    this.#recorder = recorder;
    this.#component = recorder.component(Components.network);
    this.#random = random;
    this.behaviour = behaviour;
    for (const fault of faults) this.addFault(fault);
  }

  /** Every datagram that was sent, in order. */
  get captures(): readonly Capture[] {
    return this.#captures;
  }

  /** The addresses that somebody here has, in order of attachment. */
  get addresses(): readonly string[] {
    return [...this.#receivers.keys()];
  }

  /**
   * What the wire does from now on where {@linkcode Network.setLink} says nothing else.
   *
   * @throws {NetworkError} On assignment: a value is out of range.
   */
  get behaviour(): LinkBehaviour {
    return this.#behaviour;
  }

  set behaviour(behaviour: LinkBehaviour) {
    checkLinkBehaviour(behaviour);
    this.#behaviour = behaviour;
  }

  /**
   * Connects a receiver.
   *
   * @param address 4 or 16 bytes.
   * @param receive Told of every datagram for this address.
   * @throws {NetworkError} The address is in use.
   * @throws {InternetAddressError} It has another length.
   */
  attach(address: Uint8Array, receive: Receiver): void {
    const name = formatInternetAddress(address);
    if (this.#receivers.has(name)) throw new NetworkError("address", name, "one that is not in use");
    this.#receivers.set(name, receive);
  }

  /** Takes an address off the network; what is on its way to it finds nobody there. */
  detach(address: Uint8Array): void {
    this.#receivers.delete(formatInternetAddress(address));
  }

  /**
   * Sets what the wire does from one address to the other, in this direction only.
   *
   * @throws {NetworkError} A value is out of range.
   * @throws {InternetAddressError} An address is neither 4 nor 16 bytes long.
   */
  setLink(from: Uint8Array, to: Uint8Array, behaviour: LinkBehaviour): void {
    checkLinkBehaviour(behaviour);
    this.#links.set(linkName(from, to), behaviour);
  }

  /**
   * What was set by {@linkcode Network.setLink}; `undefined` where a link does as all do.
   *
   * @throws {InternetAddressError} An address is neither 4 nor 16 bytes long.
   */
  linkBehaviour(from: Uint8Array, to: Uint8Array): LinkBehaviour | undefined {
    return this.#links.get(linkName(from, to));
  }

  /** Ends {@linkcode Network.setLink}. */
  clearLink(from: Uint8Array, to: Uint8Array): void {
    this.#links.delete(linkName(from, to));
  }

  /**
   * Loses everything that is sent from one address to the other, in this
   * direction only, until {@linkcode Network.unblock}. What is on its way arrives.
   */
  block(from: Uint8Array, to: Uint8Array): void {
    this.#blocked.add(linkName(from, to));
  }

  /** Ends {@linkcode Network.block}. */
  unblock(from: Uint8Array, to: Uint8Array): void {
    this.#blocked.delete(linkName(from, to));
  }

  /** Whether the way from one address to another is blocked. */
  isBlocked(from: Uint8Array, to: Uint8Array): boolean {
    return this.#blocked.has(linkName(from, to));
  }

  /**
   * Plans a fault at one datagram.
   *
   * @throws {NetworkError} A value is out of range.
   * @throws {InternetAddressError} An address is neither 4 nor 16 bytes long.
   */
  addFault(fault: DatagramFault): void {
    checkDatagramFault(fault);
    this.#faults.push(fault);
  }

  /**
   * A datagram comes in from outside, without further latency: blocked or lost
   * as others on its link are, or delivered at once.
   *
   * @throws {InternetAddressError} An address is neither 4 nor 16 bytes long.
   */
  arrive(datagram: Datagram): void {
    const link = linkName(datagram.source.address, datagram.destination.address);
    const lost = this.#random.chance(this.#behaviourOf(link).lossPerMille, 1000);
    if (this.#blocked.has(link)) this.#captureEnd(datagram, "blocked");
    else if (lost) this.#captureEnd(datagram, "lost");
    else this.#forward(datagram, datagram, "delivered", false, [0]);
  }

  /**
   * Puts a datagram on the wire. One whose source and destination are of
   * different address families never gets there: it is noted in the trace.
   *
   * @throws {InternetAddressError} An address is neither 4 nor 16 bytes long.
   */
  send(datagram: Datagram): void {
    const { source, destination } = datagram;
    const link = linkName(source.address, destination.address);
    const behaviour = this.#behaviourOf(link);
    const nth = (this.#sent.get(link) ?? 0) + 1;
    this.#sent.set(link, nth);
    const effects = this.#faults.filter((fault) => fault.nth === nth && linkName(fault.from, fault.to) === link)
      .map(({ effect }) => effect);
    for (const tap of this.taps) effects.push(...tap(datagram, effects));

    const lost = this.#random.chance(behaviour.lossPerMille, 1000);
    const chance = { lost, twice: this.#random.chance(behaviour.duplicatesPerMille, 1000) };
    const twice = chance.twice || effects.includes("duplicate");
    const corrupted = this.#random.chance(behaviour.corruptionPerMille, 1000) || effects.includes("corrupt");
    const heldBack = this.#random.chance(behaviour.reordersPerMille, 1000);
    const jitterCycles = this.#random.below(behaviour.jitterCycles + 1);
    const secondJitterCycles = this.#random.below(behaviour.jitterCycles + 1);
    const flippedBit = this.#random.next();

    const decide = (fate: Decision["fate"], lateCycles = 0, { payload } = datagram) =>
      this.decisions.forEach((told) => told(datagram, { fate, chance, lateCycles, payload }));
    if (source.address.length !== destination.address.length) {
      this.#note(datagram, "no route");
      return decide("no route");
    }
    if (this.#blocked.has(link)) {
      this.#captureEnd(datagram, "blocked");
      return decide("blocked");
    }
    if (lost || effects.includes("lose")) {
      this.#captureEnd(datagram, "lost");
      return decide("lost");
    }
    const addedCycles = effects.reduce(
      (sum, effect) => sum + (typeof effect === "object" && "delayCycles" in effect ? effect.delayCycles : 0),
      heldBack ? behaviour.reorderCycles : 0,
    );
    const delayCycles = behaviour.latencyCycles + addedCycles;
    const replaced = effects.findLast((effect) => typeof effect === "object" && "payload" in effect);
    const onTheWay = typeof replaced === "object" && "payload" in replaced
      ? { ...datagram, payload: replaced.payload }
      : datagram;
    const fate = corrupted || onTheWay !== datagram ? "corrupted" : twice ? "duplicated" : "delivered";
    const arriving = corrupted ? flipBit(onTheWay, flippedBit) : onTheWay;
    decide(fate, addedCycles + jitterCycles, arriving);
    this.#forward(
      datagram,
      arriving,
      fate,
      addedCycles > 0,
      twice ? [delayCycles + jitterCycles, delayCycles + secondJitterCycles] : [delayCycles + jitterCycles],
    );
  }

  #behaviourOf(link: string): LinkBehaviour {
    return this.#links.get(link) ?? this.#behaviour;
  }

  /**
   * Captures a datagram and delivers it after each of the delays; its fate holds if somebody is there.
   *
   * @param isDelayed Whether it is held back, which is noted of one to which nothing else happens.
   */
  #forward(
    datagram: Datagram,
    arriving: Datagram,
    fate: Fate,
    isDelayed: boolean,
    delaysCycles: readonly Cycles[],
  ): void {
    const whole = isDelayed ? "delayed" : "sent";
    const capture = this.#capture(datagram, "in flight", fate === "delivered" ? whole : fate, isDelayed);
    for (const delayCycles of delaysCycles) {
      this.#kernel.schedule(delayCycles, () => {
        if (!this.#deliver(arriving)) capture.fate = "nobody there";
        else if (capture.fate !== "nobody there") capture.fate = fate;
      }, Components.network);
    }
  }

  #deliver(datagram: Datagram): boolean {
    const receive = this.#receivers.get(formatInternetAddress(datagram.destination.address)) ?? this.gateway;
    if (receive === undefined) this.#note(datagram, "nobody there");
    else receive(datagram);
    return receive !== undefined;
  }

  #captureEnd(datagram: Datagram, fate: Fate): void {
    this.#capture(datagram, fate, fate);
  }

  /** Notes and captures a datagram; what the trace keeps no more is captured no more. */
  #capture(datagram: Datagram, fate: Fate, what: string, isDelayed = false): OpenCapture {
    const sequence = this.#note(datagram, what);
    const capture: OpenCapture = { cycle: this.#kernel.now, sequence, datagram, fate, isDelayed };
    this.#captures.push(capture);
    const { first } = this.#recorder;
    if ((this.#captures[0]?.sequence ?? first) < first) {
      this.#captures.splice(0, this.#captures.findIndex((each) => each.sequence >= first));
    }
    return capture;
  }

  #note({ source, destination, payload }: Datagram, what: string): number {
    return this.#recorder.record(this.#component, packetEvent, {
      direction: what,
      peer: `${formatEndpoint(source)} > ${formatEndpoint(destination)}`,
      lengthBytes: payload.length,
      // Random cookies and nonces make it differ from seed to seed.
      detail: `payload ${fingerprint(payload)}`,
    });
  }
}

/** An endpoint as text: `192.0.2.1:500`, `[2001:db8::1]:500` (RFC 5952 §6). */
export function formatEndpoint({ address, port }: Endpoint): string {
  const text = formatInternetAddress(address);
  return address.length === 4 ? `${text}:${port}` : `[${text}]:${port}`;
}

function linkName(from: Uint8Array, to: Uint8Array): string {
  return `${formatInternetAddress(from)} > ${formatInternetAddress(to)}`;
}

function flipBit(datagram: Datagram, draw: number): Datagram {
  if (datagram.payload.length === 0) return datagram;
  const payload = datagram.payload.slice();
  const bit = draw % (payload.length * 8);
  payload[bit >> 3] = (payload[bit >> 3] as number) ^ (1 << (bit & 7));
  return { ...datagram, payload };
}
