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

import { InputError } from "../../kernel/input_error.ts";
import { Worker } from "node:worker_threads";
import { ISAKMP_PORT, NAT_TRAVERSAL_PORT } from "../../../firmware/ike/mod.ts";
import { Interruption, type Outside, type OutsideEvent } from "../../kernel/outside.ts";
import type { Cycle } from "../../kernel/task.ts";
import type { Endpoint } from "../../network/datagram.ts";
import { formatInternetAddress } from "../../network/internet_address.ts";
import { formatEndpoint } from "../../network/network.ts";
import type { World } from "../world/world.ts";
import { NO_ENVIRONMENT } from "./worker_environment.ts";
import type { Arrival, RecordedInterruption } from "./recording.ts";
import {
  Control,
  MEMORY_BYTES,
  SharedRing,
  SLOT_BYTES,
  SLOT_COUNT,
  SLOT_HEADER_BYTES,
  SocketState,
  type WorkerMessage,
} from "./shared_ring.ts";

/** The socket cannot be opened, there is no way to the peer, or there is nobody in the simulation to bridge to. */
export class BridgeError extends InputError {
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

/** How far a bridge has come. */
export interface BridgeProgress {
  /** Real time since it was opened, in milliseconds. */
  readonly elapsedMilliseconds: number;
  /** Datagrams that went out. */
  readonly sent: number;
  /** Datagrams that came in. */
  readonly received: number;
}

/** What a bridge is told beside its ends. */
export interface UdpBridgeOptions {
  /** Told about every two seconds of waiting. */
  readonly onProgress?: (progress: BridgeProgress) => void;
}

const OPEN_MILLISECONDS = 5000;
const CLOSE_MILLISECONDS = 5000;
const PROGRESS_MILLISECONDS = 2000;
/** A signal may come between a look and a wait: no wait is longer than this. */
const LONGEST_WAIT_MILLISECONDS = 250;

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
  readonly #ring: SharedRing;
  readonly #insideAddress: Uint8Array;
  readonly #peerAddress: Uint8Array;
  readonly #paths: readonly Path[];
  readonly #startMilliseconds: number;
  readonly #startCycle: Cycle;
  readonly #onProgress: (progress: BridgeProgress) => void;
  #interruption: RecordedInterruption | undefined = undefined;
  #mayBeInterrupted = true;
  #lastProgressMilliseconds: number;
  #sent = 0;
  #taken = 0;

  /**
   * Opens the socket and connects it to the world's network. Nothing is sent if that cannot be done.
   *
   * @param listen Where the socket listens; also the simulated endpoint, if somebody has that address.
   * @param peer Where datagrams go.
   * @throws {BridgeError} The socket cannot be opened, there is no way to the peer, the ends are of two address
   * families, or it is not clear whom in the simulation the socket stands for.
   */
  constructor(world: World, listen: Endpoint, peer: Endpoint, options: UdpBridgeOptions = {}) {
    checkEnds(listen, peer);
    this.#world = world;
    this.#peerAddress = peer.address;
    this.#insideAddress = insideAddress(world, listen.address);
    this.#paths = pathsBetween(listen.port, peer.port);
    this.#onProgress = options.onProgress ?? (() => {});
    const memory = new SharedArrayBuffer(MEMORY_BYTES);
    this.#ring = new SharedRing(memory);
    this.#worker = new Worker(new URL("./udp_worker.ts", import.meta.url), { env: NO_ENVIRONMENT });
    const peerHost = formatInternetAddress(peer.address);
    this.#open(memory, listen, peer);
    world.network.gateway = ({ source, payload }) => {
      const socket = this.#paths.findIndex(({ simulatedPort }) => simulatedPort === source.port);
      const path = this.#paths[socket];
      if (path === undefined) return;
      this.#sent++;
      this.#post({ type: "send", socket, payload, host: peerHost, port: path.peerPort });
    };
    world.kernel.outside = this;
    this.#startMilliseconds = performance.now();
    this.#lastProgressMilliseconds = this.#startMilliseconds;
    this.#startCycle = world.kernel.now;
  }

  /** Where the user has stopped the run, if so. */
  get interruption(): RecordedInterruption | undefined {
    return this.#interruption;
  }

  /** The run is about to end by itself: the user's signal does not stop it any more. */
  ignoreInterruptions(): void {
    this.#mayBeInterrupted = false;
  }

  /** How far it has come. */
  get progress(): BridgeProgress {
    const elapsedMilliseconds = performance.now() - this.#startMilliseconds;
    return { elapsedMilliseconds, sent: this.#sent, received: this.#taken };
  }

  /**
   * Waits in real time for a cycle, or for a datagram that comes before.
   *
   * @throws {Interruption} The user has stopped the run; thrown once.
   */
  next(now: Cycle, cycle: Cycle): OutsideEvent | undefined {
    // What is due in this very cycle comes first: a recording tells only the cycle.
    if (cycle <= now) return undefined;
    const { control } = this.#ring;
    for (;;) {
      if (Atomics.load(control, Control.received) !== this.#taken) return this.#take(now, cycle);
      if (this.#mayBeInterrupted && Atomics.load(control, Control.interrupted) === 1) {
        this.#mayBeInterrupted = false;
        this.#interruption = { cycle: now, arrivalsBefore: this.arrivals.length };
        throw new Interruption();
      }
      const wait = this.#millisecondsAt(cycle) - performance.now();
      if (wait <= 0) return undefined;
      this.#report();
      Atomics.wait(control, Control.received, this.#taken, Math.min(wait, LONGEST_WAIT_MILLISECONDS));
    }
  }

  /**
   * Closes the socket, after everything that was sent has gone through it.
   *
   * @returns What could not be sent and why, or `undefined` if all was.
   */
  close(): string | undefined {
    const { control } = this.#ring;
    const deadline = performance.now() + CLOSE_MILLISECONDS;
    let handedOver = Atomics.load(control, Control.handedOver);
    while (handedOver < this.#sent && performance.now() < deadline) {
      Atomics.wait(control, Control.handedOver, handedOver, deadline - performance.now());
      handedOver = Atomics.load(control, Control.handedOver);
    }
    this.#worker.terminate();
    this.#world.kernel.outside = undefined;
    this.#world.network.gateway = undefined;
    const unsent = this.#sent - handedOver + Atomics.load(control, Control.refused);
    return unsent === 0 ? undefined : `${unsent} of ${this.#sent} datagrams were not sent: ${this.#ring.text}`;
  }

  #open(memory: SharedArrayBuffer, listen: Endpoint, peer: Endpoint): void {
    const ports = this.#paths.map(({ localPort }) => localPort);
    const [host, peerHost] = [formatInternetAddress(listen.address), formatInternetAddress(peer.address)];
    this.#post({ type: "listen", memory, host, ports, peerHost, peerPort: peer.port });
    const { control } = this.#ring;
    Atomics.wait(control, Control.state, SocketState.opening, OPEN_MILLISECONDS);
    if (Atomics.load(control, Control.state) === SocketState.listening) return;
    this.#worker.terminate();
    const [first, ...others] = this.#paths.map(({ localPort }) => formatEndpoint({ ...listen, port: localPort }));
    throw new BridgeError(
      `Cannot bridge from ${[first, ...others].join(" and ")} to ${formatEndpoint(peer)} ` +
        `(${this.#ring.text || "no answer of the operating system"}): ` +
        "expected an address of this machine, free ports, and a way to the peer",
    );
  }

  #take(now: Cycle, nextCycle: Cycle): OutsideEvent {
    const { slots, control } = this.#ring;
    const offset = (this.#taken % SLOT_COUNT) * SLOT_BYTES;
    const header = new DataView(slots.buffer, slots.byteOffset + offset);
    const port = this.#paths[header.getUint32(0)]?.simulatedPort ?? ISAKMP_PORT;
    const start = offset + SLOT_HEADER_BYTES;
    const payload = Uint8Array.from(slots.subarray(start, start + header.getUint32(4)));
    Atomics.store(control, Control.taken, ++this.#taken);
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

  #report(): void {
    const now = performance.now();
    if (now - this.#lastProgressMilliseconds < PROGRESS_MILLISECONDS) return;
    this.#lastProgressMilliseconds = now;
    this.#onProgress(this.progress);
  }

  #millisecondsAt(cycle: Cycle): number {
    return this.#startMilliseconds + ((cycle - this.#startCycle) * 1000) / this.#world.kernel.frequencyHz;
  }

  #post(message: WorkerMessage): void {
    this.#worker.postMessage(message);
  }
}

function checkEnds(listen: Endpoint, peer: Endpoint): void {
  if (listen.address.length !== peer.address.length) {
    throw new BridgeError(
      `Cannot bridge from ${formatEndpoint(listen)} to ${
        formatEndpoint(peer)
      }: expected two IPv4 or two IPv6 addresses`,
    );
  }
  if (formatEndpoint(listen) === formatEndpoint(peer)) {
    throw new BridgeError(
      `Cannot bridge from ${formatEndpoint(listen)} to itself: expected a peer of another address or port`,
    );
  }
}

function pathsBetween(localPort: number, peerPort: number): readonly Path[] {
  const isakmp = { simulatedPort: ISAKMP_PORT, localPort, peerPort };
  const translated = {
    simulatedPort: NAT_TRAVERSAL_PORT,
    localPort: NAT_TRAVERSAL_PORT,
    peerPort: NAT_TRAVERSAL_PORT,
  };
  return localPort === ISAKMP_PORT && peerPort === ISAKMP_PORT ? [isakmp, translated] : [isakmp];
}

/** The listening address itself if somebody has it, else the only address that there is. */
function insideAddress(world: World, listen: Uint8Array): Uint8Array {
  const { addresses } = world.network;
  if (addresses.includes(formatInternetAddress(listen))) return listen;
  const [first] = [
    ...[...world.adapters.values()].flatMap(({ networkInterface }) => networkInterface.addresses),
    ...[...world.targets.values()].map(({ address }) => address),
  ];
  if (first === undefined || addresses.length !== 1 || first.length !== listen.length) {
    throw new BridgeError(
      `Nobody in the scenario has the address ${formatInternetAddress(listen)}: expected one of ${
        addresses.join(", ")
      }`,
    );
  }
  return first;
}
