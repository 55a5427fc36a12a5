/**
 * A bridge from the simulated network to a real UDP socket, paced to real time.
 *
 * Datagrams for addresses that nobody has in the simulation go to the peer;
 * what the peer sends comes in from the peer's address to the simulated one.
 * In the simulation IKE has its own ports, whatever the real ones are: 500 and,
 * behind a translator, 4500 (RFC 3947 §4), for which there is a second socket
 * where both real ports are 500.
 * Every arrival is recorded with its cycle, so the run can be played again
 * without the peer.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import { ISAKMP_PORT, NAT_TRAVERSAL_PORT } from "../../../firmware/ike/mod.ts";
import type { Outside, OutsideEvent } from "../../kernel/outside.ts";
import type { Cycle } from "../../kernel/task.ts";
import type { Endpoint } from "../../network/datagram.ts";
import { formatInternetAddress } from "../../network/internet_address.ts";
import type { World } from "../world/world.ts";
import type { Arrival } from "./recording.ts";
import {
  Control,
  CONTROL_BYTES,
  SLOT_BYTES,
  SLOT_COUNT,
  SLOT_HEADER_BYTES,
  SocketState,
  type WorkerMessage,
} from "./shared_ring.ts";

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

/** One socket: the port in the simulation, and those of the real ends. */
interface Path {
  readonly simulatedPort: number;
  readonly localPort: number;
  readonly peerPort: number;
}

/** A bridge that is open. */
export class UdpBridge implements Outside {
  /** What has come in so far. */
  readonly arrivals: Arrival[] = [];
  readonly #world: World;
  readonly #worker: Worker;
  readonly #control: Int32Array;
  readonly #ring: Uint8Array;
  readonly #insideAddress: Uint8Array;
  readonly #peerAddress: Uint8Array;
  readonly #paths: readonly Path[];
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
    this.#peerAddress = peer.address;
    this.#insideAddress = insideAddress(world, listen.address);
    const isakmp = { simulatedPort: ISAKMP_PORT, localPort: listen.port, peerPort: peer.port };
    const translated = {
      simulatedPort: NAT_TRAVERSAL_PORT,
      localPort: NAT_TRAVERSAL_PORT,
      peerPort: NAT_TRAVERSAL_PORT,
    };
    const areUsual = listen.port === ISAKMP_PORT && peer.port === ISAKMP_PORT;
    this.#paths = areUsual ? [isakmp, translated] : [isakmp];
    const memory = new SharedArrayBuffer(CONTROL_BYTES + SLOT_COUNT * SLOT_BYTES);
    this.#control = new Int32Array(memory, 0, CONTROL_BYTES / 4);
    this.#ring = new Uint8Array(memory, CONTROL_BYTES);
    this.#worker = new Worker(new URL("./udp_worker.ts", import.meta.url));
    const host = formatInternetAddress(listen.address);
    const peerHost = formatInternetAddress(peer.address);
    this.#post({ type: "listen", memory, host, ports: this.#paths.map(({ localPort }) => localPort), peerHost });
    Atomics.wait(this.#control, Control.state, SocketState.opening, OPEN_MILLISECONDS);
    if (Atomics.load(this.#control, Control.state) !== SocketState.listening) {
      this.#worker.terminate();
      const ports = this.#paths.map(({ localPort }) => localPort).join(" and ");
      throw new BridgeError(`Cannot listen at ${host}:${ports}: expected an address of this machine and free ports`);
    }
    world.network.gateway = ({ source, payload }) => {
      const socket = this.#paths.findIndex(({ simulatedPort }) => simulatedPort === source.port);
      const path = this.#paths[socket];
      if (path !== undefined) this.#post({ type: "send", socket, payload, host: peerHost, port: path.peerPort });
    };
    world.kernel.outside = this;
    this.#startMilliseconds = performance.now();
    this.#startCycle = world.kernel.now;
  }

  /** Waits in real time for a cycle, or for a datagram that comes before. */
  next(now: Cycle, cycle: Cycle): OutsideEvent | undefined {
    // What is due in this very cycle comes first: a recording tells only the cycle.
    if (cycle <= now) return undefined;
    for (;;) {
      if (Atomics.load(this.#control, Control.received) !== this.#taken) return this.#take(now, cycle);
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

  #take(now: Cycle, nextCycle: Cycle): OutsideEvent {
    const offset = (this.#taken % SLOT_COUNT) * SLOT_BYTES;
    const header = new DataView(this.#ring.buffer, this.#ring.byteOffset + offset);
    const port = this.#paths[header.getUint32(0)]?.simulatedPort ?? ISAKMP_PORT;
    const start = offset + SLOT_HEADER_BYTES;
    const payload = Uint8Array.from(this.#ring.subarray(start, start + header.getUint32(4)));
    Atomics.store(this.#control, Control.taken, ++this.#taken);
    const { frequencyHz } = this.#world.kernel;
    const elapsed = ((performance.now() - this.#startMilliseconds) * frequencyHz) / 1000;
    // The simulation may be late: it must not be led beyond what is due inside.
    const cycle = Math.min(nextCycle - 1, Math.max(now, this.#startCycle + Math.floor(elapsed)));
    const datagram = {
      source: { address: this.#peerAddress, port },
      destination: { address: this.#insideAddress, port },
      payload,
    };
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
