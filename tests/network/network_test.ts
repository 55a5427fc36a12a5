import { assert, assertEquals, assertNotEquals, assertThrows, fail } from "@std/assert";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { RandomStreams } from "../../sim/kernel/random.ts";
import type { Datagram } from "../../sim/network/datagram.ts";
import { InternetAddressError, parseInternetAddress } from "../../sim/network/internet_address.ts";
import {
  type DatagramFault,
  formatEndpoint,
  type LinkBehaviour,
  Network,
  NetworkError,
  PERFECT_LINK,
} from "../../sim/network/network.ts";
import { Recorder } from "../../sim/trace/recorder.ts";

const A = parseInternetAddress("192.0.2.1");
const B = parseInternetAddress("192.0.2.2");
const C = parseInternetAddress("2001:db8::3");
const LATENCY = PERFECT_LINK.latencyCycles;

interface Arrival {
  readonly cycle: number;
  readonly datagram: Datagram;
}

/** A network with A, B and C on it, and what arrives anywhere. */
function bench(behaviour: Partial<LinkBehaviour> = {}, faults: readonly DatagramFault[] = [], seed = 1) {
  const kernel = new Kernel();
  const recorder = new Recorder(kernel);
  const random = new RandomStreams(seed).stream("network");
  const network = new Network(kernel, recorder, random, { ...PERFECT_LINK, ...behaviour }, faults);
  const arrivals: Arrival[] = [];
  for (const address of [A, B, C]) {
    network.attach(address, (datagram) => arrivals.push({ cycle: kernel.now, datagram }));
  }
  const send = (from: Uint8Array, to: Uint8Array, ...payload: number[]) =>
    network.send({
      source: { address: from, port: 500 },
      destination: { address: to, port: 500 },
      payload: Uint8Array.from(payload),
    });
  /** Sends numbered datagrams from A to B, 100 cycles apart; returns the numbers that arrive. */
  const sendMany = (count: number): number[] => {
    for (let number = 0; number < count; number++) {
      kernel.schedule(100 * number, () => send(A, B, number >> 8, number & 0xff));
    }
    kernel.run();
    return arrivals.map(({ datagram: { payload } }) => ((payload[0] ?? 0) << 8) | (payload[1] ?? 0));
  };
  const verbs = () => [...recorder.events()].map(({ fields }) => fields["direction"]);
  const fates = () => network.captures.map(({ fate }) => fate);
  return { kernel, network, arrivals, send, sendMany, verbs, fates };
}

Deno.test("Network delivers a datagram after the latency, the very one, to its destination only", () => {
  const { kernel, network, arrivals, send, verbs, fates } = bench();
  kernel.schedule(7, () => send(A, B, 1, 2, 3));
  kernel.run(7);
  assertEquals(fates(), ["in flight"]);
  kernel.run();
  assertEquals(arrivals.length, 1);
  assertEquals(arrivals[0]?.cycle, 7 + LATENCY);
  assert(arrivals[0]?.datagram === network.captures[0]?.datagram);
  assertEquals(network.captures[0]?.cycle, 7);
  assertEquals([fates(), verbs()], [["delivered"], ["sent"]]);
});

Deno.test("Network keeps the order of datagrams on a link without jitter", () => {
  const { sendMany } = bench();
  assertEquals(sendMany(500), Array.from({ length: 500 }, (_, index) => index));
});

Deno.test("Network loses, duplicates and corrupts as many of a thousand as it was told", () => {
  const near = (share: number, expected: number) => Math.abs(share - expected) < 25;
  const count = 4_000;
  const lossy = bench({ lossPerMille: 300 });
  assert(near(1_000 * (1 - lossy.sendMany(count).length / count), 300));
  assertEquals(lossy.fates().filter((fate) => fate === "lost").length, count - lossy.arrivals.length);
  assertEquals(lossy.verbs().filter((verb) => verb === "lost").length, count - lossy.arrivals.length);

  const doubling = bench({ duplicatesPerMille: 200 });
  assert(near(1_000 * (doubling.sendMany(count).length / count - 1), 200));
  assertEquals(doubling.fates().filter((fate) => fate === "duplicated").length, doubling.arrivals.length - count);

  const corrupting = bench({ corruptionPerMille: 100 });
  corrupting.sendMany(count);
  const changed = corrupting.arrivals.filter(({ datagram: { payload } }, index) => {
    const difference = (payload[0] ?? 0) << 8 ^ (payload[1] ?? 0) ^ index;
    assert((difference & (difference - 1)) === 0, "one bit at the most");
    return difference !== 0;
  });
  assert(near(1_000 * changed.length / count, 100));
  assertEquals(corrupting.fates().filter((fate) => fate === "corrupted").length, changed.length);
  corrupting.network.captures.forEach(({ datagram: { payload } }, index) => {
    assertEquals(((payload[0] ?? 0) << 8) | (payload[1] ?? 0), index, "the capture shows what was sent");
  });

  assertEquals(bench({ lossPerMille: 1_000 }).sendMany(100), []);
});

Deno.test("Network lets datagrams overtake one another by jitter and by being held back, and loses none", () => {
  const expected = Array.from({ length: 1_000 }, (_, index) => index);
  for (const behaviour of [{ jitterCycles: 5_000 }, { reordersPerMille: 100, reorderCycles: 1_000 }]) {
    const { arrivals, sendMany } = bench(behaviour);
    const order = sendMany(1_000);
    assertNotEquals(order, expected);
    assertEquals(order.toSorted((a, b) => a - b), expected);
    const delays = arrivals.map(({ cycle }, index) => cycle - 100 * (order[index] ?? 0) - LATENCY);
    const longest = "jitterCycles" in behaviour ? behaviour.jitterCycles : behaviour.reorderCycles;
    assert(delays.every((delay) => delay >= 0 && delay <= longest));
    if ("reorderCycles" in behaviour) assertEquals([...new Set(delays)].toSorted((a, b) => a - b), [0, 1_000]);
  }
});

Deno.test("Network draws the same whatever becomes of a datagram: a fault shifts no other's fate", () => {
  const behaviour = { lossPerMille: 200, duplicatesPerMille: 100, corruptionPerMille: 100, jitterCycles: 300 };
  const plain = bench(behaviour);
  plain.sendMany(300);
  for (const effect of ["lose", "duplicate", "corrupt", { delayCycles: 50 }] as const) {
    const faulty = bench(behaviour, [{ from: A, to: B, nth: 100, effect }]);
    faulty.sendMany(300);
    const others = (_: unknown, index: number) => index !== 99;
    assertEquals(faulty.fates().filter(others), plain.fates().filter(others));
  }
  const blocked = bench(behaviour);
  blocked.network.block(A, B);
  blocked.kernel.schedule(100 * 100 - 1, () => blocked.network.unblock(A, B));
  blocked.sendMany(300);
  assertEquals(blocked.fates().slice(100), plain.fates().slice(100));
  assertEquals(new Set(blocked.fates().slice(0, 100)), new Set(["blocked"]));
});

Deno.test("Network: the same seed gives the same arrivals, another seed others", () => {
  const behaviour = { lossPerMille: 200, duplicatesPerMille: 100, jitterCycles: 300 };
  const run = (seed: number) => {
    const { arrivals, sendMany } = bench(behaviour, [], seed);
    sendMany(200);
    return arrivals.map(({ cycle, datagram }) => `${cycle} ${datagram.payload}`);
  };
  assertEquals(run(1), run(1));
  assertNotEquals(run(1), run(2));
});

Deno.test("Network.addFault() strikes the n-th datagram of its direction, and no other", () => {
  const { kernel, network, arrivals, send, fates, verbs } = bench({}, [{ from: A, to: B, nth: 2, effect: "lose" }]);
  network.addFault({ from: A, to: B, nth: 3, effect: "duplicate" });
  network.addFault({ from: B, to: A, nth: 1, effect: { delayCycles: 10 } });
  network.addFault({ from: B, to: A, nth: 2, effect: "corrupt" });
  for (const number of [1, 2, 3]) {
    send(A, B, number);
    send(B, A, 10 * number);
  }
  kernel.run();
  const arrived = arrivals.map(({ cycle, datagram: { payload } }) => `${payload[0]} +${cycle - LATENCY}`);
  const corrupted = arrived[1];
  assertEquals(arrived, ["1 +0", corrupted, "3 +0", "3 +0", "30 +0", "10 +10"]);
  assertNotEquals(corrupted, "20 +0");
  assertEquals(fates(), ["delivered", "delivered", "lost", "corrupted", "duplicated", "delivered"]);
  assertEquals(verbs(), ["sent", "delayed", "lost", "corrupted", "duplicated", "sent"]);
  assertEquals(network.captures.map(({ isDelayed }) => isDelayed), [false, true, false, false, false, false]);
});

Deno.test("Network tells of a datagram that is held back, and of one that only has its link's jitter that it was sent", () => {
  const told = (behaviour: Partial<LinkBehaviour>) => {
    const { sendMany, verbs } = bench(behaviour);
    sendMany(100);
    return [...new Set(verbs())];
  };
  assertEquals(told({ reordersPerMille: 1_000, reorderCycles: 10 }), ["delayed"]);
  assertEquals(told({ jitterCycles: 10 }), ["sent"]);
});

Deno.test("Network.block() stops one direction, and not what is on its way", () => {
  const { kernel, network, arrivals, send, fates } = bench();
  send(A, B, 1);
  network.block(A, B);
  send(A, B, 2);
  send(B, A, 3);
  kernel.run();
  network.unblock(A, B);
  send(A, B, 4);
  kernel.run();
  assertEquals(arrivals.map(({ datagram }) => datagram.payload[0]), [1, 3, 4]);
  assertEquals(fates(), ["delivered", "blocked", "delivered", "delivered"]);
});

Deno.test("Network.setLink() governs one direction of one link until clearLink()", () => {
  const { kernel, network, arrivals, send } = bench();
  network.setLink(A, B, { ...PERFECT_LINK, latencyCycles: 1 });
  send(A, B, 1);
  send(B, A, 2);
  kernel.run();
  network.clearLink(A, B);
  const later = kernel.now;
  send(A, B, 3);
  kernel.run();
  assertEquals(arrivals.map(({ cycle }) => cycle), [1, LATENCY, later + LATENCY]);
});

Deno.test("Network.gateway takes what is for nobody here, and arrive() brings in what it answers", () => {
  const { kernel, network, arrivals, send, fates } = bench();
  const outside: Datagram[] = [];
  network.gateway = (datagram) => outside.push(datagram);
  network.detach(B);
  assertEquals(network.addresses, ["192.0.2.1", "2001:db8::3"]);
  send(A, B, 1);
  send(B, A, 2);
  kernel.run();
  const { source, destination } = outside[0] ?? fail("nothing went outside");
  const later = kernel.now;
  network.arrive({ source: destination, destination: source, payload: Uint8Array.of(3) });
  kernel.run();
  assertEquals(outside.map(({ payload }) => payload[0]), [1]);
  assertEquals(arrivals.map(({ cycle, datagram }) => [cycle, datagram.payload[0]]), [[LATENCY, 2], [later, 3]]);
  assertEquals(fates(), ["delivered", "delivered", "delivered"]);
});

Deno.test("Network.arrive() stops and loses from outside what the link stops and loses", () => {
  const { kernel, network, arrivals, fates } = bench({ lossPerMille: 1_000 });
  const arrive = (payload: number) => {
    const [source, destination] = [{ address: B, port: 500 }, { address: A, port: 500 }];
    network.arrive({ source, destination, payload: Uint8Array.of(payload) });
  };
  arrive(1);
  network.setLink(B, A, PERFECT_LINK);
  arrive(2);
  network.block(B, A);
  arrive(3);
  kernel.run();
  assertEquals(arrivals.map(({ datagram }) => datagram.payload[0]), [2]);
  assertEquals(fates(), ["lost", "delivered", "blocked"]);
});

Deno.test("Network: what arrives where nobody is, or cannot be routed, is noted as such", () => {
  const { kernel, network, arrivals, send, fates, verbs } = bench();
  send(A, B, 1);
  network.detach(B);
  send(A, C, 2);
  send(C, A, 3);
  kernel.run();
  assertEquals(arrivals, []);
  assertEquals(fates(), ["nobody there"], "what has no route is never on the wire");
  assertEquals(verbs(), ["sent", "no route", "no route", "nobody there"]);
});

Deno.test("Network: a datagram of which the first copy finds nobody has that for its fate", () => {
  const { kernel, network, arrivals, send, fates } = bench({ duplicatesPerMille: 1_000, jitterCycles: 1_000 });
  network.detach(B);
  send(A, B, 1);
  // It comes back as soon as the first copy has found nobody.
  for (let cycle = LATENCY; fates()[0] === "in flight"; cycle++) kernel.run(cycle);
  network.attach(B, (datagram) => arrivals.push({ cycle: kernel.now, datagram }));
  kernel.run();
  assertEquals([arrivals.length, fates()], [1, ["nobody there"]]);
});

Deno.test("Network.attach() refuses an address that is in use or is none", () => {
  const { network } = bench();
  const error = assertThrows(() => network.attach(B.slice(), () => {}), NetworkError);
  assertEquals([error.field, error.given], ["address", "192.0.2.2"]);
  assertThrows(() => network.attach(new Uint8Array(5), () => {}), InternetAddressError);
  network.detach(B);
  network.attach(B, () => {});
});

Deno.test("Network refuses behaviours and faults that cannot be", () => {
  const wrong: [keyof LinkBehaviour, number][] = [
    ["lossPerMille", 1_001],
    ["duplicatesPerMille", -1],
    ["corruptionPerMille", 0.5],
    ["reordersPerMille", NaN],
    ["latencyCycles", -1],
    ["jitterCycles", 2 ** 32],
    ["reorderCycles", Infinity],
  ];
  for (const [field, value] of wrong) {
    const behaviour = { ...PERFECT_LINK, [field]: value };
    const error = assertThrows(() => bench(behaviour), NetworkError);
    assertEquals([error.field, error.given], [field, String(value)]);
    const { network } = bench();
    assertThrows(() => network.setLink(A, B, behaviour), NetworkError);
    assertThrows(() => network.behaviour = behaviour, NetworkError);
    assertEquals(network.behaviour, PERFECT_LINK);
  }
  assertThrows(() => bench({}, [{ from: A, to: B, nth: 0, effect: "lose" }]), NetworkError, "nth");
  assertThrows(
    () => bench({}, [{ from: A, to: B, nth: 1, effect: { delayCycles: -1 } }]),
    NetworkError,
    "delayCycles",
  );
});

Deno.test("formatEndpoint() brackets IPv6", () => {
  assertEquals(formatEndpoint({ address: A, port: 500 }), "192.0.2.1:500");
  assertEquals(formatEndpoint({ address: C, port: 4500 }), "[2001:db8::3]:4500");
});
