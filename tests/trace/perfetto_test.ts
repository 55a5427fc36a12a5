/** What is written for Perfetto, read back by another implementation of protobuf with Perfetto's own schema. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import protobuf from "protobufjs";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { formatCoordinate } from "../../sim/trace/coordinate.ts";
import { callEvent, noteEvent } from "../../sim/trace/events.ts";
import { encodePerfetto, perfettoPieces } from "../../sim/trace/perfetto.ts";
import { Recorder, type TraceEvent } from "../../sim/trace/recorder.ts";
import { TracedCall } from "../../sim/trace/traced_call.ts";
import { shippedTrace } from "./shipped_trace.ts";

const SCHEMA = protobuf.parse(Deno.readTextFileSync(new URL("perfetto_subset.proto", import.meta.url)), {
  keepCase: true,
}).root.lookupType("perfetto.protos.Trace");

interface Annotation {
  readonly name: string;
  readonly string_value?: string;
  readonly int_value?: string;
  readonly dict_entries?: readonly Annotation[];
}

interface Packet {
  readonly timestamp?: string;
  readonly trusted_packet_sequence_id: number;
  readonly track_descriptor?: { readonly uuid: string; readonly name: string; readonly parent_uuid?: string };
  readonly track_event?: {
    readonly type: string;
    readonly track_uuid: string;
    readonly categories?: readonly string[];
    readonly name?: string;
    readonly debug_annotations?: readonly Annotation[];
    readonly flow_ids?: readonly string[];
    readonly terminating_flow_ids?: readonly string[];
  };
}

function packetsOf(bytes: Uint8Array): readonly Packet[] {
  return SCHEMA.toObject(SCHEMA.decode(bytes), { longs: String, enums: String })["packet"] ?? [];
}

const at = ({ track_event }: Packet) => track_event?.debug_annotations?.find(({ name }) => name === "at")?.string_value;

const formatted = (event: TraceEvent | undefined) => event && formatCoordinate(event);

const { events, frequencyHz } = shippedTrace("aggressive_mode_fqdn.yaml");

Deno.test("every event is a packet of its component's track, with coordinate, time and fields", () => {
  const packets = packetsOf(encodePerfetto(events, frequencyHz));
  const tracks = new Map(
    packets.flatMap(({ track_descriptor: track }) => track === undefined ? [] : [[track.uuid, track]]),
  );
  const found = packets.filter((packet) => at(packet) !== undefined).map((packet) => {
    const track = tracks.get(packet.track_event?.track_uuid ?? "");
    const component = track?.parent_uuid === undefined ? track : tracks.get(track.parent_uuid);
    const fields = packet.track_event?.debug_annotations?.find(({ name }) => name === "fields")?.dict_entries ?? [];
    return {
      at: at(packet),
      nanoseconds: packet.timestamp,
      component: component?.name,
      kind: packet.track_event?.categories?.[0],
      fields: fields.map(({ name, string_value, int_value }) => [name, string_value ?? Number(int_value)]),
    };
  });
  assertEquals(
    found,
    events.map((event) => ({
      at: formatCoordinate(event),
      nanoseconds: String(BigInt(event.cycle) * 1_000_000_000n / BigInt(frequencyHz)),
      component: event.component,
      kind: event.kind,
      fields: Object.entries(event.fields),
    })),
  );
  assert(packets.every(({ trusted_packet_sequence_id }) => trusted_packet_sequence_id > 0));
});

Deno.test("flows pair: each leads to one event, from its cause or from what wrote what it has read", () => {
  const packets = packetsOf(encodePerfetto(events, frequencyHz));
  const sources = new Map<string, string | undefined>();
  const pairs: (readonly [string | undefined, string | undefined])[] = [];
  for (const packet of packets) {
    for (const id of packet.track_event?.terminating_flow_ids ?? []) {
      assert(sources.has(id), `flow ${id} ends before it begins`);
      pairs.push([sources.get(id), at(packet)]);
      sources.delete(id);
    }
    for (const id of packet.track_event?.flow_ids ?? []) {
      assert(!sources.has(id) && id !== "0", `flow ${id} begins twice`);
      sources.set(id, at(packet));
    }
  }
  assertEquals(sources.size, 0, "flows that end nowhere");
  const parents = events.flatMap((event) =>
    [event.cause, event.because].filter((parent) => parent >= 0).map((parent) => [events[parent], event] as const)
  );
  assert(parents.length > 100 && events.some(({ because }) => because >= 0));
  assertEquals(pairs, parents.map((pair) => [formatted(pair[0]), formatted(pair[1])] as const));
});

Deno.test("calls are slices from call to answer, and no two slices of a track overlap", () => {
  const packets = packetsOf(encodePerfetto(events, frequencyHz));
  const open = new Map<string, Packet>();
  let slices = 0;
  for (const packet of packets) {
    const { type, track_uuid: track = "" } = packet.track_event ?? {};
    if (type === "TYPE_SLICE_BEGIN") {
      assert(!open.has(track), `two slices are open on track ${track}`);
      open.set(track, packet);
    }
    if (type === "TYPE_SLICE_END") {
      const begin = open.get(track);
      assert(begin !== undefined, `a slice ends on track ${track} that has none`);
      assert(Number(begin.timestamp) <= Number(packet.timestamp));
      open.delete(track);
      slices++;
    }
  }
  assertEquals(open.size, 0);
  assertEquals(slices, events.filter(({ kind }) => kind === "return").length, "each answer ends a call");
});

Deno.test("a call that nobody answers is an instant, and calls at the same time have a row each", () => {
  const kernel = new Kernel();
  const recorder = new Recorder(kernel);
  const host = recorder.component("host");
  for (const [operation, begin, end] of [["a", 0, 10], ["b", 5, 15], ["lost", 6, 0], ["c", 12, 12]] as const) {
    kernel.schedule(begin, () => {
      const call = new TracedCall(recorder, host, { to: "x", operation, lengthBytes: 0, detail: "" });
      if (end > 0) kernel.schedule(end - begin, () => call.answer(""));
    });
  }
  kernel.run();
  const packets = packetsOf(encodePerfetto([...recorder.events()], 1_000_000));
  const typesOf = (name: string) =>
    packets.flatMap(({ track_event }) => track_event?.name?.includes(name) ? [track_event.type] : []);
  assertEquals(typesOf("lost"), ["TYPE_INSTANT"]);
  assertEquals(typesOf("-> x: b"), ["TYPE_SLICE_BEGIN"]);
  assertEquals(packets.filter(({ track_descriptor }) => track_descriptor?.name === "calls").length, 2, "c follows a");
});

Deno.test("numbers of 64 bits, any text, events whose causes are not chosen, none at all", () => {
  const kernel = new Kernel();
  const recorder = new Recorder(kernel);
  kernel.schedule(Number.MAX_SAFE_INTEGER, () => {
    recorder.record(recorder.component("ü\u{1F511}"), noteEvent, { text: "\0" });
    recorder.record(recorder.component("b"), callEvent, { to: "", operation: "", lengthBytes: -1, detail: "" });
  });
  kernel.run();
  const [first, ...rest] = [...recorder.events()];
  assert(first !== undefined);
  const packets = packetsOf(encodePerfetto([first, ...rest], 1_000_000));
  assertEquals(packets[0]?.track_descriptor?.name, "ü\u{1F511}");
  assertEquals(packets[1]?.timestamp, "9007199254740991000");
  assertEquals(packets.at(-1)?.track_event?.debug_annotations?.[1]?.dict_entries?.[2]?.int_value, "-1");
  const alone = packetsOf(encodePerfetto(rest, 1_000_000));
  assertEquals(alone.flatMap(({ track_event }) => track_event?.terminating_flow_ids ?? []), []);
  assertEquals(packetsOf(encodePerfetto([], 1)), []);
});

Deno.test("a long trace comes in pieces of some thousand packets, which together are the whole", () => {
  const recorder = new Recorder(new Kernel());
  const component = recorder.component("a");
  for (let index = 0; index < 20_000; index++) recorder.record(component, noteEvent, { text: `${index}` });
  const long = [...recorder.events()];
  const pieces = [...perfettoPieces(long, 1_000_000)];
  const counts = pieces.map((piece) => packetsOf(piece).length);
  assert(pieces.length > 4 && counts.every((count) => count <= 4_200), String(counts));
  assertEquals(packetsOf(encodePerfetto(long, 1_000_000)).length, counts.reduce((sum, count) => sum + count));
});

Deno.test("the reader does look: a packet cut short is refused", () => {
  assertThrows(() => packetsOf(encodePerfetto(events, frequencyHz).subarray(0, -3)));
});
