/**
 * A trace for Perfetto (https://ui.perfetto.dev): a track for each component,
 * with its events; below it the calls that are answered, from call to answer;
 * and a flow from each event to each that it caused, and to each that has read
 * what it wrote.
 *
 * The format is the protobuf `perfetto.protos.Trace` with packets of
 * `TrackDescriptor` and `TrackEvent` (protos/perfetto/trace/track_event/ of
 * https://github.com/google/perfetto), time in nanoseconds.
 *
 * @module
 */

import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { concatBytes } from "@noble/hashes/utils.js";
import { grouped } from "../kernel/grouped.ts";
import { answersOf } from "./calls.ts";
import { formatCoordinate } from "./coordinate.ts";
import { describeEvent } from "./describe_event.ts";
import type { TraceEvent } from "./recorder.ts";
import { nanosecondsAt } from "./time.ts";

/** `TrackEvent.Type`. */
const Type = { sliceBegin: 1, sliceEnd: 2, instant: 3 } as const;

/** How many packets are put together before they are given out. */
const PIECE_PACKETS = 4_096;

/** All packets are of one sequence; 0 is none. */
const SEQUENCE_ID = 1;

/** A row of a component that holds calls, one after the other. */
interface CallTrack {
  readonly uuid: number;
  /** The answer with which its last call ends. */
  freeFrom: number;
}

/**
 * Writes events as a protobuf of Perfetto. Each has its coordinate as debug annotation `at`, and its fields as
 * annotation `fields`.
 *
 * @param events All of a trace, or some, in order; flows lead only from and to events that are among them.
 * @param frequencyHz Cycles per second.
 */
export function encodePerfetto(events: readonly TraceEvent[], frequencyHz: number): Uint8Array {
  return concatBytes(...perfettoPieces(events, frequencyHz));
}

/**
 * The bytes of {@linkcode encodePerfetto}, some thousand packets at a time, so that a long run's file is never whole in
 * memory.
 *
 * @param onTaken Told how many events are in what was given out, and a few more.
 */
export function* perfettoPieces(
  events: readonly TraceEvent[],
  frequencyHz: number,
  onTaken: (events: number) => void = () => {},
): Generator<Uint8Array> {
  const writer = new PacketWriter();
  const answers = answersOf(events);
  const effects = grouped(events, ({ cause }) => cause);
  const readers = grouped(events, ({ because }) => because);
  const present = new Set(events.map(({ sequence }) => sequence));
  const tracks = new Map<string, { readonly uuid: number; readonly calls: CallTrack[] }>();
  const endsOf = new Map<number, CallTrack>();
  for (const [index, event] of events.entries()) {
    onTaken(index);
    const { sequence, cycle, component, cause, because } = event;
    const track = tracks.get(component) ?? { uuid: writer.track(component), calls: [] };
    tracks.set(component, track);
    const nanoseconds = nanosecondsAt(cycle, frequencyHz);
    const flows = {
      begin: [
        ...(effects.get(sequence) ?? []).map((effect) => causeFlow(effect.sequence)),
        ...(readers.get(sequence) ?? []).map((reader) => becauseFlow(reader.sequence)),
      ],
      end: [
        ...(present.has(cause) ? [causeFlow(sequence)] : []),
        ...(present.has(because) ? [becauseFlow(sequence)] : []),
      ],
    };
    const answer = answers.get(sequence);
    if (answer === undefined) {
      writer.event(nanoseconds, track.uuid, Type.instant, { event, flows });
    } else {
      const row = freeRow(track.calls, sequence, () => writer.track("calls", track.uuid));
      row.freeFrom = answer;
      endsOf.set(answer, row);
      writer.event(nanoseconds, row.uuid, Type.sliceBegin, { event, flows });
    }
    const ended = endsOf.get(sequence);
    if (ended !== undefined) writer.event(nanoseconds, ended.uuid, Type.sliceEnd);
    if (writer.packets >= PIECE_PACKETS) yield writer.take();
  }
  yield writer.take();
}

/** Slices of one track must lie within one another; calls of a component overlap as they like, so each has a row. */
function freeRow(rows: CallTrack[], sequence: number, add: () => number): CallTrack {
  const free = rows.find(({ freeFrom }) => freeFrom < sequence);
  if (free !== undefined) return free;
  const row = { uuid: add(), freeFrom: 0 };
  rows.push(row);
  return row;
}

/** The flow to an event from its cause. An id is not 0, as sequence numbers may be. */
const causeFlow = (sequence: number) => BigInt(sequence + 1);

/** The flow to an event from the one that wrote what it has read: sequence numbers have 32 bits. */
const becauseFlow = (sequence: number) => BigInt(sequence + 1) + (1n << 32n);

/** What an event's packet says besides time and track. */
interface Content {
  readonly event: TraceEvent;
  /** The ids of flows that begin and end here. */
  readonly flows: { readonly begin: readonly bigint[]; readonly end: readonly bigint[] };
}

/** Writes packets, with the field numbers of the schema. */
class PacketWriter {
  readonly #bytes = new BinaryWriter();
  #tracks = 0;
  #packets = 0;

  /** How many packets {@linkcode PacketWriter.take} would give. */
  get packets(): number {
    return this.#packets;
  }

  /** A new track, and its uuid. */
  track(name: string, parent?: number): number {
    const uuid = ++this.#tracks;
    this.#packet(() =>
      this.#message(60, () => {
        this.#number(1, uuid);
        this.#text(2, name);
        if (parent !== undefined) this.#number(5, parent);
      })
    );
    return uuid;
  }

  event(nanoseconds: bigint, track: number, type: number, content?: Content): void {
    this.#packet(() => {
      this.#number(8, nanoseconds);
      this.#message(11, () => {
        this.#number(9, type);
        this.#number(11, track);
        if (content !== undefined) this.#content(content);
      });
    });
  }

  /** The bytes of the packets since the last time. */
  take(): Uint8Array {
    this.#packets = 0;
    return this.#bytes.finish();
  }

  #content({ event, flows }: Content): void {
    this.#text(22, event.kind);
    this.#text(23, describeEvent(event) ?? event.kind);
    this.#message(4, () => {
      this.#text(10, "at");
      this.#text(6, formatCoordinate(event));
    });
    this.#message(4, () => {
      this.#text(10, "fields");
      for (const [name, value] of Object.entries(event.fields)) this.#message(11, () => this.#field(name, value));
    });
    for (const id of flows.begin) this.#flow(47, id);
    for (const id of flows.end) this.#flow(48, id);
  }

  #field(name: string, value: number | string): void {
    this.#text(10, name);
    if (typeof value === "string") this.#text(6, value);
    else this.#bytes.tag(4, WireType.Varint).int64(value);
  }

  #packet(write: () => void): void {
    this.#packets++;
    this.#message(1, () => {
      this.#number(10, SEQUENCE_ID);
      write();
    });
  }

  #message(field: number, write: () => void): void {
    this.#bytes.tag(field, WireType.LengthDelimited).fork();
    write();
    this.#bytes.join();
  }

  #text(field: number, value: string): void {
    this.#bytes.tag(field, WireType.LengthDelimited).string(value);
  }

  #number(field: number, value: number | bigint): void {
    this.#bytes.tag(field, WireType.Varint).uint64(value);
  }

  #flow(field: number, id: bigint): void {
    this.#bytes.tag(field, WireType.Bit64).fixed64(id);
  }
}
