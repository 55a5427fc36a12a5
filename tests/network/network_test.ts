import { assert, assertEquals } from "@std/assert";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { RandomStreams } from "../../sim/kernel/random.ts";
import { type DatagramFault, type LinkBehaviour, Network, PERFECT_LINK } from "../../sim/network/network.ts";
import { Recorder } from "../../sim/trace/recorder.ts";

const A = { address: Uint8Array.of(192, 0, 2, 1), port: 500 };
const B = { address: Uint8Array.of(192, 0, 2, 2), port: 500 };

function run(behaviour: Partial<LinkBehaviour>, count: number, faults: DatagramFault[] = [], seed = 1) {
  const kernel = new Kernel();
  const random = new RandomStreams(seed).stream("network");
  const network = new Network(kernel, new Recorder(kernel), random, { ...PERFECT_LINK, ...behaviour }, faults);
  const arrivals: { number: number; cycle: number }[] = [];
  network.attach(B.address, ({ payload }) => arrivals.push({ number: payload[0] as number, cycle: kernel.now }));
  for (let number = 0; number < count; number++) {
    kernel.schedule(number * 1000, () => network.send({ source: A, destination: B, payload: Uint8Array.of(number) }));
  }
  kernel.run();
  return { arrivals, network };
}

Deno.test("Network without faults delivers everything in order after the latency", () => {
  const { arrivals } = run({}, 5);
  assertEquals(arrivals, [0, 1, 2, 3, 4].map((number) => ({ number, cycle: number * 1000 + 12_500 })));
});

Deno.test("Network loses, doubles and reorders by its seed, and the same seed does the same", () => {
  const behaviour = { lossPerMille: 300, duplicatesPerMille: 200, jitterCycles: 20_000 };
  const first = run(behaviour, 200).arrivals;
  assertEquals(run(behaviour, 200).arrivals, first);
  assert(String(run(behaviour, 200, [], 2).arrivals.length) !== "" && first.length > 100 && first.length < 250);
  const numbers = first.map(({ number }) => number);
  assert(numbers.some((number, index) => number < (numbers[index - 1] ?? -1)), "nothing was reordered");
  assert(new Set(numbers).size < numbers.length, "nothing was doubled");
});

Deno.test("Network applies a fault to exactly the datagram that it names and shifts no other draw", () => {
  const behaviour = { lossPerMille: 100, jitterCycles: 5_000 };
  const before = run(behaviour, 50).arrivals;
  const { arrivals } = run(behaviour, 50, [{ from: A.address, to: B.address, nth: 3, effect: "lose" }]);
  assertEquals(arrivals, before.filter(({ number }) => number !== 2));
});

Deno.test("Network.block() is for one direction", () => {
  const kernel = new Kernel();
  const network = new Network(kernel, new Recorder(kernel), new RandomStreams(1).stream("network"));
  const seen: string[] = [];
  network.attach(A.address, () => seen.push("a"));
  network.attach(B.address, () => seen.push("b"));
  network.block(A.address, B.address);
  network.send({ source: A, destination: B, payload: new Uint8Array(1) });
  network.send({ source: B, destination: A, payload: new Uint8Array(1) });
  kernel.run();
  assertEquals([seen, network.captures.map(({ fate }) => fate)], [["a"], ["lost", "delivered"]]);
});
