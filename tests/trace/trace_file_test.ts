import { bytesToHex } from "@noble/hashes/utils.js";
import { decode, encode } from "cbor-x/index-no-eval";
import { assert, assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { decodeFile, encodeFile, FileFormatError } from "../../sim/trace/cbor_file.ts";
import { callEvent, noteEvent } from "../../sim/trace/events.ts";
import { Recorder } from "../../sim/trace/recorder.ts";
import { KeyLog } from "../../sim/trace/key_log.ts";
import { decodeTrace, encodeTrace, traceEnd, traceHead, traceParts, tracePieces } from "../../sim/trace/trace_file.ts";

const HZ = 250_000_000;

function example(moments = 5): Recorder {
  const kernel = new Kernel();
  const recorder = new Recorder(kernel);
  const component = recorder.component("adapter 0");
  for (let index = 0; index < moments; index++) {
    kernel.schedule(index * 2 ** 34, () => {
      recorder.record(component, noteEvent, { text: `note ${index}` });
      recorder.record(component, callEvent, { to: "ü", operation: "x", lengthBytes: -index, detail: "" });
    });
  }
  kernel.run();
  return recorder;
}

/** The bytes of a column. */
function bytes(column: Float64Array | Uint16Array | Int32Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

/** The file of the example with changes, as bytes. */
function altered(change: Record<string, unknown>): Uint8Array {
  const content = decodeFile("hbasim trace", 3, encodeTrace(example(), HZ)) as Record<string, unknown>;
  const [part] = content["parts"] as Record<string, unknown>[];
  const isOfPart = (name: string) => part !== undefined && Object.hasOwn(part, name);
  const changes = Object.entries(change);
  const parts = [{ ...part, ...Object.fromEntries(changes.filter(([name]) => isOfPart(name))) }];
  const others = Object.fromEntries(changes.filter(([name]) => !isOfPart(name)));
  return encodeFile("hbasim trace", 3, { ...content, parts, ...others });
}

Deno.test("decodeTrace() gives back what encodeTrace() was given", () => {
  for (const moments of [0, 1, 5, 2_000]) {
    const recorder = example(moments);
    assertEquals(decodeTrace(encodeTrace(recorder, HZ)), {
      frequencyHz: HZ,
      events: [...recorder.events()],
      marks: [],
    });
  }
  assertEquals(decodeTrace(altered({})).events.length, 10, "the alterations of the tests below begin at a good file");
});

Deno.test("encodeTrace() gives the same bytes for the same run, in an array of their own", () => {
  const first = encodeTrace(example(), HZ);
  const copy = first.slice();
  assertEquals(encodeTrace(example(), HZ), copy);
  assertEquals(first, copy, "the second call has not overwritten the first");
  assertEquals(first.buffer.byteLength, first.length);
});

Deno.test("encodeTrace() writes plain CBOR with little-endian columns", () => {
  const hex = bytesToHex(encodeTrace(example(1), HZ));
  const text = (text: string) => (0x60 + text.length).toString(16) + bytesToHex(new TextEncoder().encode(text));
  assert(hex.startsWith(`a3${text("format")}${text("hbasim trace")}${text("version")}03${text("content")}`));
  // Two events in cycle 0, the first the cause of the second.
  assertStringIncludes(hex, `${text("cycle")}50${"00".repeat(16)}`);
  assertStringIncludes(hex, `${text("cause")}48ffffffff00000000`);
});

Deno.test("decodeTrace() refuses another format or version by name", () => {
  assertThrows(() => decodeTrace(encodeFile("hbasim image", 1, {})), FileFormatError, '"hbasim image"');
  assertThrows(() => decodeTrace(encodeFile("hbasim trace", 1, {})), FileFormatError, "version 1");
  assertThrows(() => decodeTrace(new TextEncoder().encode("hello")), FileFormatError, "hbasim trace");
});

Deno.test("decodeTrace() refuses columns that do not fit one another, and says which", () => {
  const values = example().columns().values.slice();
  values[3] = 0.5;
  const cases: [change: Record<string, unknown>, problem: string][] = [
    [{ frequencyHz: 0 }, "frequencyHz"],
    [{ frequencyHz: 2.5 }, "frequencyHz"],
    [{ texts: "texts" }, "texts are no list"],
    [{ parts: {} }, "parts are no list"],
    [{ parts: [1] }, "a part is no map"],
    [{ first: -1 }, "first is no event's number"],
    [{ marks: 1 }, "marks are no list"],
    [{ marks: [{ first: -1, line: 0, text: "a" }] }, "a mark is no event's number"],
    [{ components: [1] }, "components hold"],
    [{ kinds: [[]] }, "a kind is no map"],
    [{ kinds: [{ fields: {} }] }, "a kind has no name"],
    [{ kinds: [{ name: "note", fields: { text: "blob" } }] }, "field text of type blob"],
    [{ kinds: [{ name: "note", fields: { "1": "text" } }] }, "field 1 of type text"],
    [{ cycle: [1, 2] }, "column cycle is no byte string"],
    [{ cycle: new Uint8Array(81) }, "column cycle is no byte string"],
    [{ cause: new Uint8Array(12) }, "column cause has 3 entries, column cycle 10"],
    [{ cycle: bytes(Float64Array.of(0, 0, 5, 4, 5, 5, 5, 5, 5, 5)) }, "event 3 is in cycle 4 after 5"],
    [{ cycle: bytes(Float64Array.of(0, 0.5, 5, 4, 5, 5, 5, 5, 5, 5)) }, "event 1 is in cycle 0.5"],
    [{ component: bytes(Uint16Array.of(0, 0, 1, 0, 0, 0, 0, 0, 0, 0)) }, "event 2 refers to no component"],
    [{ kind: bytes(Uint16Array.of(0, 1, 2, 1, 0, 1, 0, 1, 0, 1)) }, "event 2 refers to no component or to no kind"],
    [{ cause: bytes(Int32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) }, "event 0 names event 0 as its cause"],
    [{ cause: bytes(Int32Array.of(-2, 0, 0, 0, 0, 0, 0, 0, 0, 0)) }, "event 0 names event -2"],
    [{ texts: [] }, "event 0 has 0 as text"],
    [{ values: new Uint8Array(0) }, "event 0 has no values"],
    [{ values: new Uint8Array(8 * 26) }, "more values than fields"],
    [{ values: bytes(values) }, "event 1 has 0.5 as lengthBytes"],
  ];
  for (const [change, problem] of cases) assertThrows(() => decodeTrace(altered(change)), FileFormatError, problem);
});

Deno.test("decodeTrace() throws nothing but FileFormatError, whatever the bytes, and claims no memory for damaged lengths", () => {
  const good = encodeTrace(example(), HZ);
  const damaged = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.nat(good.length - 1).map((length) => good.slice(0, length)),
    fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }).map((changes) => {
      const bytes = good.slice();
      for (const [index, value] of changes) bytes[index] = value;
      return bytes;
    }),
  );
  fc.assert(
    fc.property(damaged, (bytes) => {
      try {
        decodeTrace(bytes);
      } catch (error) {
        assertInstanceOf(error, FileFormatError);
      }
    }),
    { numRuns: 2_000 },
  );
  // A list of 100 million items, of which the file holds none.
  assertThrows(() => decodeTrace(Uint8Array.of(0x9a, 0x05, 0xf5, 0xe1, 0x00)), FileFormatError, "Array length");
});

Deno.test("decodeFile() leaves no limit behind for other users of the decoder", () => {
  decodeFile("small", 1, encodeFile("small", 1, []));
  assertThrows(() => decodeFile("small", 1, new Uint8Array(0)), FileFormatError);
  assertEquals(decode(encode(new Array(1_000).fill(0))).length, 1_000);
});

/** A trace that does not fit one part. */
function long(events: number, keep?: number): Recorder {
  const recorder = new Recorder(new Kernel(), keep === undefined ? {} : { keep });
  const component = recorder.component("adapter 0");
  for (let index = 0; index < events; index++) recorder.record(component, noteEvent, { text: `note ${index % 1000}` });
  return recorder;
}

Deno.test("a long trace is written in pieces of bounded size, each with the texts of its own events alone, and read as one", () => {
  const sizes = [70_000, 200_000].map((events) => {
    const recorder = long(events);
    const pieces = [...tracePieces(recorder, HZ)];
    assertEquals(pieces.length, 2 + Math.ceil(events / 65_536));
    const { events: read } = decodeTrace(encodeTrace(recorder, HZ));
    assertEquals(read.length, events);
    for (const at of [0, 65_535, 65_536, events - 1]) assertEquals(read[at], recorder.at(at));
    return Math.max(...pieces.map(({ length }) => length));
  });
  // Numbers of events are a few bytes longer.
  assert((sizes[1] ?? 0) - (sizes[0] ?? 0) <= 8, String(sizes));
  const content = decodeFile("hbasim trace", 3, encodeTrace(long(70_000), HZ)) as { parts: { first: number }[] };
  const [first, second] = content.parts;
  const gap = encodeFile("hbasim trace", 3, { ...content, parts: [first, { ...second, first: 70_000 }] });
  assertThrows(() => decodeTrace(gap), FileFormatError, "a part begins with event 70000 after 65535");
});

Deno.test("what a ring lets go, written down as it goes, and what is left at the end are the file of the whole run", () => {
  const recorder = new Recorder(new Kernel(), { keep: 100 });
  const written: Uint8Array[] = [traceHead(HZ)];
  let most = 0;
  recorder.watchDropped((columns) => {
    most = Math.max(most, columns.cycle.length);
    written.push(...traceParts(columns));
  });
  const component = recorder.component("adapter 0");
  for (let index = 0; index < 5_000; index++) {
    recorder.record(component, noteEvent, { text: `note ${index}` });
    most = Math.max(most, recorder.length - recorder.first);
  }
  written.push(...traceParts(recorder.columns()), traceEnd(recorder.marks));
  const file = Uint8Array.from(written.flatMap((piece) => [...piece]));
  const { events } = decodeTrace(file);
  assertEquals(events.map(({ sequence, fields }) => fields["text"] === `note ${sequence}`).includes(false), false);
  assertEquals([events.length, most], [5_000, 125], "no more was held at any time");
});

Deno.test("a key log keeps the last keys that it may keep", () => {
  const cookie = (index: number) => Uint8Array.of(index >> 8, index & 0xff);
  const log = new KeyLog(3);
  for (let index = 0; index < 1_000; index++) {
    log.add(cookie(index), Uint8Array.of(7));
    log.add(cookie(index), Uint8Array.of(7));
    assert(log.size <= 3);
  }
  assertEquals(log.toText(), "03e5,07\n03e6,07\n03e7,07\n");
  const all = new KeyLog();
  for (let index = 0; index < 1_000; index++) all.add(cookie(index), Uint8Array.of(7));
  assertEquals(all.size, 1_000);
});
