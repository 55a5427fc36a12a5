/** A message 4 of main mode that comes again: the peer did not get message 5. */

import { assert, assertEquals } from "@std/assert";
import { type End, policy, TwoEngines } from "./two_engines.ts";

const SUITE = "aes128-sha1-modp1024";
const BOTH = ["initiator", "responder"] as const;

/** Main mode of which messages 5 are lost for a while. */
function withLostMessage5(lost: number): TwoEngines {
  return new TwoEngines({
    policy: policy(SUITE),
    wire: (from: End, nth: number) => from === "initiator" && nth > 2 && nth <= 2 + lost ? [] : [5],
  });
}

Deno.test("IkeEngine: message 5 of main mode is sent again until there is an answer", () => {
  const pair = withLostMessage5(2);
  pair.initiate("main");
  pair.settle(60_000);
  assertEquals(pair.establishedEnds, BOTH);
});

Deno.test("IkeEngine: a repeated message 4 ends nothing; message 5 is sent again at once, the same bytes", () => {
  const pair = withLostMessage5(1);
  pair.initiate("main");
  pair.run(100);
  const fromInitiator = () => pair.sent.filter(({ from }) => from === "initiator").map(({ datagram }) => datagram);
  const fourth = pair.sent.filter(({ from }) => from === "responder")[1]?.datagram;
  const fifth = fromInitiator()[2];
  assert(fourth !== undefined && fifth !== undefined && fromInitiator().length === 3);
  pair.deliver("initiator", fourth);
  assertEquals(fromInitiator()[3]?.payload, fifth.payload);
  pair.run(200);
  assertEquals(pair.failed, []);
  assertEquals(pair.establishedEnds, BOTH);
});

Deno.test("IkeEngine: a message 4 that comes again and again ends nothing", () => {
  const pair = withLostMessage5(2);
  pair.initiate("main");
  pair.run(100);
  const fourth = pair.sent.filter(({ from }) => from === "responder")[1]?.datagram;
  assert(fourth !== undefined);
  for (let count = 0; count < 20; count++) pair.deliver("initiator", fourth);
  assertEquals(pair.failed, []);
  pair.settle(60_000);
  assertEquals(pair.establishedEnds, BOTH);
});
