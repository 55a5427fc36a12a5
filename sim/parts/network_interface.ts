/**
 * The adapter's network interface: a bounded receive ring and a transmitter
 * for each port.
 *
 * @module
 */

import type { Kernel } from "../kernel/kernel.ts";
import { Signal } from "../kernel/signal.ts";
import type { Datagram } from "../network/datagram.ts";

/** What a network interface has counted. */
export interface NetworkInterfaceCounters {
  /** Datagrams handed to the firmware. */
  readonly received: number;
  /** Datagrams sent. */
  readonly transmitted: number;
  /** Datagrams lost because the receive ring was full. */
  readonly overruns: number;
}

/** What becomes of a datagram that arrives: it waits in the ring, or is lost. */
export type Delivery = "taken" | "link down" | "ring full";

/** A network interface with one or more ports that share a receive ring. */
export class NetworkInterface {
  /** The address of each port, 4 or 16 bytes; the index is the port's number. */
  readonly addresses: readonly Uint8Array[];
  /** Fires when a datagram has come in. */
  readonly arrival: Signal;
  readonly #kernel: Kernel;
  readonly #ringLength: number;
  #ring: { readonly datagram: Datagram; readonly cause: number }[] = [];
  #transmit: ((datagram: Datagram) => void) | undefined = undefined;
  #up = false;
  #received = 0;
  #transmitted = 0;
  #overruns = 0;

  /**
   * A network interface whose link is down.
   *
   * @param addresses The address of each port.
   * @param ringLength How many received datagrams wait at the most; more are lost.
   */
  constructor(
    kernel: Kernel,
    addresses: readonly Uint8Array[],
    ringLength = 256,
  ) {
    this.#kernel = kernel;
    this.addresses = addresses;
    this.arrival = new Signal(kernel, "datagram from the network");
    this.#ringLength = ringLength;
  }

  /** What was counted since the beginning; survives loss of power, as a measuring device beside it would. */
  get counters(): NetworkInterfaceCounters {
    return {
      received: this.#received,
      transmitted: this.#transmitted,
      overruns: this.#overruns,
    };
  }

  /** Connects the wire. */
  connect(transmit: (datagram: Datagram) => void): void {
    this.#transmit = transmit;
  }

  /** Brings the link up or down; datagrams are lost while it is down. */
  setLink(up: boolean): void {
    this.#up = up;
    if (!up) this.#ring = [];
  }

  /** A datagram arrives from the wire. */
  deliver(datagram: Datagram): Delivery {
    if (!this.#up) return "link down";
    if (this.#ring.length >= this.#ringLength) {
      this.#overruns++;
      return "ring full";
    }
    this.#ring.push({ datagram, cause: this.#kernel.cause });
    this.arrival.fire();
    return "taken";
  }

  /** The oldest received datagram, or `undefined`; what follows is caused by its arrival. Firmware side. */
  take(): Datagram | undefined {
    const received = this.#ring.shift();
    if (received === undefined) return undefined;
    this.#received++;
    this.#kernel.cause = received.cause;
    return received.datagram;
  }

  /** Sends a datagram. Firmware side. */
  send(datagram: Datagram): void {
    if (!this.#up) return;
    this.#transmitted++;
    this.#transmit?.(datagram);
  }
}
