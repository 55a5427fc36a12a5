/**
 * Chains of payloads and the bodies of payloads: to bytes.
 *
 * @module
 */

import { concatBytes, createView } from "@noble/hashes/utils.js";
import { uint32 } from "./bytes.ts";
import { AttributeType, IPSEC_DOI, LIFE_TYPE_SECONDS, PayloadType, PROTOCOL_ISAKMP } from "./constants.ts";
import { encodeAttributes } from "./attributes.ts";
import type { OutgoingPayload } from "./payloads.ts";

/** Lays a chain of payloads out. */
export function encodePayloads(payloads: readonly OutgoingPayload[]): Uint8Array {
  const bytes = new Uint8Array(payloads.reduce((sum, { body }) => sum + 4 + body.length, 0));
  const view = createView(bytes);
  let offset = 0;
  payloads.forEach(({ body }, index) => {
    view.setUint8(offset, payloads[index + 1]?.type ?? PayloadType.none);
    view.setUint16(offset + 2, 4 + body.length);
    bytes.set(body, offset + 4);
    offset += 4 + body.length;
  });
  return bytes;
}

/** The body of an identification payload; protocol and port zero (RFC 2407 §4.6.2). */
export function identificationBody(idType: number, data: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(idType, 0, 0, 0), data);
}

/**
 * The body of a notification about an ISAKMP security association.
 *
 * @param spi Both cookies, or nothing.
 */
export function notificationBody(notifyType: number, spi: Uint8Array, ...data: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(new Uint8Array(8), spi, ...data);
  const view = createView(body);
  view.setUint32(0, IPSEC_DOI);
  view.setUint8(4, PROTOCOL_ISAKMP);
  view.setUint8(5, spi.length);
  view.setUint16(6, notifyType);
  return body;
}

/** The body of a delete for one ISAKMP security association, whose SPI is both cookies (RFC 2408 §3.15). */
export function deleteBody(spi: Uint8Array): Uint8Array {
  const body = concatBytes(uint32(IPSEC_DOI), new Uint8Array(4), spi);
  const view = createView(body);
  view.setUint8(4, PROTOCOL_ISAKMP);
  view.setUint8(5, spi.length);
  view.setUint16(6, 1);
  return body;
}

/** The data of a RESPONDER-LIFETIME notification: a life type and duration (RFC 2407 §4.6.3.1). */
export function lifetimeData(lifetimeSeconds: number): Uint8Array {
  return encodeAttributes([
    { type: AttributeType.lifeType, value: LIFE_TYPE_SECONDS },
    { type: AttributeType.lifeDuration, value: lifetimeSeconds },
  ]);
}
