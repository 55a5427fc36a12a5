/**
 * Records so many events into a ring and says what is held afterwards: the program of `ring_test.ts`, in a process of its
 * own because only there a collection can be asked for.
 */

import { Kernel } from "../../sim/kernel/kernel.ts";
import { TraceHasher } from "../../sim/trace/digest.ts";
import { noteEvent, packetEvent } from "../../sim/trace/events.ts";
import { Recorder } from "../../sim/trace/recorder.ts";

const [events = 0, keep = 0] = Deno.args.map(Number);
const hasher = new TraceHasher();
const recorder = new Recorder(new Kernel(), { keep, onDrop: (columns) => hasher.add(columns) });
const component = recorder.component("network");
for (let index = 0; index < events; index++) {
  // A text of its own for every second event, as fingerprints of payloads are.
  if (index % 2 === 0) recorder.record(component, noteEvent, { text: `payload ${index}` });
  else recorder.record(component, packetEvent, { direction: "sent", peer: "a > b", lengthBytes: index, detail: "" });
}
const digest = hasher.digest(recorder.columns());
// One collection may leave what the next one takes: buffers that only the first has found to be nobody's.
for (let round = 0; round < 4; round++) (globalThis as unknown as { gc(): void }).gc();
const { heapUsed, external } = Deno.memoryUsage();
console.log(JSON.stringify({ kept: recorder.length - recorder.first, bytes: heapUsed + external, digest }));
