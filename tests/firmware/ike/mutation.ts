/** Mutations of ISAKMP messages: of bits, lengths, fields and the order of payloads. */

import { concatBytes, createView } from "@noble/hashes/utils.js";
import type { RandomStream } from "../../../sim/kernel/random.ts";

const HEADER_BYTES = 28;
const EXTREMES = [0, 1, 2, 3, 4, 5, 7, 8, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xfffe, 0xffff];

type Mutation = (bytes: Uint8Array, random: RandomStream) => Uint8Array;

function pick<T>(from: readonly T[], random: RandomStream): T {
  return from[random.below(from.length)] as T;
}

function flip(bytes: Uint8Array, random: RandomStream): Uint8Array {
  const result = bytes.slice();
  for (let count = random.below(8) + 1; count > 0; count--) {
    const at = random.below(result.length);
    result[at] = (result[at] as number) ^ (1 << random.below(8));
  }
  return result;
}

/** Half of the time the header's length is made to fit again. */
function resized(bytes: Uint8Array, random: RandomStream): Uint8Array {
  if (bytes.length >= HEADER_BYTES && random.below(2) === 0) createView(bytes).setUint32(24, bytes.length);
  return bytes;
}

function truncate(bytes: Uint8Array, random: RandomStream): Uint8Array {
  return resized(bytes.slice(0, random.below(bytes.length) + 1), random);
}

function extend(bytes: Uint8Array, random: RandomStream): Uint8Array {
  return resized(concatBytes(bytes, random.bytes(random.below(64) + 1)), random);
}

/** A field of the header: cookies, next payload, version, exchange type, flags, message id, length. */
function changeHeader(bytes: Uint8Array, random: RandomStream): Uint8Array {
  if (bytes.length < HEADER_BYTES) return flip(bytes, random);
  const result = bytes.slice();
  const [at, length] = pick([[0, 8], [8, 8], [16, 1], [17, 1], [18, 1], [19, 1], [20, 4], [24, 4]] as const, random);
  const value = random.below(3) === 0 ? new Uint8Array(length) : random.bytes(length);
  if (random.below(2) === 0) value[length - 1] = pick(EXTREMES, random);
  result.set(value, at);
  return result;
}

/** Where payloads begin, as far as the chain can be followed. */
function payloadOffsets(bytes: Uint8Array): readonly number[] {
  const view = createView(bytes);
  const offsets: number[] = [];
  let type = bytes.length < HEADER_BYTES ? 0 : bytes[16] ?? 0;
  for (let at = HEADER_BYTES; type !== 0 && at + 4 <= bytes.length;) {
    offsets.push(at);
    type = bytes[at] ?? 0;
    const length = view.getUint16(at + 2);
    if (length < 4) break;
    at += length;
  }
  return offsets;
}

/** A field of a payload's generic header: next payload, reserved, length. */
function changePayloadHeader(bytes: Uint8Array, random: RandomStream): Uint8Array {
  const result = bytes.slice();
  const offsets = payloadOffsets(bytes);
  if (offsets.length === 0) return flip(bytes, random);
  const at = pick(offsets, random);
  const view = createView(result);
  switch (random.below(3)) {
    case 0:
      view.setUint8(at, random.below(2) === 0 ? random.below(24) : pick(EXTREMES, random));
      break;
    case 1:
      view.setUint8(at + 1, random.below(255) + 1);
      break;
    default: {
      const near = view.getUint16(at + 2) + random.below(9) - 4;
      view.setUint16(at + 2, random.below(2) === 0 ? near : pick(EXTREMES, random));
    }
  }
  return result;
}

/** Two bytes anywhere behind the header become an extreme: lengths and counts within SA, N, D, ID. */
function changeField(bytes: Uint8Array, random: RandomStream): Uint8Array {
  if (bytes.length < HEADER_BYTES + 2) return flip(bytes, random);
  const result = bytes.slice();
  const body = Math.min(bytes.length - HEADER_BYTES - 1, 120);
  createView(result).setUint16(HEADER_BYTES + random.below(body), pick(EXTREMES, random));
  return result;
}

/** Payloads left out, repeated and in another order, with the chain made to fit. */
function rearrange(bytes: Uint8Array, random: RandomStream): Uint8Array {
  const offsets = payloadOffsets(bytes);
  const types = [bytes[16] ?? 0, ...offsets.map((at) => bytes[at] ?? 0)];
  const payloads = offsets.map((at, index) => ({
    type: types[index] ?? 0,
    body: bytes.slice(at + 4, offsets[index + 1] ?? bytes.length),
  }));
  if (payloads.length === 0) return flip(bytes, random);
  const index = random.below(payloads.length);
  const [taken] = payloads.splice(index, 1);
  if (taken !== undefined && random.below(3) > 0) {
    payloads.splice(random.below(payloads.length + 1), 0, taken);
    if (random.below(2) === 0) payloads.splice(random.below(payloads.length + 1), 0, taken);
  }
  const parts = payloads.map(({ body }, at) => {
    const length = body.length + 4;
    return concatBytes(Uint8Array.of(payloads[at + 1]?.type ?? 0, 0, length >> 8, length & 0xff), body);
  });
  const result = concatBytes(bytes.subarray(0, HEADER_BYTES), ...parts);
  result[16] = payloads[0]?.type ?? 0;
  createView(result).setUint32(24, result.length);
  return result;
}

function noise(bytes: Uint8Array, random: RandomStream): Uint8Array {
  const result = random.bytes(random.below(400) + 1);
  if (random.below(2) === 0) result.set(bytes.subarray(0, Math.min(HEADER_BYTES, result.length)));
  return resized(result, random);
}

const MUTATIONS: readonly Mutation[] = [
  flip,
  flip,
  truncate,
  extend,
  changeHeader,
  changePayloadHeader,
  changePayloadHeader,
  changeField,
  changeField,
  rearrange,
  noise,
];

/** A message that differs from the given one, by one or more mutations. */
export function mutate(bytes: Uint8Array, random: RandomStream): Uint8Array {
  for (;;) {
    let result = bytes;
    do result = pick(MUTATIONS, random)(result, random); while (random.below(4) === 0 && result.length > 0);
    if (result.length !== bytes.length || result.some((byte, index) => byte !== bytes[index])) return result;
  }
}
