/**
 * Faults at the selected moment, as a scenario writes them: what was clicked
 * can be read and taken back.
 *
 * They are faults of the whole file, whose clock and counts begin with the
 * run. Those of a step begin when it is taken, which is no event, and end with
 * its calls: much that happens in a step is out of their reach.
 *
 * @module
 */

import { AdapterComponents } from "../../../../trace/components.ts";
import { wayOf } from "../../app/lab_panel.tsx";
import type { Run } from "../../app/run.ts";

/** A fault that may be added. */
export interface FaultByHand {
  readonly label: string;
  /** As it is written: `lose: { from: hba0, to: disk, datagram: 1 }`. */
  readonly fault: string;
}

/** What of a write is still done when the plug is pulled in it. */
const PART_OF_WRITE = 0.4;

/** The power of an adapter goes: in the write that is selected, or else at the moment; `undefined` if it has none. */
export function plugAt(run: Run, event: number, adapter: string): FaultByHand | undefined {
  const { columns, summary: { frequencyHz } } = run;
  if (!run.isPowered(adapter, event)) return undefined;
  const isProgram = (each: number) =>
    columns.component(each) === AdapterComponents.flash(adapter) && columns.kind(each) === "flash" &&
    columns.text(each, "operation").startsWith("program");
  const bytes = columns.number(event, "lengthBytes");
  const off = (when: string) => `powerCycle: { adapter: ${written(adapter)}, ${when} }`;
  if (!isProgram(event) || bytes < 2) {
    // A time is rounded up to cycles: from half a cycle before it becomes this one, however its digits are rounded.
    const nanoseconds = Math.max(0, Math.round((columns.cycle(event) - 0.5) / frequencyHz * 1e9));
    return { label: "Pull the plug here", fault: off(`at: ${nanoseconds / 1e6}ms`) };
  }
  const after = Math.floor(bytes * PART_OF_WRITE);
  let ordinal = 0;
  for (let each = 0; each <= event; each++) if (isProgram(each)) ordinal++;
  return {
    label: `Pull the plug here, after ${after} of ${bytes} bytes`,
    fault: off(`flashProgram: ${ordinal}, after: ${after}bytes`),
  };
}

/** The packet of an event is lost; `undefined` if it is about none, or one of its ends is none of the file's. */
export function lossAt(run: Run, event: number): FaultByHand | undefined {
  const packet = run.packetOf(event);
  const way = packet === undefined ? undefined : wayOf(run, packet);
  if (packet === undefined || way === undefined) return undefined;
  const { from, to, ordinal } = way;
  return {
    label: `Lose packet ${packet.index + 1}`,
    fault: `lose: { from: ${written(from)}, to: ${written(to)}, datagram: ${ordinal} }`,
  };
}

/** A name as YAML in flow style. */
function written(name: string): string {
  return /^[A-Za-z][\w.-]*$/.test(name) ? name : JSON.stringify(name);
}
