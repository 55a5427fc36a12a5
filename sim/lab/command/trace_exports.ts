/**
 * Files for other programs that are made of a trace.
 *
 * @module
 */

import { perfettoPieces } from "../../trace/perfetto.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import { renderGtkwaveSave, renderVcd } from "../../trace/vcd.ts";
import type { Given, Options } from "./command.ts";
import { OutputFiles } from "./output_files.ts";
import { fillDatabase, requireSqlite } from "./sqlite_export.ts";

/** Where a file is written, nothing is printed: options that say how. */
const without = ["json", "coordinates", "level", "wide"];

/** Options that name such a file. */
export const EXPORT_OPTIONS = {
  vcd: {
    value: "FILE",
    about: "write waveforms as a Value Change Dump: events, states and open calls by components",
    without,
  },
  gtkwave: { value: "FILE", about: "write the save file that lets GTKWave show all of --vcd", without },
  perfetto: { value: "FILE", about: "write tracks and flows for ui.perfetto.dev", without },
  sqlite: {
    value: "FILE",
    about: "write a database: a table for each kind of event, and the view event of all",
    without,
  },
} as const satisfies Options;

type Export = keyof typeof EXPORT_OPTIONS;

/** Writes an option's file, whose place has been made. */
type Writer = (outputs: OutputFiles, events: readonly TraceEvent[], frequencyHz: number) => void;

const WRITERS: Readonly<Record<Export, Writer>> = {
  vcd: (outputs, ...trace) => outputs.write("--vcd", piecesOf(renderVcd(...trace))),
  gtkwave: (outputs, events) => outputs.write("--gtkwave", piecesOf(renderGtkwaveSave(events))),
  perfetto: (outputs, ...trace) => outputs.write("--perfetto", perfettoPieces(...trace)),
  sqlite: (outputs, ...trace) => outputs.fill("--sqlite", (path) => fillDatabase(path, ...trace)),
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
  if (given.sqlite !== undefined) requireSqlite();
  const outputs = new OutputFiles([input]);
  try {
    for (const { option, file } of asked(given)) outputs.prepare(`--${option}`, file);
    for (const { option } of asked(given)) WRITERS[option](outputs, events, frequencyHz);
  } finally {
    outputs.close();
  }
}

function asked(given: Given<typeof EXPORT_OPTIONS>): readonly { readonly option: Export; readonly file: string }[] {
  return (Object.keys(WRITERS) as Export[]).flatMap((option) => {
    const file = given[option];
    return file === undefined ? [] : [{ option, file }];
  });
}

/** How many characters are put together before they are written. */
const PIECE_CHARACTERS = 65_536;

/** Lines as bytes, some at a time: a long run's text is never in memory as a whole. */
function* piecesOf(lines: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = "";
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < PIECE_CHARACTERS) continue;
    yield encoder.encode(text);
    text = "";
  }
  yield encoder.encode(text);
}
