/**
 * Vendor ids that announce a capability, and the names of others that real
 * peers send.
 *
 * @module
 */

import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import type { IkePolicy } from "./policy.ts";

/** Dead peer detection (RFC 3706 §5.1), version 1.0. */
export const DEAD_PEER_DETECTION_VENDOR_ID: Uint8Array = hexToBytes("afcad71368a1f1c96b8696fc77570100");

/** NAT traversal: MD5 of "RFC 3947" (RFC 3947 §3.1). */
export const NAT_TRAVERSAL_VENDOR_ID: Uint8Array = hexToBytes("4a131c81070358455c5728f20e95452f");

/**
 * Fragments: MD5 of "FRAGMENTATION" (MS-IKEE §1.7), and that main and aggressive mode are meant, as charon and Cisco's
 * routers say.
 */
const FRAGMENTATION_VENDOR_ID: Uint8Array = hexToBytes("4048b7d56ebce88525e7de7f00d6c2d380000000");

const NAMES: ReadonlyMap<string, string> = new Map([
  [bytesToHex(DEAD_PEER_DETECTION_VENDOR_ID), "dead peer detection"],
  [bytesToHex(NAT_TRAVERSAL_VENDOR_ID), "RFC 3947"],
  ["09002689dfd6b712", "XAUTH"],
  ["4048b7d56ebce88525e7de7f00d6c2d3", "fragmentation"],
  [bytesToHex(FRAGMENTATION_VENDOR_ID), "fragmentation"],
  ["90cb80913ebb696e086381b5ec427b1f", "draft-ietf-ipsec-nat-t-ike-02"],
  ["7d9419a65310ca6f2c179d9215529d56", "draft-ietf-ipsec-nat-t-ike-03"],
  ["439b59f8ba676c4c7737ae22eab8f582", "draft-ietf-ipsec-nat-t-ike-07"],
  ["12f5f28c457168a9702d9fe274cc0100", "Cisco Unity"],
]);

/** The longest vendor id that is kept by its bytes, and the most of them, so that what an exchange keeps is bounded. */
const MAX_NAME_BYTES = 32;

/** The name of a vendor id, or the hexadecimal of its first bytes. */
export function vendorIdName(vendorId: Uint8Array): string {
  const hex = bytesToHex(vendorId.subarray(0, MAX_NAME_BYTES));
  return NAMES.get(hex) ?? hex;
}

/** The vendor ids that an end announces by its policy. */
export function announcedVendorIds(policy: IkePolicy): readonly Uint8Array[] {
  if (policy.vendorIds !== undefined) return policy.vendorIds;
  return [
    ...(policy.deadPeerDetection === undefined ? [] : [DEAD_PEER_DETECTION_VENDOR_ID]),
    ...(policy.natTraversal ? [NAT_TRAVERSAL_VENDOR_ID] : []),
    ...(policy.fragmentation ? [FRAGMENTATION_VENDOR_ID] : []),
  ];
}
