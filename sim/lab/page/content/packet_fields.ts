/**
 * The fields of a datagram of IKE, each with the bytes that it is made of.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import { notifyName } from "../../../../firmware/ike/constants.ts";
import { decodePayloads } from "../../../../firmware/ike/decode.ts";
import { decodePacket, HEADER_BYTES, type Packet } from "../../../../firmware/ike/header.ts";
import { payloadName } from "../../../../firmware/ike/payloads.ts";
import {
  describePayload,
  exchangeName,
  flagNamesOf,
  withoutMarker,
} from "../../../../firmware/session/message_text.ts";

/** A field: where it begins, how long it is, how deep it lies, and what it says. */
export type PacketField = readonly [offset: number, lengthBytes: number, depth: number, text: string];

/** The fields of a datagram's payload, in the order of their bytes; one that says why, if it is no message. */
export function packetFields(payload: Uint8Array): readonly PacketField[] {
  const message = withoutMarker(payload);
  const begin = payload.length - message.length;
  const marker: PacketField[] = begin === 0 ? [] : [[0, begin, 0, "non-ESP marker (RFC 3948)"]];
  const packet = decodePacket(message);
  if (packet.type === "refused") return [...marker, [begin, message.length, 0, `no IKE message: ${packet.reason}`]];
  return [...marker, ...headerFields(packet, begin), ...bodyFields(packet, begin + HEADER_BYTES)];
}

/** RFC 2408 §3.1. */
function headerFields({ header, body }: Packet, at: number): PacketField[] {
  const { initiatorCookie, responderCookie, nextPayload, messageId } = header;
  const flags = flagNamesOf(header);
  return [
    [at, 8, 0, `initiator cookie ${bytesToHex(initiatorCookie)}`],
    [at + 8, 8, 0, `responder cookie ${bytesToHex(responderCookie)}`],
    [at + 16, 1, 0, `next payload ${nextPayload === 0 ? "none" : payloadName(nextPayload)}`],
    [at + 17, 1, 0, "version 1.0"],
    [at + 18, 1, 0, `exchange ${exchangeName(header)}`],
    [at + 19, 1, 0, `flags ${flags.length === 0 ? "none" : flags.join(" ")}`],
    [at + 20, 4, 0, `message id ${messageId.toString(16).padStart(8, "0")}`],
    [at + 24, 4, 0, `length ${HEADER_BYTES + body.length}`],
  ];
}

function bodyFields({ header, body, encrypted }: Packet, at: number): PacketField[] {
  if (encrypted) return [[at, body.length, 0, `encrypted, ${payloadName(header.nextPayload)} first`]];
  const decoded = decodePayloads(header.nextPayload, body, false, true);
  if (decoded.type === "refused") return [[at, body.length, 0, `${notifyName(decoded.notifyType)}: ${decoded.reason}`]];
  const { payloads, offsets } = decoded;
  return payloads.flatMap((payload, index) => {
    const [begin, end] = [offsets[index] ?? 0, offsets[index + 1] ?? body.length];
    return describePayload(payload).map((line): PacketField => {
      const text = line.trimStart();
      return [at + begin, end - begin, (line.length - text.length) / 2, text];
    });
  });
}
