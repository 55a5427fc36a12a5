/**
 * ISAKMP messages: from bytes to typed payloads and back.
 *
 * Strict on receipt: lengths are checked before use, reserved fields must be
 * zero, chains are bounded, payloads that may occur once occur once. Any bytes
 * give either a message or a reason with the notification type that the RFC
 * names for it; nothing throws.
 *
 * @module
 */

import {
  HeaderFlag,
  IPSEC_DOI,
  ISAKMP_VERSION,
  NotifyType,
  PayloadType,
  PROTOCOL_ISAKMP,
  SITUATION_IDENTITY_ONLY,
  TRANSFORM_KEY_IKE,
} from "./constants.ts";

/** Length of the ISAKMP header in bytes (RFC 2408 §3.1). */
export const HEADER_BYTES = 28;

/** The longest chain of payloads that is followed. */
const MAX_PAYLOADS = 32;

/** The ISAKMP header. */
export interface Header {
  /** 8 bytes. */
  readonly initiatorCookie: Uint8Array;
  /** 8 bytes; zeros in the first message. */
  readonly responderCookie: Uint8Array;
  /** Type of the first payload. */
  readonly nextPayload: number;
  /** Exchange type. */
  readonly exchangeType: number;
  /** {@linkcode HeaderFlag}s. */
  readonly flags: number;
  /** Zero in phase 1. */
  readonly messageId: number;
}

/** One attribute of a transform (RFC 2408 §3.3). */
export interface Attribute {
  /** Its type. */
  readonly type: number;
  /** Its value; of a long attribute the number that its bytes make. */
  readonly value: number;
}

/** One transform of a proposal. */
export interface Transform {
  /** Its number. */
  readonly number: number;
  /** Its attributes in the order in which they came. */
  readonly attributes: readonly Attribute[];
  /** The transform's payload as received, generic header included. */
  readonly bytes: Uint8Array;
}

/** One proposal of a security association payload. */
export interface Proposal {
  /** Its number. */
  readonly number: number;
  /** Its SPI; usually empty in phase 1. */
  readonly spi: Uint8Array;
  /** Its transforms. */
  readonly transforms: readonly Transform[];
}

/** A payload. `body` is what follows the generic header, as received. */
export type Payload =
  | { readonly type: "security-association"; readonly proposals: readonly Proposal[]; readonly body: Uint8Array }
  | { readonly type: "key-exchange"; readonly body: Uint8Array }
  | { readonly type: "nonce"; readonly body: Uint8Array }
  | { readonly type: "hash"; readonly body: Uint8Array }
  | {
    readonly type: "identification";
    readonly idType: number;
    readonly protocol: number;
    readonly port: number;
    readonly data: Uint8Array;
    readonly body: Uint8Array;
  }
  | {
    readonly type: "notification";
    readonly notifyType: number;
    readonly spi: Uint8Array;
    readonly data: Uint8Array;
    readonly body: Uint8Array;
  }
  | { readonly type: "delete"; readonly spis: readonly Uint8Array[]; readonly body: Uint8Array }
  | { readonly type: "vendor-id"; readonly body: Uint8Array }
  | { readonly type: "other"; readonly number: number; readonly body: Uint8Array };

/** Why bytes are no message. */
export interface Refusal {
  /** Not decoded. */
  readonly type: "refused";
  /** The notification that the RFC names. */
  readonly notifyType: number;
  /** What is wrong, in words. */
  readonly reason: string;
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

/** The payloads of a message. */
export interface Payloads {
  /** Decoded. */
  readonly type: "payloads";
  /** The payloads, in order. */
  readonly payloads: readonly Payload[];
}

/** Reads the header of a datagram. */
export function decodePacket(bytes: Uint8Array): Packet | Refusal {
  if (bytes.length < HEADER_BYTES) return refuse(NotifyType.payloadMalformed, `${bytes.length} bytes are no header`);
  const view = viewOf(bytes);
  const length = view.getUint32(24);
  const flags = view.getUint8(19);
  if (length !== bytes.length) {
    return refuse(NotifyType.unequalPayloadLengths, `the header says ${length} bytes, there are ${bytes.length}`);
  }
  if (view.getUint8(17) >>> 4 !== ISAKMP_VERSION >>> 4) {
    return refuse(NotifyType.invalidMajorVersion, `version 0x${view.getUint8(17).toString(16)}`);
  }
  if (flags & ~(HeaderFlag.encryption | HeaderFlag.commit | HeaderFlag.authenticationOnly)) {
    return refuse(NotifyType.invalidFlags, `flags 0x${flags.toString(16)}`);
  }
  const initiatorCookie = bytes.slice(0, 8);
  if (initiatorCookie.every((byte) => byte === 0)) return refuse(NotifyType.invalidCookie, "the cookie is zero");
  return {
    type: "packet",
    header: {
      initiatorCookie,
      responderCookie: bytes.slice(8, 16),
      nextPayload: view.getUint8(16),
      exchangeType: view.getUint8(18),
      flags,
      messageId: view.getUint32(20),
    },
    encrypted: (flags & HeaderFlag.encryption) !== 0,
    body: bytes.slice(HEADER_BYTES),
  };
}

/**
 * Reads a chain of payloads.
 *
 * @param firstType Type of the first, from the header.
 * @param bytes The chain; what follows the last payload is padding and ignored.
 * @param padded Whether padding may follow.
 */
export function decodePayloads(firstType: number, bytes: Uint8Array, padded: boolean): Payloads | Refusal {
  const payloads: Payload[] = [];
  const view = viewOf(bytes);
  let type = firstType;
  let offset = 0;
  while (type !== PayloadType.none) {
    if (payloads.length === MAX_PAYLOADS) return malformed("more payloads than are followed");
    if (offset + 4 > bytes.length) return malformed("a payload begins behind the end");
    const nextType = view.getUint8(offset);
    const length = view.getUint16(offset + 2);
    if (view.getUint8(offset + 1) !== 0) return malformed("a reserved byte is not zero");
    if (length < 4 || offset + length > bytes.length) return malformed(`a payload of ${length} bytes does not fit`);
    const payload = decodePayload(type, bytes.slice(offset + 4, offset + length));
    if (payload.type === "refused") return payload;
    payloads.push(payload);
    offset += length;
    type = nextType;
  }
  if (!padded && offset !== bytes.length) return malformed(`${bytes.length - offset} bytes follow the last payload`);
  for (const single of ["security-association", "key-exchange", "nonce", "identification", "hash"] as const) {
    if (payloads.filter((payload) => payload.type === single).length > 1) return malformed(`two ${single} payloads`);
  }
  return { type: "payloads", payloads };
}

/** The only payload of a type, or `undefined`. */
export function findPayload<T extends Payload["type"]>(
  payloads: readonly Payload[],
  type: T,
): Extract<Payload, { readonly type: T }> | undefined {
  return payloads.find((payload): payload is Extract<Payload, { readonly type: T }> => payload.type === type);
}

function decodePayload(type: number, body: Uint8Array): Payload | Refusal {
  switch (type) {
    case PayloadType.securityAssociation:
      return decodeSecurityAssociation(body);
    case PayloadType.keyExchange:
      return body.length === 0 ? malformed("an empty key exchange") : { type: "key-exchange", body };
    case PayloadType.nonce:
      // RFC 2409 §5: between 8 and 256 bytes.
      return body.length < 8 || body.length > 256
        ? malformed(`a nonce of ${body.length} bytes`)
        : { type: "nonce", body };
    case PayloadType.hash:
      return body.length === 0 ? malformed("an empty hash") : { type: "hash", body };
    case PayloadType.identification: {
      if (body.length < 5) return malformed(`an identification of ${body.length} bytes`);
      return {
        type: "identification",
        idType: body[0] as number,
        protocol: body[1] as number,
        port: viewOf(body).getUint16(2),
        data: body.slice(4),
        body,
      };
    }
    case PayloadType.notification: {
      if (body.length < 8 || 8 + (body[5] as number) > body.length) return malformed("a notification is too short");
      const view = viewOf(body);
      const spiBytes = body[5] as number;
      return {
        type: "notification",
        notifyType: view.getUint16(6),
        spi: body.slice(8, 8 + spiBytes),
        data: body.slice(8 + spiBytes),
        body,
      };
    }
    case PayloadType.delete: {
      if (body.length < 8) return malformed("a delete is too short");
      const spiBytes = body[5] as number;
      const count = viewOf(body).getUint16(6);
      if (8 + spiBytes * count !== body.length) return malformed("a delete's SPIs do not fit");
      const spis = Array.from(
        { length: count },
        (_, index) => body.slice(8 + index * spiBytes, 8 + (index + 1) * spiBytes),
      );
      return { type: "delete", spis, body };
    }
    case PayloadType.vendorId:
      return { type: "vendor-id", body };
    case PayloadType.proposal:
    case PayloadType.transform:
      return refuse(NotifyType.invalidPayloadType, "a proposal or transform outside a security association");
    default:
      return { type: "other", number: type, body };
  }
}

/** Reads the body of a security association payload. */
export function decodeSecurityAssociation(body: Uint8Array): Payload | Refusal {
  if (body.length < 8) return malformed("a security association is too short");
  const view = viewOf(body);
  if (view.getUint32(0) !== IPSEC_DOI) return refuse(NotifyType.doiNotSupported, `DOI ${view.getUint32(0)}`);
  if (view.getUint32(4) !== SITUATION_IDENTITY_ONLY) {
    return refuse(NotifyType.situationNotSupported, `situation ${view.getUint32(4)}`);
  }
  const proposals: Proposal[] = [];
  for (let offset = 8, more = true; more;) {
    const part = substructure(body, offset, PayloadType.proposal);
    if (part.type === "refused") return part;
    const proposal = decodeProposal(body.slice(offset, offset + part.length));
    if ("type" in proposal) return proposal;
    proposals.push(proposal);
    if (proposals.length > MAX_PAYLOADS) return badProposal("more proposals than are followed");
    offset += part.length;
    more = part.more;
    if (!more && offset !== body.length) return badProposal("bytes follow the last proposal");
  }
  return { type: "security-association", proposals, body };
}

function decodeProposal(bytes: Uint8Array): Proposal | Refusal {
  if (bytes.length < 8) return badProposal("a proposal is too short");
  const [number, protocol, spiBytes, count] = bytes.subarray(4, 8) as unknown as [number, number, number, number];
  if (protocol !== PROTOCOL_ISAKMP) return refuse(NotifyType.invalidProtocolId, `protocol ${protocol}`);
  if (8 + spiBytes > bytes.length || spiBytes > 16) return refuse(NotifyType.invalidSpi, "the SPI does not fit");
  const transforms: Transform[] = [];
  let offset = 8 + spiBytes;
  for (let more = true; more;) {
    const part = substructure(bytes, offset, PayloadType.transform);
    if (part.type === "refused") return part;
    const transform = decodeTransform(bytes.slice(offset, offset + part.length));
    if ("type" in transform) return transform;
    transforms.push(transform);
    offset += part.length;
    more = part.more;
  }
  if (offset !== bytes.length) return badProposal("bytes follow the last transform");
  if (transforms.length !== count) return badProposal(`${transforms.length} transforms where ${count} are announced`);
  return { number, spi: bytes.slice(8, 8 + spiBytes), transforms };
}

function decodeTransform(bytes: Uint8Array): Transform | Refusal {
  if (bytes.length < 8) return badProposal("a transform is too short");
  const view = viewOf(bytes);
  if (view.getUint8(5) !== TRANSFORM_KEY_IKE) {
    return refuse(NotifyType.invalidTransformId, `transform ${view.getUint8(5)}`);
  }
  if (view.getUint16(6) !== 0) return badProposal("a reserved field is not zero");
  const attributes: Attribute[] = [];
  for (let offset = 8; offset < bytes.length;) {
    if (offset + 4 > bytes.length) return badProposal("an attribute is cut short");
    const field = view.getUint16(offset);
    if (field & 0x8000) {
      attributes.push({ type: field & 0x7fff, value: view.getUint16(offset + 2) });
      offset += 4;
      continue;
    }
    const length = view.getUint16(offset + 2);
    if (length < 1 || length > 8 || offset + 4 + length > bytes.length) {
      return badProposal(`an attribute of ${length} bytes`);
    }
    const value = bytes.slice(offset + 4, offset + 4 + length).reduce((sum, byte) => sum * 256 + byte, 0);
    attributes.push({ type: field, value });
    offset += 4 + length;
  }
  return { number: view.getUint8(4), attributes, bytes };
}

function substructure(
  bytes: Uint8Array,
  offset: number,
  type: number,
): { readonly type: "part"; readonly length: number; readonly more: boolean } | Refusal {
  if (offset + 4 > bytes.length) return badProposal("a substructure begins behind the end");
  const view = viewOf(bytes);
  const next = view.getUint8(offset);
  const length = view.getUint16(offset + 2);
  if (next !== PayloadType.none && next !== type) return badProposal(`substructure type ${next}`);
  if (view.getUint8(offset + 1) !== 0) return badProposal("a reserved byte is not zero");
  if (length < 4 || offset + length > bytes.length) return badProposal(`a substructure of ${length} bytes`);
  return { type: "part", length, more: next === type };
}

/** A payload to be sent: its type and the body behind the generic header. */
export interface OutgoingPayload {
  /** Number of {@linkcode PayloadType}. */
  readonly type: number;
  /** The body. */
  readonly body: Uint8Array;
}

/** Lays a chain of payloads out. */
export function encodePayloads(payloads: readonly OutgoingPayload[]): Uint8Array {
  const bytes = new Uint8Array(payloads.reduce((sum, { body }) => sum + 4 + body.length, 0));
  const view = viewOf(bytes);
  let offset = 0;
  payloads.forEach(({ body }, index) => {
    view.setUint8(offset, payloads[index + 1]?.type ?? PayloadType.none);
    view.setUint16(offset + 2, 4 + body.length);
    bytes.set(body, offset + 4);
    offset += 4 + body.length;
  });
  return bytes;
}

/** Lays a message out: the header, and a body that is already encoded or encrypted. */
export function encodePacket(header: Header, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + body.length);
  const view = viewOf(bytes);
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

/** The body of an identification payload; protocol and port zero (RFC 2407 §4.6.2). */
export function identificationBody(idType: number, data: Uint8Array): Uint8Array {
  const body = new Uint8Array(4 + data.length);
  body[0] = idType;
  body.set(data, 4);
  return body;
}

/** The body of a notification about the ISAKMP security association with these cookies. */
export function notificationBody(notifyType: number, spi: Uint8Array): Uint8Array {
  const body = new Uint8Array(8 + spi.length);
  const view = viewOf(body);
  view.setUint32(0, IPSEC_DOI);
  view.setUint8(4, PROTOCOL_ISAKMP);
  view.setUint8(5, spi.length);
  view.setUint16(6, notifyType);
  body.set(spi, 8);
  return body;
}

/** The body of a delete for one ISAKMP security association. */
export function deleteBody(spi: Uint8Array): Uint8Array {
  const body = notificationBody(1, spi);
  viewOf(body).setUint16(6, 1);
  return body;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function refuse(notifyType: number, reason: string): Refusal {
  return { type: "refused", notifyType, reason };
}

function malformed(reason: string): Refusal {
  return refuse(NotifyType.payloadMalformed, reason);
}

function badProposal(reason: string): Refusal {
  return refuse(NotifyType.badProposalSyntax, reason);
}
