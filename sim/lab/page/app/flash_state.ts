/**
 * The flash part of an adapter at a moment: its bytes, its records, and who
 * wrote what.
 *
 * @module
 */

import type { Ailment } from "../content/cells.ts";
import { readRegion, type SectorView } from "../content/flash_records.ts";
import type { AdapterSummary } from "../content/run_content.ts";
import { AdapterComponents } from "../../../trace/components.ts";
import { isFailedOperation } from "./level.ts";
import type { Run } from "./run.ts";

/** A flash part's geometry, as the run has it. */
export type Part = NonNullable<AdapterSummary["flash"]>;

/** A part at a moment. */
export interface PartState {
  readonly adapter: string;
  readonly part: Part;
  readonly bytes: Uint8Array;
  readonly sectors: readonly SectorView[];
  /** Erases of each sector. */
  readonly wear: readonly number[];
  readonly ailments: readonly Ailment[];
  /** Pages that the event has changed. */
  readonly changed: ReadonlySet<number>;
}

/** Reads the state of an adapter's part; `undefined` if it has none that can be looked into. */
export function partAt(run: Run, adapter: string, event: number): PartState | undefined {
  const part = run.summary.adapters.find(({ name }) => name === adapter)?.flash;
  if (part === undefined) return undefined;
  const { history } = run;
  const { sectorBytes, sectorCount, pageBytes, erasedValue } = part;
  const bytes = new Uint8Array(sectorBytes * sectorCount).fill(erasedValue);
  const changed = new Set<number>();
  for (let page = 0; page * pageBytes < bytes.length; page++) {
    const cell = `page ${page}/${adapter}`;
    setHex(bytes, page * pageBytes, history.at(cell, event) ?? "");
    if (event > 0 && history.changed(cell, event) === event) changed.add(page);
  }
  return {
    adapter,
    part,
    bytes,
    sectors: part.isReadable ? readRegion(bytes, part) : unreadSectors(sectorCount),
    wear: listOf(history.at(`wear/${adapter}`, event)),
    ailments: listOf(history.at(`cuts/${adapter}`, event)),
    changed,
  };
}

/** What another store has written is bytes. */
function unreadSectors(count: number): readonly SectorView[] {
  const unread = { inLog: false, isHead: false, sequence: undefined, headerBytes: 0, records: [] };
  return Array.from({ length: count }, (_, index) => ({ ...unread, index }));
}

function listOf<T>(text: string | undefined): readonly T[] {
  return text === undefined || text === "" ? [] : JSON.parse(text);
}

function setHex(bytes: Uint8Array, at: number, hex: string): void {
  for (let index = 0; index < hex.length; index += 2) bytes[at + index / 2] = parseInt(hex.slice(index, index + 2), 16);
}

/** The bytes of a text in hex. */
export function bytesOfHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  setHex(bytes, 0, hex);
  return bytes;
}

/** The last event up to another that programmed an address; -1 if none did. */
export function writerOf(run: Run, adapter: string, address: number, event: number): number {
  const { columns } = run;
  const component = AdapterComponents.flash(adapter);
  for (let each = event; each >= 0; each--) {
    if (columns.kind(each) !== "flash" || columns.component(each) !== component) continue;
    if (!/program/.test(columns.text(each, "operation"))) continue;
    const begin = columns.number(each, "address");
    // What was cut off is told when the power has gone, with the bytes that it came to.
    const length = Math.max(1, columns.number(each, "lengthBytes"));
    if (address >= begin && address < begin + length) return each;
  }
  return -1;
}

/** Whether an event is of a flash part and changed it, or tried to. */
export function isFlashWrite(run: Run, event: number): boolean {
  if (run.columns.kind(event) !== "flash") return false;
  const operation = run.columns.text(event, "operation");
  return operation !== "read" || isFailedOperation(operation);
}
