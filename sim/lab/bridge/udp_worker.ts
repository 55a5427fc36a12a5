/**
 * The thread that owns the real UDP sockets. The simulation runs in the main
 * thread without ever giving way, so datagrams and signals reach it through
 * shared memory.
 *
 * @module
 */

import dgram from "node:dgram";
import { Buffer } from "node:buffer";
import process from "node:process";
import { parentPort } from "node:worker_threads";
import { formatInternetAddress, parseInternetAddress } from "../../network/internet_address.ts";
import {
  Control,
  SharedRing,
  SLOT_BYTES,
  SLOT_COUNT,
  SLOT_HEADER_BYTES,
  SocketState,
  type WorkerMessage,
} from "./shared_ring.ts";

type Listen = Extract<WorkerMessage, { readonly type: "listen" }>;
type Send = Extract<WorkerMessage, { readonly type: "send" }>;

/**
 * More than fits into a datagram of either family, but not more than the call takes: the operating system looks for
 * a route first and refuses the size then, so that nothing is sent.
 */
const PROBE_BYTES = 0xffff;

function newSocket(host: string): dgram.Socket {
  return host.includes(":") ? dgram.createSocket({ type: "udp6", ipv6Only: true }) : dgram.createSocket("udp4");
}

/** The error's code if it has one that says something, else its text. */
function reasonOf(error: Error): string {
  const code = "code" in error ? String(error.code) : "UNKNOWN";
  return code === "UNKNOWN" ? error.message : code;
}

/** The sockets of a bridge. */
class Sockets {
  readonly #ring: SharedRing;
  readonly #sockets: readonly dgram.Socket[];

  /** Opens a socket for each port, then asks whether there is a way to the peer. */
  constructor(message: Listen) {
    const ring = new SharedRing(message.memory);
    this.#ring = ring;
    let bound = 0;
    this.#sockets = message.ports.map((port, number) => {
      const socket = newSocket(message.host);
      socket.on("error", (error: Error) => this.#show(SocketState.failed, `port ${port}: ${reasonOf(error)}`));
      socket.on("message", receiver(ring, number, message.peerHost));
      socket.bind(port, message.host, () => {
        if (++bound === message.ports.length) this.#probeRoute(message);
      });
      return socket;
    });
  }

  /** Hands a datagram to the operating system. */
  send({ socket, payload, host, port }: Send): void {
    this.#sockets[socket]?.send(Buffer.from(payload), port, host, (error: Error | null) => {
      const { control } = this.#ring;
      if (error !== null) {
        this.#ring.text = reasonOf(error);
        Atomics.add(control, Control.refused, 1);
      }
      Atomics.add(control, Control.handedOver, 1);
      Atomics.notify(control, Control.handedOver);
    });
  }

  /** The user wants the run to end. */
  interrupt(): void {
    Atomics.store(this.#ring.control, Control.interrupted, 1);
    Atomics.notify(this.#ring.control, Control.received);
  }

  #probeRoute({ host, peerHost, peerPort }: Listen): void {
    const socket = newSocket(host);
    const end = (error: Error | null) => {
      socket.close();
      const isThere = error === null || ("code" in error && error.code === "EMSGSIZE");
      if (isThere) this.#show(SocketState.listening);
      else this.#show(SocketState.failed, `no route to ${peerHost}`);
    };
    socket.bind(0, host, () => socket.send(Buffer.alloc(PROBE_BYTES), peerPort, peerHost, end));
  }

  #show(state: number, text = ""): void {
    const { control } = this.#ring;
    if (Atomics.load(control, Control.state) !== SocketState.opening) return;
    this.#ring.text = text;
    Atomics.store(control, Control.state, state);
    Atomics.notify(control, Control.state);
  }
}

/** Puts what the peer sends into the ring. */
function receiver({ control, slots }: SharedRing, number: number, peerHost: string) {
  return (bytes: Uint8Array, { address }: { readonly address: string }) => {
    const received = Atomics.load(control, Control.received);
    // A ring that is full drops what comes, as a network interface does.
    const isFull = received - Atomics.load(control, Control.taken) >= SLOT_COUNT;
    if (isFull || bytes.length > SLOT_BYTES - SLOT_HEADER_BYTES) return;
    if (canonical(address) !== peerHost) return;
    const offset = (received % SLOT_COUNT) * SLOT_BYTES;
    const header = new DataView(slots.buffer, slots.byteOffset + offset);
    header.setUint32(0, number);
    header.setUint32(4, bytes.length);
    slots.set(bytes, offset + SLOT_HEADER_BYTES);
    Atomics.add(control, Control.received, 1);
    Atomics.notify(control, Control.received);
  };
}

/** Link-local addresses come with the name of their interface (RFC 4007 §11). */
function canonical(address: string): string {
  return formatInternetAddress(parseInternetAddress(address.replace(/%.*$/, "")));
}

function serve(): void {
  let sockets: Sockets | undefined;
  // Heard here, because the main thread has no moment to hear it in. Node.js ends the program instead.
  process.on("SIGINT", () => sockets?.interrupt());
  parentPort?.on("message", (message: WorkerMessage) => {
    if (message.type === "listen") sockets = new Sockets(message);
    else sockets?.send(message);
  });
}

serve();
