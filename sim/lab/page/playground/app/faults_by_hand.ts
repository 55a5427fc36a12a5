/**
 * Faults at the selected moment, as a scenario writes them: what was clicked
 * can be read and taken back.
 *
 * @module
 */

import { AdapterComponents } from "../../../../trace/components.ts";
import { wayOf } from "../../app/lab_panel.tsx";
import type { PlacedFault } from "../core/requests.ts";
import type { Run } from "../../app/run.ts";

/** A fault that may be added. */
export interface FaultByHand {
  readonly label: string;
  readonly fault: PlacedFault;
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
  const off = (when: string) => `powerCycle: { adapter: ${written(adapter)}, ${when} }`;
  if (!isProgram(event) || bytes < 2) {
    const at = (first: number) => timeBetween(run, first, event);
    return {
      label: "Pull the plug here",
      fault: placed(run, event, (first) => off(`after: ${at(first)}`), off(`at: ${at(-1)}`)),
    };
  }
  const after = Math.floor(bytes * PART_OF_WRITE);
  const inWrite = (first: number) => {
    let ordinal = 0;
    for (let each = first; each <= event; each++) if (isProgram(each)) ordinal++;
    return off(`flashProgram: ${ordinal}, after: ${after}bytes`);
  };
  return {
    label: `Pull the plug here, after ${after} of ${bytes} bytes`,
    fault: placed(run, event, inWrite, inWrite(0)),
  };
}

/** The packet of an event is lost; `undefined` if it is about none, or one of its ends is none of the file's. */
export function lossAt(run: Run, event: number): FaultByHand | undefined {
  const packet = run.packetOf(event);
  const way = packet === undefined ? undefined : wayOf(run, packet);
  if (packet === undefined || way === undefined) return undefined;
  const { from, to, ordinal } = way;
  const lost = (first: number) => {
    const before = run.packets.filter((each) => {
      const other = each.sent < first ? wayOf(run, each) : undefined;
      return other?.from === from && other.to === to;
    });
    return `lose: { from: ${written(from)}, to: ${written(to)}, datagram: ${ordinal - before.length} }`;
  };
  return { label: `Lose packet ${packet.index + 1}`, fault: placed(run, event, lost, lost(0)) };
}

/** Beside the step of an event, if the file has it; else for the whole run. */
function placed(run: Run, event: number, inStep: (first: number) => string, inFile: string): PlacedFault {
  const step = run.steps[run.stepOf(event)];
  if (step === undefined || step.line === 0) return { beside: undefined, inFile };
  return { beside: { line: step.line, fault: inStep(step.first) }, inFile };
}

/** From one event to another; from the beginning of the run if the first is -1. */
function timeBetween({ columns, summary: { frequencyHz } }: Run, first: number, last: number): string {
  const cycles = columns.cycle(last) - (first < 0 ? 0 : columns.cycle(first));
  return `${Math.round(cycles / frequencyHz * 1e9) / 1e6}ms`;
}

/** A name as YAML in flow style. */
function written(name: string): string {
  return /^[A-Za-z][\w.-]*$/.test(name) ? name : JSON.stringify(name);
}
