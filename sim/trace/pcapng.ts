/**
 * The simulated wire as a pcapng file, for Wireshark and tshark.
 *
 * One interface with raw IP packets (link type 101) and nanosecond resolution;
 * every packet carries its cycle as a comment. Time is computed from cycles in
 * integers.
 *
 * @module
 */

import type { Cycle } from "../kernel/task.ts";
import type { Datagram } from "../network/datagram.ts";

/** A datagram and the cycle in which it was sent. */
export interface CapturedDatagram {
  /** When. */
  readonly cycle: Cycle;
  /** What. */
  readonly datagram: Datagram;
  /** What became of it; part of the comment. */
  readonly fate: string;
}

const LINKTYPE_RAW = 101;
const PROTOCOL_UDP = 17;

/**
 * Writes a capture file.
 *
 * @param captures The datagrams, in order.
 * @param frequencyHz Cycles per second.
 */
export function encodePcapng(captures: readonly CapturedDatagram[], frequencyHz: number): Uint8Array {
  const blocks = [sectionHeader(), interfaceDescription(), ...captures.map((each) => packetBlock(each, frequencyHz))];
  return join(blocks);
}

/** A UDP datagram with its IP header, IPv4 or IPv6, checksums computed. */
export function ipPacket({ source, destination, payload }: Datagram): Uint8Array {
  const udp = new Uint8Array(8 + payload.length);
  const view = new DataView(udp.buffer);
  view.setUint16(0, source.port);
  view.setUint16(2, destination.port);
  view.setUint16(4, udp.length);
  udp.set(payload, 8);
  const pseudoHeader = join([source.address, destination.address, numbers(2, PROTOCOL_UDP, udp.length)]);
  // RFC 768: a checksum of zero is sent as all ones.
  view.setUint16(6, internetChecksum(join([pseudoHeader, udp])) || 0xffff);
  return source.address.length === 4
    ? join([version4Header(source.address, destination.address, udp.length), udp])
    : join([version6Header(source.address, destination.address, udp.length), udp]);
}

function version4Header(source: Uint8Array, destination: Uint8Array, length: number): Uint8Array {
  const header = new Uint8Array(20);
  const view = new DataView(header.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, 20 + length);
  view.setUint8(8, 64);
  view.setUint8(9, PROTOCOL_UDP);
  header.set(source, 12);
  header.set(destination, 16);
  view.setUint16(10, internetChecksum(header));
  return header;
}

function version6Header(source: Uint8Array, destination: Uint8Array, length: number): Uint8Array {
  const header = new Uint8Array(40);
  const view = new DataView(header.buffer);
  view.setUint8(0, 0x60);
  view.setUint16(4, length);
  view.setUint8(6, PROTOCOL_UDP);
  view.setUint8(7, 64);
  header.set(source, 8);
  header.set(destination, 24);
  return header;
}

/** RFC 1071. */
function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < bytes.length; index += 2) {
    sum += ((bytes[index] as number) << 8) | (bytes[index + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function sectionHeader(): Uint8Array {
  const body = new Uint8Array(16);
  const view = new DataView(body.buffer);
  view.setUint32(0, 0x1a2b3c4d, true);
  view.setUint16(4, 1, true);
  view.setBigInt64(8, -1n, true);
  return block(0x0a0d0d0a, body);
}

function interfaceDescription(): Uint8Array {
  const fixed = new Uint8Array(8);
  new DataView(fixed.buffer).setUint16(0, LINKTYPE_RAW, true);
  return block(
    1,
    join([fixed, option(2, new TextEncoder().encode("simulated wire")), option(9, Uint8Array.of(9)), END]),
  );
}

function packetBlock({ cycle, datagram, fate }: CapturedDatagram, frequencyHz: number): Uint8Array {
  const packet = ipPacket(datagram);
  const nanoseconds = (BigInt(cycle) * 1_000_000_000n) / BigInt(frequencyHz);
  const fixed = new Uint8Array(20);
  const view = new DataView(fixed.buffer);
  view.setUint32(4, Number(nanoseconds >> 32n), true);
  view.setUint32(8, Number(nanoseconds & 0xffff_ffffn), true);
  view.setUint32(12, packet.length, true);
  view.setUint32(16, packet.length, true);
  const comment = new TextEncoder().encode(`cycle ${cycle}, ${fate}`);
  return block(6, join([fixed, padded(packet), option(1, comment), END]));
}

const END = new Uint8Array(4);

function option(code: number, value: Uint8Array): Uint8Array {
  const header = new Uint8Array(4);
  const view = new DataView(header.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  return join([header, padded(value)]);
}

function block(type: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, bytes.length, true);
  bytes.set(body, 8);
  view.setUint32(8 + body.length, bytes.length, true);
  return bytes;
}

function padded(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  result.set(bytes);
  return result;
}

function numbers(size: number, ...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * size);
  values.forEach((value, index) => new DataView(bytes.buffer).setUint16(index * size, value));
  return bytes;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
