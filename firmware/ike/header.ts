/**
 * The ISAKMP header (RFC 2408 §3.1).
 *
 * @module
 */

import { createView } from "@noble/hashes/utils.js";
import { isZero } from "./bytes.ts";
import { HeaderFlag, ISAKMP_VERSION, NotifyType } from "./constants.ts";
import { malformed, type Refusal, refuse } from "./refusals.ts";

/** Length of the header in bytes. */
export const HEADER_BYTES = 28;

/**
 * The longest message that is looked at, in bytes. A proposal of 255 transforms (RFC 2408 §3.5), each of 60 bytes, fits;
 * daemons use 36 to 56. A datagram of IP may have four times as many, but this bounds what an exchange keeps of a peer
 * that has proved nothing: the offer, for the hashes, and the message, for its repetition, are the same bytes.
 */
export const MAX_MESSAGE_BYTES = 16_384;

/** The ISAKMP header, but for the version and the length. */
export interface Header {
  /** CKY-I. */
  readonly initiatorCookie: Uint8Array;
  /** CKY-R; zeros in message 1. */
  readonly responderCookie: Uint8Array;
  /** Type of the first payload. */
  readonly nextPayload: number;
  /** Exchange type. */
  readonly exchangeType: number;
  /** Flags. */
  readonly flags: number;
  /** Message id; 0 in phase 1. */
  readonly messageId: number;
}

/** A header and the bytes behind it, encrypted or not. */
export interface Packet {
  /** Decoded. */
  readonly type: "packet";
  /** The header. */
  readonly header: Header;
  /** True if the encryption flag is set. */
  readonly encrypted: boolean;
  /** What follows the header. */
  readonly body: Uint8Array;
}

const KNOWN_FLAGS = HeaderFlag.encryption | HeaderFlag.commit | HeaderFlag.authenticationOnly;

/** Reads the header of a message. The arrays in the result are views. */
export function decodePacket(bytes: Uint8Array): Packet | Refusal {
  if (bytes.length < HEADER_BYTES) return malformed(`${bytes.length} bytes are no header`);
  if (bytes.length > MAX_MESSAGE_BYTES) return malformed(`a message of ${bytes.length} bytes`);
  const view = createView(bytes);
  const length = view.getUint32(24);
  if (length !== bytes.length) {
    return refuse(NotifyType.unequalPayloadLengths, `the header says ${length} bytes, there are ${bytes.length}`);
  }
  const version = view.getUint8(17);
  if (version >>> 4 !== ISAKMP_VERSION >>> 4) {
    return refuse(NotifyType.invalidMajorVersion, `major version ${version >>> 4}`);
  }
  if (version > ISAKMP_VERSION) return refuse(NotifyType.invalidMinorVersion, `minor version ${version & 0x0f}`);
  const flags = view.getUint8(19);
  if (flags & ~KNOWN_FLAGS) return refuse(NotifyType.invalidFlags, `flags 0x${flags.toString(16)}`);
  const initiatorCookie = bytes.subarray(0, 8);
  if (isZero(initiatorCookie)) return refuse(NotifyType.invalidCookie, "the initiator's cookie is zero");
  return {
    type: "packet",
    header: {
      initiatorCookie,
      responderCookie: bytes.subarray(8, 16),
      nextPayload: view.getUint8(16),
      exchangeType: view.getUint8(18),
      flags,
      messageId: view.getUint32(20),
    },
    encrypted: (flags & HeaderFlag.encryption) !== 0,
    body: bytes.subarray(HEADER_BYTES),
  };
}

/** Lays a message out: the header, and a body that is already encoded or encrypted. */
export function encodePacket(header: Header, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + body.length);
  const view = createView(bytes);
  bytes.set(header.initiatorCookie, 0);
  bytes.set(header.responderCookie, 8);
  view.setUint8(16, header.nextPayload);
  view.setUint8(17, ISAKMP_VERSION);
  view.setUint8(18, header.exchangeType);
  view.setUint8(19, header.flags);
  view.setUint32(20, header.messageId);
  view.setUint32(24, bytes.length);
  bytes.set(body, HEADER_BYTES);
  return bytes;
}
