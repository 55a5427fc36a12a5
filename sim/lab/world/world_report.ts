/**
 * What a world has come to, for whoever has to find out why: the last events,
 * who waits for what, and what makes the run again.
 *
 * @module
 */

import type { Standstill } from "../../kernel/run_outcome.ts";
import { renderLadder } from "../../trace/ladder.ts";
import { given } from "../../kernel/given.ts";
import { Recorder, type TraceEvent } from "../../trace/recorder.ts";
import { WorldOptionsError } from "./world_options_error.ts";
import type { World } from "./world.ts";

/** How many events a report shows. */
export const LAST_EVENTS = 30;

/** What a report says. */
export interface ReportOptions {
  /** How many events it shows, the last ones; 30 by default. */
  readonly events?: number;
  /** The command that runs it again, if there is one. */
  readonly again?: string;
}

/**
 * The last events of a world as a ladder, who waits for what, seed and digest, and the command that runs it again: as a
 * scenario that fails ends with. For the message of an assertion.
 *
 * @throws {WorldOptionsError} It is no world, or no number of events.
 *
 * @example
 * ```ts
 * import { report, World } from "@hba/sim";
 *
 * const world = new World({ adapters: [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] }] });
 * world.powerOn();
 * world.settle();
 * const status = world.run(world.host.api.setIScsiGroupPresharedKey(new Uint8Array(16), true));
 * if (status !== 0) throw new Error(report(world, { again: "deno test group_key_test.ts" }));
 * ```
 */
export function report(world: World, { events = LAST_EVENTS, again }: ReportOptions = {}): string {
  // Of what is passed past the compiler: a mapping of adapters is no world.
  if (!((world as Partial<World> | undefined)?.recorder instanceof Recorder)) {
    throw new WorldOptionsError("world", given(world), "a World");
  }
  if (!Number.isInteger(events) || events < 0) {
    throw new WorldOptionsError("events", given(events), "a whole number from 0");
  }
  const { recorder, kernel } = world;
  const shown = lastEvents(world, 0, events);
  return [
    `cycle ${world.now}, seed ${world.seed}, digest ${world.digest().slice(0, 16)}; the last ${shown.length} of ` +
    `${recorder.length} events:`,
    ...renderLadder(shown, kernel.frequencyHz),
    ...renderWaiting(world.standstill()),
    ...(again === undefined ? [] : [`again: ${again}`]),
  ].join("\n");
}

/** The last events of a world, as many as that, from one on. */
export function lastEvents({ recorder }: World, first: number, count: number): readonly TraceEvent[] {
  const begin = Math.max(first, recorder.first, recorder.length - count);
  return Array.from({ length: recorder.length - begin }, (_, index) => recorder.at(begin + index));
}

/** Who waits for what, a line each. */
export function* renderWaiting(waiting: readonly Standstill[]): Generator<string> {
  for (const { process, waitingFor } of waiting) yield `waiting: ${process} for ${waitingFor}`;
}
