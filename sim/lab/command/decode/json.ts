/**
 * What `hbasim decode` finds, for programs: one document with the fields named.
 * What is a secret in words is one here: keys and passwords are fingerprints,
 * values in flash are not there at all.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import { notifyName } from "../../../../firmware/ike/constants.ts";
import { decodePayloads } from "../../../../firmware/ike/decode.ts";
import { decodePacket, type Packet } from "../../../../firmware/ike/header.ts";
import { payloadName } from "../../../../firmware/ike/payloads.ts";
import { formatEndpoint } from "../../../network/network.ts";
import { decodeWorldImage } from "../../world/world_image.ts";
import { type CapturedMessage, messagesIn } from "./capture_text.ts";
import {
  describePayload,
  exchangeName,
  flagNamesOf,
  withoutMarker,
} from "../../../../firmware/session/message_text.ts";
import { describePart } from "./image_text.ts";
import { jsonOf } from "../json_values.ts";
import { readStructure } from "./structure_text.ts";

/** A flash image: `flash` by adapters, each with a summary and its sectors, and how many rows the service's store has. */
export function imageJson(bytes: Uint8Array): object {
  const { flash, serviceStore } = decodeWorldImage(bytes);
  const parts = Object.entries(flash).map(([adapter, part]) =>
    [adapter, partJson(describePart(adapter, part))] as const
  );
  return { type: "image", flash: Object.fromEntries(parts), serviceStoreRows: serviceStore.rows.length };
}

/** Sectors stand at the margin, their records behind two blanks and their address. */
function partJson([summary, ...lines]: readonly string[]): object {
  const sectors: { number: number; state: string; records: { address: number; text: string }[] }[] = [];
  for (const line of lines) {
    const [, number, state = ""] = /^sector (\d+): (.*)$/.exec(line) ?? [];
    const [, address, text = ""] = /^ {2}(0x[0-9a-f]+) (.*)$/.exec(line) ?? [];
    if (number !== undefined) sectors.push({ number: Number(number), state, records: [] });
    if (address !== undefined) sectors.at(-1)?.records.push({ address: Number(address), text });
  }
  return { summary, sectors };
}

/** A capture: its messages, each with the packet that brought it, and how many packets are something else. */
export function captureJson(bytes: Uint8Array): object {
  const messages: object[] = [];
  const found = messagesIn(bytes);
  let each = found.next();
  for (; each.done !== true; each = found.next()) messages.push(capturedJson(each.value));
  return { type: "capture", messages, otherPackets: each.value };
}

function capturedJson({ packet, datagram: { source, destination, payload }, comment }: CapturedMessage): object {
  return {
    packet,
    source: formatEndpoint(source),
    destination: formatEndpoint(destination),
    ...(comment === "" ? {} : { comment }),
    ...fieldsOfMessage(payload),
  };
}

/** A message: its header and its payloads; `refused` says why it is none, or has none. */
export function messageJson(bytes: Uint8Array): object {
  return { type: "message", ...fieldsOfMessage(bytes) };
}

function fieldsOfMessage(bytes: Uint8Array): object {
  const message = withoutMarker(bytes);
  const packet = decodePacket(message);
  if (packet.type === "refused") return { refused: packet.reason };
  const { header } = packet;
  return {
    exchange: exchangeName(header),
    lengthBytes: message.length,
    initiatorCookie: bytesToHex(header.initiatorCookie),
    responderCookie: bytesToHex(header.responderCookie),
    messageId: header.messageId,
    flags: flagNamesOf(header),
    encrypted: packet.encrypted,
    ...bodyOf(packet),
  };
}

function bodyOf({ header, body, encrypted }: Packet): object {
  if (encrypted) return { firstPayload: payloadName(header.nextPayload), payloads: [] };
  const decoded = decodePayloads(header.nextPayload, body, false, true);
  if (decoded.type === "refused") {
    return { refused: `${notifyName(decoded.notifyType)}: ${decoded.reason}`, payloads: [] };
  }
  const payloads = decoded.payloads.map((payload) => {
    const [text = "", ...parts] = describePayload(payload);
    return { text, ...(parts.length === 0 ? {} : { parts: parts.map((part) => part.trim()) }) };
  });
  return { payloads };
}

/** A buffer of WMI: its fields by name. Whole numbers of 64 bits and bytes are texts in hexadecimal. */
export function structureJson(name: string, bytes: Uint8Array): object {
  const { value, restBytes } = readStructure(name, bytes);
  return { type: "structure", name, lengthBytes: bytes.length, fields: jsonOf(value), restBytes };
}
