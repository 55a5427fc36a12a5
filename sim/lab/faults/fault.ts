/**
 * Faults as data: what happens, and at which moment that is foreseen.
 *
 * A moment is an ordinal of an operation, not a cycle: it survives changes of
 * code and of costs. Ordinals count from when the fault was planned.
 *
 * @module
 */

import type { Accident, AccidentKind } from "./accidents.ts";
import type { EventPattern } from "./event_pattern.ts";
import type { Bounds } from "./range.ts";

/** What is done to a datagram; times in nanoseconds. */
export type DatagramHarm =
  | { readonly kind: "lose" }
  | { readonly kind: "duplicate" }
  | { readonly kind: "delay"; readonly by: number }
  /** A bit is flipped, counted from the first; without a number, chance says which. */
  | { readonly kind: "corrupt"; readonly bit?: number }
  /** Only so many bytes of its payload arrive. */
  | { readonly kind: "truncate"; readonly bytes: number }
  /** A field of the ISAKMP header gets a value. */
  | { readonly kind: "mutate"; readonly field: HeaderField; readonly value: number };

/** Fields of the ISAKMP header (RFC 2408 §3.1). */
export type HeaderField =
  | "initiatorCookie"
  | "responderCookie"
  | "nextPayload"
  | "version"
  | "exchangeType"
  | "flags"
  | "messageId"
  | "length";

/** What is done between an adapter and its host; times in nanoseconds. */
export type BusHarm =
  | { readonly kind: "loseInterrupt" }
  | { readonly kind: "lateInterrupt"; readonly by: number }
  | { readonly kind: "loseDoorbell" }
  /** A bit of a transfer turns over on the way, counted from its first. */
  | { readonly kind: "corruptDma"; readonly bit: number }
  | { readonly kind: "refuseDma" };

/** What happens. */
export type Harm = Accident | DatagramHarm | BusHarm;

/** The kinds of faults. */
export type FaultKind = Harm["kind"];

/** Operations of an adapter that are counted. */
export type AdapterOperation =
  | "flashProgram"
  | "flashErase"
  | "flashRead"
  | "command"
  | "doorbell"
  | "interrupt"
  | "dma"
  | "boot";

/** So many operations of an adapter have begun. */
export interface OperationAnchor {
  /** Which operation is counted. */
  readonly at: AdapterOperation;
  /** Whose, by its name. */
  readonly adapter: string;
  /** At which of them, counted from 1. */
  readonly ordinals: Bounds;
}

/** When it happens; times in nanoseconds. */
export type Anchor =
  /** So many datagrams were sent from one end to another. */
  | { readonly at: "datagram"; readonly from: string; readonly to: string; readonly ordinals: Bounds }
  /** A message of phase 1 was sent, by mode and number: `main 5`. */
  | { readonly at: "message"; readonly from: string; readonly to: string; readonly message: string }
  | OperationAnchor
  /** So many commits to the service's store have begun. */
  | { readonly at: "commit"; readonly ordinals: Bounds }
  /** An event was recorded. */
  | { readonly at: "event"; readonly event: EventPattern }
  /** A moment on the world's clock. */
  | { readonly at: "time"; readonly time: number }
  /** When the fault was planned. */
  | { readonly at: "begin" };

/** How long after its anchor it happens: a time in nanoseconds, or when a program has come so far. */
export type Offset = { readonly nanoseconds: number } | { readonly bytes: number };

/** A fault. */
export interface Fault {
  /** What happens. */
  readonly harm: Harm;
  /** When. */
  readonly anchor: Anchor;
  /** How long after that; at once by default. Only accidents can come later than their anchor. */
  readonly after?: Offset;
  /** Whether it is all right that it never happens; false by default. */
  readonly mayMiss?: boolean;
}

/** Which anchors a kind of fault can have. */
const ANY_ANCHOR = [
  "datagram",
  "message",
  "flashProgram",
  "flashErase",
  "flashRead",
  "command",
  "doorbell",
  "interrupt",
  "dma",
  "boot",
  "commit",
  "event",
  "time",
  "begin",
] as const satisfies readonly Anchor["at"][];

const SENT = ["datagram", "message"] as const;

/** Each kind of fault with the anchors that it can have. */
export const FAULT_ANCHORS: { readonly [K in FaultKind]: readonly Anchor["at"][] } = {
  powerCycle: ANY_ANCHOR,
  powerOff: ANY_ANCHOR,
  powerOn: ANY_ANCHOR,
  reset: ANY_ANCHOR,
  unplug: ANY_ANCHOR,
  startService: ANY_ANCHOR,
  stopService: ANY_ANCHOR,
  killService: ANY_ANCHOR,
  rebootHost: ANY_ANCHOR,
  cutLink: ANY_ANCHOR,
  damage: ANY_ANCHOR,
  lose: SENT,
  duplicate: SENT,
  delay: SENT,
  corrupt: SENT,
  truncate: SENT,
  mutate: SENT,
  loseInterrupt: ["interrupt"],
  lateInterrupt: ["interrupt"],
  loseDoorbell: ["doorbell"],
  corruptDma: ["dma"],
  refuseDma: ["dma"],
};

const DATAGRAM_KINDS = { lose: 0, duplicate: 0, delay: 0, corrupt: 0, truncate: 0, mutate: 0 } satisfies Record<
  DatagramHarm["kind"],
  0
>;

const BUS_KINDS = { loseInterrupt: 0, lateInterrupt: 0, loseDoorbell: 0, corruptDma: 0, refuseDma: 0 } satisfies Record<
  BusHarm["kind"],
  0
>;

/** Whether operations of an adapter are counted. */
export function isOfAdapter(anchor: Anchor): anchor is OperationAnchor {
  return "adapter" in anchor;
}

/** Whether something is done to a datagram. */
export function isDatagramHarm(harm: Harm): harm is DatagramHarm {
  return Object.hasOwn(DATAGRAM_KINDS, harm.kind);
}

/** Whether something is done between an adapter and its host. */
export function isBusHarm(harm: Harm): harm is BusHarm {
  return Object.hasOwn(BUS_KINDS, harm.kind);
}

/** Whether it is an accident. */
export function isAccident(harm: Harm): harm is Accident & { readonly kind: AccidentKind } {
  return !isDatagramHarm(harm) && !isBusHarm(harm);
}
