import { assertEquals } from "@std/assert";
import { Kernel } from "../../sim/kernel/kernel.ts";
import type { Task } from "../../sim/kernel/task.ts";
import { flashEvent, noteEvent, packetEvent, returnEvent, stateEvent } from "../../sim/trace/events.ts";
import { formatCycle, renderLadder } from "../../sim/trace/ladder.ts";
import { defineEvent } from "../../sim/trace/event_kind.ts";
import { Recorder } from "../../sim/trace/recorder.ts";
import { TracedCall } from "../../sim/trace/traced_call.ts";

const hidden = defineEvent("flash program", { address: "number" });

function bench() {
  const kernel = new Kernel();
  const recorder = new Recorder(kernel);
  const component = (name: string) => recorder.component(name);
  return {
    kernel,
    recorder,
    component,
    call: (from: string, to: string, operation: string, lengthBytes = 0, detail = "") =>
      new TracedCall(recorder, component(from), { to, operation, lengthBytes, detail }),
    lines: () => [...renderLadder(recorder.events(), kernel.frequencyHz)],
  };
}

Deno.test("renderLadder() nests calls, and shows cycle, microseconds, bytes and status", () => {
  const { kernel, recorder, component, call, lines } = bench();
  function* application(): Task {
    yield* kernel.sleep(1_250);
    const set = call("application", "iscsidsc", "SetIScsiIKEInfo", 72, "key a1b2c3d4");
    yield* kernel.sleep(1_250);
    const execute = call("service", "WMI", "EXECUTE_METHOD", 104);
    recorder.record(component("flash"), hidden, { address: 4_096 });
    recorder.record(component("adapter 0"), stateEvent, { state: "ready", detail: "3 keys" });
    yield* kernel.sleep(1);
    execute.answer("NTSTATUS 0x00000000", 4);
    recorder.record(component("service"), noteEvent, { text: "durable" });
    yield* kernel.sleep(250_000_000);
    set.answer("ISDSC_SUCCESS");
    recorder.record(component("application"), noteEvent, { text: "done" });
  }
  kernel.spawn("application", application());
  kernel.run();
  assertEquals(lines(), [
    "        1250      0.005000 ms  application        -> iscsidsc: SetIScsiIKEInfo, 72 bytes (key a1b2c3d4)",
    "        2500      0.010000 ms  service              -> WMI: EXECUTE_METHOD, 104 bytes",
    "        2500      0.010000 ms  adapter 0              == ready: 3 keys",
    "        2501      0.010004 ms  WMI                  <- service: EXECUTE_METHOD = NTSTATUS 0x00000000, 4 bytes",
    "        2501      0.010004 ms  service              -- durable",
    "   250002501   1000.010004 ms  iscsidsc           <- application: SetIScsiIKEInfo = ISDSC_SUCCESS",
    "   250002501   1000.010004 ms  application        -- done",
  ]);
});

/** Component and text of a line, without cycle and time. */
function what(line: string): string {
  return `${line.slice(31, 50).trimEnd()}|${line.slice(50)}`;
}

Deno.test("renderLadder() indents by cause: calls that are open elsewhere move nothing to the right", () => {
  const { kernel, call, lines } = bench();
  function* worker(name: string, cycles: number): Task {
    const work = call(name, "service", "work");
    yield* kernel.sleep(cycles);
    const deep = call("service", "driver", "deep");
    yield* kernel.sleep(cycles);
    deep.answer("0");
    work.answer("0");
  }
  kernel.spawn("a", worker("a", 10));
  kernel.spawn("b", worker("b", 15));
  kernel.run();
  assertEquals(lines().map(what), [
    "a|-> service: work",
    "b|-> service: work",
    "service|  -> driver: deep",
    "service|  -> driver: deep",
    "driver|  <- service: deep = 0",
    "service|<- a: work = 0",
    "driver|  <- service: deep = 0",
    "service|<- b: work = 0",
  ]);
});

Deno.test("renderLadder(): a return closes the calls within, and one without a call moves nothing", () => {
  const { kernel, recorder, component, call, lines } = bench();
  kernel.schedule(0, () => {
    const stray = { to: "service", operation: "stray", lengthBytes: 0, status: "0", call: -1 };
    recorder.record(component("driver"), returnEvent, stray);
    const outer = call("a", "b", "outer");
    call("b", "c", "lost in a reset");
    outer.answer("timeout");
    call("a", "b", "next");
  });
  kernel.run();
  assertEquals(lines().map(what), [
    "driver|<- service: stray = 0",
    "a|-> b: outer",
    "b|  -> c: lost in a reset",
    "b|<- a: outer = timeout",
    "a|-> b: next",
  ]);
});

Deno.test("renderLadder(): a return stands where its call does, though another of the same name is open within", () => {
  const { kernel, call, lines } = bench();
  kernel.schedule(0, () => {
    const outer = call("a", "b", "work");
    call("b", "c", "work");
    outer.answer("given up");
  });
  kernel.run();
  assertEquals(lines().map(what), ["a|-> b: work", "b|  -> c: work", "b|<- a: work = given up"]);
});

Deno.test("renderLadder() takes a part of a trace, whose first events have causes before it", () => {
  const { kernel, recorder, call } = bench();
  kernel.schedule(0, () => {
    call("a", "b", "outer");
    call("b", "c", "inner").answer("0");
    call("b", "c", "second");
  });
  kernel.run();
  const lines = [...renderLadder([...recorder.events()].slice(2), kernel.frequencyHz)];
  assertEquals(lines.map(what), ["c|<- b: inner = 0", "b|-> c: second"]);
});

Deno.test("renderLadder() shows packets, and of the flash what changes it", () => {
  const { recorder, component, lines } = bench();
  const peer = "192.0.2.2:500";
  recorder.record(component("hba0"), packetEvent, { direction: "sends", peer, lengthBytes: 176, detail: "main mode" });
  recorder.record(component("network"), packetEvent, { direction: "lost", peer, lengthBytes: 0, detail: "" });
  recorder.record(component("flash"), flashEvent, { operation: "read", address: 0, lengthBytes: 256 });
  recorder.record(component("flash"), flashEvent, { operation: "program", address: 4_096, lengthBytes: 256 });
  assertEquals(lines().map(what), [
    "hba0|.. sends 192.0.2.2:500, 176 bytes (main mode)",
    "network|.. lost 192.0.2.2:500",
    "flash|## program at 4096, 256 bytes",
  ]);
});

Deno.test("renderLadder() lets no text steer the terminal", () => {
  const { recorder, component, lines } = bench();
  recorder.record(component("a\x07"), stateEvent, { state: "\x1b[2Jred\r\nalert\u202e\u2028\u{e0001}", detail: "" });
  assertEquals(lines().map(what), ["a\\u{7}|== \\u{1b}[2Jred\\u{d}\\u{a}alert\\u{202e}\\u{2028}\\u{e0001}"]);
});

Deno.test("formatCycle() is exact over the whole range of cycles", () => {
  assertEquals(formatCycle(1, 250_000_000), "0.000004 ms");
  assertEquals(formatCycle(250_000_000 * 3600, 250_000_000), "3600000.000000 ms");
  assertEquals(formatCycle(2 ** 53 - 1, 999_999_937), "9007199822.194579 ms");
});
