/** What old, forged and foreign messages must not bring about. */

import { assert, assertEquals } from "@std/assert";
import type { Datagram } from "../../../firmware/ike/mod.ts";
import { type End, fromHex, policy, TwoEngines } from "./two_engines.ts";

const SUITE = "aes128-sha1-modp768";
const DETECTION = { idleMilliseconds: 1000, retryMilliseconds: 500, attempts: 3 };

/** An informational message without protection: a notification with the cookies of a genuine message. */
function forgedNotification({ source, destination, payload }: Datagram, notifyType: number): Datagram {
  const header = [11, 0x10, 5, 0, 0, 0, 0, 9, 0, 0, 0, 40];
  const notification = [0, 0, 0, 12, 0, 0, 0, 1, 1, 0, 0, notifyType];
  return {
    source: destination,
    destination: source,
    payload: Uint8Array.of(...payload.subarray(0, 16), ...header, ...notification),
  };
}

Deno.test("IkeEngine: a dead peer is found dead however many of its old messages are played again", () => {
  let dead = false;
  const seen: Datagram[] = [];
  const pair: TwoEngines = new TwoEngines({
    policy: policy(SUITE, { deadPeerDetection: DETECTION }),
    wire: () => dead ? [] : [5],
    observe: (end, action) => {
      if (end === "responder" && action.type === "send" && action.description.startsWith("informational")) {
        seen.push(action.datagram);
      }
    },
  });
  pair.initiate("main");
  // More than an engine remembers the ids of.
  pair.run(100_000);
  assert(seen.length > 64, `${seen.length} messages`);
  assertEquals(pair.deleted, []);
  dead = true;
  const old = [...seen];
  for (let at = 0; at < 6000; at += 100) {
    pair.run(100_000 + at);
    const datagram = old[(at / 100) % old.length];
    if (datagram !== undefined && pair.engines.initiator.exchangeCount > 0) pair.deliver("initiator", datagram);
  }
  assertEquals(pair.deleted.filter(({ end }) => end === "initiator").map(({ cause }) => cause), ["peer dead"]);
});

Deno.test("IkeEngine: a complaint that did not stop an exchange is not the reason when it fails later", () => {
  let sent = 0;
  const pair: TwoEngines = new TwoEngines({
    policy: policy(SUITE),
    wire: (from) => from === "responder" && ++sent > 1 ? [] : [5],
    observe: (end, action) => {
      if (end !== "initiator" || action.type !== "send" || pair.sent.length > 1) return;
      pair.engines.initiator.receive(forgedNotification(action.datagram, 14));
    },
  });
  pair.initiate("main");
  pair.settle(100_000);
  const [failure] = pair.failed.filter(({ end }) => end === "initiator");
  assertEquals([failure?.reason, failure?.text], ["no answer", "the peer did not answer"]);
  assert(pair.engines.initiator.unprotected >= 1, "unprotected notifications are counted");
});

Deno.test("IkeEngine: who begins anew from two addresses clears what it had at both", () => {
  const pair = new TwoEngines({ policy: policy(SUITE, { deadPeerDetection: undefined }) });
  const peer = { address: Uint8Array.of(192, 0, 2, 2), port: 500 };
  const from = (last: number) => {
    const address = Uint8Array.of(192, 0, 2, last);
    return { local: { address, port: 500 }, identity: { idType: 1, data: address }, peer };
  };
  const begin = () => [101, 102].forEach((last) => pair.initiate("main", from(last)));
  begin();
  pair.settle(1000);
  const before = pair.engines.responder.exchangeCount;
  pair.engines.initiator.forget();
  begin();
  pair.settle(1000);
  assertEquals([before, pair.engines.responder.exchangeCount], [2, 2]);
  assertEquals(pair.deleted.map(({ cause }) => cause), ["peer began anew", "peer began anew"]);
});

Deno.test("IkeEngine hears what it knows among more vendor ids than it keeps", () => {
  const pair: TwoEngines = new TwoEngines({
    policy: policy(SUITE, { deadPeerDetection: DETECTION }),
    translate: (_from: End, datagram) => withStrangers(datagram),
  });
  pair.initiate("main");
  pair.run(30_000);
  assert(pair.sent.some(({ description }) => description.endsWith("R-U-THERE-ACK")), "dead peer detection is on");
  for (const { summary } of pair.established) assertEquals(summary.peerVendorIds.length, 16);
});

/** Messages 1 and 2 of main mode with twenty unknown vendor ids behind the security association. */
function withStrangers(datagram: Datagram): Datagram {
  const { payload } = datagram;
  const isFirst = payload[16] === 1 && payload[18] === 2 && payload[19] === 0;
  if (!isFirst) return datagram;
  const securityAssociationBytes = ((payload[30] ?? 0) << 8) | (payload[31] ?? 0);
  const end = 28 + securityAssociationBytes;
  const following = payload[28] ?? 0;
  const strangers = Array.from({ length: 20 }, (_, index) => [
    index === 19 ? following : 13,
    ...fromHex("00000c"),
    ...fromHex("5354524e47"),
    ...[0, 0, index],
  ]);
  const bytes = Uint8Array.of(...payload.subarray(0, end), ...strangers.flat(), ...payload.subarray(end));
  bytes[28] = 13;
  new DataView(bytes.buffer).setUint32(24, bytes.length);
  return { ...datagram, payload: bytes };
}
