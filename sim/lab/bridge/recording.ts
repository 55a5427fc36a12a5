/**
 * What came in from outside, and when: enough to run again without the peer.
 *
 * @module
 */

import { Interruption, type Outside, type OutsideEvent } from "../../kernel/outside.ts";
import type { Cycle } from "../../kernel/task.ts";
import type { Datagram } from "../../network/datagram.ts";
import type { Network } from "../../network/network.ts";
import { decodeFile, encodeFile, FileFormatError } from "../../trace/cbor_file.ts";

const FORMAT = "hbasim recording";
const VERSION = 3;

/** A datagram that came in from outside. */
export interface Arrival {
  /** When. */
  readonly cycle: Cycle;
  /** What. */
  readonly datagram: Datagram;
}

/** Where the user stopped the run. */
export interface RecordedInterruption {
  /** The present cycle. */
  readonly cycle: Cycle;
  /** How many datagrams had come in. */
  readonly arrivalsBefore: number;
}

/** All that a run depended on beside its scenario. Secret: what was drawn leads to the keys. */
export interface Recording {
  /** What world it was made in, as a digest of its description. */
  readonly world: string;
  /** The seed that all chance came from. */
  readonly seed: string;
  /** Whether the seed was drawn for this run, and nobody has named it. */
  readonly drawn: boolean;
  /** What came in, in order. */
  readonly arrivals: readonly Arrival[];
  /** Where the run was stopped, if so. */
  readonly interruption?: RecordedInterruption;
}

/** Writes a recording. */
export function encodeRecording({ world, seed, drawn, arrivals, interruption }: Recording): Uint8Array {
  return encodeFile(FORMAT, VERSION, {
    world,
    seed,
    drawn,
    ...(interruption === undefined ? {} : { interruption: [interruption.cycle, interruption.arrivalsBefore] }),
    arrivals: arrivals.map(({ cycle, datagram: { source, destination, payload } }) => [
      cycle,
      source.address,
      source.port,
      destination.address,
      destination.port,
      payload,
    ]),
  });
}

/**
 * Reads a recording.
 *
 * @throws {FileFormatError} It is none.
 */
export function decodeRecording(bytes: Uint8Array): Recording {
  const content = decodeFile(FORMAT, VERSION, bytes);
  if (typeof content !== "object" || content === null) throw new FileFormatError(FORMAT, "it holds no run");
  const { world, seed, drawn, arrivals, interruption } = content as Record<string, unknown>;
  if (typeof world !== "string") throw new FileFormatError(FORMAT, "it does not say which world it was made in");
  if (typeof seed !== "string" || typeof drawn !== "boolean") {
    throw new FileFormatError(FORMAT, "it does not say what the run's chance came from");
  }
  if (!Array.isArray(arrivals)) throw new FileFormatError(FORMAT, "it has no list of datagrams");
  return {
    world,
    seed,
    drawn,
    arrivals: arrivals.map(arrivalOf),
    ...(interruption === undefined ? {} : { interruption: interruptionOf(interruption) }),
  };
}

function arrivalOf(entry: unknown, index: number): Arrival {
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
}

function interruptionOf(entry: unknown): RecordedInterruption {
  const [cycle, arrivalsBefore] = Array.isArray(entry) ? entry : [];
  if (typeof cycle !== "number" || typeof arrivalsBefore !== "number") {
    throw new FileFormatError(FORMAT, "the place where it was stopped is of another form");
  }
  return { cycle, arrivalsBefore };
}

/** Plays a recording: what the run sends outside goes nowhere, what came in comes in again at its cycle. */
export class RecordedOutside implements Outside {
  readonly #recording: Recording;
  readonly #network: Network;
  #next = 0;
  #isInterrupted = false;

  /**
   * A recording at its beginning.
   *
   * @param recording What came in, in order.
   * @param network Where it comes in.
   */
  constructor(recording: Recording, network: Network) {
    this.#recording = recording;
    this.#network = network;
    network.gateway = () => {};
  }

  /**
   * The next arrival, if it comes before the cycle.
   *
   * @throws {Interruption} Here the run was stopped.
   */
  next(now: Cycle, cycle: Cycle): OutsideEvent | undefined {
    const { arrivals, interruption } = this.#recording;
    const isHere = interruption?.cycle === now && interruption.arrivalsBefore === this.#next;
    if (isHere && cycle > now && !this.#isInterrupted) {
      this.#isInterrupted = true;
      throw new Interruption();
    }
    const arrival = arrivals[this.#next];
    if (arrival === undefined || arrival.cycle >= cycle) return undefined;
    this.#next++;
    return { cycle: arrival.cycle, run: () => this.#network.arrive(arrival.datagram) };
  }
}
