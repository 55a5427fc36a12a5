/**
 * The simulated wire as a pcapng file, which Wireshark and tshark read
 * (draft-ietf-opsawg-pcapng).
 *
 * Packets are raw IP (link type 101): IPv4 or IPv6, UDP and the payload, with
 * right checksums. Times are nanoseconds since the world began, shown as of
 * 1970; the coordinate of each packet's event is in its comment. Other places can
 * be captured beside the wire, as interfaces of their own.
 *
 * @module
 */

import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Cycle } from "../kernel/task.ts";
import type { Datagram, Endpoint } from "../network/datagram.ts";
import { type Coordinate, formatCoordinate } from "./coordinate.ts";
import { nanosecondsAt } from "./time.ts";

/** A UDP datagram and the cycle in which it was sent. */
export interface CapturedDatagram {
  /** When. */
  readonly cycle: Cycle;
  /** The sequence number of the event that tells of it, for the comment; without one the comment has the cycle alone. */
  readonly sequence?: number;
  /** What. */
  readonly datagram: Datagram;
  /** What became of it; part of the comment. */
  readonly fate: string;
  /** Whether it was held back; part of the comment, too. */
  readonly isDelayed?: boolean;
}

/** What was captured at another place than the wire. */
export interface CapturedInterface {
  /** What Wireshark calls the interface. */
  readonly name: string;
  /** Its link type: 147 to 162 are for users (LINKTYPE_USER0 and following). */
  readonly linkType: number;
  /** Its frames, in order, each with the coordinate of its event. */
  readonly frames: readonly (Coordinate & { readonly bytes: Uint8Array })[];
}

/** A datagram that no IP packet can carry. */
export class PcapngError extends Error {
  /** Which part of the datagram. */
  readonly field: string;
  /** What was given. */
  readonly given: string;
  /** What is accepted. */
  readonly accepted: string;

  /** Says what was given and what is accepted. */
  constructor(field: string, given: string, accepted: string) {
    super(`Cannot write ${field} ${given} to pcapng: expected ${accepted}`);
    this.name = "PcapngError";
    this.field = field;
    this.given = given;
    this.accepted = accepted;
  }
}

const BlockType = { sectionHeader: 0x0a0d0d0a, interfaceDescription: 1, enhancedPacket: 6 } as const;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LINK_TYPE_RAW_IP = 101;
const OptionCode = { comment: 1, interfaceName: 2, userApplication: 4, timestampResolution: 9 } as const;
const NANOSECONDS = 9;
const UDP = 17;
const HOP_LIMIT = 64;
const UDP_HEADER_BYTES = 8;
const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;

/**
 * Writes a capture file.
 *
 * @param captures In order of time.
 * @param frequencyHz Cycles per second.
 * @param others What else was captured; their frames stand among the datagrams, in order of time.
 * @throws {PcapngError} A datagram fits no IP packet.
 */
export function encodePcapng(
  captures: Iterable<CapturedDatagram>,
  frequencyHz: number,
  others: readonly CapturedInterface[] = [],
): Uint8Array {
  const wire = [...captures].map(({ datagram, fate, isDelayed, ...place }, index): Packet => ({
    ...{ ...place, interfaceId: 0, bytes: ipPacket(datagram, index) },
    comment: `${placeOf(place)}, ${fate}${isDelayed === true ? ", delayed" : ""}`,
  }));
  const frames = others.flatMap(({ frames }, index) =>
    frames.map(({ bytes, ...place }): Packet => ({ ...place, bytes, interfaceId: index + 1, comment: placeOf(place) }))
  );
  const packets = [...wire, ...frames].sort((a, b) => a.cycle - b.cycle || (a.sequence ?? 0) - (b.sequence ?? 0));
  return concatenate([
    sectionHeader(),
    interfaceDescription("network", LINK_TYPE_RAW_IP),
    ...others.map(({ name, linkType }) => interfaceDescription(name, linkType)),
    ...packets.map((packet) => enhancedPacket(packet, frequencyHz)),
  ]);
}

/** A packet of any interface. */
interface Packet {
  readonly cycle: Cycle;
  readonly sequence?: number;
  readonly interfaceId: number;
  readonly bytes: Uint8Array;
  readonly comment: string;
}

function placeOf({ cycle, sequence }: Pick<Packet, "cycle" | "sequence">): string {
  return sequence === undefined ? `cycle ${cycle}` : formatCoordinate({ cycle, sequence });
}

function sectionHeader(): Uint8Array {
  const body = new DataView(new ArrayBuffer(16));
  body.setUint32(0, BYTE_ORDER_MAGIC, true);
  body.setUint16(4, 1, true); // version 1.0
  body.setBigInt64(8, -1n, true); // length of the section: not given
  return block(
    BlockType.sectionHeader,
    bytesOf(body),
    option(OptionCode.userApplication, utf8ToBytes("hbasim")),
    END_OF_OPTIONS,
  );
}

function interfaceDescription(name: string, linkType: number): Uint8Array {
  const body = new DataView(new ArrayBuffer(8)); // the snap length stays 0: no limit
  body.setUint16(0, linkType, true);
  return block(
    BlockType.interfaceDescription,
    bytesOf(body),
    option(OptionCode.interfaceName, utf8ToBytes(name)),
    option(OptionCode.timestampResolution, Uint8Array.of(NANOSECONDS)),
    END_OF_OPTIONS,
  );
}

function enhancedPacket({ cycle, interfaceId, bytes, comment }: Packet, frequencyHz: number): Uint8Array {
  const time = nanosecondsAt(cycle, frequencyHz);
  const header = new DataView(new ArrayBuffer(20));
  header.setUint32(0, interfaceId, true);
  header.setUint32(4, Number(time >> 32n), true);
  header.setUint32(8, Number(time & 0xffffffffn), true);
  header.setUint32(12, bytes.length, true);
  header.setUint32(16, bytes.length, true);
  return block(
    BlockType.enhancedPacket,
    bytesOf(header),
    padded(bytes),
    option(OptionCode.comment, utf8ToBytes(comment)),
    END_OF_OPTIONS,
  );
}

/**
 * A UDP datagram with its IP header, IPv4 or IPv6, and right checksums (RFC 791, RFC 8200, RFC 768).
 *
 * @param identification The IPv4 identification; only its low 16 bits count.
 * @throws {PcapngError} The datagram fits no IP packet.
 */
function ipPacket({ source, destination, payload }: Datagram, identification: number): Uint8Array {
  const version4 = source.address.length === 4;
  checkEndpoint("source", source);
  checkEndpoint("destination", destination);
  if (source.address.length !== destination.address.length) {
    throw new PcapngError("destination", `of ${destination.address.length} bytes`, "an address of the source's family");
  }
  const udpBytes = UDP_HEADER_BYTES + payload.length;
  const longest = 0xffff - UDP_HEADER_BYTES - (version4 ? IPV4_HEADER_BYTES : 0);
  if (payload.length > longest) {
    throw new PcapngError("payload", `of ${payload.length} bytes`, `at most ${longest} bytes`);
  }
  const udp = new DataView(new ArrayBuffer(udpBytes));
  udp.setUint16(0, source.port);
  udp.setUint16(2, destination.port);
  udp.setUint16(4, udpBytes);
  bytesOf(udp).set(payload, UDP_HEADER_BYTES);
  const sum = internetSum(bytesOf(udp)) + internetSum(source.address) + internetSum(destination.address) + UDP +
    udpBytes;
  // A checksum of 0 would say that there is none (RFC 768).
  udp.setUint16(6, onesComplement(sum) || 0xffff);
  const ip = version4
    ? ipv4Header(source, destination, udpBytes, identification)
    : ipv6Header(source, destination, udpBytes);
  return concatenate([ip, bytesOf(udp)]);
}

function ipv4Header(source: Endpoint, destination: Endpoint, udpBytes: number, identification: number) {
  const header = new DataView(new ArrayBuffer(IPV4_HEADER_BYTES));
  header.setUint8(0, 0x45);
  header.setUint16(2, IPV4_HEADER_BYTES + udpBytes);
  header.setUint16(4, identification & 0xffff);
  header.setUint16(6, 0x4000); // do not fragment
  header.setUint8(8, HOP_LIMIT);
  header.setUint8(9, UDP);
  bytesOf(header).set(source.address, 12);
  bytesOf(header).set(destination.address, 16);
  header.setUint16(10, onesComplement(internetSum(bytesOf(header))));
  return bytesOf(header);
}

function ipv6Header(source: Endpoint, destination: Endpoint, udpBytes: number) {
  const header = new DataView(new ArrayBuffer(IPV6_HEADER_BYTES));
  header.setUint8(0, 0x60);
  header.setUint16(4, udpBytes);
  header.setUint8(6, UDP);
  header.setUint8(7, HOP_LIMIT);
  bytesOf(header).set(source.address, 8);
  bytesOf(header).set(destination.address, 24);
  return bytesOf(header);
}

function checkEndpoint(field: string, { address, port }: Endpoint): void {
  if (address.length !== 4 && address.length !== 16) {
    throw new PcapngError(`${field} address`, `of ${address.length} bytes`, "4 or 16 bytes");
  }
  if (!(Number.isInteger(port) && port >= 0 && port <= 0xffff)) {
    throw new PcapngError(`${field} port`, String(port), "a whole number from 0 to 65535");
  }
}

/** The sum of big-endian 16-bit words (RFC 1071), not yet folded: below 2^32 for all that fits a packet. */
function internetSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < bytes.length; index += 2) {
    sum += ((bytes[index] as number) << 8) | (bytes[index + 1] ?? 0);
  }
  return sum;
}

function onesComplement(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  return ~folded & 0xffff;
}

const END_OF_OPTIONS = new Uint8Array(4);

function option(code: number, value: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(4));
  head.setUint16(0, code, true);
  head.setUint16(2, value.length, true);
  return concatenate([bytesOf(head), padded(value)]);
}

function block(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concatenate(parts);
  const head = new DataView(new ArrayBuffer(8));
  head.setUint32(0, type, true);
  head.setUint32(4, body.length + 12, true);
  return concatenate([bytesOf(head), body, bytesOf(head).subarray(4)]);
}

function padded(bytes: Uint8Array): Uint8Array {
  return concatenate([bytes, new Uint8Array(-bytes.length & 3)]);
}

/** Of any number of parts: the library's function takes them as arguments, of which engines take so many and no more. */
function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
