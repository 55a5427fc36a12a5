/**
 * Files for other programs that are made of a trace.
 *
 * @module
 */

import { encodePerfetto } from "../../trace/perfetto.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import { renderGtkwaveSave, renderVcd } from "../../trace/vcd.ts";
import type { Given, Options } from "./command.ts";
import { OutputFiles } from "./output_files.ts";

/** Options that name such a file. */
export const EXPORT_OPTIONS = {
  vcd: { value: "FILE", about: "write waveforms as a Value Change Dump: events, states and open calls by components" },
  gtkwave: { value: "FILE", about: "write the save file that lets GTKWave show all of --vcd" },
  perfetto: { value: "FILE", about: "write tracks and flows for ui.perfetto.dev" },
} as const satisfies Options;

type Export = keyof typeof EXPORT_OPTIONS;

const ENCODERS: Readonly<Record<Export, (events: readonly TraceEvent[], frequencyHz: number) => Uint8Array>> = {
  vcd: (events, frequencyHz) => textOf(renderVcd(events, frequencyHz)),
  gtkwave: (events) => textOf(renderGtkwaveSave(events)),
  perfetto: encodePerfetto,
};

/** Whether a file is asked for. */
export function writesFiles(given: Given<typeof EXPORT_OPTIONS>): boolean {
  return asked(given).length > 0;
}

/**
 * Writes the files that are asked for.
 *
 * @param input The trace's file: no output may be it.
 * @throws {InputError} One cannot be written.
 */
export function writeExports(
  events: readonly TraceEvent[],
  frequencyHz: number,
  given: Given<typeof EXPORT_OPTIONS>,
  input: string,
): void {
  const outputs = new OutputFiles([input]);
  try {
    for (const { option, file } of asked(given)) outputs.prepare(`--${option}`, file);
    for (const { option } of asked(given)) outputs.write(`--${option}`, ENCODERS[option](events, frequencyHz));
  } finally {
    outputs.close();
  }
}

function asked(given: Given<typeof EXPORT_OPTIONS>): readonly { readonly option: Export; readonly file: string }[] {
  return (Object.keys(ENCODERS) as Export[]).flatMap((option) => {
    const file = given[option];
    return file === undefined ? [] : [{ option, file }];
  });
}

function textOf(lines: Iterable<string>): Uint8Array {
  return new TextEncoder().encode([...lines, ""].join("\n"));
}
