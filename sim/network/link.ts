/**
 * What a wire does to datagrams: by chance, and by plan.
 *
 * @module
 */

import type { Cycles } from "../kernel/task.ts";
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
export type DatagramEffect = "lose" | "duplicate" | "corrupt" | { readonly delayCycles: Cycles };

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

/** A jitter is drawn with its limit included, from 32 bits. */
const JITTER_LIMIT_CYCLES = 2 ** 32 - 1;

/**
 * Refuses a behaviour that no wire has.
 *
 * @throws {NetworkError} A value is out of range, or datagrams are held back for no time.
 */
export function checkLinkBehaviour(behaviour: LinkBehaviour): void {
  const { latencyCycles, jitterCycles, reorderCycles } = behaviour;
  const { lossPerMille, duplicatesPerMille, corruptionPerMille, reordersPerMille } = behaviour;
  checkRange({ jitterCycles }, 0, JITTER_LIMIT_CYCLES);
  checkRange({ latencyCycles, reorderCycles }, 0, Number.MAX_SAFE_INTEGER);
  checkRange({ lossPerMille, duplicatesPerMille, corruptionPerMille, reordersPerMille }, 0, 1000);
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
  checkRange({ nth }, 1, Number.MAX_SAFE_INTEGER);
  if (typeof effect === "object") checkRange({ delayCycles: effect.delayCycles }, 0, Number.MAX_SAFE_INTEGER);
}

function checkRange(values: Readonly<Record<string, number>>, least: number, most: number): void {
  for (const [field, value] of Object.entries(values)) {
    if (!(Number.isSafeInteger(value) && value >= least && value <= most)) {
      throw new NetworkError(field, String(value), `a whole number from ${least} to ${most}`);
    }
  }
}
