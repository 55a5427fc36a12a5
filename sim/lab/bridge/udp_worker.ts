/**
 * The thread that owns the real UDP sockets. The simulation runs in the main
 * thread without ever giving way, so datagrams and signals reach it through
 * shared memory.
 *
 * @module
 */

import dgram from "node:dgram";
import { Buffer } from "node:buffer";
import { equalAddresses, parseInternetAddress } from "../../network/internet_address.ts";
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

const sockets: dgram.Socket[] = [];
let shared: SharedRing | undefined;

function newSocket(host: string): dgram.Socket {
  return host.includes(":") ? dgram.createSocket({ type: "udp6", ipv6Only: true }) : dgram.createSocket("udp4");
}

/** The error's code if it has one that says something, else its text. */
function reasonOf(error: Error): string {
  const code = "code" in error ? String(error.code) : "UNKNOWN";
  return code === "UNKNOWN" ? error.message : code;
}

/** Opens a socket for each port, then asks whether there is a way to the peer. */
function listen(message: Listen): void {
  const ring = new SharedRing(message.memory);
  shared = ring;
  const show = (state: number, text = "") => {
    if (Atomics.load(ring.control, Control.state) !== SocketState.opening) return;
    ring.text = text;
    Atomics.store(ring.control, Control.state, state);
    Atomics.notify(ring.control, Control.state);
  };
  let bound = 0;
  message.ports.forEach((port, number) => {
    const socket = newSocket(message.host);
    sockets.push(socket);
    socket.on("error", (error: Error) => show(SocketState.failed, `port ${port}: ${reasonOf(error)}`));
    socket.on("message", receiver(ring, number, parseInternetAddress(message.peerHost)));
    socket.bind(port, message.host, () => {
      if (++bound < message.ports.length) return;
      probeRoute(message, (problem) => {
        if (problem === undefined) show(SocketState.listening);
        else show(SocketState.failed, problem);
      });
    });
  });
}

function probeRoute({ host, peerHost, peerPort }: Listen, done: (problem: string | undefined) => void): void {
  const socket = newSocket(host);
  const end = (error: Error | null) => {
    socket.close();
    const isTooLong = error !== null && "code" in error && error.code === "EMSGSIZE";
    done(error === null || isTooLong ? undefined : `no route to ${peerHost}`);
  };
  socket.bind(0, host, () => socket.send(Buffer.alloc(PROBE_BYTES), peerPort, peerHost, end));
}

/** Puts what the peer sends into the ring. */
function receiver({ control, slots }: SharedRing, number: number, peerAddress: Uint8Array) {
  return (bytes: Uint8Array, { address }: { readonly address: string }) => {
    const received = Atomics.load(control, Control.received);
    // A ring that is full drops what comes, as a network interface does.
    const isFull = received - Atomics.load(control, Control.taken) >= SLOT_COUNT;
    if (isFull || bytes.length > SLOT_BYTES - SLOT_HEADER_BYTES) return;
    if (!equalAddresses(parseInternetAddress(withoutZone(address)), peerAddress)) return;
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
function withoutZone(address: string): string {
  return address.replace(/%.*$/, "");
}

function send({ socket, payload, host, port }: Send): void {
  sockets[socket]?.send(Buffer.from(payload), port, host, (error: Error | null) => {
    if (shared === undefined) return;
    if (error !== null) {
      shared.text = reasonOf(error);
      Atomics.add(shared.control, Control.refused, 1);
    }
    Atomics.add(shared.control, Control.handedOver, 1);
    Atomics.notify(shared.control, Control.handedOver);
  });
}

function interrupt(): void {
  if (shared === undefined) return;
  Atomics.store(shared.control, Control.interrupted, 1);
  Atomics.notify(shared.control, Control.received);
}

addEventListener("message", (event: MessageEvent<WorkerMessage>) => {
  const message = event.data;
  switch (message.type) {
    case "listen":
      // Heard here, because the main thread has no moment to hear it in.
      Deno.addSignalListener("SIGINT", interrupt);
      return listen(message);
    case "send":
      return send(message);
  }
});
