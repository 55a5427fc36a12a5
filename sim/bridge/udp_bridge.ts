/**
 * A bridge from the simulated network to a real UDP socket, paced to real time.
 *
 * Datagrams for addresses that nobody has in the simulation go to the peer;
 * what the peer sends comes in from the peer's address to the simulated one.
 * Every arrival is recorded with its cycle, so the run can be played again
 * without the peer.
 *
 * @module
 */

import type { Outside, OutsideEvent } from "../kernel/outside.ts";
import type { Cycle } from "../kernel/task.ts";
import type { Endpoint } from "../network/datagram.ts";
import { formatInternetAddress } from "../network/internet_address.ts";
import type { World } from "../world.ts";
import type { Arrival } from "./recording.ts";
import { Control, CONTROL_BYTES, SLOT_BYTES, SLOT_COUNT, SocketState, type WorkerMessage } from "./shared_ring.ts";

/** The socket cannot be opened, or there is nobody in the simulation to bridge to. */
export class BridgeError extends Error {
  /**
   * Says what is wrong.
   *
   * @param message What was given, what is accepted.
   */
  constructor(message: string) {
    super(message);
    this.name = "BridgeError";
  }
}

const OPEN_MILLISECONDS = 5000;

/** A bridge that is open. */
export class UdpBridge implements Outside {
  /** What has come in so far. */
  readonly arrivals: Arrival[] = [];
  readonly #world: World;
  readonly #worker: Worker;
  readonly #control: Int32Array;
  readonly #ring: Uint8Array;
  readonly #inside: Endpoint;
  readonly #peer: Endpoint;
  readonly #startMilliseconds: number;
  readonly #startCycle: Cycle;
  #taken = 0;

  /**
   * Opens the socket and connects it to the world's network.
   *
   * @param listen Where the socket listens; also the simulated endpoint, if somebody has that address.
   * @param peer Where datagrams go.
   * @throws {BridgeError} The socket cannot be opened, or it is not clear whom in the simulation it stands for.
   */
  constructor(world: World, listen: Endpoint, peer: Endpoint) {
    this.#world = world;
    this.#peer = peer;
    this.#inside = { address: insideAddress(world, listen.address), port: listen.port };
    const memory = new SharedArrayBuffer(CONTROL_BYTES + SLOT_COUNT * SLOT_BYTES);
    this.#control = new Int32Array(memory, 0, CONTROL_BYTES / 4);
    this.#ring = new Uint8Array(memory, CONTROL_BYTES);
    this.#worker = new Worker(new URL("udp_worker.ts", import.meta.url), { type: "module" });
    const host = formatInternetAddress(listen.address);
    this.#post({ type: "listen", memory, host, port: listen.port });
    Atomics.wait(this.#control, Control.state, SocketState.opening, OPEN_MILLISECONDS);
    if (Atomics.load(this.#control, Control.state) !== SocketState.listening) {
      this.#worker.terminate();
      throw new BridgeError(`Cannot listen at ${host}:${listen.port}: expected a free port of this machine`);
    }
    world.network.gateway = ({ payload }) =>
      this.#post({ type: "send", payload, host: formatInternetAddress(peer.address), port: peer.port });
    world.kernel.outside = this;
    this.#startMilliseconds = performance.now();
    this.#startCycle = world.kernel.now;
  }

  /** Waits in real time for a cycle, or for a datagram that comes before. */
  next(now: Cycle, cycle: Cycle): OutsideEvent | undefined {
    for (;;) {
      if (Atomics.load(this.#control, Control.received) !== this.#taken) return this.#take(now);
      const wait = this.#millisecondsAt(cycle) - performance.now();
      if (wait <= 0) return undefined;
      Atomics.wait(this.#control, Control.received, this.#taken, wait);
    }
  }

  /** Closes the socket. */
  close(): void {
    this.#worker.terminate();
    this.#world.kernel.outside = undefined;
    this.#world.network.gateway = undefined;
  }

  #take(now: Cycle): OutsideEvent {
    const offset = (this.#taken++ % SLOT_COUNT) * SLOT_BYTES;
    const length = new DataView(this.#ring.buffer, this.#ring.byteOffset + offset).getUint32(0);
    const payload = this.#ring.slice(offset + 4, offset + 4 + length);
    const { frequencyHz } = this.#world.kernel;
    const elapsed = ((performance.now() - this.#startMilliseconds) * frequencyHz) / 1000;
    const cycle = Math.max(now, this.#startCycle + Math.floor(elapsed));
    const datagram = { source: this.#peer, destination: this.#inside, payload: Uint8Array.from(payload) };
    this.arrivals.push({ cycle, datagram });
    return { cycle, run: () => this.#world.network.arrive(datagram) };
  }

  #millisecondsAt(cycle: Cycle): number {
    return this.#startMilliseconds + ((cycle - this.#startCycle) * 1000) / this.#world.kernel.frequencyHz;
  }

  #post(message: WorkerMessage): void {
    this.#worker.postMessage(message);
  }
}

/** The listening address itself if somebody has it, else the only address that there is. */
function insideAddress(world: World, listen: Uint8Array): Uint8Array {
  const { addresses } = world.network;
  if (addresses.includes(formatInternetAddress(listen))) return listen;
  const [first] = [
    ...[...world.adapters.values()].flatMap(({ networkInterface }) => networkInterface.addresses),
    ...[...world.targets.values()].map(({ address }) => address),
  ];
  if (first === undefined || addresses.length !== 1) {
    throw new BridgeError(
      `Nobody in the scenario has the address ${formatInternetAddress(listen)}: expected one of ${
        addresses.join(", ")
      }`,
    );
  }
  return first;
}
