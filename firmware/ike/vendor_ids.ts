/**
 * Vendor ids: what real peers announce, by names, and what an end does by its
 * policy.
 *
 * @module
 */

import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import type { IkePolicy } from "./policy.ts";

/** A vendor id that has a name here. */
export type VendorIdName =
  | "dead peer detection"
  | "RFC 3947"
  | "draft-ietf-ipsec-nat-t-ike-00"
  | "draft-ietf-ipsec-nat-t-ike-01"
  | "draft-ietf-ipsec-nat-t-ike-02"
  | "draft-ietf-ipsec-nat-t-ike-02 with line feed"
  | "draft-ietf-ipsec-nat-t-ike-03"
  | "draft-ietf-ipsec-nat-t-ike-07"
  | "draft-ietf-ipsec-nat-t-ike-08"
  | "fragmentation"
  | "fragmentation of phase 1"
  | "XAUTH"
  | "Cisco Unity"
  | "IKE CGA version 1"
  | "MS-Negotiation Discovery Capable"
  | "Vid-Initial-Contact"
  | "MS NT5 ISAKMPOAKLEY 9"
  | "Windows client"
  | "strongSwan";

/**
 * Vendor ids by name. Most are the MD5 of a text; XAUTH is cut to 8 bytes, Cisco Unity's last two are versions, and that
 * of dead peer detection is no hash. Sources: the RFCs and drafts, `isakmp_vendor.c` of strongSwan 5.9.8, captures.
 */
export const VENDOR_IDS: Readonly<Record<VendorIdName, Uint8Array>> = {
  "dead peer detection": hexToBytes("afcad71368a1f1c96b8696fc77570100"),
  "RFC 3947": hexToBytes("4a131c81070358455c5728f20e95452f"),
  "draft-ietf-ipsec-nat-t-ike-00": hexToBytes("4485152d18b6bbcd0be8a8469579ddcc"),
  "draft-ietf-ipsec-nat-t-ike-01": hexToBytes("16f6ca16e4a4066d83821a0f0aeaa862"),
  "draft-ietf-ipsec-nat-t-ike-02": hexToBytes("cd60464335df21f87cfdb2fc68b6a448"),
  /** The text that is hashed ends with a line feed. */
  "draft-ietf-ipsec-nat-t-ike-02 with line feed": hexToBytes("90cb80913ebb696e086381b5ec427b1f"),
  "draft-ietf-ipsec-nat-t-ike-03": hexToBytes("7d9419a65310ca6f2c179d9215529d56"),
  "draft-ietf-ipsec-nat-t-ike-07": hexToBytes("439b59f8ba676c4c7737ae22eab8f582"),
  "draft-ietf-ipsec-nat-t-ike-08": hexToBytes("8f8d83826d246b6fc7a8a6a428c11de8"),
  fragmentation: hexToBytes("4048b7d56ebce88525e7de7f00d6c2d3"),
  /** The same, with what it is for: main and aggressive mode. */
  "fragmentation of phase 1": hexToBytes("4048b7d56ebce88525e7de7f00d6c2d380000000"),
  XAUTH: hexToBytes("09002689dfd6b712"),
  "Cisco Unity": hexToBytes("12f5f28c457168a9702d9fe274cc0100"),
  "IKE CGA version 1": hexToBytes("e3a5966a76379fe707228231e5ce8652"),
  "MS-Negotiation Discovery Capable": hexToBytes("fb1de3cdf341b7ea16b7e5be0855f120"),
  "Vid-Initial-Contact": hexToBytes("26244d38eddb61b3172a36e3d0cfb819"),
  /** MD5 of "MS NT5 ISAKMPOAKLEY" and a version of four bytes: that of Windows 8 and later. */
  "MS NT5 ISAKMPOAKLEY 9": hexToBytes("1e2b516905991c7d7c96fcbfb587e46100000009"),
  /** Nobody has said what it means; the first of Windows clients. */
  "Windows client": hexToBytes("01528bbbc00696121849ab9a1c5b2a5100000001"),
  strongSwan: hexToBytes("882fe56d6fd20dbc2251613b2ebe5beb"),
};

/** Dead peer detection (RFC 3706 §5.1), version 1.0. */
export const DEAD_PEER_DETECTION_VENDOR_ID: Uint8Array = VENDOR_IDS["dead peer detection"];

/** NAT traversal: MD5 of "RFC 3947" (RFC 3947 §3.1). */
export const NAT_TRAVERSAL_VENDOR_ID: Uint8Array = VENDOR_IDS["RFC 3947"];

/** Fragments: MD5 of "FRAGMENTATION" (MS-IKEE §1.7), and main and aggressive mode, as charon and Cisco's routers say. */
export const FRAGMENTATION_VENDOR_ID: Uint8Array = VENDOR_IDS["fragmentation of phase 1"];

const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(VENDOR_IDS).map(([name, vendorId]) => [bytesToHex(vendorId), name]),
);

/** The longest vendor id that is kept by its bytes, and the most of them, so that what an exchange keeps is bounded. */
const MAX_NAME_BYTES = 32;

/** The name of a vendor id, or the hexadecimal of its first bytes. */
export function vendorIdName(vendorId: Uint8Array): string {
  const hex = bytesToHex(vendorId.subarray(0, MAX_NAME_BYTES));
  return NAMES.get(hex) ?? hex;
}

/** What a vendor id announces: daemons add to that of fragmentation, as a version, what it is for. */
function meaning(vendorId: Uint8Array): string {
  const { fragmentation } = VENDOR_IDS;
  const hex = bytesToHex(vendorId);
  return hex.startsWith(bytesToHex(fragmentation)) ? bytesToHex(fragmentation) : hex;
}

/** Whether one of some vendor ids announces what another one does. */
export function announces(vendorIds: readonly Uint8Array[], wanted: Uint8Array): boolean {
  return vendorIds.some((each) => meaning(each) === meaning(wanted));
}

/** The vendor ids that an initiator announces by its policy. */
export function announcedVendorIds(policy: IkePolicy): readonly Uint8Array[] {
  if (policy.vendorIds !== undefined) return policy.vendorIds;
  return [
    ...(policy.deadPeerDetection === undefined ? [] : [DEAD_PEER_DETECTION_VENDOR_ID]),
    ...(policy.natTraversal ? [NAT_TRAVERSAL_VENDOR_ID] : []),
    ...(policy.fragmentation ? [FRAGMENTATION_VENDOR_ID] : []),
  ];
}

/**
 * The vendor ids that a responder announces by its policy.
 *
 * @param received Those of the peer.
 */
export function answeredVendorIds(policy: IkePolicy, received: readonly Uint8Array[]): readonly Uint8Array[] {
  const list = policy.answeredVendorIds ?? announcedVendorIds(policy);
  return list.flatMap((each) => {
    if (each instanceof Uint8Array) return [each];
    const first = each.find((alternative) => announces(received, alternative));
    return first === undefined ? [] : [first];
  });
}
