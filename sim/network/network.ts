/**
 * The wire between the adapters' ports and the targets: UDP datagrams with
 * latency, loss, duplication and reordering, all from one random stream.
 *
 * Every datagram is captured with what became of it, so a run can be written
 * as pcapng after the fact.
 *
 * @module
 */

import type { Kernel } from "../kernel/kernel.ts";
import type { RandomStream } from "../kernel/random.ts";
import type { Cycle, Cycles } from "../kernel/task.ts";
import { packetEvent } from "../trace/events.ts";
import { fingerprint } from "../trace/fingerprint.ts";
import type { Component, Recorder } from "../trace/recorder.ts";
import type { Datagram, Endpoint } from "./datagram.ts";
import { formatInternetAddress } from "./internet_address.ts";

/** What the wire does to datagrams. */
export interface LinkBehaviour {
  /** The least time from end to end. */
  readonly latencyCycles: Cycles;
  /** Random time on top, up to and including this; datagrams overtake one another by it. */
  readonly jitterCycles: Cycles;
  /** How many of a thousand are lost. */
  readonly lossPerMille: number;
  /** How many of a thousand arrive twice. */
  readonly duplicatesPerMille: number;
  /** How many of a thousand arrive with one bit flipped behind the UDP header. */
  readonly corruptionPerMille: number;
}

/** A wire without faults: 50 µs at 250 MHz. */
export const PERFECT_LINK: LinkBehaviour = {
  latencyCycles: 12_500,
  jitterCycles: 0,
  lossPerMille: 0,
  duplicatesPerMille: 0,
  corruptionPerMille: 0,
};

/** A fault at one datagram, as data. */
export interface DatagramFault {
  /** The sender's address. */
  readonly from: Uint8Array;
  /** The receiver's address. */
  readonly to: Uint8Array;
  /** Which datagram from one to the other, counted from 1. */
  readonly nth: number;
  /** What happens to it. */
  readonly effect: "lose" | "duplicate" | { readonly delayCycles: Cycles };
}

/** What became of a datagram. */
export type Fate = "delivered" | "lost" | "nobody there" | "duplicated" | "corrupted";

/** A datagram as it was put on the wire. */
export interface Capture {
  /** When it was sent. */
  readonly cycle: Cycle;
  /** The datagram. */
  readonly datagram: Datagram;
  /** What became of it. */
  readonly fate: Fate;
}

/** Takes a datagram that has arrived. */
export type Receiver = (datagram: Datagram) => void;

/** The network of one world. */
export class Network {
  /** What the wire does from now on. */
  behaviour: LinkBehaviour;
  /** Takes datagrams for addresses that nobody here has; `undefined` in a closed world. */
  gateway: Receiver | undefined = undefined;
  readonly #kernel: Kernel;
  readonly #random: RandomStream;
  readonly #recorder: Recorder;
  readonly #component: Component;
  readonly #receivers = new Map<string, Receiver>();
  readonly #faults: DatagramFault[];
  readonly #sent = new Map<string, number>();
  readonly #blocked = new Set<string>();
  readonly #captures: Capture[] = [];

  /**
   * A network without anybody on it.
   *
   * @param random The stream that all chance comes from.
   * @param faults Faults at single datagrams.
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
    this.#component = recorder.component("network");
    this.#random = random;
    this.#faults = [...faults];
    this.behaviour = behaviour;
  }

  /** Every datagram that was sent, in order. */
  get captures(): readonly Capture[] {
    return this.#captures;
  }

  /** The addresses that somebody here has, in order of attachment. */
  get addresses(): readonly string[] {
    return [...this.#receivers.keys()];
  }

  /** A datagram comes in from outside, without further latency: lost as others are, or delivered at once. */
  arrive(datagram: Datagram): void {
    if (this.#random.chance(this.behaviour.lossPerMille, 1000)) {
      this.#capture(datagram, "lost");
      return;
    }
    this.#capture(datagram, "delivered");
    this.#kernel.schedule(0, () => this.#deliver(datagram));
  }

  /** Connects a receiver; one for each address. */
  attach(address: Uint8Array, receive: Receiver): void {
    this.#receivers.set(formatInternetAddress(address), receive);
  }

  /** Takes an address off the network. */
  detach(address: Uint8Array): void {
    this.#receivers.delete(formatInternetAddress(address));
  }

  /** Loses everything from one address to the other, in this direction only, until {@linkcode Network.unblock}. */
  block(from: Uint8Array, to: Uint8Array): void {
    this.#blocked.add(linkName(from, to));
  }

  /** Ends {@linkcode Network.block}. */
  unblock(from: Uint8Array, to: Uint8Array): void {
    this.#blocked.delete(linkName(from, to));
  }

  /** Puts a datagram on the wire. */
  send(datagram: Datagram): void {
    const { source, destination } = datagram;
    const link = linkName(source.address, destination.address);
    const nth = (this.#sent.get(link) ?? 0) + 1;
    this.#sent.set(link, nth);
    const effect = this.#faults.find((fault) => fault.nth === nth && linkName(fault.from, fault.to) === link)?.effect;
    const behaviour = this.behaviour;
    // Every draw is made for every datagram, so that a fault shifts no later draw.
    const lost = this.#random.chance(behaviour.lossPerMille, 1000);
    const doubled = this.#random.chance(behaviour.duplicatesPerMille, 1000);
    const corrupted = this.#random.chance(behaviour.corruptionPerMille, 1000);
    const jitter = this.#random.below(behaviour.jitterCycles + 1);
    const secondJitter = this.#random.below(behaviour.jitterCycles + 1);
    const flippedBit = this.#random.next();
    const delay = behaviour.latencyCycles + (typeof effect === "object" ? effect.delayCycles : 0);

    if (lost || effect === "lose" || this.#blocked.has(link)) {
      this.#capture(datagram, "lost");
      return;
    }
    const arriving = corrupted ? flipBit(datagram, flippedBit) : datagram;
    const twice = doubled || effect === "duplicate";
    this.#capture(datagram, corrupted ? "corrupted" : twice ? "duplicated" : "delivered");
    this.#kernel.schedule(delay + jitter, () => this.#deliver(arriving));
    if (twice) this.#kernel.schedule(delay + secondJitter, () => this.#deliver(arriving));
  }

  #deliver(datagram: Datagram): void {
    const receive = this.#receivers.get(formatInternetAddress(datagram.destination.address)) ?? this.gateway;
    if (receive === undefined) {
      this.#note(datagram, "nobody there");
      return;
    }
    receive(datagram);
  }

  #capture(datagram: Datagram, fate: Fate): void {
    this.#captures.push({ cycle: this.#kernel.now, datagram, fate });
    this.#note(datagram, fate);
  }

  #note({ source, destination, payload }: Datagram, fate: Fate): void {
    this.#recorder.record(this.#component, packetEvent, {
      direction: fate,
      peer: `${formatEndpoint(source)} > ${formatEndpoint(destination)}`,
      lengthBytes: payload.length,
      // Random cookies and nonces make it differ from seed to seed.
      detail: `payload ${fingerprint(payload)}`,
    });
  }
}

/** An endpoint as text: `192.0.2.1:500`, `[2001:db8::1]:500`. */
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
