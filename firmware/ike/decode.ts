/**
 * Chains of payloads: from bytes to typed payloads.
 *
 * Strict: lengths are checked before use, reserved fields must be zero, chains
 * are bounded, payloads that may occur once occur once. Any bytes give either
 * payloads or a reason with the notification type that the RFC names for it;
 * nothing throws.
 *
 * @module
 */

import { createView } from "@noble/hashes/utils.js";
import { isZero } from "./bytes.ts";
import { IPSEC_DOI, NotifyType, PayloadType } from "./constants.ts";
import { IdentificationType } from "./identification_types.ts";
import type { Payload } from "./payloads.ts";
import { malformed, type Refusal, refuse } from "./refusals.ts";
import { decodeSecurityAssociation } from "./security_association.ts";

/** Zeros that may follow the last payload of a message that is not encrypted: pluto fills up to whole words. */
const MAX_FILL_BYTES = 3;

/** The longest chain of payloads that is followed. */
export const MAX_PAYLOADS = 32;

/** The payloads of a message. */
export interface Payloads {
  /** Decoded. */
  readonly type: "payloads";
  /** The payloads, in order; their bodies are views of the message. */
  readonly payloads: readonly Payload[];
  /** Where each payload's generic header begins, and where the last one ends. */
  readonly offsets: readonly number[];
}

const AT_MOST_ONE: ReadonlySet<number> = new Set([
  PayloadType.securityAssociation,
  PayloadType.keyExchange,
  PayloadType.nonce,
  PayloadType.identification,
  PayloadType.hash,
]);

/**
 * Types that have no meaning here but may occur: certificates, their requests, signatures, NAT-OA, private use, and what
 * drafts and other RFCs took from 14 on: attributes of configuration, NAT-D and NAT-OA of drafts 4 to 8, GDOI.
 */
function isIgnored(type: number): boolean {
  return (type > PayloadType.vendorId && type < PayloadType.natDiscovery) || type === PayloadType.certificate ||
    type === PayloadType.certificateRequest ||
    type === PayloadType.signature || type === PayloadType.natOriginalAddress || type >= 128;
}

/**
 * Reads a chain of payloads.
 *
 * @param firstType Type of the first, from the header.
 * @param bytes The chain.
 * @param padded Whether padding may follow the last payload; it is not looked at.
 * @param anyReserved Whether reserved bytes need not be zero.
 */
export function decodePayloads(
  firstType: number,
  bytes: Uint8Array,
  padded: boolean,
  anyReserved = false,
): Payloads | Refusal {
  const payloads: Payload[] = [];
  const offsets: number[] = [0];
  const seen = new Set<number>();
  const view = createView(bytes);
  let type = firstType;
  let offset = 0;
  while (type !== PayloadType.none) {
    if (payloads.length === MAX_PAYLOADS) return malformed("more payloads than are followed");
    if (offset + 4 > bytes.length) return malformed("a payload begins behind the end");
    const nextType = view.getUint8(offset);
    const length = view.getUint16(offset + 2);
    if (view.getUint8(offset + 1) !== 0 && !anyReserved) return malformed("a reserved byte is not zero");
    if (length < 4 || offset + length > bytes.length) return malformed(`a payload of ${length} bytes does not fit`);
    if (seen.has(type) && AT_MOST_ONE.has(type)) return malformed(`two payloads of type ${type}`);
    seen.add(type);
    const payload = decodePayload(type, bytes.subarray(offset + 4, offset + length), anyReserved);
    if (payload.type === "refused") return payload;
    payloads.push(payload);
    offset += length;
    offsets.push(offset);
    type = nextType;
  }
  if (payloads.length === 0) return malformed("there is no payload");
  const rest = bytes.subarray(offset);
  if (!padded && (rest.length > MAX_FILL_BYTES || !isZero(rest))) {
    return malformed(`${rest.length} bytes follow the last payload`);
  }
  return { type: "payloads", payloads, offsets };
}

function decodePayload(type: number, body: Uint8Array, anyReserved: boolean): Payload | Refusal {
  switch (type) {
    case PayloadType.securityAssociation:
      return decodeSecurityAssociation(body, anyReserved);
    case PayloadType.keyExchange:
      return body.length === 0 ? malformed("an empty key exchange") : { type: "key-exchange", body };
    case PayloadType.nonce:
      // RFC 2409 §5: between 8 and 256 bytes.
      return body.length < 8 || body.length > 256
        ? malformed(`a nonce of ${body.length} bytes`)
        : { type: "nonce", body };
    case PayloadType.hash:
      return body.length === 0 ? malformed("an empty hash") : { type: "hash", body };
    case PayloadType.identification:
      return decodeIdentification(body);
    case PayloadType.notification:
      return decodeNotification(body);
    case PayloadType.delete:
      return decodeDelete(body);
    case PayloadType.vendorId:
      return { type: "vendor-id", body };
    case PayloadType.natDiscovery:
      return { type: "nat-discovery", body };
    default:
      if (isIgnored(type)) return { type: "other", number: type, body };
      return refuse(NotifyType.invalidPayloadType, `a payload of type ${type}`);
  }
}

/** Lengths of identification data whose length is fixed (RFC 2407 §4.6.2). */
const ID_BYTES: ReadonlyMap<number, number> = new Map([
  [IdentificationType.ID_IPV4_ADDR, 4],
  [IdentificationType.ID_IPV4_ADDR_SUBNET, 8],
  [IdentificationType.ID_IPV4_ADDR_RANGE, 8],
  [IdentificationType.ID_IPV6_ADDR, 16],
  [IdentificationType.ID_IPV6_ADDR_SUBNET, 32],
  [IdentificationType.ID_IPV6_ADDR_RANGE, 32],
]);

function decodeIdentification(body: Uint8Array): Payload | Refusal {
  if (body.length < 5) return malformed(`an identification of ${body.length} bytes`);
  const idType = body[0] as number;
  const data = body.subarray(4);
  const expected = ID_BYTES.get(idType);
  if (expected !== undefined && data.length !== expected) {
    return refuse(NotifyType.invalidIdInformation, `an identification of type ${idType} with ${data.length} bytes`);
  }
  // RFC 2407 §4.6.2.3 and §4.6.2.4: names carry no terminator.
  if ((idType === IdentificationType.ID_FQDN || idType === IdentificationType.ID_USER_FQDN) && data.includes(0)) {
    return refuse(NotifyType.invalidIdInformation, "a name with a zero byte");
  }
  return {
    type: "identification",
    idType,
    protocol: body[1] as number,
    port: createView(body).getUint16(2),
    data,
    body,
  };
}

function decodeNotification(body: Uint8Array): Payload | Refusal {
  if (body.length < 8) return malformed("a notification is too short");
  const view = createView(body);
  const doi = view.getUint32(0);
  // RFC 2408 §3.14: DOI 0 is ISAKMP's own.
  if (doi !== IPSEC_DOI && doi !== 0) return refuse(NotifyType.doiNotSupported, `DOI ${doi}`);
  const dataAt = 8 + view.getUint8(5);
  if (dataAt > body.length) return malformed("a notification's SPI does not fit");
  return {
    type: "notification",
    protocol: view.getUint8(4),
    notifyType: view.getUint16(6),
    spi: body.subarray(8, dataAt),
    data: body.subarray(dataAt),
    body,
  };
}

function decodeDelete(body: Uint8Array): Payload | Refusal {
  if (body.length < 8) return malformed("a delete is too short");
  const view = createView(body);
  const doi = view.getUint32(0);
  if (doi !== IPSEC_DOI && doi !== 0) return refuse(NotifyType.doiNotSupported, `DOI ${doi}`);
  const spiBytes = view.getUint8(5);
  const count = view.getUint16(6);
  if (spiBytes === 0 || 8 + spiBytes * count !== body.length) return malformed("a delete's SPIs do not fit");
  const spis = Array.from({ length: count }, (_, index) => {
    const at = 8 + index * spiBytes;
    return body.subarray(at, at + spiBytes);
  });
  return { type: "delete", protocol: view.getUint8(4), spis, body };
}
