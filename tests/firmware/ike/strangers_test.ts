/** How much a responder says to those who have proved nothing, and how much it does for one address. */

import { assert, assertEquals } from "@std/assert";
import type { Datagram } from "../../../firmware/ike/mod.ts";
import { fromHex, INITIATOR, KEY, policy, RESPONDER, text, TwoEngines } from "./two_engines.ts";
import { vectors } from "./vectors.ts";

const BOTH = ["initiator", "responder"] as const;
const SUITE = "aes128-sha1-modp768";

/** A first message of which nothing can come, of one exchange of one address. */
function badMessage(name: string, number: number): Datagram {
  const { packets } = vectors<{ readonly packets: readonly { readonly name: string; readonly hex: string }[] }>(
    "first-messages",
  );
  const payload = fromHex(packets.find((packet) => packet.name === name)?.hex ?? "");
  payload[0] = 1 + (number & 0x7f);
  payload[1] = number >> 7;
  return { source: { address: Uint8Array.of(203, 0, 113, number % 200), port: 500 }, destination: RESPONDER, payload };
}

Deno.test("IkeEngine refuses first messages at a bounded rate, malformed ones and such as nothing comes of", () => {
  for (
    const name of [
      "33 payloads",
      "situation SECRECY",
      "authentication XAUTHInitPreShared",
      "exchange type 240, unknown cookies",
    ]
  ) {
    const pair = new TwoEngines({ policy: policy(SUITE), wire: () => [] });
    for (let count = 0; count < 1000; count++) pair.deliver("responder", badMessage(name, count));
    assertEquals(pair.sent.length, 10, name);
    pair.run(pair.now + 2000);
    pair.deliver("responder", badMessage(name, 1001));
    assertEquals(pair.sent.length, 11, `${name}: a second later it speaks again`);
    pair.run(pair.now + 2000);
    assertEquals([pair.engines.responder.exchangeCount, pair.engines.responder.halfOpenCount], [0, 0]);
  }
});

Deno.test("IkeEngine: while strangers flood it with nonsense, a genuine exchange comes about", () => {
  let flooded = 0;
  const pair: TwoEngines = new TwoEngines({
    policy: policy(SUITE),
    arrive: (_to, _datagram, deliver) => {
      for (let count = 0; count < 100; count++) pair.deliver("responder", badMessage("33 payloads", flooded++));
      deliver();
    },
  });
  pair.initiate("main");
  pair.settle(1000);
  assertEquals(pair.establishedEnds, BOTH);
});

/** Genuine exchanges of some addresses, of which every message comes after a share of a flood. */
function underFlood(messages: number, addresses: number) {
  const first = new TwoEngines({ policy: policy(SUITE), wire: () => [] });
  first.initiate("main");
  const template = first.sent[0]?.datagram;
  assert(template !== undefined);
  let sent = 0;
  const flood = (pair: TwoEngines, count: number) => {
    for (let index = 0; index < count && sent < messages; index++, sent++) {
      const payload = template.payload.slice();
      payload.set([sent >> 16, sent >> 8, sent, 0x5a], 0);
      const address = Uint8Array.of(203, 0, 113, sent % addresses);
      pair.deliver("responder", { source: { address, port: 500 }, destination: RESPONDER, payload });
    }
  };
  const pair: TwoEngines = new TwoEngines({
    policy: policy(SUITE),
    arrive: (to, _datagram, deliver) => {
      if (to === "responder") flood(pair, messages / 20);
      deliver();
    },
  });
  for (let octet = 1; octet <= 20; octet++) {
    pair.initiate("main", {
      local: { address: Uint8Array.of(198, 51, 100, octet), port: 500 },
      identity: { idType: 1, data: Uint8Array.of(198, 51, 100, octet) },
    });
  }
  pair.settle(60_000);
  return { established: pair.establishedEnds.filter((end) => end === "responder").length, sent };
}

Deno.test("IkeEngine: ten thousand first messages of one address, or of 64, stop no exchange of another", () => {
  for (const addresses of [1, 64]) {
    assertEquals(underFlood(10_000, addresses), { established: 20, sent: 10_000 }, `${addresses} addresses`);
  }
});

Deno.test("IkeEngine begins five exchanges with a peer at once, and the others as these come to their end", () => {
  const pair = new TwoEngines({ policy: policy(SUITE, { deadPeerDetection: undefined }) });
  for (let count = 0; count < 12; count++) pair.initiate("main");
  assertEquals(pair.sent.length, 5);
  const other = { address: Uint8Array.of(192, 0, 2, 21), port: 500 };
  pair.initiate("main", { peer: other });
  assertEquals(pair.sent.length, 6, "another peer's turn is its own");
  pair.settle(1000);
  assertEquals(pair.established.filter(({ end }) => end === "responder").length, 12);
  assertEquals(pair.failed, []);
});

Deno.test("IkeEngine: an exchange that waits for its turn can be closed, and one that fails lets the next begin", () => {
  const pair = new TwoEngines({ policy: policy(SUITE), wire: () => [] });
  const exchanges = Array.from({ length: 7 }, () => pair.initiate("main"));
  const [, , , , , sixth, seventh] = exchanges;
  assert(sixth !== undefined && seventh !== undefined);
  pair.perform("initiator", pair.engines.initiator.close(sixth));
  assertEquals(pair.failed.map(({ reason }) => reason), ["aborted"]);
  assertEquals(pair.sent.length, 5);
  pair.settle(600_000);
  assertEquals(pair.failed.map(({ reason }) => reason).sort(), ["aborted", ...Array(6).fill("no answer")]);
  assertEquals(pair.sent.length, 24, "six exchanges of four sendings");
  assertEquals(pair.engines.initiator.exchangeCount, 0);
});

Deno.test("IkeEngine takes reserved bytes that are not zero if its policy says so", () => {
  const { packets } = vectors<{ readonly packets: readonly { readonly name: string; readonly hex: string }[] }>(
    "first-messages",
  );
  for (const name of ["reserved field of a transform", "reserved byte of a vendor id"]) {
    const tolerances = { identificationPortZero: false, nameInMainMode: true, reservedBytes: true };
    const pair = new TwoEngines({
      policy: policy("aes128-sha1-modp1024", { tolerances }),
      responderKey: () => text(KEY),
      wire: () => [],
    });
    const payload = fromHex(packets.find((packet) => packet.name === name)?.hex ?? "");
    pair.deliver("responder", { source: INITIATOR, destination: RESPONDER, payload });
    assertEquals(pair.sent.map(({ description }) => description.replace(/:.*/, "")), ["main mode 2"], name);
  }
});
