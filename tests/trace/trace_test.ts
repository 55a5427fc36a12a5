import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { FileFormatError } from "../../sim/trace/cbor_file.ts";
import { traceDigest } from "../../sim/trace/digest.ts";
import { formatCycle } from "../../sim/trace/ladder.ts";
import { defineEvent, Recorder } from "../../sim/trace/recorder.ts";
import { decodeTrace, encodeTrace } from "../../sim/trace/trace_file.ts";

const program = defineEvent("program", { address: "number", part: "text" });
const boot = defineEvent("boot", {});

function example(extra = 0): Recorder {
  const kernel = new Kernel();
  const recorder = new Recorder(kernel);
  const flash = recorder.component("flash");
  const core = recorder.component("core");
  kernel.schedule(10, () => {
    recorder.record(core, boot, {});
    kernel.schedule(5, () => recorder.record(flash, program, { address: 4096 + extra, part: "W25Q" }));
  });
  kernel.schedule(12, () => recorder.record(core, boot, {}));
  kernel.run();
  return recorder;
}

Deno.test("Recorder keeps cycle, component, kind, fields and the event that led to each", () => {
  assertEquals(
    [...example().events()].map(({ cycle, component, kind, cause, fields }) => [cycle, component, kind, cause, fields]),
    [
      [10, "core", "boot", -1, {}],
      [12, "core", "boot", -1, {}],
      [15, "flash", "program", 0, { address: 4096, part: "W25Q" }],
    ],
  );
  assertThrows(() => example().at(3), RangeError, "the trace has 3");
});

Deno.test("Recorder grows over thousands of events", () => {
  const kernel = new Kernel();
  const recorder = new Recorder(kernel);
  const component = recorder.component("flash");
  for (let index = 0; index < 10_000; index++) {
    recorder.record(component, program, { address: index, part: `part ${index % 7}` });
  }
  assertEquals(recorder.at(9_999).fields, { address: 9_999, part: "part 3" });
  assertEquals(decodeTrace(encodeTrace(recorder, 250_000_000)).events[5_000]?.fields, {
    address: 5_000,
    part: "part 2",
  });
});

Deno.test("traceDigest() is the same for the same events and differs for one field", () => {
  assertEquals(traceDigest(example()), traceDigest(example()));
  assertNotEquals(traceDigest(example()), traceDigest(example(1)));
});

Deno.test("decodeTrace() gives back what encodeTrace() wrote, and the same trace gives the same bytes", () => {
  const bytes = encodeTrace(example(), 250_000_000);
  assertEquals(bytes, encodeTrace(example(), 250_000_000));
  const { frequencyHz, events } = decodeTrace(bytes);
  assertEquals(frequencyHz, 250_000_000);
  assertEquals(events, [...example().events()]);
});

Deno.test("decodeTrace() refuses other files, other versions and truncated ones by name", () => {
  assertThrows(() => decodeTrace(new Uint8Array(0)), FileFormatError);
  assertThrows(() => decodeTrace(new TextEncoder().encode("hello")), FileFormatError, "hbasim trace");
  const bytes = encodeTrace(example(), 1);
  for (let length = 0; length < bytes.length; length += 7) {
    assertThrows(() => decodeTrace(bytes.subarray(0, length)), FileFormatError);
  }
});

Deno.test("formatCycle() is exact", () => {
  assertEquals(formatCycle(1, 250_000_000), "0.000004 ms");
  assertEquals(formatCycle(250_000_000 * 3600, 250_000_000), "3600000.000000 ms");
  assert(formatCycle(2 ** 53 - 1, 250_000_000).endsWith(" ms"));
});
