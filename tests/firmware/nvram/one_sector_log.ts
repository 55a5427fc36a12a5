/** Logs of one sector, written record by record, with what the store makes of them, and a reader written from FORMAT.md. */

import { assertEquals } from "@std/assert";
import { RecordKind } from "../../../firmware/nvram/head_word.ts";
import { encodeIdentity, encodeRecord, roomBytes } from "../../../firmware/nvram/log_format.ts";
import { RingStore } from "../../../firmware/nvram/ring_store.ts";
import { encodeHeader, headerBytes, newHeader } from "../../../firmware/nvram/sector_header.ts";
import { isSealed, type RecordClass } from "../../../firmware/nvram/store.ts";
import { RandomStreams } from "../../../sim/kernel/random.ts";
import { runToEnd, UntimedClock } from "../../../sim/kernel/untimed_clock.ts";
import { FlashPart } from "../../../sim/parts/flash/flash_part.ts";
import { W25Q_REGION } from "../../../sim/parts/flash/presets.ts";
import { sealer, text } from "./bench.ts";
import { lines, readingOf } from "./format_lines.ts";
import { FormatReader } from "./format_reader.ts";

const [SECTOR_BYTES, SECTORS, SEQUENCE] = [1024, 4, 1];

/** A record of a slot. */
export interface WrittenRecord {
  readonly kind: RecordKind;
  readonly slot: number;
  /** Of the value's, or the name's. */
  readonly class?: RecordClass;
  readonly name?: string;
  readonly value?: Uint8Array;
  readonly carried?: boolean;
  /** Two bits of it are wrong. */
  readonly isDamaged?: boolean;
}

/** The region of a log. */
export function oneSectorLog(programBytes: number, records: readonly WrittenRecord[]): Uint8Array {
  const region = new Uint8Array(SECTOR_BYTES * SECTORS).fill(0xff);
  const header = newHeader(SEQUENCE, { sectorBytes: SECTOR_BYTES, sectorCount: SECTORS, programBytes });
  region.set(encodeHeader(header));
  let offset = headerBytes(programBytes);
  for (const { kind, slot, class: recordClass, name = "", value, carried = false, isDamaged = false } of records) {
    const identity = recordClass === undefined ? undefined : { class: recordClass, name: text(name) };
    const place = { openId: header.openId, sequence: SEQUENCE, offset, slot };
    const isBox = identity !== undefined && isSealed(identity.class);
    const stored = isBox && value !== undefined ? sealer.seal(identity, place, value) : value ?? new Uint8Array(0);
    const isNamed = kind === RecordKind.full || kind === RecordKind.name;
    const payload = isNamed && identity !== undefined ? encodeIdentity(identity, stored) : stored;
    const head = { kind, carried, slot, payloadBytes: payload.length };
    const bytes = encodeRecord(head, payload, SEQUENCE, offset);
    if (isDamaged) bytes[5] = (bytes[5] as number) ^ 0x18;
    region.set(bytes, offset);
    offset += roomBytes(payload.length, programBytes);
  }
  return region;
}

/** A store that has mounted a log, of which the reader says the same. */
export function mountedLog(programBytes: number, records: readonly WrittenRecord[]): RingStore {
  const image = oneSectorLog(programBytes, records);
  const reading = new FormatReader(new Uint8Array(32).fill(9)).read(image.slice(), SECTOR_BYTES, programBytes);
  const random = new RandomStreams("one sector").stream("part");
  const geometry = { sectorBytes: SECTOR_BYTES, sectorCount: SECTORS, pageBytes: 64, programBytes };
  const flash = new FlashPart({ preset: { ...W25Q_REGION, geometry }, clock: new UntimedClock(), random, image });
  const ids = (bytes: number) => random.bytes(bytes);
  const store = new RingStore({ flash, sealer, random: ids, maxNameBytes: 8, maxValueBytes: 40 });
  assertEquals(runToEnd(store.mount()).type, "mounted");
  assertEquals(lines(readingOf(store)), lines(reading));
  return store;
}
