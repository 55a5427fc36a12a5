/**
 * Reads a report out of the document that holds it.
 *
 * @module
 */

import type { PacketRow, RunContent } from "../content/run_content.ts";
import type { RunAgain } from "../content/run_again.ts";
import type { HistoryData } from "../content/history.ts";
import type { TraceHead } from "../content/packed_trace.ts";
import { type PartName, REPORT_FORMAT, type ReportHead } from "../file/report_html.ts";

/** What could be read. */
export interface LoadedReport {
  readonly head: ReportHead;
  readonly content: RunContent;
  readonly again: RunAgain;
  /** Parts that could not be read, and why: what they hold is missing from the content. */
  readonly problems: readonly string[];
}

/** The file is of no use: the message says why. */
class ReportError extends Error {}

const EMPTY: HistoryData = { cells: [], values: [], changes: [] };

/**
 * Reads the report in a document. What is damaged is left out and told.
 *
 * @throws {ReportError} The head or the trace cannot be read, or the form is another.
 */
export async function loadReport(document: Document): Promise<LoadedReport> {
  const head = headOf(document);
  const problems: string[] = [];
  const part = async <T>(name: PartName, read: (bytes: Uint8Array) => T, other: T, loss: string): Promise<T> => {
    try {
      return read(await inflatedPart(document, head, name));
    } catch (error) {
      problems.push(`The part "${name}" is damaged (${messageOf(error)}): ${loss}.`);
      return other;
    }
  };
  const [trace, bytes] = await Promise.all([
    inflatedPart(document, head, "head"),
    inflatedPart(document, head, "trace"),
  ])
    .catch((error) => {
      throw new ReportError(
        `The events cannot be read: ${messageOf(error)}. The verdicts below were in the file as text.`,
      );
    });
  const traceHead: TraceHead = parsed(trace);
  const history = await part(
    "history",
    (bytes): HistoryData => parsed(bytes),
    EMPTY,
    "keys, sessions and flash over time are missing",
  );
  const packets = await part(
    "packets",
    (bytes): readonly PacketRow[] => parsed(bytes),
    [],
    "the bytes of packets are missing",
  );
  const bundle = await part("bundle", (bytes) => bytes, new Uint8Array(0), "it cannot be run again");
  const { summary, missing, sourceDigest } = head;
  return {
    head,
    content: { summary, trace: { head: traceHead, bytes }, history, packets },
    again: { missing, sourceDigest, bundle },
    problems,
  };
}

function parsed<T>(bytes: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(bytes));
}

function headOf(document: Document): ReportHead {
  let head: ReportHead;
  try {
    head = JSON.parse(document.getElementById("report")?.textContent ?? "");
  } catch (error) {
    throw new ReportError(`The file is damaged: its head is no JSON (${messageOf(error)}).`);
  }
  if (head.format === REPORT_FORMAT) return head;
  throw new ReportError(`The file is of form ${String(head.format)}; this page reads form ${REPORT_FORMAT}.`);
}

/** The bytes of a part. */
export async function inflatedPart(document: Document, { parts }: ReportHead, name: PartName): Promise<Uint8Array> {
  const text = document.getElementById(`part-${name}`)?.textContent;
  if (text === undefined || text === null) throw new Error("it is not in the file");
  const bytes = await inflated(text);
  const expected = parts[name];
  if (expected !== bytes.length) throw new Error(`it has ${bytes.length} bytes, expected ${String(expected)}`);
  return bytes;
}

async function inflated(text: string): Promise<Uint8Array> {
  let packed: Uint8Array<ArrayBuffer>;
  try {
    packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new Error("it is no base64 any more");
  }
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    // What browsers say of it, "Failed to fetch", would be about a network.
    throw new Error("its bytes are not those that were written");
  }
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
