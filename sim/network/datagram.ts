/**
 * What travels over the simulated network.
 *
 * @module
 */

/** One end of a UDP flow. */
export interface Endpoint {
  /** 4 bytes of IPv4 or 16 bytes of IPv6, in network order. */
  readonly address: Uint8Array;
  /** UDP port. */
  readonly port: number;
}

/** A UDP datagram. Whoever sends one must not change its payload afterwards. */
export interface Datagram {
  /** Whom it comes from. */
  readonly source: Endpoint;
  /** Whom it is for. */
  readonly destination: Endpoint;
  /** The bytes behind the UDP header. */
  readonly payload: Uint8Array;
}
