/**
 * What a wire does to datagrams: by chance, and by plan.
 *
 * @module
 */

import { given } from "../kernel/given.ts";
import { type Cycles, LONGEST_CYCLES } from "../kernel/task.ts";
import { checkInternetAddress } from "./internet_address.ts";
import { NetworkError } from "./network_error.ts";

/** What the wire does to datagrams by chance. All values are whole numbers. */
export interface LinkBehaviour {
  /** The least time from end to end. */
  readonly latencyCycles: Cycles;
  /** Random time on top, up to and including this; datagrams overtake one another by it. */
  readonly jitterCycles: Cycles;
  /** How many of a thousand are lost. */
  readonly lossPerMille: number;
  /** How many of a thousand arrive twice. */
  readonly duplicatesPerMille: number;
  /** How many of a thousand arrive with one bit of the payload flipped, as damage that no checksum finds. */
  readonly corruptionPerMille: number;
  /** How many of a thousand are held back, so that later ones overtake them; if any, `reorderCycles` says how long. */
  readonly reordersPerMille: number;
  /** How long they are held back; 1 or more if any are. */
  readonly reorderCycles: Cycles;
}

/** A wire without faults: 50 µs at 250 MHz. */
export const PERFECT_LINK: LinkBehaviour = {
  latencyCycles: 12_500,
  jitterCycles: 0,
  lossPerMille: 0,
  duplicatesPerMille: 0,
  corruptionPerMille: 0,
  reordersPerMille: 0,
  reorderCycles: 0,
};

/** What happens to a datagram by plan. */
export type DatagramEffect =
  | "lose"
  | "duplicate"
  /** A bit of its payload is flipped; chance says which. */
  | "corrupt"
  | { readonly delayCycles: Cycles }
  /** It arrives with this payload in place of its own. */
  | { readonly payload: Uint8Array };

/** A fault at one datagram, as data. */
export interface DatagramFault {
  /** The sender's address. */
  readonly from: Uint8Array;
  /** The receiver's address. */
  readonly to: Uint8Array;
  /** Which datagram from one to the other, counted from 1 since the world began. */
  readonly nth: number;
  /** What happens to it. */
  readonly effect: DatagramEffect;
}

/** The least and the most of a value, both included. */
type Bounds = readonly [least: number, most: number];

const PER_MILLE: Bounds = [0, 1000];

/** How long a datagram may be on its way. */
export const DELAY_BOUNDS: Bounds = [0, LONGEST_CYCLES];

/** Which datagram of a way a fault is for. */
export const NTH_BOUNDS: Bounds = [1, Number.MAX_SAFE_INTEGER];

/** Between what each value of a link lies. */
export const LINK_BOUNDS: Readonly<Record<keyof LinkBehaviour, Bounds>> = {
  latencyCycles: DELAY_BOUNDS,
  // A jitter is drawn with its limit included, from 32 bits.
  jitterCycles: [0, 2 ** 32 - 1],
  lossPerMille: PER_MILLE,
  duplicatesPerMille: PER_MILLE,
  corruptionPerMille: PER_MILLE,
  reordersPerMille: PER_MILLE,
  reorderCycles: DELAY_BOUNDS,
};

/**
 * Refuses a behaviour that no wire has.
 *
 * @throws {NetworkError} A value is out of range, or datagrams are held back for no time.
 */
export function checkLinkBehaviour(behaviour: LinkBehaviour): void {
  for (const field of Object.keys(LINK_BOUNDS) as (keyof LinkBehaviour)[]) {
    checkRange(field, behaviour[field], LINK_BOUNDS[field]);
  }
  const { reordersPerMille, reorderCycles } = behaviour;
  if (reordersPerMille > 0 && reorderCycles === 0) {
    throw new NetworkError("reorderCycles", "0", `1 or more, as reordersPerMille is ${reordersPerMille}`);
  }
}

/**
 * Refuses a fault that can never happen.
 *
 * @throws {NetworkError} A value is out of range.
 * @throws {InternetAddressError} An address is neither 4 nor 16 bytes long.
 */
export function checkDatagramFault({ from, to, nth, effect }: DatagramFault): void {
  checkInternetAddress(from);
  checkInternetAddress(to);
  checkRange("nth", nth, NTH_BOUNDS);
  if (typeof effect === "object" && "delayCycles" in effect) {
    checkRange("delayCycles", effect.delayCycles, DELAY_BOUNDS);
  }
}

function checkRange(field: string, value: number, [least, most]: Bounds): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new NetworkError(field, given(value), `a whole number from ${least} to ${most}`);
}
