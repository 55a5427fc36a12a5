/**
 * Files for other programs that are made of a trace.
 *
 * @module
 */

import { quoted } from "../../kernel/given.ts";
import { perfettoPieces } from "../../trace/perfetto.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import { renderGtkwaveSave, renderVcd } from "../../trace/vcd.ts";
import type { Given, Options } from "./command.ts";
import { OutputFiles } from "./output_files.ts";
import { fillDatabase, requireSqlite } from "./sqlite_export.ts";
import type { Stage, WatchedWork } from "./watched_work.ts";

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

/** Writes an option's file, whose place has been made, some events at a time. */
type Writer = (outputs: OutputFiles, events: readonly TraceEvent[], frequencyHz: number) => Stage<void>;

const WRITERS: Readonly<Record<Export, Writer>> = {
  vcd: (outputs, ...trace) => appended(outputs, "--vcd", (onTaken) => piecesOf(renderVcd(...trace, onTaken))),
  gtkwave: (outputs, events) => appended(outputs, "--gtkwave", () => piecesOf(renderGtkwaveSave(events))),
  perfetto: (outputs, ...trace) => appended(outputs, "--perfetto", (onTaken) => perfettoPieces(...trace, onTaken)),
  sqlite: function* (outputs, ...trace) {
    yield* fillDatabase(outputs.pathOf("--sqlite"), ...trace);
    outputs.write("--sqlite", []);
  },
};

function* appended(
  outputs: OutputFiles,
  option: string,
  piecesWith: (onTaken: (events: number) => void) => Iterable<Uint8Array>,
): Stage<void> {
  let taken = 0;
  for (const piece of piecesWith((events) => taken = events)) {
    outputs.append(option, piece);
    yield taken;
  }
  outputs.write(option, []);
}

/** Whether a file is asked for. */
export function writesFiles(given: Given<typeof EXPORT_OPTIONS>): boolean {
  return asked(given).length > 0;
}

/**
 * Writes the files that are asked for.
 *
 * @param input The trace's file: no output may be it.
 * @throws {InputError} One cannot be written, or the user has wished an end: no file is there that was not before.
 */
export async function writeExports(
  events: readonly TraceEvent[],
  frequencyHz: number,
  given: Given<typeof EXPORT_OPTIONS>,
  input: string,
  watch: WatchedWork,
): Promise<void> {
  if (given.sqlite !== undefined) requireSqlite();
  const outputs = new OutputFiles([input]);
  try {
    for (const { option, file } of asked(given)) outputs.prepare(`--${option}`, file);
    for (const { option, file } of asked(given)) {
      await watch.take(`writing ${quoted(file)}`, events.length, WRITERS[option](outputs, events, frequencyHz));
    }
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
