/**
 * The thread that owns the real UDP sockets. The simulation runs in the main
 * thread without ever giving way, so datagrams reach it through shared memory.
 *
 * @module
 */

import dgram from "node:dgram";
import { Buffer } from "node:buffer";
import { parentPort } from "node:worker_threads";
import {
  Control,
  CONTROL_BYTES,
  SLOT_BYTES,
  SLOT_COUNT,
  SLOT_HEADER_BYTES,
  SocketState,
  type WorkerMessage,
} from "./shared_ring.ts";

const sockets: dgram.Socket[] = [];

function listen({ memory, host, ports, peerHost }: Extract<WorkerMessage, { readonly type: "listen" }>): void {
  const control = new Int32Array(memory, 0, CONTROL_BYTES / 4);
  const ring = new Uint8Array(memory, CONTROL_BYTES);
  const show = (state: number) => {
    Atomics.store(control, Control.state, state);
    Atomics.notify(control, Control.state);
  };
  let bound = 0;
  ports.forEach((port, number) => {
    const socket = dgram.createSocket("udp4");
    sockets.push(socket);
    socket.on("error", () => show(SocketState.failed));
    socket.on("message", (bytes: Uint8Array, { address }: { readonly address: string }) => {
      const received = Atomics.load(control, Control.received);
      // A ring that is full drops what comes, as a network interface does.
      const isFull = received - Atomics.load(control, Control.taken) >= SLOT_COUNT;
      if (address !== peerHost || isFull || bytes.length > SLOT_BYTES - SLOT_HEADER_BYTES) return;
      const offset = (received % SLOT_COUNT) * SLOT_BYTES;
      const header = new DataView(ring.buffer, ring.byteOffset + offset);
      header.setUint32(0, number);
      header.setUint32(4, bytes.length);
      ring.set(bytes, offset + SLOT_HEADER_BYTES);
      Atomics.add(control, Control.received, 1);
      Atomics.notify(control, Control.received);
    });
    socket.bind(port, host, () => {
      if (++bound === ports.length) show(SocketState.listening);
    });
  });
}

parentPort?.on("message", (message: WorkerMessage) => {
  if (message.type === "listen") listen(message);
  else sockets[message.socket]?.send(Buffer.from(message.payload), message.port, message.host);
});
