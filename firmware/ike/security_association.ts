/**
 * The security association payload: proposals, and transforms in them
 * (RFC 2408 §3.4 to §3.6, RFC 2409 §5).
 *
 * @module
 */

import { concatBytes, createView } from "@noble/hashes/utils.js";
import { decodeAttributes } from "./attributes.ts";
import { NO_BYTES, uint32 } from "./bytes.ts";
import {
  IPSEC_DOI,
  NotifyType,
  PayloadType,
  PROTOCOL_ISAKMP,
  SITUATION_IDENTITY_ONLY,
  TRANSFORM_KEY_IKE,
} from "./constants.ts";
import { encodePayloads } from "./encode.ts";
import type { Payload, Proposal, Transform } from "./payloads.ts";
import { DEFAULT_POLICY, type OfferNumbering } from "./policy.ts";
import { badProposal, malformed, type Refusal, refuse } from "./refusals.ts";

/** The most proposals, and transforms of one, that are followed: their number is one byte (RFC 2408 §3.5). */
const MAX_SUBSTRUCTURES = 255;

/**
 * Reads the body of a security association payload. What is of another protocol, or no IKE transform, is kept without
 * its attributes, to be passed over (RFC 2408 §5.5, §5.6).
 *
 * @param anyReserved Whether reserved bytes need not be zero.
 */
export function decodeSecurityAssociation(
  body: Uint8Array,
  anyReserved = false,
): Extract<Payload, { readonly type: "security-association" }> | Refusal {
  if (body.length < 8) return malformed("a security association is too short");
  const view = createView(body);
  if (view.getUint32(0) !== IPSEC_DOI) return refuse(NotifyType.doiNotSupported, `DOI ${view.getUint32(0)}`);
  if (view.getUint32(4) !== SITUATION_IDENTITY_ONLY) {
    return refuse(NotifyType.situationNotSupported, `situation ${view.getUint32(4)}`);
  }
  const proposals = decodeSubstructures(body.subarray(8), PayloadType.proposal, anyReserved, decodeProposal);
  return "type" in proposals ? proposals : { type: "security-association", proposals, body };
}

function decodeProposal(bytes: Uint8Array, anyReserved: boolean): Proposal | Refusal {
  if (bytes.length < 8) return badProposal("a proposal is too short");
  const view = createView(bytes);
  const protocol = view.getUint8(5);
  const spiBytes = view.getUint8(6);
  // RFC 2408 §3.5: zero to sixteen bytes.
  if (spiBytes > 16 || 8 + spiBytes > bytes.length) return refuse(NotifyType.invalidSpi, `an SPI of ${spiBytes} bytes`);
  const decode = protocol === PROTOCOL_ISAKMP ? decodeTransform : decodeForeignTransform;
  const transforms = decodeSubstructures(bytes.subarray(8 + spiBytes), PayloadType.transform, anyReserved, decode);
  if ("type" in transforms) return transforms;
  const announced = view.getUint8(7);
  if (transforms.length !== announced) {
    return badProposal(`${transforms.length} transforms where ${announced} are announced`);
  }
  return { type: "proposal", number: view.getUint8(4), protocol, spi: bytes.subarray(8, 8 + spiBytes), transforms };
}

function decodeTransform(bytes: Uint8Array, anyReserved: boolean): Transform | Refusal {
  const transform = decodeForeignTransform(bytes, anyReserved);
  if (transform.type === "refused" || transform.id !== TRANSFORM_KEY_IKE) return transform;
  const decoded = decodeAttributes(bytes.subarray(8));
  return decoded.type === "refused" ? decoded : { ...transform, attributes: decoded.attributes };
}

/** A transform whose attributes mean nothing here. */
function decodeForeignTransform(bytes: Uint8Array, anyReserved: boolean): Transform | Refusal {
  if (bytes.length < 8) return badProposal("a transform is too short");
  const view = createView(bytes);
  if (view.getUint16(6) !== 0 && !anyReserved) return badProposal("a transform's reserved field is not zero");
  return { type: "transform", number: view.getUint8(4), id: view.getUint8(5), attributes: [], bytes };
}

/** Reads a chain of structures of one type that fills some bytes. */
function decodeSubstructures<Part extends { readonly type: string }>(
  bytes: Uint8Array,
  type: number,
  anyReserved: boolean,
  decode: (bytes: Uint8Array, anyReserved: boolean) => Part | Refusal,
): Part[] | Refusal {
  const view = createView(bytes);
  const parts: Part[] = [];
  let offset = 0;
  for (let next = type; next !== PayloadType.none;) {
    if (parts.length === MAX_SUBSTRUCTURES) return badProposal("more proposals or transforms than are followed");
    if (offset + 4 > bytes.length) return badProposal("a proposal or transform begins behind the end");
    next = view.getUint8(offset);
    const length = view.getUint16(offset + 2);
    if (next !== PayloadType.none && next !== type) return badProposal(`type ${next} among those of type ${type}`);
    if (view.getUint8(offset + 1) !== 0 && !anyReserved) return badProposal("a reserved byte is not zero");
    if (length < 4 || offset + length > bytes.length) return badProposal(`a proposal or transform of ${length} bytes`);
    const part = decode(bytes.subarray(offset, offset + length), anyReserved);
    if (isRefusal(part)) return part;
    parts.push(part);
    offset += length;
  }
  return offset === bytes.length ? parts : badProposal("bytes follow the last proposal or transform");
}

function isRefusal(part: { readonly type: string }): part is Refusal {
  return part.type === "refused";
}

/**
 * The body of an offer: one proposal, transforms in order of preference.
 *
 * @param attributes The encoded attributes of each transform; at most 255.
 */
export function offerBody(
  attributes: readonly Uint8Array[],
  { proposal, firstTransform }: OfferNumbering = DEFAULT_POLICY.numbering,
): Uint8Array {
  const transforms = attributes.map((each, index) => ({
    type: PayloadType.transform,
    body: transformBody(firstTransform + index, each),
  }));
  return associationBody(proposal, NO_BYTES, attributes.length, encodePayloads(transforms));
}

/** The body of an IKE transform with a number and encoded attributes. */
export function transformBody(number: number, attributes: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(number, TRANSFORM_KEY_IKE, 0, 0), attributes);
}

/** The body of the answer to an offer: the chosen transform as it came, alone in its proposal. */
export function choiceBody(proposal: Proposal, transform: Transform): Uint8Array {
  const only = transform.bytes.slice();
  only[0] = PayloadType.none;
  return associationBody(proposal.number, proposal.spi, 1, only);
}

function associationBody(number: number, spi: Uint8Array, count: number, transforms: Uint8Array): Uint8Array {
  const proposal = concatBytes(Uint8Array.of(number, PROTOCOL_ISAKMP, spi.length, count), spi, transforms);
  return concatBytes(
    uint32(IPSEC_DOI),
    uint32(SITUATION_IDENTITY_ONLY),
    encodePayloads([{ type: PayloadType.proposal, body: proposal }]),
  );
}
