/** A ring of events: what it keeps, what it digests, and how little it holds however long the run. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { runScenarioText } from "../../sim/lab/scenario/runner.ts";
import { traceDigest, TraceHasher } from "../../sim/trace/digest.ts";
import { noteEvent } from "../../sim/trace/events.ts";
import { Recorder, type RecorderOptions } from "../../sim/trace/recorder.ts";
import { decodeTrace, encodeTrace } from "../../sim/trace/trace_file.ts";
import { readShipped, SHIPPED_SCENARIOS } from "../support/shipped_scenarios.ts";

function recorded(events: number, options: RecorderOptions = {}): Recorder {
  const recorder = new Recorder(new Kernel(), options);
  for (let index = 0; index < events; index++) {
    const component = recorder.component(`c${index % 3}`);
    recorder.record(
      component,
      noteEvent,
      { text: `${index % 7} ${Math.floor(index / 100)}` },
      index > 10 ? index - 10 : undefined,
    );
  }
  return recorder;
}

Deno.test("a ring keeps the last events, a quarter more at the most, and each as it was", () => {
  for (const keep of [4, 10, 1000]) {
    for (const events of [0, 3, keep, keep + 1, 2 * keep, 10_000]) {
      const [ring, whole] = [recorded(events, { keep }), recorded(events)];
      const kept = ring.length - ring.first;
      assertEquals(ring.length, events);
      assert(kept >= Math.min(keep, events) && kept <= keep * 1.25, `${kept} of ${events} with ${keep}`);
      assertEquals([...ring.events()], [...whole.events()].slice(ring.first));
      assertEquals(decodeTrace(encodeTrace(ring, 1)).events, [...ring.events()]);
      if (ring.first > 0) {
        assertThrows(() => ring.at(ring.first - 1), RangeError, `those from ${ring.first} on are kept`);
      }
    }
  }
  for (const keep of [3, 0, -1, 4.5, NaN]) {
    assertThrows(() => new Recorder(new Kernel(), { keep }), RangeError, "4 or more");
  }
});

Deno.test("columns that were given out stay as they were when events go", () => {
  const recorder = recorded(10, { keep: 10 });
  const columns = recorder.columns();
  const copy = { ...columns, cycle: columns.cycle.slice(), values: columns.values.slice() };
  for (let index = 0; index < 100; index++) recorder.record(recorder.component("x"), noteEvent, { text: "later" });
  assertEquals(columns, copy);
});

Deno.test("the digest of a ring is that of the whole run, and without those that went there is none", () => {
  for (const events of [100, 70_000, 140_000]) {
    const hasher = new TraceHasher();
    const ring = recorded(events, { keep: 50, onDrop: (columns) => hasher.add(columns) });
    assertEquals(hasher.digest(ring.columns()), traceDigest(recorded(events)), `${events} events`);
    assertEquals(hasher.digest(ring.columns()), traceDigest(recorded(events)), "asking changes nothing");
    assertThrows(() => traceDigest(ring), RangeError, "are gone");
  }
});

Deno.test("a scenario with a ring comes to the same digest and verdicts, and keeps its last events and datagrams", () => {
  for (const name of SHIPPED_SCENARIOS) {
    const [whole, ring] = [{}, { keepEvents: 40 }].map((options) => runScenarioText(readShipped(name), name, options));
    assertEquals(ring?.digest, whole?.digest, name);
    assertEquals(ring?.verdicts, whole?.verdicts);
    const { recorder, network } = ring?.world ?? {};
    assert(recorder !== undefined && network !== undefined && recorder.length - recorder.first <= 50);
    assert(network.captures.length <= 50 && network.captures.length <= (whole?.world.network.captures.length ?? 0));
  }
});

Deno.test("a run of 5 M events with a ring of 100,000 holds no more than one of 0.5 M", async () => {
  const main = new URL("ring_memory_main.ts", import.meta.url).pathname;
  const [short, long] = await Promise.all([500_000, 5_000_000].map(async (events) => {
    const args = ["run", "--no-check", "--v8-flags=--expose-gc", main, `${events}`, "100000"];
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), { args }).output();
    assert(success, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  }));
  assert(short.kept >= 100_000 && long.kept >= 100_000 && long.kept <= 125_000);
  assert(long.bytes <= 1.1 * short.bytes, `${long.bytes} bytes after 5 M events, ${short.bytes} after 0.5 M`);
});
