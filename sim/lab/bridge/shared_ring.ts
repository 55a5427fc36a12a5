/**
 * The memory between the simulation's thread and the sockets' thread: control
 * words, a text that says what went wrong, then a ring of slots, each the
 * number of a socket, a length (both uint32, network order) and a datagram.
 *
 * @module
 */

/** Bytes of control words. */
const CONTROL_BYTES = 64;

/** Bytes of the text behind the control words: UTF-8, filled up with zeros. */
const TEXT_BYTES = 192;

/** How many received datagrams wait at the most. */
export const SLOT_COUNT = 256;

/** One slot: socket, length, and the longest message that an IKE engine looks at, with the marker of port 4500. */
export const SLOT_BYTES = 16_396;

/** Bytes of a slot before the datagram. */
export const SLOT_HEADER_BYTES = 8;

/** Bytes of the whole. */
export const MEMORY_BYTES = CONTROL_BYTES + TEXT_BYTES + SLOT_COUNT * SLOT_BYTES;

/** Indexes of the control words. */
export const Control = {
  /** How many datagrams came in; whoever waits for one waits here. */
  received: 0,
  /** One of {@linkcode SocketState}. */
  state: 1,
  /** How many of them the simulation has taken. */
  taken: 2,
  /** How many datagrams the sockets' thread has handed to the operating system, refused ones counted. */
  handedOver: 3,
  /** How many of those the operating system refused; the text says why the last was. */
  refused: 4,
  /** 1 once the user has asked the program to stop. */
  interrupted: 5,
} as const;

/** Values of the state word; where it failed, the text says why. */
export const SocketState = { opening: 0, listening: 1, failed: 2 } as const;

/** What the simulation tells the sockets' thread. */
export type WorkerMessage =
  | {
    readonly type: "listen";
    readonly memory: SharedArrayBuffer;
    readonly host: string;
    /** A socket for each. */
    readonly ports: readonly number[];
    /** Datagrams of anybody else are dropped. */
    readonly peerHost: string;
    readonly peerPort: number;
  }
  | {
    readonly type: "send";
    /** Number of the socket. */
    readonly socket: number;
    readonly payload: Uint8Array;
    readonly host: string;
    readonly port: number;
  };

/** The two views that both threads have of the memory, beside the ring. */
export class SharedRing {
  /** The control words. */
  readonly control: Int32Array;
  /** The slots. */
  readonly slots: Uint8Array;
  readonly #text: Uint8Array;

  /**
   * Views of a memory.
   *
   * @param memory {@linkcode MEMORY_BYTES} bytes.
   */
  constructor(memory: SharedArrayBuffer) {
    this.control = new Int32Array(memory, 0, CONTROL_BYTES / Int32Array.BYTES_PER_ELEMENT);
    this.#text = new Uint8Array(memory, CONTROL_BYTES, TEXT_BYTES);
    this.slots = new Uint8Array(memory, CONTROL_BYTES + TEXT_BYTES);
  }

  /** What went wrong last; cut to 192 bytes on assignment. */
  get text(): string {
    const bytes = Uint8Array.from(this.#text);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end));
  }

  set text(text: string) {
    this.#text.fill(0);
    this.#text.set(new TextEncoder().encode(text).subarray(0, TEXT_BYTES));
  }
}
