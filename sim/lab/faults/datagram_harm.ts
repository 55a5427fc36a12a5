/**
 * What faults do to datagrams.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import type { Datagram } from "../../network/datagram.ts";
import type { DatagramEffect, Decision } from "../../network/network.ts";
import type { Cycles } from "../../kernel/task.ts";
import type { Touched } from "../world/disturbances.ts";
import type { Anchor, DatagramHarm, HeaderField } from "./fault.ts";

/** Where the fields of the ISAKMP header lie: offset and length in bytes (RFC 2408 §3.1). */
const FIELDS: { readonly [F in HeaderField]: readonly [offset: number, lengthBytes: number] } = {
  initiatorCookie: [0, 8],
  responderCookie: [8, 8],
  nextPayload: [16, 1],
  version: [17, 1],
  exchangeType: [18, 1],
  flags: [19, 1],
  messageId: [20, 4],
  length: [24, 4],
};

/** The names of the fields that can be changed. */
export const HEADER_FIELDS = Object.keys(FIELDS) as readonly HeaderField[];

/** The largest value of a field that a number can say. */
export function mostOf(field: HeaderField): number {
  return Math.min(256 ** FIELDS[field][1] - 1, Number.MAX_SAFE_INTEGER);
}

/** The port on which a marker of zeros stands before the header (RFC 3948 §2.2). */
const TRANSLATED_PORT = 4500;
const MARKER_BYTES = 4;

/**
 * What becomes of a datagram.
 *
 * @param cycles Counts the cycles of nanoseconds.
 */
export function effectOn(
  harm: DatagramHarm,
  datagram: Datagram,
  cycles: (nanoseconds: number) => Cycles,
): DatagramEffect {
  const { payload } = datagram;
  switch (harm.kind) {
    case "lose":
    case "duplicate":
      return harm.kind;
    case "delay":
      return { delayCycles: cycles(harm.by) };
    case "corrupt":
      return harm.bit === undefined || payload.length === 0 ? "corrupt" : { payload: flipped(payload, harm.bit) };
    case "truncate":
      return { payload: payload.slice(0, harm.bytes) };
    case "mutate":
      return { payload: mutated(datagram, harm.field, harm.value) };
    default:
      return harm satisfies never;
  }
}

/**
 * Why a harm changes nothing of a datagram, in words; `undefined` if it changes something.
 *
 * @param sent The datagram as it was sent.
 * @param effects What others have done to it.
 * @param changed The datagram as these have left it.
 * @param effect What {@linkcode effectOn} has made of that.
 */
export function vainHarm(
  harm: DatagramHarm,
  sent: Datagram,
  effects: readonly DatagramEffect[],
  { payload }: Datagram,
  effect: DatagramEffect,
): string | undefined {
  if (effects.includes("lose")) return "another fault had lost it";
  if (harm.kind === "corrupt" && payload.length === 0) return "it had no bytes";
  if (harm.kind === "corrupt" && harm.bit !== undefined && harm.bit >= 8 * payload.length) {
    return `it had ${payload.length} bytes only`;
  }
  if (effect === "corrupt" && effects.includes("corrupt")) return "another fault had corrupted it";
  if (effect === "duplicate" && effects.includes("duplicate")) return "another fault had duplicated it";
  if (typeof effect !== "object" || !("payload" in effect)) return undefined;
  if (equalBytes(effect.payload, payload)) {
    return harm.kind === "truncate" ? `it had ${payload.length} bytes only` : "it was so already";
  }
  return equalBytes(effect.payload, sent.payload) ? "it would undo what another fault had done" : undefined;
}

/** A datagram as some effects leave it, of which the last that changes it counts. */
export function changedBy(effects: readonly DatagramEffect[], datagram: Datagram): Datagram {
  const changing = effects.findLast((effect) => typeof effect === "object" && "payload" in effect);
  return typeof changing === "object" && "payload" in changing ? { ...datagram, payload: changing.payload } : datagram;
}

/** Why a harm has changed nothing of a datagram, now that it is decided what becomes of it; `undefined` if it has. */
export function vainAfterAll({ kind }: DatagramHarm, { fate, chance }: Decision): string | undefined {
  if (fate === "blocked") return "its link was cut";
  if (fate === "no route") return "there was no route for it";
  if (chance.lost) return "the wire had lost it";
  if (fate === "lost" && kind !== "lose") return "another fault had lost it";
  return kind === "duplicate" && chance.twice ? "the wire had duplicated it" : undefined;
}

/** What of a world is touched by what is done to a datagram. */
export function touchedOnWay(anchor: Anchor): Touched {
  return { where: "wire", adapters: "from" in anchor ? [anchor.from, anchor.to] : "all" };
}

function flipped(payload: Uint8Array, bit: number): Uint8Array {
  const changed = payload.slice();
  const at = bit >> 3;
  if (at < changed.length) changed[at] = (changed[at] ?? 0) ^ (1 << (bit & 7));
  return changed;
}

function mutated({ source, destination, payload }: Datagram, field: HeaderField, value: number): Uint8Array {
  const isMarked = source.port === TRANSLATED_PORT || destination.port === TRANSLATED_PORT;
  const [offset, lengthBytes] = FIELDS[field];
  const changed = payload.slice();
  let rest = value;
  for (let at = offset + lengthBytes - 1; at >= offset; at--) {
    const index = at + (isMarked ? MARKER_BYTES : 0);
    if (index < changed.length) changed[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return changed;
}
