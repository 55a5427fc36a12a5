/**
 * Detection of address translators and the move to port 4500 (RFC 3947).
 *
 * Each end sends hashes of the addresses and ports that it sees; where they
 * differ from what the other end sees, there is a translator between.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { NAT_TRAVERSAL_PORT, PayloadType } from "./constants.ts";
import type { Exchange } from "./exchange.ts";
import type { Endpoint } from "./interface.ts";
import type { OutgoingPayload, Payload } from "./payloads.ts";

/** What precedes an ISAKMP message on port 4500, in place of the SPI of an ESP packet (RFC 3948 §2.2). */
const NON_ESP_MARKER: Uint8Array = new Uint8Array(4);

/** All that a keepalive is (RFC 3948 §2.3). */
export const KEEPALIVE_OCTET = 0xff;

/** HASH(CKY-I | CKY-R | IP | port) (RFC 3947 §3.2). */
function endpointHash(exchange: Exchange, { address, port }: Endpoint): Uint8Array {
  const { agreed: { hash }, initiatorCookie, responderCookie } = exchange;
  return hash.hash(initiatorCookie, responderCookie, address, Uint8Array.of(port >>> 8, port & 0xff));
}

/** The NAT-D payloads of a message: the peer's endpoint first, then this end's. None if it is not to be detected. */
export function discoveryPayloads(exchange: Exchange): OutgoingPayload[] {
  if (!exchange.natTraversal.announced) return [];
  return [exchange.peer, exchange.local].map((endpoint) => ({
    type: PayloadType.natDiscovery,
    body: endpointHash(exchange, endpoint),
  }));
}

/**
 * Compares the peer's NAT-D payloads with what is seen here.
 *
 * @param endpoints Where the message came from and where it arrived.
 */
export function detectTranslators(
  exchange: Exchange,
  payloads: readonly Payload[],
  endpoints: { readonly local: Endpoint; readonly peer: Endpoint },
): void {
  const { natTraversal } = exchange;
  const [destination, ...sources] = payloads.filter(({ type }) => type === "nat-discovery").map(({ body }) => body);
  if (!natTraversal.announced || destination === undefined || sources.length === 0) return;
  const peerHash = endpointHash(exchange, endpoints.peer);
  natTraversal.own = !equalBytes(destination, endpointHash(exchange, endpoints.local));
  // The sender may not know by which of its addresses it leaves, and lists them all.
  natTraversal.peer = !sources.some((source) => equalBytes(source, peerHash));
}

/** The initiator moves to port 4500 as soon as it knows of a translator (RFC 3947 §4). */
export function moveIfTranslated(exchange: Exchange): void {
  const { own, peer } = exchange.natTraversal;
  if (!own && !peer) return;
  exchange.local = { address: exchange.local.address, port: NAT_TRAVERSAL_PORT };
  exchange.peer = { address: exchange.peer.address, port: NAT_TRAVERSAL_PORT };
}

/** What is sent from a port: on port 4500 with the marker. */
export function frame(port: number, message: Uint8Array): Uint8Array {
  return port === NAT_TRAVERSAL_PORT ? concatBytes(NON_ESP_MARKER, message) : message;
}

/** The ISAKMP message in what came in at a port, or `undefined` if it is ESP or a keepalive. */
export function unframe(port: number, payload: Uint8Array): Uint8Array | undefined {
  if (port !== NAT_TRAVERSAL_PORT) return payload;
  const marked = payload.length > NON_ESP_MARKER.length &&
    equalBytes(payload.subarray(0, NON_ESP_MARKER.length), NON_ESP_MARKER);
  return marked ? payload.subarray(NON_ESP_MARKER.length) : undefined;
}
