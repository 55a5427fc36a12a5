/** Cuts messages into fragments as daemons do (MS-IKEE §3.3.6.1). */

import { concatBytes, createView } from "@noble/hashes/utils.js";
import type { Datagram } from "../../../firmware/ike/mod.ts";

const HEADER_BYTES = 28;
const FRAGMENT = 132;

/** How a sender cuts. */
export interface Cutting {
  /** Bytes of the message in each piece. */
  readonly dataBytes: number;
  /** Which message it is. */
  readonly id: number;
  /** Whether message id and exchange type are those of the message, as libreswan has them, or of main mode, as charon. */
  readonly copiesHeader: boolean;
}

/** charon with `fragment_size` as small as it may be, and pluto. */
export const CHARON: Cutting = { dataBytes: 100, id: 1, copiesHeader: false };
export const PLUTO: Cutting = { dataBytes: 124, id: 1, copiesHeader: true };

/** One piece behind a header of its own. */
export function fragment(
  message: Uint8Array,
  { id, copiesHeader }: Pick<Cutting, "id" | "copiesHeader">,
  number: number,
  isLast: boolean,
  data: Uint8Array,
): Uint8Array {
  const header = message.slice(0, HEADER_BYTES);
  header[16] = FRAGMENT;
  header[19] = 0;
  const view = createView(header);
  if (!copiesHeader) {
    header[18] = 2;
    view.setUint32(20, 0);
  }
  const length = 8 + data.length;
  view.setUint32(24, HEADER_BYTES + length);
  const generic = Uint8Array.of(0, 0, length >>> 8, length & 0xff, id >>> 8, id & 0xff, number, isLast ? 1 : 0);
  return concatBytes(header, generic, data);
}

/** All pieces of a message, in order. */
export function fragmentsOf(message: Uint8Array, cutting: Cutting): readonly Uint8Array[] {
  const count = Math.ceil(message.length / cutting.dataBytes);
  return Array.from({ length: count }, (_, index) => {
    const data = message.subarray(index * cutting.dataBytes, (index + 1) * cutting.dataBytes);
    return fragment(message, cutting, index + 1, index + 1 === count, data);
  });
}

/** A datagram's message in pieces, each with the marker of port 4500 if the whole has it. */
export function inFragments(datagram: Datagram, cutting: Cutting): readonly Datagram[] {
  const marker = datagram.payload.subarray(0, datagram.source.port === 4500 ? 4 : 0);
  return fragmentsOf(datagram.payload.subarray(marker.length), cutting)
    .map((piece) => ({ ...datagram, payload: concatBytes(marker, piece) }));
}
