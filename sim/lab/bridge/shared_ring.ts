/**
 * The memory between the simulation's thread and the socket's: control words,
 * then a ring of slots, each the number of a socket, a length (both uint32,
 * network order) and a datagram.
 *
 * @module
 */

/** Bytes of control words before the ring. */
export const CONTROL_BYTES = 64;

/** How many received datagrams wait at the most. */
export const SLOT_COUNT = 256;

/** One slot: socket, length and the longest datagram of Ethernet. */
export const SLOT_BYTES = 2048;

/** Bytes of a slot before the datagram. */
export const SLOT_HEADER_BYTES = 8;

/** Indexes of the control words. */
export const Control = { received: 0, state: 1, taken: 2 } as const;

/** Values of the state word. */
export const SocketState = { opening: 0, listening: 1, failed: 2 } as const;

/** What the simulation tells the socket's thread. */
export type WorkerMessage =
  | {
    readonly type: "listen";
    readonly memory: SharedArrayBuffer;
    readonly host: string;
    /** A socket for each. */
    readonly ports: readonly number[];
    /** Datagrams of anybody else are dropped. */
    readonly peerHost: string;
  }
  | {
    readonly type: "send";
    /** Number of the socket. */
    readonly socket: number;
    readonly payload: Uint8Array;
    readonly host: string;
    readonly port: number;
  };
