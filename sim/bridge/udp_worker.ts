/**
 * The thread that owns the real UDP socket. The simulation runs in the main
 * thread without ever giving way, so datagrams reach it through shared memory.
 *
 * @module
 */

import dgram from "node:dgram";
import { Buffer } from "node:buffer";
import { Control, CONTROL_BYTES, SLOT_BYTES, SLOT_COUNT, SocketState, type WorkerMessage } from "./shared_ring.ts";

const socket = dgram.createSocket("udp4");

function listen({ memory, host, port }: Extract<WorkerMessage, { readonly type: "listen" }>): void {
  const control = new Int32Array(memory, 0, CONTROL_BYTES / 4);
  const ring = new Uint8Array(memory, CONTROL_BYTES);
  const show = (state: number) => {
    Atomics.store(control, Control.state, state);
    Atomics.notify(control, Control.state);
  };
  socket.on("error", () => show(SocketState.failed));
  socket.on("message", (bytes: Uint8Array) => {
    if (bytes.length > SLOT_BYTES - 4) return;
    const offset = (Atomics.load(control, Control.received) % SLOT_COUNT) * SLOT_BYTES;
    new DataView(ring.buffer, ring.byteOffset + offset).setUint32(0, bytes.length);
    ring.set(bytes, offset + 4);
    Atomics.add(control, Control.received, 1);
    Atomics.notify(control, Control.received);
  });
  socket.bind(port, host, () => show(SocketState.listening));
}

addEventListener("message", (event: MessageEvent<WorkerMessage>) => {
  const message = event.data;
  if (message.type === "listen") listen(message);
  else socket.send(Buffer.from(message.payload), message.port, message.host);
});
