/**
 * What came in from outside, and when: enough to run again without the peer.
 *
 * @module
 */

import type { Outside, OutsideEvent } from "../../kernel/outside.ts";
import type { Cycle } from "../../kernel/task.ts";
import type { Datagram } from "../../network/datagram.ts";
import type { Network } from "../../network/network.ts";
import { decodeFile, encodeFile, FileFormatError } from "../../trace/cbor_file.ts";

const FORMAT = "hbasim recording";
const VERSION = 1;

/** A datagram that came in from outside. */
export interface Arrival {
  /** When. */
  readonly cycle: Cycle;
  /** What. */
  readonly datagram: Datagram;
}

/** Writes a recording. */
export function encodeRecording(arrivals: readonly Arrival[]): Uint8Array {
  return encodeFile(
    FORMAT,
    VERSION,
    arrivals.map(({ cycle, datagram: { source, destination, payload } }) => [
      cycle,
      source.address,
      source.port,
      destination.address,
      destination.port,
      payload,
    ]),
  );
}

/**
 * Reads a recording.
 *
 * @throws {FileFormatError} It is none.
 */
export function decodeRecording(bytes: Uint8Array): Arrival[] {
  const content = decodeFile(FORMAT, VERSION, bytes);
  if (!Array.isArray(content)) throw new FileFormatError(FORMAT, "it is no list of datagrams");
  return content.map((entry, index) => {
    const [cycle, source, sourcePort, destination, destinationPort, payload] = Array.isArray(entry) ? entry : [];
    if (
      typeof cycle !== "number" || typeof sourcePort !== "number" || typeof destinationPort !== "number" ||
      !(source instanceof Uint8Array && destination instanceof Uint8Array && payload instanceof Uint8Array)
    ) throw new FileFormatError(FORMAT, `datagram ${index} is of another form`);
    return {
      cycle,
      datagram: {
        source: { address: Uint8Array.from(source), port: sourcePort },
        destination: { address: Uint8Array.from(destination), port: destinationPort },
        payload: Uint8Array.from(payload),
      },
    };
  });
}

/** Plays a recording: what the run sends outside goes nowhere, what came in comes in again at its cycle. */
export class RecordedOutside implements Outside {
  readonly #arrivals: readonly Arrival[];
  readonly #network: Network;
  #next = 0;

  /**
   * A recording at its beginning.
   *
   * @param arrivals What came in, in order.
   * @param network Where it comes in.
   */
  constructor(arrivals: readonly Arrival[], network: Network) {
    this.#arrivals = arrivals;
    this.#network = network;
    network.gateway = () => {};
  }

  /** The next arrival, if it comes before the cycle. */
  next(_now: Cycle, cycle: Cycle): OutsideEvent | undefined {
    const arrival = this.#arrivals[this.#next];
    if (arrival === undefined || arrival.cycle >= cycle) return undefined;
    this.#next++;
    return { cycle: arrival.cycle, run: () => this.#network.arrive(arrival.datagram) };
  }
}
