import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../sim/kernel/input_error.ts";
import { filteredEvents, readFilter } from "../../sim/trace/event_filter.ts";
import type { TraceEvent } from "../../sim/trace/recorder.ts";

/** One event a millisecond, at 1,000 cycles a millisecond. */
const EVENTS: readonly TraceEvent[] = ([
  ["application", "call", { to: "iscsidsc", operation: "SetIScsiIKEInfo", lengthBytes: 3, detail: "" }],
  ["hba0 flash", "flash", { operation: "program", address: 28, lengthBytes: 40 }],
  ["hba0 flash", "flash", { operation: "read", address: 0, lengthBytes: 4096 }],
  ["application", "call", { to: "iscsidsc", operation: "LoginIScsiTarget", lengthBytes: 0, detail: "" }],
  ["hba0", "packet", { direction: "sends", peer: "disk", lengthBytes: 228, detail: "main mode 1: SA" }],
  ["hba0", "packet", { direction: "sends", peer: "disk", lengthBytes: 228, detail: "main mode 1: SA (again)" }],
  ["hba0", "state", { state: "phase 1 failed", detail: "no answer" }],
] as const).map(([component, kind, fields], sequence) => ({
  sequence,
  cycle: sequence === 6 ? 2_000_000 : sequence * 1000,
  component,
  kind,
  cause: sequence - 1,
  because: -1,
  fields,
}));
const MARKS = [{ first: 0, line: 3, text: "setKey" }, { first: 3, line: 4, text: "login" }];
const found = (filter: string) =>
  [...readFilter(filter)(filteredEvents(EVENTS, 1_000_000, MARKS))].flatMap((hit, index) => hit === 1 ? [index] : []);

Deno.test("a filter finds words, kinds, components and steps", () => {
  assertEquals(found("packet"), [4, 5]);
  assertEquals(found("PACKET not again"), [4]);
  assertEquals(found("program"), [1]);
  assertEquals(found("4096"), [2], "of what the ladder does not show, the values of its fields");
  assertEquals(found('component:"hba0 flash"'), [1, 2]);
  assertEquals(found("kind:flash not read"), [1]);
  assertEquals(found("setKey"), [0], "the first event of a step has the step's words");
  assertEquals(found("step:setKey"), [0, 1, 2]);
  assertEquals(found("c4000.s4"), [4]);
  assertEquals(found("c4001.s4"), [], "of another run");
  assertEquals(found('"phase 1" or (kind:flash and read)'), [2, 6]);
  assertEquals(found("read, again"), [2, 5]);
  assertEquals(found('"not"'), [], "a word in quotes means nothing");
});

Deno.test("a filter knows what comes before and after what, and within which time", () => {
  assertEquals(found("setKey before flash"), [0]);
  assertEquals(found("setKey not before flash"), []);
  assertEquals(found("login not before flash"), [3]);
  assertEquals(found("packet after login"), [4, 5]);
  assertEquals(found("packet not after again"), [4, 5], "an event does not come after itself");
  assertEquals(found("packet and no packet within 1s"), [5]);
  assertEquals(found("packet before failed within 100ms"), []);
  assertEquals(found("packet before failed within 2s"), [4, 5]);
});

Deno.test("what is no filter is refused, with the place and what may stand there", () => {
  const refused = (filter: string) => assertThrows(() => readFilter(filter), InputError).message;
  assertEquals(refused(""), 'the filter "" ends; expected a word, a kind such as kind:packet, or a bracket');
  assertEquals(refused("packet and"), 'the filter "packet and" ends; expected a word, not, no, or a bracket');
  assertEquals(
    refused("packet within 1s"),
    'the filter "packet within 1s" has "within" at its 8. character; expected a word, and, or, before, after, or the end',
  );
  assertEquals(
    refused("no packet within 5"),
    'the filter "no packet within 5" has "5" at its 18. character; expected a time such as 1s, 20ms, 5us or 80ns',
  );
  assertEquals(refused("(packet"), 'the filter "(packet" ends; expected ")"');
});
