/**
 * What a flash region holds, as the firmware's store would read it: sectors of
 * the log, records, which of them count, what is torn. Values stay sealed.
 *
 * @module
 */

import {
  headKind,
  headPayloadBytes,
  headSlot,
  RECORD_KIND_NAMES,
  RecordKind,
} from "../../../../firmware/nvram/head_word.ts";
import {
  classAt,
  contentAt,
  headAt,
  nameRangeAt,
  RECORD_OVERHEAD_BYTES,
  recordBytesAt,
} from "../../../../firmware/nvram/log_format.ts";
import { type LogScan, scanLog } from "../../../../firmware/nvram/log_scan.ts";
import type { RecordPlace } from "../../../../firmware/nvram/log_window.ts";
import { decodeHeader, headerBytes, type SectorHeader } from "../../../../firmware/nvram/sector_header.ts";
import { isBlank, readUint32, roundUp } from "../../../../firmware/nvram/words.ts";
import { ALL_PORTS, decodeKeyName } from "../../../../firmware/manual/interface.ts";
import { idText } from "./id_text.ts";

/** How a part is divided. */
export interface RegionShape {
  readonly sectorBytes: number;
  readonly pageBytes: number;
  readonly programBytes: number;
  readonly erasedValue: number;
}

/** Whose a record is. */
export interface RecordOwner {
  /** `preshared-key`, `group-key`, `generational-guid`. */
  readonly class: string;
  /** Whom a key is for, and at which port; empty for what is no key for somebody. */
  readonly id: string;
  readonly port: string;
}

/** A record, or bytes that are none. */
export interface RecordView {
  readonly offset: number;
  /** How many bytes of it are there. */
  readonly lengthBytes: number;
  /** How long it was to be, as its head says; as long as it is but for one that is torn. */
  readonly wantedBytes: number;
  /** `full`, `value`, `delete`, `mark`, `torn`, … */
  readonly kind: string;
  /** Whose it is, as far as that is known. */
  readonly owner: RecordOwner | undefined;
  /** Whether it gives the slot's value, gives its name, or counts no more. */
  readonly state: "live" | "name" | "old" | "torn" | "";
}

/** A sector. */
export interface SectorView {
  readonly index: number;
  readonly inLog: boolean;
  readonly isHead: boolean;
  /** The number of its header, if that can be read. */
  readonly sequence: number | undefined;
  readonly headerBytes: number;
  readonly records: readonly RecordView[];
}

/** Reads a region; it is not changed. Of what no store wrote, sectors without records. */
export function readRegion(region: Uint8Array, shape: RegionShape): readonly SectorView[] {
  const { sectorBytes, pageBytes, programBytes } = shape;
  // A part that is erased to 0 holds the store in complement.
  const bytes = shape.erasedValue === 0 ? region.map((byte) => ~byte) : region;
  // The scan puts bits right where it can: what is shown is what is there.
  const scan = scanLog({
    region: bytes.slice(),
    sectorBytes,
    pageBytes,
    programBytes,
    repairsLast: true,
    settlesInPlace: programBytes === 1,
  });
  const owners = ownersOf(bytes, sectorBytes, scan);
  return Array.from({ length: region.length / sectorBytes }, (_, index) => {
    const sector = bytes.subarray(index * sectorBytes, (index + 1) * sectorBytes);
    const inLog = scan.sectors.find((each) => each.index === index);
    const header = inLog?.header ?? decodeHeader(sector.slice());
    const isLost = inLog?.condition === "lost";
    return {
      index,
      inLog: inLog !== undefined,
      isHead: inLog !== undefined && inLog === scan.sectors.at(-1),
      sequence: header?.sequence,
      headerBytes: header === undefined ? 0 : headerBytes(header.programBytes),
      records: header === undefined || isLost || isBlank(sector)
        ? []
        : [...recordsIn({ index, sector, header, scan, owners, inLog: inLog !== undefined })],
    };
  });
}

type Owners = ReadonlyMap<number, RecordOwner>;

/** Whose each slot is. */
function ownersOf(bytes: Uint8Array, sectorBytes: number, { slots }: LogScan): Owners {
  const owners = new Map<number, RecordOwner>();
  for (const [slot, { name }] of slots) {
    const owner = name === undefined
      ? undefined
      : ownerAt(bytes.subarray(name.sector.index * sectorBytes, (name.sector.index + 1) * sectorBytes), name.offset);
    if (owner !== undefined) owners.set(slot, owner);
  }
  return owners;
}

/** Whose a record with a name is. */
function ownerAt(sector: Uint8Array, offset: number): RecordOwner | undefined {
  const at = contentAt(sector, offset) ?? offset;
  const [recordClass, range] = [classAt(sector, at), nameRangeAt(sector, at)];
  if (recordClass === undefined || range === undefined) return undefined;
  if (recordClass === "group-key") return { class: recordClass, id: "any", port: "all" };
  if (recordClass !== "preshared-key") return { class: recordClass, id: "", port: "" };
  const { idType: type, id: bytes, portNumber } = decodeKeyName(sector.slice(range.start, range.end));
  return {
    class: recordClass,
    id: idText({ type, bytes }),
    port: portNumber === ALL_PORTS ? "all" : String(portNumber),
  };
}

interface SectorReading {
  readonly index: number;
  readonly sector: Uint8Array;
  readonly header: SectorHeader;
  readonly scan: LogScan;
  readonly owners: Owners;
  readonly inLog: boolean;
}

function* recordsIn(reading: SectorReading): Generator<RecordView> {
  const { sector, header: { sequence, programBytes } } = reading;
  let offset = headerBytes(programBytes);
  while (offset < sector.length) {
    const lengthBytes = recordBytesAt(sector, sequence, offset);
    if (lengthBytes > 0) {
      yield recordView(reading, offset, lengthBytes);
      offset += roundUp(lengthBytes, programBytes);
      continue;
    }
    let next = offset + programBytes;
    while (next < sector.length && recordBytesAt(sector, sequence, next) === 0) next += programBytes;
    const torn = tornView(reading, offset, Math.min(next, sector.length));
    if (torn !== undefined) yield torn;
    offset = next;
  }
}

function recordView(reading: SectorReading, offset: number, lengthBytes: number): RecordView {
  const { sector, owners } = reading;
  const word = readUint32(sector, contentAt(sector, offset) ?? offset);
  const kind = RECORD_KIND_NAMES[headKind(word)] ?? "unknown";
  const isNamed = kind === "full" || kind === "name";
  return {
    offset,
    lengthBytes,
    wantedBytes: lengthBytes,
    kind,
    owner: (isNamed ? ownerAt(sector, offset) : undefined) ?? owners.get(headSlot(word)),
    state: kind === "mark" || kind === "log" || kind === "clear secrets"
      ? ""
      : stateOf(reading, headSlot(word), offset),
  };
}

function stateOf({ scan, index, inLog }: SectorReading, slot: number, offset: number): RecordView["state"] {
  const isHere = (place: RecordPlace | undefined) => place?.sector.index === index && place.offset === offset;
  const found = inLog ? scan.slots.get(slot) : undefined;
  if (isHere(found?.value)) return "live";
  return isHere(found?.name) ? "name" : "old";
}

/** What lies between two records, or behind the last; `undefined` if it is blank. */
function tornView({ sector, owners }: SectorReading, begin: number, end: number): RecordView | undefined {
  let written = end;
  while (written > begin && sector[written - 1] === 0xff) written--;
  if (written === begin) return undefined;
  const word = headAt(sector, begin);
  const isKnown = word !== undefined && headKind(word) !== RecordKind.blank;
  const lengthBytes = written - begin;
  return {
    offset: begin,
    lengthBytes,
    wantedBytes: isKnown ? headPayloadBytes(word) + RECORD_OVERHEAD_BYTES : lengthBytes,
    kind: "torn",
    owner: isKnown ? owners.get(headSlot(word)) : undefined,
    state: "torn",
  };
}
