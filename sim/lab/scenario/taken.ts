/**
 * Steps as they are taken: which events are of which step, for whoever explains
 * a run.
 *
 * @module
 */

import type { World } from "../world/world.ts";

/** A step that has been taken once, or is being taken. */
export interface Taken {
  /** The step: of one that is taken again and again always the same. */
  readonly step: object;
  /** What a run calls it. */
  readonly text: string;
  readonly line: number;
  /** Which time, from 1. */
  readonly taking: number;
  /** The step that it is a part of, as that was taken. */
  readonly within: Taken | undefined;
  /** The number of its first event, and of the first behind it: `Infinity` until it has ended. */
  readonly first: number;
  readonly beyond: number;
  /** The events that whoever takes it has recorded itself, in order: what is at work beside it has others. */
  readonly own: ReadonlySet<number>;
}

/** What is known when a step begins. */
type Begun = Pick<Taken, "step" | "text" | "line" | "taking" | "within">;

/** Begins to note what happens in a step. */
export function beginTaking(
  begun: Begun,
  { kernel, recorder }: World,
): { readonly taken: Taken; readonly end: () => void } {
  const own = new Set<number>();
  const taken = { ...begun, first: recorder.length, beyond: Infinity, own };
  const process = kernel.current;
  const unwatch = recorder.watch((sequence) => {
    if (process.state === "running") own.add(sequence);
  });
  const end = () => {
    unwatch();
    taken.beyond = recorder.length;
  };
  return { taken, end };
}
