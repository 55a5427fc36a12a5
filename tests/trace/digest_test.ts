import { assertEquals, assertNotEquals } from "@std/assert";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { traceDigest, writeCanonicalTrace } from "../../sim/trace/digest.ts";
import { defineEvent } from "../../sim/trace/event_kind.ts";
import { Recorder, type TraceColumns } from "../../sim/trace/recorder.ts";

const step = defineEvent("step", { value: "number", text: "text" });
const mark = defineEvent("mark", { text: "text" });

interface Step {
  readonly component: string;
  readonly delayCycles: number;
  readonly value: number;
  readonly text: string;
}

/** Records the steps; what is prepared becomes known to the recorder first, and must not matter. */
function record(steps: readonly Step[], prepare: (recorder: Recorder) => void = () => {}): Recorder {
  const kernel = new Kernel();
  const recorder = new Recorder(kernel);
  prepare(recorder);
  for (const { component, delayCycles, value, text } of steps) {
    kernel.schedule(delayCycles, () => {
      recorder.record(recorder.component(component), step, { value, text });
      if (value % 2 === 0) recorder.record(recorder.component(text), mark, { text: component });
    });
    kernel.run();
  }
  return recorder;
}

/** The digest of columns that no recorder would give. */
function digestOf(columns: TraceColumns): string {
  return bytesToHex(sha256(canonicalBytes(columns)));
}

function canonicalBytes(columns: TraceColumns): Uint8Array {
  const chunks: number[] = [];
  writeCanonicalTrace(columns, (chunk) => chunks.push(...chunk));
  return Uint8Array.from(chunks);
}

const steps = fc.array(
  fc.record({
    component: fc.constantFrom("a", "b", "ü"),
    delayCycles: fc.oneof(fc.nat(5), fc.constant(2 ** 40)),
    value: fc.maxSafeInteger(),
    text: fc.constantFrom("", "a", "one", "two"),
  }),
  { minLength: 1, maxLength: 20 },
);

Deno.test("writeCanonicalTrace() writes the bytes that its grammar gives", () => {
  const recorder = record([
    { component: "host", delayCycles: 2 ** 33 + 1, value: -2, text: "é" },
    { component: "host", delayCycles: 0, value: 2 ** 52 + 1, text: "host" },
  ]);
  // Written by hand from the grammar in the module's comment.
  const expected = [
    "686261",
    "73696d",
    "207472",
    "616365",
    "203200", // "hbasim trace 2", 0
    // event 0: 2^33 + 1 cycles, component "host" (new text 0), kind 0 (new): "step" (new text 1), 2 fields
    "8180808020",
    "00",
    "04686f7374",
    "00",
    "01",
    "0473746570",
    "02",
    // "value" (new text 2) number, "text" (new text 3) text; one event before was the outside world; value -2; "é" (new text 4)
    "02",
    "0576616c7565",
    "00",
    "03",
    "0474657874",
    "01",
    "01",
    "7e",
    "04",
    "02c3a9",
    // event 1: no cycle later, component "é" (text 4), kind 1 (new): "mark" (new text 5), 1 field "text" text; caused by
    // the one before; text "host"
    "00",
    "04",
    "01",
    "05",
    "046d61726b",
    "01",
    "03",
    "01",
    "01",
    "00",
    // event 2: no cycle later, component 0, kind 0, caused by the outside world three events before, 2^52 + 1, "host"
    "00",
    "00",
    "00",
    "03",
    "8180808080808008",
    "00",
  ].join("");
  assertEquals(bytesToHex(canonicalBytes(recorder.columns())), expected);
  assertEquals(traceDigest(recorder), digestOf(recorder.columns()));
});

Deno.test("traceDigest() depends on events alone, not on what became known when, or is not used", () => {
  fc.assert(fc.property(steps, (steps) => {
    const digest = traceDigest(record(steps));
    assertEquals(traceDigest(record(steps)), digest);
    const prepared = record(steps, (recorder) => {
      for (const name of ["never used", "two", "b", "one", "a"]) recorder.component(name);
    });
    assertEquals(traceDigest(prepared), digest);
  }));
});

Deno.test("traceDigest() takes kinds of the same name and fields for one, although they were defined twice", () => {
  const again = defineEvent("mark", { text: "text" });
  const other = defineEvent("mark", { words: "text" });
  const digest = (kinds: readonly (typeof mark | typeof other)[]) => {
    const recorder = new Recorder(new Kernel());
    const component = recorder.component("a");
    for (const kind of kinds) {
      recorder.record(component, kind as typeof mark, { text: "x", words: "x" } as { text: string });
    }
    return traceDigest(recorder);
  };
  assertEquals(digest([mark, again]), digest([mark, mark]));
  assertNotEquals(digest([mark, other]), digest([mark, mark]));
});

Deno.test("traceDigest() changes with every single entry of every column", () => {
  fc.assert(
    fc.property(steps, (steps) => {
      // A component, a kind and a text more, so that there is another one to point at.
      const columns = record([...steps, { component: "z", delayCycles: 0, value: 0, text: "zz" }]).columns();
      const digest = digestOf(columns);
      const length = columns.cycle.length;
      for (let index = 0; index < length; index++) {
        const cycle = columns.cycle.slice();
        cycle[index] = (cycle[index] ?? 0) + 2 ** 32;
        assertNotEquals(digestOf({ ...columns, cycle }), digest);
        const cause = columns.cause.slice();
        cause[index] = (cause[index] ?? 0) + 1;
        assertNotEquals(digestOf({ ...columns, cause }), digest);
        const component = columns.component.slice();
        component[index] = ((component[index] ?? 0) + 1) % columns.components.length;
        assertNotEquals(digestOf({ ...columns, component }), digest);
      }
      for (let index = 0; index < columns.values.length; index++) {
        const values = columns.values.slice();
        values[index] = values[index] === 0 ? 1 : 0;
        assertNotEquals(digestOf({ ...columns, values }), digest);
      }
      for (const name of ["components", "texts"] as const) {
        columns[name].forEach((_, index) => {
          const changed = columns[name].map((text, other) => other === index ? `${text}!` : text);
          assertNotEquals(digestOf({ ...columns, [name]: changed }), digest);
        });
      }
    }),
    { numRuns: 20 },
  );
});

Deno.test("traceDigest() does not depend on where its chunks end", () => {
  const long = "x".repeat(200_000);
  const recorder = record([{ component: long, delayCycles: 1, value: 2, text: `${long}y` }]);
  const chunks: number[] = [];
  writeCanonicalTrace(recorder.columns(), (chunk) => chunks.push(chunk.length));
  assertEquals(chunks.length > 5, true);
  assertEquals(traceDigest(recorder), digestOf(recorder.columns()));
});
