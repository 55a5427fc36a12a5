/**
 * Captures as text: the IKE messages in a pcapng file
 * (draft-ietf-opsawg-pcapng), of this program or of Wireshark.
 *
 * @module
 */

import { ISAKMP_PORT, NAT_TRAVERSAL_PORT } from "../../../../firmware/ike/constants.ts";
import { quoted } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import type { Datagram } from "../../../network/datagram.ts";
import { formatEndpoint } from "../../../network/network.ts";
import { describeMessage } from "../../../../firmware/session/message_text.ts";

const BlockType = { sectionHeader: 0x0a0d0d0a, interfaceDescription: 1, enhancedPacket: 6 } as const;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const COMMENT = 1;
const UDP = 17;

/** Bytes in front of the IP header, by link types: Ethernet, raw IP in its three numbers, Linux cooked in its two. */
const LINK_HEADER_BYTES: ReadonlyMap<number, number> = new Map([[1, 14], [101, 0], [228, 0], [229, 0], [113, 16], [
  276,
  20,
]]);

/** LINKTYPE_USER0 to LINKTYPE_USER15: whose frames these are, no reader can know. */
const [FIRST_USER, LAST_USER] = [147, 162];

/** Whether bytes begin as a pcapng file does: the type of the first block reads alike in both orders. */
export function isCapture(bytes: Uint8Array): boolean {
  return bytes.length >= 12 && viewOf(bytes).getUint32(0) === BlockType.sectionHeader;
}

/** A datagram on port 500 or 4500, and its place in a capture. */
export interface CapturedMessage {
  /** The packet's number as Wireshark counts, from 1. */
  readonly packet: number;
  readonly datagram: Datagram;
  /** What the capture says of it; empty if nothing. */
  readonly comment: string;
}

/**
 * The messages on ports 500 and 4500.
 *
 * @returns How many packets are something else, at the end.
 * @throws {InputError} A block does not fit, or a link type is not known.
 */
export function* messagesIn(bytes: Uint8Array): Generator<CapturedMessage, number> {
  let others = 0;
  let number = 0;
  for (const { linkBytes, packet, comment } of packetsOf(bytes)) {
    number++;
    // Frames of mailbox and WMI: Wireshark's numbers count them, and they have no IKE.
    if (linkBytes === undefined) continue;
    const datagram = udpOf(packet.subarray(linkBytes));
    const ports = datagram === undefined ? [] : [datagram.source.port, datagram.destination.port];
    if (datagram === undefined || !ports.some((port) => port === ISAKMP_PORT || port === NAT_TRAVERSAL_PORT)) others++;
    else yield { packet: number, datagram, comment };
  }
  return others;
}

/**
 * Describes the messages on ports 500 and 4500, and counts what is not.
 *
 * @throws {InputError} A block does not fit, or a link type is not known.
 */
export function describeCapture(bytes: Uint8Array): readonly string[] {
  const lines: string[] = [];
  const messages = messagesIn(bytes);
  let each = messages.next();
  for (; each.done !== true; each = messages.next()) {
    const { packet, datagram, comment } = each.value;
    const ends = `${formatEndpoint(datagram.source)} > ${formatEndpoint(datagram.destination)}`;
    lines.push(`packet ${packet}, ${ends}${comment === "" ? "" : `, ${quoted(comment)}`}`);
    lines.push(...describeMessage(datagram.payload).lines.map((line) => `  ${line}`));
  }
  const others = each.value;
  return others === 0 ? lines : [...lines, `${others} packets that are no UDP of port 500 or 4500, or not whole`];
}

/** A packet as captured, its link header in front. */
interface CapturedPacket {
  /** Bytes in front of the IP header; `undefined` in a frame of a user's link type. */
  readonly linkBytes: number | undefined;
  readonly packet: Uint8Array;
  readonly comment: string;
}

function* packetsOf(bytes: Uint8Array): Generator<CapturedPacket> {
  let links: (number | "user" | undefined)[] = [];
  for (const { type, body, littleEndian } of blocksOf(bytes)) {
    const view = viewOf(body);
    if (type === BlockType.sectionHeader) links = [];
    if (type === BlockType.interfaceDescription && body.length >= 8) {
      const linkType = view.getUint16(0, littleEndian);
      links.push(linkType >= FIRST_USER && linkType <= LAST_USER ? "user" : LINK_HEADER_BYTES.get(linkType));
    }
    if (type !== BlockType.enhancedPacket || body.length < 20) continue;
    const linkBytes = links[view.getUint32(0, littleEndian)];
    if (linkBytes === undefined) {
      throw new InputError("capture: a packet of a link type that is not known; expected Ethernet or raw IP");
    }
    const lengthBytes = view.getUint32(12, littleEndian);
    if (20 + lengthBytes > body.length) {
      throw new InputError(`capture: a packet of ${lengthBytes} bytes does not fit its block`);
    }
    const options = body.subarray(20 + Math.ceil(lengthBytes / 4) * 4);
    yield {
      linkBytes: linkBytes === "user" ? undefined : linkBytes,
      packet: body.subarray(20, 20 + lengthBytes),
      comment: commentIn(options, littleEndian),
    };
  }
}

interface Block {
  readonly type: number;
  readonly body: Uint8Array;
  readonly littleEndian: boolean;
}

/** Blocks: type, length, body, length once more. Each section says the order of its bytes. */
function* blocksOf(bytes: Uint8Array): Generator<Block> {
  const view = viewOf(bytes);
  let littleEndian = true;
  for (let offset = 0; offset < bytes.length;) {
    if (offset + 12 > bytes.length) throw new InputError(`capture: a block at ${offset} is cut short`);
    if (view.getUint32(offset) === BlockType.sectionHeader) {
      littleEndian = view.getUint32(offset + 8, true) === BYTE_ORDER_MAGIC;
    }
    const lengthBytes = view.getUint32(offset + 4, littleEndian);
    if (lengthBytes < 12 || lengthBytes % 4 !== 0 || offset + lengthBytes > bytes.length) {
      throw new InputError(`capture: the block at ${offset} says ${lengthBytes} bytes, which do not fit`);
    }
    const body = bytes.subarray(offset + 8, offset + lengthBytes - 4);
    yield { type: view.getUint32(offset, littleEndian), body, littleEndian };
    offset += lengthBytes;
  }
}

function commentIn(options: Uint8Array, littleEndian: boolean): string {
  const view = viewOf(options);
  for (let offset = 0; offset + 4 <= options.length;) {
    const [code, lengthBytes] = [view.getUint16(offset, littleEndian), view.getUint16(offset + 2, littleEndian)];
    if (code === COMMENT) return new TextDecoder().decode(options.subarray(offset + 4, offset + 4 + lengthBytes));
    offset += 4 + Math.ceil(lengthBytes / 4) * 4;
  }
  return "";
}

/** The UDP datagram in an IP packet that is no fragment; `undefined` of anything else. */
function udpOf(ip: Uint8Array): Datagram | undefined {
  const view = viewOf(ip);
  const version = (ip[0] ?? 0) >>> 4;
  if (version === 4 && ip.length >= 20) {
    const isFragment = (view.getUint16(6) & 0x3fff) !== 0;
    if (isFragment || ip[9] !== UDP) return undefined;
    return datagramOf(ip.subarray(((ip[0] ?? 0) & 0x0f) * 4), ip.subarray(12, 16), ip.subarray(16, 20));
  }
  if (version !== 6 || ip.length < 40 || ip[6] !== UDP) return undefined;
  return datagramOf(ip.subarray(40), ip.subarray(8, 24), ip.subarray(24, 40));
}

function datagramOf(udp: Uint8Array, source: Uint8Array, destination: Uint8Array): Datagram | undefined {
  if (udp.length < 8) return undefined;
  const view = viewOf(udp);
  const lengthBytes = view.getUint16(4);
  if (lengthBytes < 8 || lengthBytes > udp.length) return undefined;
  return {
    source: { address: source, port: view.getUint16(0) },
    destination: { address: destination, port: view.getUint16(2) },
    payload: udp.subarray(8, lengthBytes),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
