/**
 * Messages of IKE as text: header and chain of payloads. Of nonces, public
 * values and hashes their length alone is shown; what is encrypted stays so.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import { ExchangeType, HeaderFlag, notifyName, PayloadType } from "../ike/constants.ts";
import { decodePayloads } from "../ike/decode.ts";
import { decodePacket, type Header, HEADER_BYTES, type Packet } from "../ike/header.ts";
import { IdentificationType } from "../ike/identification_types.ts";
import { type Payload, payloadName, type Transform } from "../ike/payloads.ts";
import { formatSuite, meaningOf } from "../ike/suite.ts";
import { vendorIdName } from "../ike/vendor_ids.ts";
import { formatIdentification } from "./identification_text.ts";

/** Zeros in front of a message on port 4500 (RFC 3948 §2.2). */
const NON_ESP_MARKER_BYTES = 4;

const EXCHANGE_NAMES: Readonly<Record<number, string>> = {
  [ExchangeType.identityProtection]: "main mode",
  [ExchangeType.aggressive]: "aggressive mode",
  [ExchangeType.informational]: "informational",
  [ExchangeType.quick]: "quick mode",
  [ExchangeType.newGroup]: "new group mode",
};

const ID_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(IdentificationType).map(([name, number]) => [number, name]),
);

/** A message as text, or why bytes are none. */
export interface MessageText {
  /** Whether it is one. */
  readonly isMessage: boolean;
  readonly lines: readonly string[];
}

/** The message in a datagram's payload, which may begin with the marker of port 4500. */
export function withoutMarker(bytes: Uint8Array): Uint8Array {
  return isMarked(bytes) ? bytes.subarray(NON_ESP_MARKER_BYTES) : bytes;
}

/** Describes a message, with or without the marker of port 4500. */
export function describeMessage(bytes: Uint8Array): MessageText {
  const message = withoutMarker(bytes);
  const packet = decodePacket(message);
  if (packet.type === "refused") {
    return { isMessage: false, lines: [`no message of IKE version 1: ${packet.reason}`] };
  }
  const payloads = describeBody(packet).map((line) => `  ${line}`);
  return { isMessage: true, lines: [describeHeader(packet.header, message.length), ...payloads] };
}

function describeBody({ header, body, encrypted }: Packet): readonly string[] {
  if (encrypted) return [`encrypted, ${body.length} bytes, ${payloadName(header.nextPayload)} first`];
  const decoded = decodePayloads(header.nextPayload, body, false, true);
  if (decoded.type === "refused") return [`${notifyName(decoded.notifyType)}: ${decoded.reason}`];
  return decoded.payloads.flatMap(describePayload);
}

/** The header says how long the message is: with the marker, it says so 4 bytes later. */
function isMarked(bytes: Uint8Array): boolean {
  if (bytes.length < NON_ESP_MARKER_BYTES + HEADER_BYTES) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(NON_ESP_MARKER_BYTES + HEADER_BYTES - 4);
  return bytes.subarray(0, NON_ESP_MARKER_BYTES).every((byte) => byte === 0) &&
    length === bytes.length - NON_ESP_MARKER_BYTES;
}

/** What an exchange is called: `main mode`. */
export function exchangeName({ exchangeType }: Header): string {
  return EXCHANGE_NAMES[exchangeType] ?? `exchange ${exchangeType}`;
}

/** The names of the flags that are set. */
export function flagNamesOf({ flags }: Header): readonly string[] {
  return Object.entries(HeaderFlag).filter(([, bit]) => flags & bit).map(([name]) => name);
}

function describeHeader(header: Header, lengthBytes: number): string {
  const { messageId, initiatorCookie, responderCookie } = header;
  const flagNames = flagNamesOf(header);
  return [
    `${exchangeName(header)}, ${lengthBytes} bytes`,
    `cookies ${bytesToHex(initiatorCookie)} ${bytesToHex(responderCookie)}`,
    ...(flagNames.length === 0 ? [] : [`flags ${flagNames.join(" ")}`]),
    ...(messageId === 0 ? [] : [`message id ${messageId.toString(16).padStart(8, "0")}`]),
  ].join(", ");
}

/** A payload, and below it what it is made of, indented. */
export function describePayload(payload: Payload): string[] {
  switch (payload.type) {
    case "security-association":
      return [
        "SA",
        ...payload.proposals.flatMap(({ number, protocol, transforms }) => [
          `  proposal ${number}, protocol ${protocol}, ${transforms.length} transforms`,
          ...transforms.map((transform) => `    ${describeTransform(transform)}`),
        ]),
      ];
    case "key-exchange":
      return [ofLength(PayloadType.keyExchange, payload)];
    case "nonce":
      return [ofLength(PayloadType.nonce, payload)];
    case "hash":
      return [ofLength(PayloadType.hash, payload)];
    case "nat-discovery":
      return [ofLength(PayloadType.natDiscovery, payload)];
    case "identification": {
      const { idType, protocol, port, data } = payload;
      const name = ID_NAMES.get(idType) ?? `type ${idType}`;
      return [`ID: ${name} ${formatIdentification(idType, data)}, protocol ${protocol}, port ${port}`];
    }
    case "notification":
      return [`N: ${notifyName(payload.notifyType)}, protocol ${payload.protocol}, ${payload.data.length} bytes`];
    case "delete":
      return [`D: protocol ${payload.protocol}, SPIs ${payload.spis.map(bytesToHex).join(" ")}`];
    case "vendor-id":
      return [`VID: ${vendorIdName(payload.body)}`];
    case "other":
      return [ofLength(payload.number, payload)];
    default:
      return payload satisfies never;
  }
}

function ofLength(type: number, { body }: { readonly body: Uint8Array }): string {
  return `${payloadName(type)}: ${body.length} bytes`;
}

function describeTransform(transform: Transform): string {
  const meaning = meaningOf(transform);
  if (meaning.type === "unusable") return `transform ${transform.number}: ${meaning.reason}`;
  const lifetime = meaning.lifetimeSeconds === undefined ? "" : `, ${meaning.lifetimeSeconds} s`;
  return `transform ${transform.number}: ${formatSuite(meaning.suite)}${lifetime}`;
}
