/**
 * The keys that a choice was made among, for the trace: each place where a key
 * could have come from, in the order in which they count, and what it came to.
 *
 * @module
 */

import { candidateEvent } from "../../sim/trace/events.ts";
import type { Component, Recorder } from "../../sim/trace/recorder.ts";

/** What a place for a key came to. */
export type CandidateOutcome =
  /** Its key is used. */
  | "used"
  /** It decided, but not with a key that is used: what follows says why. */
  | "refused"
  /** It has a key; one before it counts. */
  | "outranked"
  /** What it had cannot be read. */
  | "damaged"
  /** It has no key. */
  | "none";

/** One place where a key could have come from. */
export interface KeyCandidate {
  /** What place it is. */
  readonly source: string;
  /** Whom the key is for, in words. */
  readonly identity: string;
  /** The fingerprint of its key; empty without one. */
  readonly fingerprint: string;
  /** What it came to. */
  readonly outcome: CandidateOutcome;
  /** The event that wrote the key, or has removed the one that was there; -1 if that is not known. */
  readonly because: number;
}

/** A place for a key, as it was found. */
export type KeyPlace = Omit<KeyCandidate, "outcome"> & { readonly isDamaged: boolean };

/** The first place that has a key, or had one, decides. */
export function judged(places: readonly KeyPlace[], isUsed: boolean): readonly KeyCandidate[] {
  const first = places.findIndex((place) => place.fingerprint !== "" || place.isDamaged);
  return places.map(({ isDamaged, ...place }, index) => {
    if (place.fingerprint === "") return { ...place, outcome: isDamaged ? "damaged" : "none" };
    return { ...place, outcome: index > first ? "outranked" : isUsed ? "used" : "refused" };
  });
}

/** Records candidates, the first to count first. */
export function recordCandidates(recorder: Recorder, component: Component, candidates: readonly KeyCandidate[]): void {
  candidates.forEach(({ because, ...candidate }, index) => {
    recorder.record(component, candidateEvent, { rank: index + 1, ...candidate }, because);
  });
}
