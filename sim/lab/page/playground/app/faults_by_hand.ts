/**
 * Faults at the selected moment, as a scenario writes them: what was clicked
 * can be read and taken back.
 *
 * @module
 */

import { AdapterComponents } from "../../../../trace/components.ts";
import { wayOf } from "../../app/lab_panel.tsx";
import type { Run } from "../../app/run.ts";

/** A fault that may be added. */
export interface FaultByHand {
  readonly label: string;
  /** As an entry of `faults`. */
  readonly fault: string;
}

/** What of a write is still done when the plug is pulled in it. */
const PART_OF_WRITE = 0.4;

/** The power of an adapter goes: in the write that is selected, or else at the moment. */
export function plugAt(run: Run, event: number, adapter: string): FaultByHand {
  const { columns } = run;
  const isProgram = (each: number) =>
    columns.component(each) === AdapterComponents.flash(adapter) && columns.kind(each) === "flash" &&
    columns.text(each, "operation").startsWith("program");
  const bytes = columns.number(event, "lengthBytes");
  if (isProgram(event) && bytes > 1) {
    let ordinal = 0;
    for (let each = 0; each <= event; each++) if (isProgram(each)) ordinal++;
    const after = Math.floor(bytes * PART_OF_WRITE);
    return {
      label: `Pull the plug here, after ${after} of ${bytes} bytes`,
      fault: `powerCycle: { adapter: ${written(adapter)}, flashProgram: ${ordinal}, after: ${after}bytes }`,
    };
  }
  return {
    label: "Pull the plug here",
    fault: `powerCycle: { adapter: ${written(adapter)}, at: ${timeOf(run, event)} }`,
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

function timeOf(run: Run, event: number): string {
  const nanoseconds = Math.round(run.columns.cycle(event) / run.summary.frequencyHz * 1e9);
  return nanoseconds === 0 ? "0ms" : `${nanoseconds / 1e6}ms`;
}

/** A name as YAML in flow style. */
function written(name: string): string {
  return /^[A-Za-z][\w.-]*$/.test(name) ? name : JSON.stringify(name);
}
