import { assert, assertEquals, assertThrows } from "@std/assert";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { callEvent, noteEvent, returnEvent } from "../../sim/trace/events.ts";
import { fingerprint } from "../../sim/trace/fingerprint.ts";
import { defineEvent } from "../../sim/trace/event_kind.ts";
import { Recorder } from "../../sim/trace/recorder.ts";

const program = defineEvent("flash program", { address: "number", detail: "text", lengthBytes: "number" });

Deno.test("Recorder.at() gives back what was recorded, in its cycle, with its cause", () => {
  const kernel = new Kernel();
  const recorder = new Recorder(kernel);
  const flash = recorder.component("flash");
  const host = recorder.component("host");
  assertEquals(recorder.component("flash"), flash);
  kernel.schedule(10, () => {
    assertEquals(recorder.record(host, noteEvent, { text: "first" }), 0);
    assertEquals(recorder.record(flash, program, { address: 256, detail: "torn", lengthBytes: -0 }), 1);
    kernel.schedule(5, () => recorder.record(host, noteEvent, { text: "first" }));
  });
  kernel.schedule(12, () => recorder.record(host, noteEvent, { text: "unrelated" }));
  kernel.run();
  const expected = [
    { sequence: 0, cycle: 10, component: "host", kind: "note", cause: -1, because: -1, fields: { text: "first" } },
    {
      sequence: 1,
      cycle: 10,
      component: "flash",
      kind: "flash program",
      cause: 0,
      because: -1,
      fields: { address: 256, detail: "torn", lengthBytes: 0 },
    },
    { sequence: 2, cycle: 12, component: "host", kind: "note", cause: -1, because: -1, fields: { text: "unrelated" } },
    { sequence: 3, cycle: 15, component: "host", kind: "note", cause: 1, because: -1, fields: { text: "first" } },
  ];
  assertEquals([...recorder.events()], expected);
  for (const sequence of [-1, 4, 0.5, NaN]) assertThrows(() => recorder.at(sequence), RangeError, "the trace has 4");
});

Deno.test("Recorder keeps 100,000 events while its columns grow", () => {
  const kernel = new Kernel();
  const recorder = new Recorder(kernel);
  const component = recorder.component("flash");
  const early = recorder.columns();
  for (let index = 0; index < 100_000; index++) {
    recorder.record(component, program, { address: index, detail: `${index % 100}`, lengthBytes: 2 ** 53 - 1 - index });
  }
  assertEquals([early.cycle.length, early.values.length], [0, 0], "columns() is a view of the past");
  assertEquals(recorder.columns().texts.length, 100);
  let index = 0;
  for (const { sequence, cause, fields } of recorder.events()) {
    assert(sequence === index && cause === index - 1 && fields["address"] === index);
    assert(fields["detail"] === `${index % 100}` && fields["lengthBytes"] === 2 ** 53 - 1 - index);
    index++;
  }
  assertEquals(index, 100_000);
});

Deno.test("Recorder.record() refuses a number that is no safe integer, and records nothing of the event", () => {
  const kernel = new Kernel();
  const recorder = new Recorder(kernel);
  const flash = recorder.component("flash");
  recorder.record(flash, program, { address: 1, detail: "", lengthBytes: 1 });
  const before = recorder.columns();
  for (const lengthBytes of [NaN, Infinity, 0.5, 2 ** 53]) {
    const wrong = { address: 1, detail: "", lengthBytes };
    assertThrows(() => recorder.record(flash, program, wrong), RangeError, `${lengthBytes} as lengthBytes`);
  }
  assertEquals(recorder.columns(), before);
  assertEquals(kernel.cause, 0);
});

Deno.test("defineEvent() refuses names of fields that an object would reorder or not keep", () => {
  for (const name of ["0", "12", "", "a b", "__proto__"]) {
    assertThrows(() => defineEvent("kind", { [name]: "text" }), RangeError, JSON.stringify(name));
  }
});

Deno.test("events: call and return carry what a ladder shows", () => {
  assertEquals(callEvent.fieldNames, ["to", "operation", "lengthBytes", "detail"]);
  assertEquals(returnEvent.fieldNames, ["to", "operation", "lengthBytes", "status", "call"]);
});

Deno.test("fingerprint() is the beginning of SHA-256, 8 hex digits", () => {
  // FIPS 180-2 Appendix B.1: SHA-256("abc") = ba7816bf 8f01cfea ...
  assertEquals(fingerprint(new TextEncoder().encode("abc")), "ba7816bf");
});
